"""So many destructive actions a day leave; the others are held back until the owner says so."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from marketplaces import outbox, parking
from marketplaces.models import Connection, Operation
from partners.models import AuditLog, Member, Notification
from sellercloudx import wiring
from tests import factories

pytestmark = pytest.mark.django_db
State = Operation.State


@pytest.fixture(autouse=True)
def _owners(monkeypatch):
    for kind in wiring.OPERATION_RESULT:
        for table in (wiring.OPERATION_RESULT, wiring.OPERATION_PARKED, wiring.OPERATION_RETRIED):
            monkeypatch.setitem(table, kind, f"{__name__}.heard")


def heard(*what):
    pass


@pytest.fixture
def shop(fake, partner):
    return factories.make_connection(partner, marketplace="fake", destructive_cap=3)


def cancel(shop, numbers):
    for number in numbers:
        outbox.add(
            connection=shop,
            kind="cancel_order",
            target=f"{number}",
            payload={"reason": "damaged"},
            dedupe=f"{number}",
        )


def drain(shop):
    while outbox.drain(shop.pk):
        pass


def states(shop):
    rows = Operation.objects.filter(connection=shop).order_by("pk")
    return list(rows.values_list("state", flat=True))


def test_over_the_cap_they_are_held_and_the_owner_is_told(shop, fake):
    cancel(shop, range(5))
    drain(shop)
    assert [key for _, key, _ in fake.said] == ["0", "1", "2"]
    assert states(shop) == ["done"] * 3 + ["held"] * 2
    told = Notification.objects.get(kind="over_cap")
    assert (told.user, told.url.endswith("?show=held")) == (shop.partner.owner, True)


def test_what_takes_nothing_away_is_not_counted(shop, fake):
    for number in range(5):
        outbox.add(
            connection=shop, kind="ship_order", target=f"{number}", payload={}, dedupe=f"{number}"
        )
    drain(shop)
    assert states(shop) == ["done"] * 5


def test_each_day_and_each_shop_has_its_own(shop, fake):
    cancel(shop, range(3))
    drain(shop)
    other = factories.make_connection(shop.partner, marketplace="fake", destructive_cap=1)
    cancel(other, range(3, 4))
    drain(other)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        cancel(shop, range(4, 7))
        drain(shop)
    assert set(states(shop) + states(other)) == {"done"}


def test_the_owner_lets_it_through_and_nobody_else(shop, fake, client, partner_client):
    cancel(shop, range(4))
    drain(shop)
    held = Operation.objects.get(state=State.HELD)
    manager = factories.make_user()
    Member.objects.create(partner=shop.partner, user=manager, role=Member.Role.MANAGER)
    client.force_login(manager)
    page = reverse("marketplaces:decide")
    assert client.post(reverse("marketplaces:retry", args=[held.pk])).status_code == 403
    client.post(page, {"id": held.pk, "do": "retry"})
    held.refresh_from_db()
    assert held.state == State.HELD
    client.force_login(shop.partner.owner)
    client.post(page, {"id": held.pk, "do": "retry"})
    drain(shop)
    assert states(shop) == ["done"] * 4
    assert AuditLog.objects.get(action="OPERATION_RETRIED").before == {"state": "held"}


def test_a_try_again_is_not_counted_twice(shop, fake):
    cancel(shop, range(3))
    drain(shop)
    Operation.objects.update(state="waiting", due_at=timezone.now())
    drain(shop)
    assert states(shop) == ["done"] * 3


def test_the_owner_sets_the_cap(shop, partner_client):
    address = reverse("marketplaces:cap", args=[shop.pk])
    partner_client.post(address, {"destructive_cap": "7"})
    for odd in ("", "-1", "many", "1e9", "9" * 400):
        assert partner_client.post(address, {"destructive_cap": odd}).status_code == 302
    assert Connection.objects.get(pk=shop.pk).destructive_cap == 7
    assert AuditLog.objects.filter(action="DESTRUCTIVE_CAP_SET").count() == 1


def test_dropping_a_held_one_leaves_it_untold(shop, fake):
    cancel(shop, range(4))
    drain(shop)
    held = Operation.objects.get(state=State.HELD)
    parking.dismiss(operation=held, by=shop.partner.owner)
    assert Operation.objects.get(pk=held.pk).state == State.UNTOLD
