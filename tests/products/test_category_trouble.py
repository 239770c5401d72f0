"""Why the categories cannot be shown: our own words for our own errors, theirs as a quotation."""

import re

import pytest

from marketplaces import connecting
from tests.factories import make_listing, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, yandex_shop):
    listing = make_listing(make_product(yandex_shop.partner), yandex_shop)
    client.force_login(yandex_shop.partner.owner)
    client.cookies["django_language"] = "en"
    there = f"/partner-dashboard/listings/{listing.pk}/category/"
    return lambda: client.get(there).content.decode()


def fault(sandbox, key, kind):
    sandbox.control("POST", "faults", kind=kind, path="/v2/categories/tree", account=key)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("html", "A web page came back instead of an answer."), ("half_body", "broke off half-way")],
)
def test_what_is_ours_is_said_in_our_words(page, sandbox, sandbox_key, kind, words):
    fault(sandbox, sandbox_key, kind)
    shown = page()
    assert words in shown
    assert "In their words" not in shown
    # The code of this very page, by which the log knows it.
    assert re.search(r"/tickets/new/\?code=[0-9a-z-]{8,}", shown)


def test_what_they_said_is_quoted(page, sandbox, sandbox_key):
    fault(sandbox, sandbox_key, "401")
    shown = page()
    assert "The marketplace refused the key." in shown
    assert "In their words: <q>Api-Key token is invalid</q>" in shown


def test_a_disconnected_shop_says_that_it_is(page, yandex_shop):
    connecting.disconnect(connection=yandex_shop, by=yandex_shop.partner.owner)
    assert "This shop is disconnected." in page()
