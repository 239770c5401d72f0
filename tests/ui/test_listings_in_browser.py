"""Listings in a real browser: found, looked at, compared, taken over, published after a look."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from marketplaces.connectors.remote import CardStatus
from partners.models import Activity
from products.models import CatalogueRow, Listing
from products.services import theirs
from sellercloudx.demo import scale
from tests import factories
from tests.products.making import make_card, make_listing
from tests.products.test_their_side import their_card
from tests.ui.test_bulk_in_browser import look

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
HOLD = {"place": "business", "price": "500000.00", "valid": "50000.00", "least": None}


@pytest.fixture
def partner():
    """One card to approve, one price held back, one listing found there, one to choose about."""
    partner = factories.make_partner()
    ready = make_card(make_listing(partner, marketplace="fake")).listing
    held, found = (
        factories.make_listing(factories.make_product(partner, name=name), ready.connection)
        for name in ("Piyola", "Lagan")
    )
    theirs.keep(found, their_card(found, stock=4))
    Listing.objects.filter(pk=found.pk).update(state="found")
    Listing.objects.filter(pk=held.pk).update(
        state="sent",
        sent_at=timezone.now(),
        remote_status=CardStatus.ACCEPTED,
        price_held_at=timezone.now(),
        price_held_for="PRICE_CHANGE",
        price_holds=[HOLD | {"currency": "UZS", "reasons": ["PRICE_CHANGE"]}],
    )
    shop = factories.make_connection(partner, marketplace="yandex", account="7009")
    scale._catalogue_row(shop, found.product).save()
    return partner


@pytest.mark.parametrize("width", [1280, 360])
def test_from_the_list_to_what_is_done(partner, fake, visit, client, width):
    client.force_login(partner.owner)
    session = client.cookies["sessionid"].value
    address = "/partner-dashboard/listings/"
    page = visit(address, width=width, session=session, locale="en")
    expect(page.get_by_role("heading", name="Listings")).to_be_visible()
    look(page, "listings")
    page.get_by_role("link", name="Confirm the price, or change it").click()
    expect(page.get_by_text("too far from the one before")).to_be_visible()
    look(page, "compare-held")
    page.get_by_role("button", name="Confirm the price").click()
    expect(page.get_by_text("Confirmed.")).to_be_visible()
    page.goto(page.url.split("/partner-dashboard")[0] + address + "?tab=found")
    page.get_by_role("checkbox", name="Choose Lagan").check()
    page.get_by_role("button", name="Take over the chosen").click()
    assert Activity.objects.get().kind == "take_over_listings"
    page.goto(page.url.split("/partner-dashboard")[0] + address + "?tab=review")
    page.get_by_role("checkbox", name="Choose Choynak").check()
    page.get_by_role("button", name="Look what would be sent").click()
    expect(page.get_by_text("new there")).to_be_visible()
    look(page, "dry-run")
    row = CatalogueRow.objects.get()
    page.goto(
        page.url.split("/partner-dashboard")[0]
        + f"/partner-dashboard/marketplaces/{row.connection_id}/catalogue/"
    )
    look(page, "shop-catalogue")
    page.get_by_label("What to do").select_option("ours")
    page.get_by_role("button", name="Do as chosen").click()
    expect(page.get_by_text("1 choice is carried out")).to_be_visible()
    assert page.said == []
