import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from products.models import Listing
from products.views import catalogue
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/partner-dashboard/products/"


def names(answer):
    return [product.name for product in answer.context["products"]]


def listed(partner, shop, name, **fields):
    product = factories.make_product(partner, name=name, stock=3)
    return factories.make_listing(product, shop, **fields)


@pytest.fixture
def shop(partner):
    return factories.make_connection(partner)


def test_an_empty_list_says_the_next_step(partner_client):
    html = partner_client.get(URL).content.decode()
    assert "No products yet" in html and "/partner-dashboard/products/add/" in html


def test_it_shows_only_ones_own(partner_client, partner):
    factories.make_product(partner, name="Mine")
    factories.make_product(name="Theirs")
    assert names(partner_client.get(URL)) == ["Mine"]


@pytest.mark.parametrize(
    "q", ["o'zbek", "OʻZBEK", "o‘zbek lagan", "ўзбек", "lagan ozbek", "LG-1", "47800"]
)
def test_it_finds_in_either_script_with_any_apostrophe(partner_client, partner, q):
    factories.make_product(partner, name="Oʻzbek lagani", sku="LG-1", barcode="4780000000014")
    factories.make_product(partner, name="Choynak")
    assert names(partner_client.get(URL, {"q": q})) == ["Oʻzbek lagani"]


@pytest.mark.parametrize("q", ["%", "_", "'; DROP TABLE products;--", "qz\x00", "🫖", "x" * 500])
def test_strange_words_find_nothing_and_break_nothing(partner_client, partner, q):
    factories.make_product(partner)
    answer = partner_client.get(URL, {"q": q})
    assert answer.status_code == 200
    assert names(answer) == []


def test_trouble_stands_first(partner_client, partner, shop):
    listed(partner, shop, "Old trouble", state="refused")
    listed(partner, shop, "Rejected", state="sent", remote_status="rejected")
    for number in range(3):
        listed(partner, shop, f"Fine {number}", state="sent", remote_status="accepted")
    answer = partner_client.get(URL)
    assert names(answer) == ["Rejected", "Old trouble", "Fine 2", "Fine 1", "Fine 0"]
    assert answer.content.decode().count('class="late"') == 2


def test_tabs_count_and_filter(partner_client, partner, shop):
    listed(partner, shop, "Review", state="review")
    listed(partner, shop, "Refused price", state="sent", price_refusal="Нет")
    listed(partner, shop, "Making", state="wanted")
    listed(partner, shop, "On sale", state="sent", remote_status="accepted")
    factories.make_product(partner, name="Sold out")
    found = {
        tab["url"]: (tab["count"], names(partner_client.get(URL + tab["url"])))
        for tab in partner_client.get(URL).context["tabs"]
    }
    assert found["?tab=you"] == (2, ["Refused price", "Review"])
    assert found["?tab=making"] == (1, ["Making"])
    assert found["?tab=sale"] == (1, ["On sale"])
    assert found["?tab=empty"] == (1, ["Sold out"])
    assert found["?"][0] == 5


def test_pages_follow_each_other_without_gap_or_repeat(partner_client, partner, shop, monkeypatch):
    monkeypatch.setattr(catalogue, "PAGE", 4)
    for number in range(11):
        state = "refused" if number % 4 == 0 else "review"
        listed(partner, shop, f"Product {number}", state=state)
    seen, url = [], URL + "?q=product"
    while url:
        answer = partner_client.get(url)
        seen += names(answer)
        link = re.search(r'rel="next" href="([^"]+)"', answer.content.decode())
        url = link and URL + link.group(1).replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 11
    assert seen[:3] == ["Product 8", "Product 4", "Product 0"]


@pytest.mark.parametrize("after", ["x", "1", "2-3", "1-x", "-", "1-" + "9" * 40, "0-²"])
def test_a_cursor_of_nonsense_is_the_first_page(partner_client, partner, after):
    factories.make_product(partner, name="Mine")
    assert names(partner_client.get(URL, {"after": after})) == ["Mine"]


def queries_of(client, page):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(page).status_code == 200
    return len(queries)


def test_it_asks_the_database_as_often_for_many_as_for_few(partner_client, partner, shop):
    partner_client.get(URL)
    counts = []
    for _ in range(2):
        for number in range(15):
            listed(partner, shop, f"P{number}", state="sent", sent_at=timezone.now())
        counts.append(queries_of(partner_client, URL))
    assert counts[0] == counts[1] <= 12
    assert Listing.objects.count() == 30
