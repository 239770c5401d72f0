"""Our own people have what a shop did not answer told again, for the partner who asks them."""

import pytest

from marketplaces import parking
from marketplaces.models import Operation
from partners.models import AuditLog
from sellercloudx import wiring
from tests import factories

from .test_staff_home import SHOPS, parked

pytestmark = pytest.mark.django_db


def retried(operation, by) -> None:
    """Of whoever waits for the answer: nobody here."""


@pytest.fixture(autouse=True)
def _in_english(client, monkeypatch):
    client.cookies["django_language"] = "en"
    monkeypatch.setitem(wiring.OPERATION_RETRIED, "push_price", f"{__name__}.retried")


@pytest.fixture
def shop(partner):
    made = factories.make_connection(partner, state="degraded")
    parked(made)
    parked(made, target="SKU-2")
    return made


def again(client, shop, **sent):
    return client.post(f"{SHOPS}{shop.pk}/retry/", sent, follow=True)


def states() -> set[str]:
    return set(Operation.objects.values_list("state", flat=True))


def test_all_that_is_parked_on_a_shop_is_told_again(staff_client, staff, shop):
    assert f'action="{SHOPS}{shop.pk}/retry/"' in staff_client.get(SHOPS).content.decode()
    page = again(staff_client, shop, show="stuck")
    assert "2 are being told again." in page.content.decode()
    assert page.redirect_chain[-1][0] == f"{SHOPS}?show=stuck"
    assert states() == {"pending"}
    entries = AuditLog.objects.filter(action="OPERATION_RETRIED")
    assert [(one.actor, one.partner) for one in entries] == [(staff, shop.partner)] * 2


def test_what_was_decided_meanwhile_stays_decided(staff_client, staff, shop, monkeypatch):
    monkeypatch.setitem(wiring.OPERATION_PARKED, "push_price", f"{__name__}.retried")
    for operation in Operation.objects.all():
        parking.dismiss(operation=operation, by=shop.partner.owner)
    page = again(staff_client, shop)
    assert "Nothing waits for a person here any more." in page.content.decode()
    assert states() == {"untold"}


def test_another_shops_are_left_alone(staff_client, shop):
    parked(factories.make_connection(factories.make_partner()))
    again(staff_client, shop)
    assert Operation.objects.filter(state="parked").count() == 1


@pytest.mark.parametrize(("group", "sees"), [("support", True), ("moderator", False)])
def test_only_who_helps_partners_may(client, shop, group, sees):
    client.force_login(factories.make_colleague(group))
    assert (again(client, shop).status_code == 200) is sees
    assert states() == {"pending" if sees else "parked"}
