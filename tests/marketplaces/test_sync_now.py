"""Sync now reads, or says why it does not and what to do."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from marketplaces import inbound
from marketplaces.models import Connection, Stream
from tests import factories

pytestmark = pytest.mark.django_db
READING = "Reading news from the marketplace now."
LATER = timedelta(hours=1)


@pytest.fixture
def shop(fake, partner):
    connection = factories.make_connection(partner, marketplace="fake")
    inbound.open_streams(connection)
    Stream.objects.update(due_at=timezone.now() + LATER)
    return connection


def sync(client, connection) -> str:
    client.cookies["django_language"] = "en"
    here = f"/partner-dashboard/marketplaces/{connection.pk}/sync/"
    return client.post(here, follow=True).content.decode()


def is_hurried() -> bool:
    return Stream.objects.get(name="orders").due_at <= timezone.now()


@pytest.mark.parametrize("state", Connection.WORKING)
def test_a_working_shop_is_read(shop, partner_client, state):
    Connection.objects.update(state=state)
    assert READING in sync(partner_client, shop)
    assert is_hurried()


@pytest.mark.parametrize(
    ("reason", "what", "advice"),
    [
        ("auth_failed", "The marketplace refused the key.", "issue a new one in your cabinet"),
        ("scope_missing", "lacks a right we need", "Issue a key with access to products"),
        ("api_disabled", "access by API is switched off", "Switch it on in the cabinet"),
    ],
)
def test_a_parked_shop_says_what_to_mend(shop, partner_client, reason, what, advice):
    Connection.objects.update(state="parked", error_kind="config", error_reason=reason)
    said = sync(partner_client, shop)
    message = said[said.index("Nothing is read from this shop now.") :][:400]
    assert READING not in said
    assert what in message.replace("&#x27;", "'")
    assert advice in message
    assert not is_hurried()


def test_an_unfinished_one_says_what_comes_first(shop, partner_client):
    Connection.objects.update(state="untested")
    said = sync(partner_client, shop)
    assert "Nothing is read yet: test the key and choose a shop first." in said
    assert READING not in said


def test_a_shop_whose_address_is_gone_says_so(shop, partner_client, monkeypatch):
    monkeypatch.setitem(settings.MARKETPLACE_URLS, "fake", "https://market.invalid")
    said = sync(partner_client, shop)
    assert "the server speaks to the real marketplace now" in said
    assert READING not in said
