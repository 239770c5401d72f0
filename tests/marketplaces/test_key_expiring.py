"""That a key ends soon is told where the marketplace says when; twice for each key."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from marketplaces import connecting, key_expiry
from marketplaces.connectors import registry
from marketplaces.connectors.remote import RemoteShop
from marketplaces.models import Connection
from partners.models import Notification
from tests import factories
from tests.partners.telling import join

pytestmark = pytest.mark.django_db
ENDS = datetime(2026, 12, 20, 7, 0, tzinfo=UTC)
SETTINGS = "/partner-dashboard/settings/notifications/"


@pytest.fixture
def shop(partner, fake):
    return factories.make_connection(partner, marketplace="fake", key_expires_at=ENDS)


def tell(before: timedelta) -> None:
    with time_machine.travel(ENDS - before, tick=False):
        key_expiry.tell_due()


def told(user) -> list[dict]:
    return list(
        Notification.objects.filter(user=user, kind="key_expiring")
        .order_by("pk")
        .values_list("data", flat=True)
    )


def test_it_is_told_two_weeks_and_three_days_before(partner, shop):
    for days in (15, 14, 13, 4, 3, 2, 1, 0, -1):
        tell(timedelta(days=days))
        tell(timedelta(days=days))
    assert told(partner.owner) == [{"shop": shop.name, "day": "20.12.2026"}] * 2


def test_a_new_key_is_told_of_anew(partner, shop):
    tell(timedelta(days=2))
    Connection.objects.update(key_expires_at=ENDS + timedelta(days=180))
    tell(timedelta(days=-178))
    assert len(told(partner.owner)) == 2


@pytest.mark.parametrize("state", ["parked", "disconnected", "untested"])
def test_a_shop_that_does_not_work_is_not_told_of(partner, shop, state):
    Connection.objects.update(state=state)
    tell(timedelta(days=2))
    assert told(partner.owner) == []


def test_only_those_who_may_replace_it_are_told(partner, shop):
    people = {role: join(partner, role) for role in ("manager", "operator", "viewer")}
    tell(timedelta(days=2))
    assert {role: len(told(user)) for role, user in people.items()} == {
        "manager": 1,
        "operator": 0,
        "viewer": 0,
    }


def test_the_connector_tells_it_and_a_shop_let_go_forgets_it(partner, fake):
    fake.opens = [RemoteShop("7", "Yulduz", "1", placement="FBS", is_available=True)]
    fake.key_expires_at = ENDS
    by = partner.owner
    connection = connecting.save_key(
        partner=partner, by=by, marketplace="fake", credentials={"api_key": "x"}
    )
    assert connecting.test(connection=connection, by=by)
    chosen = connecting.choose_shop(connection=connection, by=by, shop_id="7")
    assert Connection.objects.get().key_expires_at == ENDS
    fake.key_expires_at = ENDS + timedelta(days=180)
    connecting.replace_key(connection=chosen, by=by, credentials={"api_key": "y"})
    assert Connection.objects.get().key_expires_at == ENDS + timedelta(days=180)
    connecting.disconnect(connection=chosen, by=by)
    assert Connection.objects.get().key_expires_at is None


def topics(client) -> set[str]:
    return {topic.value for topic in client.get(SETTINGS).context["form"].topics}


def test_there_is_a_choice_only_where_some_marketplace_tells_it(partner_client, monkeypatch, fake):
    assert "key_expiring" in topics(partner_client)
    monkeypatch.delitem(registry.CONNECTORS, "fake")
    assert not topics(partner_client) & {"key_expiring", "remote_access"}
    assert {"deadline", "low_stock"} <= topics(partner_client)
