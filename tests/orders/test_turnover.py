"""The turnover of a year against the limit of the tax regime: told at 70, 90 and 100 percent."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import DailyAnalytics
from orders.services import turnover
from partners.models import Notification, Partner
from tests import factories

pytestmark = pytest.mark.django_db
MILLION = Decimal(10**6)


def sell(partner, millions, *, day=None, currency="UZS", product_id=0):
    return DailyAnalytics.objects.create(
        partner=partner,
        connection=factories.make_connection(partner),
        day=day or timezone.localdate(),
        currency=currency,
        product_id=product_id,
        revenue=millions * MILLION,
    )


def told(partner) -> list[str]:
    notices = Notification.objects.filter(user=partner.owner, kind__startswith="turnover")
    return [f"{one.kind} {one.data['step']}" for one in notices.order_by("pk")]


def check():
    """As the clock does, in the clock's own order."""
    for pk in Partner.objects.values_list("pk", flat=True):
        turnover.tell(pk)


def test_all_shops_of_this_year_count_and_nothing_else(partner):
    year = timezone.localdate().year
    sell(partner, 300)
    sell(partner, 400, day=date(year, 1, 1))
    sell(partner, 900, day=date(year - 1, 12, 31))
    sell(partner, 900, currency="RUB")
    sell(partner, 900, product_id=7)
    sell(factories.make_partner(), 900)
    now = turnover.standing(partner)
    assert (now.turnover, now.percent, now.reached) == (700 * MILLION, 70, 70)


def test_each_step_is_told_once_a_year(partner):
    sell(partner, 699)
    check()
    assert told(partner) == []
    for millions in (1, 10, 190, 100):
        sell(partner, millions)
        check()
        check()
    assert told(partner) == ["turnover_near 70", "turnover_near 90", "turnover_over 100"]


def test_a_step_that_was_jumped_over_is_not_told_afterwards(partner):
    most = sell(partner, 950)
    check()
    most.revenue = 800 * MILLION
    most.save()
    check()
    assert told(partner) == ["turnover_near 90"]


def test_who_pays_vat_has_no_limit(partner):
    Partner.objects.update(tax_base="vat")
    sell(partner, 2000)
    check()
    assert told(partner) == []


def test_the_clock_asks_only_about_those_who_come_near(partner, monkeypatch):
    woken = []
    monkeypatch.setattr(turnover, "wake", lambda name, pk: woken.append(pk))
    near, blocked = factories.make_partner(), factories.make_partner(state="blocked")
    for who, millions in ((partner, 500), (near, 400), (near, 300), (blocked, 900)):
        sell(who, millions)
    turnover.wake_checks()
    assert woken == [near.pk]


@pytest.mark.parametrize(
    ("millions", "shown"), [(712, b"71.2%"), (1500, b"The limit is reached"), (10, b"1%")]
)
def test_the_company_page_shows_it(partner_client, partner, millions, shown):
    sell(partner, millions)
    partner_client.cookies["django_language"] = "en"
    assert shown in partner_client.get(reverse("pages:company")).content


def test_the_notice_leads_to_that_page(partner):
    sell(partner, 720)
    check()
    notice = Notification.objects.get(user=partner.owner)
    assert notice.url == reverse("pages:company")
    assert notice.data["turnover"].replace("\u00a0", " ") == "720 000 000"
