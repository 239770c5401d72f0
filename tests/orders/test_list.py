from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplaces.models import Operation
from orders.models import Order
from tests import factories

from .fakes import line, receive, remote

pytestmark = pytest.mark.django_db
URL = reverse("orders:list")


def numbers(response):
    return [order.external_id for order in response.context["orders"]]


@pytest.fixture
def some(shop, product):
    """One of each kind; the deadlines do not follow the dates."""
    now = timezone.now()
    hours = {"new": 30, "confirmed": -2, "packing": 5, "ready": 1, "shipped": -9, "cancelled": 2}
    for number, (status, until) in enumerate(hours.items()):
        placed, deadline = now - timedelta(hours=number), now + timedelta(hours=until)
        receive(shop, remote(f"N-{status}", status, created_at=placed, ship_by=deadline))
    return shop


def test_it_begins_with_what_is_to_pack_nearest_deadline_first(partner_client, some):
    response = partner_client.get(URL)
    assert numbers(response) == ["N-confirmed", "N-packing", "N-new"]
    assert b"Kechikkan" in response.content or b"Late" in response.content


@pytest.mark.parametrize(
    ("tab", "found"),
    [
        ("late", ["N-confirmed"]),
        ("ready", ["N-ready"]),
        ("shipped", ["N-shipped"]),
        ("cancelled", ["N-cancelled"]),
        ("all", ["N-new", "N-confirmed", "N-packing", "N-ready", "N-shipped", "N-cancelled"]),
        ("nonsense", ["N-confirmed", "N-packing", "N-new"]),
    ],
)
def test_each_view_holds_its_own(partner_client, some, tab, found):
    assert numbers(partner_client.get(URL, {"tab": tab})) == found


def test_the_views_say_how_many(partner_client, some):
    tabs = {tab["label"]: tab["count"] for tab in partner_client.get(URL).context["tabs"]}
    assert list(tabs.values()) == [3, 1, 1, 1, 0, 1, 6]


def test_a_view_that_is_rarely_needed_appears_with_its_first_order(partner_client, shop):
    assert len(partner_client.get(URL).context["tabs"]) == 7
    receive(shop, remote(status="unknown"))
    assert len(partner_client.get(URL).context["tabs"]) == 8


@pytest.mark.parametrize("q", ["N-ship", "sku-1", "CHOYNAK", "чойнак sku-1", "paxta"])
def test_it_finds_by_number_sku_and_name_in_either_script(partner_client, some, q):
    assert "N-shipped" in numbers(partner_client.get(URL, {"q": q}))


def test_what_is_not_there_is_not_found(partner_client, some):
    response = partner_client.get(URL, {"q": "samovar"})
    assert numbers(response) == []
    assert response.context["chips"] == [{"label": "“samovar”", "remove_url": "?tab=all"}]


def test_it_narrows_to_one_shop(partner_client, some, partner):
    other = factories.make_connection(partner, marketplace="fake")
    receive(other, remote("OTHER"))
    assert numbers(partner_client.get(URL, {"shop": other.pk})) == ["OTHER"]
    assert "OTHER" in numbers(partner_client.get(URL, {"shop": "x", "tab": "pack"}))


@pytest.mark.parametrize(
    "odd", ["q=%00", "q=" + "ъ" * 500, "shop=1e9", "after=x", "after=-9", "before=%F0%9F", "tab="]
)
def test_an_odd_address_is_no_error(partner_client, some, odd):
    assert partner_client.get(f"{URL}?{odd}").status_code == 200


@pytest.mark.parametrize("tab", ["pack", "all"])
@pytest.mark.parametrize("deadlines", ["all", "some", "none"])
def test_pages_hold_each_order_once_there_and_back(
    partner_client, shop, tab, deadlines, monkeypatch
):
    monkeypatch.setattr("orders.paging.page.__kwdefaults__", {"size": 3})
    for number in range(10):
        has = deadlines == "all" or (deadlines == "some" and number % 3)
        ship_by = timezone.now() + timedelta(hours=number // 2) if has else None
        placed = timezone.now() - timedelta(days=number // 2)
        receive(shop, remote(str(number), ship_by=ship_by, created_at=placed))
    pages, after, before = [], "", ""
    while True:
        response = partner_client.get(URL, {"tab": tab, "after": after})
        pages.append(numbers(response))
        before = before if response.context["page"].after else response.context["page"].before
        if not (after := response.context["page"].after):
            break
    assert sorted(sum(pages, [])) == [str(number) for number in range(10)]
    back = [pages[-1]]
    while before:
        response = partner_client.get(URL, {"tab": tab, "before": before})
        back.insert(0, numbers(response))
        before = response.context["page"].before
    assert back == pages


def test_ready_for_many_answers_for_each(partner_client, some):
    ids = list(Order.objects.values_list("pk", flat=True))
    response = partner_client.post(
        reverse("orders:ready_many"), {"id": ids, "next": f"{URL}?tab=all"}, follow=True
    )
    assert response.redirect_chain == [(f"{URL}?tab=all", 302)]
    words = [str(message) for message in response.context["messages"]]
    assert len(words) == 4
    assert sum(word.startswith("N-") for word in words) == 3
    assert Operation.objects.filter(kind="ship_order").count() == 3


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:1", ""])
def test_it_leads_back_to_our_own_pages_only(partner_client, some, address):
    response = partner_client.post(reverse("orders:ready_many"), {"id": ["x"], "next": address})
    assert response["Location"] == URL


def test_other_partners_orders_are_not_touched(partner_client, fake):
    theirs = factories.make_connection(marketplace="fake")
    order = receive(theirs, remote())
    partner_client.post(reverse("orders:ready_many"), {"id": [order.pk]})
    assert numbers(partner_client.get(URL, {"tab": "all"})) == []
    order.refresh_from_db()
    assert order.status == "confirmed"


def test_the_empty_list_says_the_next_step(partner_client, partner, fake):
    assert reverse("marketplaces:list").encode() in partner_client.get(URL).content
    shop = factories.make_connection(partner, marketplace="fake")
    assert reverse("products:list").encode() in partner_client.get(URL).content
    receive(shop, remote(status="delivered", lines=[line("X")]))
    assert b"?tab=all" in partner_client.get(URL).content
