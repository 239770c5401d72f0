"""Asking a marketplace takes seconds; what happens to the connection meanwhile stands."""

import pytest

from marketplaces import connecting, health
from marketplaces.connectors import errors
from marketplaces.models import Connection
from tests import factories
from tests.fake_marketplace import remote_shop

pytestmark = pytest.mark.django_db
State = Connection.State


@pytest.fixture
def shop(fake, partner):
    fake.opens = [remote_shop()]
    return factories.make_connection(
        partner, marketplace="fake", account="7001", credentials={"api_key": "good"}
    )


def now(connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


def meanwhile(fake, happening):
    fake.meanwhile = staticmethod(happening)


def test_a_shop_disconnected_during_a_test_stays_disconnected(shop, fake, partner):
    other = now(shop)
    meanwhile(fake, lambda: connecting.disconnect(connection=other, by=partner.owner))
    with pytest.raises(connecting.ChangedMeanwhile):
        connecting.test(connection=shop, by=partner.owner)
    assert (now(shop).state, bytes(now(shop).secret)) == (State.DISCONNECTED, b"")


def test_a_shop_disconnected_while_a_new_key_is_tried_keeps_no_key(shop, fake, partner):
    other = now(shop)
    meanwhile(fake, lambda: connecting.disconnect(connection=other, by=partner.owner))
    with pytest.raises(connecting.ChangedMeanwhile):
        connecting.replace_key(connection=shop, by=partner.owner, credentials={"api_key": "better"})
    assert (now(shop).state, bytes(now(shop).secret)) == (State.DISCONNECTED, b"")


def test_a_shop_chosen_during_a_test_goes_on_working(fake, partner):
    fake.opens = [remote_shop()]
    unfinished = connecting.save_key(
        partner=partner, by=partner.owner, marketplace="fake", credentials={"api_key": "good"}
    )
    connecting.test(connection=unfinished, by=partner.owner)
    other = now(unfinished)
    choose = lambda: connecting.choose_shop(  # noqa: E731
        connection=other, by=partner.owner, shop_id="7001"
    )
    meanwhile(fake, choose)
    with pytest.raises(connecting.ChangedMeanwhile):
        connecting.test(connection=unfinished, by=partner.owner)
    assert (now(unfinished).state, now(unfinished).account) == (State.ACTIVE, "7001")


def test_what_the_worker_found_during_a_test_stands(shop, fake, partner):
    refusal = errors.AuthFailed("Api-Key token is revoked", code="UNAUTHORIZED")
    meanwhile(fake, lambda: health.note_error(now(shop), refusal))
    with pytest.raises(connecting.ChangedMeanwhile):
        connecting.test(connection=shop, by=partner.owner)
    assert (now(shop).state, now(shop).error_kind) == (State.PARKED, "config")


def test_the_refusal_of_the_old_key_does_not_park_the_new_one(shop, partner):
    at_work = now(shop)
    connecting.replace_key(connection=shop, by=partner.owner, credentials={"api_key": "better"})
    health.note_error(at_work, errors.AuthFailed("revoked", code="UNAUTHORIZED"))
    assert now(shop).state == State.ACTIVE


def test_a_new_key_that_works_takes_the_place_of_the_old_one(shop, partner):
    Connection.objects.update(state=State.PARKED, error_kind="config", error_code="UNAUTHORIZED")
    connecting.replace_key(
        connection=now(shop), by=partner.owner, credentials={"api_key": "better"}
    )
    row = now(shop)
    assert (row.state, row.error_kind, row.credentials["api_key"]) == ("active", "", "better")
    assert row.credentials["campaign_id"] == "7001"


@pytest.mark.parametrize(
    "trouble",
    [
        errors.AuthFailed("Api-Key token is invalid", code="UNAUTHORIZED"),
        errors.Unavailable("The marketplace did not answer in time.", code="timeout"),
    ],
)
def test_a_new_key_that_does_not_work_leaves_the_old_one_at_work(shop, fake, partner, trouble):
    fake.failing = [(trouble, False)]
    with pytest.raises(connecting.KeyNotTaken):
        connecting.replace_key(connection=shop, by=partner.owner, credentials={"api_key": "bad"})
    row = now(shop)
    assert (row.state, row.error_kind, row.credentials["api_key"]) == ("active", "", "good")


def test_a_key_of_another_cabinet_leaves_the_old_one_at_work(shop, fake, partner):
    fake.opens = [remote_shop("9999")]
    with pytest.raises(connecting.KeyNotTaken):
        connecting.replace_key(connection=shop, by=partner.owner, credentials={"api_key": "other"})
    assert now(shop).credentials["api_key"] == "good"


def test_a_key_is_not_written_into_a_row_that_is_gone(fake, partner):
    first = connecting.save_key(
        partner=partner, by=partner.owner, marketplace="fake", credentials={"api_key": "one"}
    )
    connecting.disconnect(connection=first, by=partner.owner)
    second = connecting.save_key(
        partner=partner, by=partner.owner, marketplace="fake", credentials={"api_key": "two"}
    )
    assert second.pk != first.pk
    assert bytes(now(first).secret) == b""


def test_the_page_says_why_a_new_key_was_not_taken(shop, fake, partner_client):
    partner_client.cookies["django_language"] = "en"
    fake.failing = [(errors.AuthFailed("invalid", code="UNAUTHORIZED"), False)]
    there = f"/partner-dashboard/marketplaces/{shop.pk}/"
    page = partner_client.post(f"{there}key/", {"api_key": "bad"}, follow=True).content.decode()
    assert "The new key was not taken; the old one stays." in page
    assert "The marketplace refused the key." in page


def test_the_page_is_shown_anew_when_somebody_was_quicker(shop, fake, partner, partner_client):
    other = now(shop)
    meanwhile(fake, lambda: connecting.disconnect(connection=other, by=partner.owner))
    answer = partner_client.post(f"/partner-dashboard/marketplaces/{shop.pk}/test/", follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == "/partner-dashboard/marketplaces/"
