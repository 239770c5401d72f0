"""A day read again: what had not reached us is taken in, counted and told of."""

import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import translation

from marketplaces import inbound, replaying
from marketplaces.connectors import errors
from marketplaces.models import Connection, ReplayedDay
from partners.models import Activity, Notification
from partners.services import activities
from sellercloudx import wiring
from sellercloudx.lib import formats
from tests import factories
from tests.marketplaces.conftest import MOMENT

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
NIGHT = MOMENT + timedelta(hours=20)
REFUSALS = ("Choose a day of the last year", "Enter a valid date", "This field is required")
PAGE = "/partner-dashboard/marketplaces/"


@pytest.fixture
def shop(fake, monkeypatch, partner, remote_order):
    """Of three orders made on the 20th, the one with the number 2 had reached us."""
    taken: set[str] = {"2"}
    monkeypatch.setitem(wiring.INBOUND, "orders", f"{__name__}.take")
    monkeypatch.setitem(wiring.INBOUND_HELD, "orders", f"{__name__}.held")
    monkeypatch.setattr(f"{__name__}.TAKEN", taken)
    fake.orders = [remote_order(number) for number in "123"]
    connection = factories.make_connection(partner, marketplace="fake")
    inbound.open_streams(connection)
    Connection.objects.update(created_at=MOMENT - timedelta(days=9))
    return Connection.objects.get(pk=connection.pk)


TAKEN: set[str] = set()


def take(connection, orders):
    TAKEN.update(order.external_id for order in orders)


def held(connection, start, end):
    return set(TAKEN) if start <= MOMENT < end else set()


def test_it_takes_in_what_was_missing_and_counts_it(shop):
    first, second = replaying.replay(shop, DAY), replaying.replay(shop, DAY)
    assert {"1", "2", "3"} == TAKEN
    assert (first.there, first.missing, first.unlisted) == (3, 2, 0)
    assert (second.there, second.missing, second.unlisted) == (3, 0, 0)


def test_what_only_we_have_is_counted_too(shop, fake):
    fake.orders = fake.orders[2:]
    read = replaying.replay(shop, DAY)
    assert (read.there, read.missing, read.unlisted) == (1, 1, 1)


@time_machine.travel(NIGHT, tick=False)
def test_each_night_compares_the_days_just_ended_once_and_tells_of_gaps(shop, fake):
    replaying.check(shop.pk)
    replaying.check(shop.pk)
    days = ReplayedDay.objects.order_by("day").values_list("day", "missing")
    assert list(days) == [(DAY - timedelta(days=2), 0), (DAY - timedelta(days=1), 0), (DAY, 2)]
    told = Notification.objects.get(kind="orders_were_missing")
    assert told.data["count"] == 2
    assert told.data["day"] == "20.11.2026"


@time_machine.travel(NIGHT, tick=False)
def test_a_night_without_an_answer_leaves_the_day_to_the_next(shop, fake):
    fake.failing = [(errors.Unavailable("away"), None)]
    replaying.check(shop.pk)
    assert not ReplayedDay.objects.exists()
    replaying.check(shop.pk)
    assert ReplayedDay.objects.count() == 3


@time_machine.travel(NIGHT, tick=False)
def test_a_shop_that_came_today_has_no_days_to_compare(shop):
    Connection.objects.update(created_at=NIGHT)
    replaying.check(shop.pk)
    assert not ReplayedDay.objects.exists()


@time_machine.travel(NIGHT, tick=False)
def test_a_person_asks_for_a_day_and_sees_what_came_of_it(shop, partner_client):
    partner_client.cookies["django_language"] = "en"
    partner_client.post(f"{PAGE}{shop.pk}/replay/", {"day": "2026-11-20"})
    work = Activity.objects.get(kind="replay_day")
    activities.run(work.pk)
    work.refresh_from_db()
    assert (work.state, work.done) == ("done", 3)
    page = partner_client.get(f"{PAGE}{shop.pk}/days/").content.decode()
    assert "Days compared" in page
    with translation.override("en"):
        assert formats.day(DAY) in page


@time_machine.travel(NIGHT, tick=False)
@pytest.mark.parametrize("day", ["2026-11-23", "2024-01-01", "yesterday", "", "9" * 4000])
def test_a_day_that_cannot_be_asked_for_is_refused_in_words(shop, partner_client, day):
    partner_client.cookies["django_language"] = "en"
    answer = partner_client.post(f"{PAGE}{shop.pk}/replay/", {"day": day})
    assert answer.status_code == 422
    assert not Activity.objects.exists()
    said = answer.content.decode()
    assert any(words in said for words in REFUSALS)


def test_a_shop_that_does_not_answer_ends_the_work_with_advice(shop, fake):
    fake.failing = [(errors.Unavailable("away"), None)]
    by = factories.make_user()
    work = activities.start(
        partner=shop.partner,
        by=by,
        kind="replay_day",
        parameters={"connection": shop.pk, "day": "2026-11-20"},
        submission=uuid.uuid4(),
    )
    activities.run(work.pk)
    work.refresh_from_db()
    assert (work.state, work.error) == ("failed", "shop_away")
