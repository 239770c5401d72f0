"""Many things at once in a real browser, on a desk and on a phone: looked at first, then done."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from partners.models import Activity
from partners.services import activities
from products.models import Product
from tests import factories
from tests.products.making import make_card

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LIST = "/partner-dashboard/products/"
TABLE = """SKU;Name;On hand;Cost price;Price
A-1;Choynak «Paxta» katta;7;60000;120000
B-1;Piyola;besh;;
B-2;Lagan naqshli, Rishton;3;10000;35000
"""


@pytest.fixture(params=[1280, 360])
def opened(request, visit, client):
    def opened(address, partner):
        client.force_login(partner.owner)
        session = client.cookies["sessionid"].value
        return visit(address, width=request.param, session=session, locale="en")

    return opened


def look(page, name) -> None:
    # A phone widens `innerWidth` with the page.
    wide = page.evaluate("document.documentElement.scrollWidth") - page.viewport_size["width"]
    assert wide <= 0, f"{name} is {wide} px too wide"
    assert Axe().run(page).response["violations"] == [], name
    if folder := os.environ.get("SHOTS"):
        width = page.viewport_size["width"]
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def run_and_follow(page) -> None:
    activities.run(Activity.objects.get().pk)
    page.reload()
    look(page, f"activity-{Activity.objects.get().kind}")
    page.get_by_role("link", name="What became of each").click()


def test_a_table_is_looked_at_and_imported(opened):
    partner = factories.make_partner()
    factories.make_product(partner, sku="A-1", stock=3)
    page = opened(LIST, partner)
    page.locator("summary:has-text('More actions')").click()
    page.get_by_role("link", name="Import").click()
    page.get_by_label("Table").set_input_files(
        {"name": "tovarlar.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    )
    look(page, "import")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("3 → 7")).to_be_visible()
    expect(page.get_by_text("Write a whole number of pieces")).to_be_visible()
    look(page, "import-preview")
    assert Product.objects.count() == 1
    page.get_by_role("button", name="Import", exact=True).click()
    run_and_follow(page)
    expect(page.get_by_text("Not taken").first).to_be_visible()
    look(page, "import-result")
    with page.expect_download() as loading:
        page.get_by_role("link", name="Rows that were not taken").click()
    assert b"besh" in loading.value.path().read_bytes()
    assert Product.objects.count() == 2
    assert page.said == []


def test_cards_are_looked_at_and_published(opened):
    partner = factories.make_partner()
    shop = factories.make_connection(partner, marketplace="fake")
    for number in range(4):
        price = {"price": None} if number == 3 else {}
        name = f"Choynak «Paxta» qopqoqli, {number} l"
        product = factories.make_product(partner, name=name, stock=5, **price)
        make_card(factories.make_listing(product, shop, category_id="91105"))
    page = opened(LIST, partner)
    for number in range(4):
        # On a phone there is no head of the table, and no box for all of them.
        page.get_by_label(f"Choose Choynak «Paxta» qopqoqli, {number} l").check(force=True)
    expect(page.get_by_text("Selected: 4")).to_be_visible()
    look(page, "products")
    page.get_by_role("button", name="Publish cards").click()
    expect(page.get_by_text("Set a price.")).to_be_visible()
    page.get_by_label("Choynak «Paxta» qopqoqli, 0 l").uncheck(force=True)
    look(page, "publish")
    page.get_by_role("button", name="Publish the chosen cards").click()
    run_and_follow(page)
    look(page, "publish-result")
    assert Activity.objects.get().items.filter(outcome="published").count() == 2
    assert page.said == []
