"""A 401 or 403 that the marketplace has not signed says nothing about the key."""

import httpx
import pytest

from marketplaces import inbound
from marketplaces.connectors import errors
from marketplaces.connectors.errors import Kind
from marketplaces.models import Connection, Stream
from partners.models import Notification
from tests import factories
from tests.marketplaces.script import make_http, refusal

WALL = b"<!DOCTYPE html><html><body><h1>403 Forbidden</h1>cloud firewall</body></html>"


def error_of(*answers):
    with pytest.raises(errors.MarketplaceError) as caught:
        make_http(*answers).json("PUT", "/x", operation="x")
    return caught.value


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [WALL, b"", b"Forbidden", b"{}", b"[]", b'{"errors": []}'])
def test_it_is_trouble_that_passes(status, body):
    error = error_of(httpx.Response(status, content=body))
    assert type(error) is errors.Unavailable
    assert (error.kind, error.code) == (Kind.TRANSIENT, f"http_{status}")
    assert error.words == ""
    assert error.reason == ("html" if body == WALL else "unavailable")


@pytest.mark.parametrize(
    ("status", "error"), [(401, errors.AuthFailed), (403, errors.ScopeMissing)]
)
@pytest.mark.parametrize(("code", "message"), [("FORBIDDEN", ""), ("", "no right")])
def test_a_code_or_a_sentence_of_theirs_is_a_judgement(status, error, code, message):
    assert type(error_of(refusal(status, code, message))) is error


@pytest.mark.django_db
def test_a_firewall_neither_parks_a_shop_nor_mails_its_owner(fake):
    shop = factories.make_connection(marketplace="fake")
    inbound.open_streams(shop)
    for _ in range(4):
        fake.failing = [(error_of(httpx.Response(403, content=WALL)), False)]
        inbound.hurry(shop)
        inbound.poll(shop.pk, "orders")
    shop.refresh_from_db()
    assert Stream.objects.get(name="orders").failures == 4
    assert (shop.state, shop.error_reason) == (Connection.State.DEGRADED, "html")
    assert not Notification.objects.exists()
