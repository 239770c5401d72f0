"""A key works when it lets us work: every needed right, and a shop that is switched on."""

import uuid

import pytest

from marketplaces import connecting
from marketplaces.connectors import errors
from marketplaces.models import Connection
from partners.models import Notification
from tests import factories
from tests.fake_marketplace import remote_shop

pytestmark = pytest.mark.django_db
State = Connection.State


def connect(partner, marketplace="fake", key="good"):
    return connecting.save_key(
        partner=partner, by=partner.owner, marketplace=marketplace, credentials={"api_key": key}
    )


def page(client, connection, step="", **data) -> str:
    client.cookies["django_language"] = "en"
    here = f"/partner-dashboard/marketplaces/{connection.pk}/"
    answer = client.post(here + step, data, follow=True) if step else client.get(here)
    return answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("orders", ["OFFERS_AND_CARDS_MANAGEMENT", "PRICING"]),
        ("readonly", ["INVENTORY_AND_ORDER_PROCESSING", "PRICING"]),
    ],
)
def test_a_key_without_a_needed_right_does_not_pass_and_the_page_names_it(
    partner, partner_client, use_sandbox, kind, missing
):
    unfinished = connect(partner, "yandex", f"ACMA:sandbox-{kind}-{uuid.uuid4().hex}")
    shown = page(partner_client, unfinished, "test/")
    assert "The key works." not in shown
    assert "The key is valid but lacks a right we need." in shown
    note = shown[shown.index("lacks a right we need") :].split("</p>")[0]
    assert all(right in note for right in missing)
    assert "Which shop do we work with?" not in shown
    unfinished.refresh_from_db()
    with pytest.raises(connecting.NoSuchShop):
        shop = connecting.seen_by(unfinished).shops[0]
        connecting.choose_shop(connection=unfinished, by=partner.owner, shop_id=shop.id)


def test_a_shop_that_is_switched_off_cannot_be_chosen_and_says_why(
    partner, partner_client, use_sandbox
):
    unfinished = connect(partner, "yandex", f"ACMA:sandbox-inactive-{uuid.uuid4().hex}")
    shown = page(partner_client, unfinished, "test/")
    assert "switched off" in shown
    assert "disabled" in shown.split('type="radio"')[1].split(">")[0]
    unfinished.refresh_from_db()
    shop = connecting.seen_by(unfinished).shops[0]
    shown = page(partner_client, unfinished, "choose/", shop=shop.id)
    assert "A shop whose access by API is switched off cannot be chosen." in shown
    with pytest.raises(connecting.ShopIsOff):
        connecting.choose_shop(connection=unfinished, by=partner.owner, shop_id=shop.id)
    unfinished.refresh_from_db()
    assert unfinished.state == State.UNTESTED


def test_the_shop_that_is_on_is_proposed(partner, partner_client, fake):
    fake.opens = [remote_shop("1", is_available=False), remote_shop("2")]
    unfinished = connect(partner)
    connecting.test(connection=unfinished, by=partner.owner)
    radios = page(partner_client, unfinished).split('type="radio"')[1:3]
    assert ["checked" in one.split(">")[0] for one in radios] == [False, True]


@pytest.mark.parametrize(
    ("opens", "missing", "reason"),
    [
        ([remote_shop("7001", is_available=False)], (), "api_disabled"),
        ([remote_shop("7001")], ("PRICING",), "scope_missing"),
        ([remote_shop("9999")], (), "other_account"),
    ],
)
def test_a_parked_shop_stays_parked_until_it_can_really_work(
    partner, partner_client, fake, opens, missing, reason
):
    fake.opens, fake.missing_scopes = opens, missing
    shop = factories.make_connection(
        partner, marketplace="fake", account="7001", state=State.PARKED
    )
    assert "The key works." not in page(partner_client, shop, "test/")
    shop.refresh_from_db()
    assert (shop.state, shop.error_reason) == (State.PARKED, reason)
    assert not Notification.objects.exists()
    fake.opens, fake.missing_scopes = [remote_shop("7001")], ()
    assert "The key works." in page(partner_client, shop, "test/")
    shop.refresh_from_db()
    assert (shop.state, shop.error_kind) == (State.ACTIVE, "")


def test_a_new_key_that_lacks_a_right_is_not_taken_and_the_right_is_named(
    partner, partner_client, fake
):
    fake.opens, fake.missing_scopes = [remote_shop("7001")], ("PRICING",)
    shop = factories.make_connection(partner, marketplace="fake", account="7001")
    shown = page(partner_client, shop, "key/", api_key="poor")
    assert "The new key was not taken; the old one stays." in shown
    assert "Missing: PRICING." in shown


def test_a_key_refused_since_its_test_opens_no_shop(partner, fake):
    fake.opens = [remote_shop("7001")]
    unfinished = connect(partner)
    assert connecting.test(connection=unfinished, by=partner.owner)
    fake.failing = [(errors.AuthFailed("revoked", code="UNAUTHORIZED"), False)]
    assert not connecting.test(connection=unfinished, by=partner.owner)
    with pytest.raises(connecting.NoSuchShop):
        connecting.choose_shop(connection=unfinished, by=partner.owner, shop_id="7001")


@pytest.mark.parametrize(
    ("error", "chip"),
    [
        (errors.AuthFailed("revoked"), "Key refused"),
        (errors.ScopeMissing("lacks PRICING"), "Lacks rights"),
        (errors.Unavailable("502"), "Not tested"),
    ],
)
def test_the_chip_of_a_key_says_how_its_test_ended(partner, partner_client, fake, error, chip):
    unfinished = connect(partner)
    fake.failing = [(error, False)]
    connecting.test(connection=unfinished, by=partner.owner)
    partner_client.cookies["django_language"] = "en"
    lists = partner_client.get("/partner-dashboard/marketplaces/").content.decode()
    for shown in (page(partner_client, unfinished), lists):
        assert chip in shown
        assert ("Not tested" in shown) == (chip == "Not tested")
