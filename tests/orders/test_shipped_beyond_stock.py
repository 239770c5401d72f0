"""A parcel left with more pieces than we had counted: the stock says so and is put right."""

import pytest

from orders.services import filling
from partners.models import Notification

from .fakes import figures, line, put_on_shelf, receive, remote, told

pytestmark = pytest.mark.django_db


def state(order):
    stored = order.lines.get()
    return stored.stock, stored.covered, stored.missing


@pytest.fixture
def shipped(shop, product):
    """Six of five."""
    receive(shop, remote(lines=[line("SKU-1", 6)]))
    return receive(shop, remote(minutes=1, status="shipped", lines=[line("SKU-1", 6)]))


def test_what_is_there_leaves_and_the_rest_is_owed(shipped, product):
    assert (state(shipped), figures(product)) == (("owing", 5, 1), (0, 0))
    assert told(shipped)[-1] == ("stock", "", "owing")
    notice = Notification.objects.get(kind="order_owing")
    assert (notice.data["quantity"], notice.data["missing"]) == (6, 1)


def test_the_next_receipt_settles_it(shipped, product):
    put_on_shelf(product, 4, "kirim:1")
    assert (state(shipped), figures(product)) == (("shipped", 6, 0), (3, 0))
    assert told(shipped)[-1] == ("stock", "", "shipped")
    moved = sum(product.movements.values_list("quantity", flat=True))
    assert moved == 3


def test_it_is_settled_once_whatever_the_marketplace_says_then(shipped, product, shop):
    put_on_shelf(product, 4, "kirim:1")
    for minute, status in enumerate(["delivered", "returned", "confirmed"], start=2):
        receive(shop, remote(minutes=minute, status=status, lines=[line("SKU-1", 6)]))
    assert figures(product) == (3, 0)


def test_small_receipts_settle_it_bit_by_bit(shop, product):
    receive(shop, remote(lines=[line("SKU-1", 8)]))
    order = receive(shop, remote(minutes=1, status="shipped", lines=[line("SKU-1", 8)]))
    seen = []
    for number in range(3):
        put_on_shelf(product, 1, f"kirim:{number}")
        seen.append(state(order))
    assert seen == [("owing", 6, 2), ("owing", 7, 1), ("shipped", 8, 0)]
    assert figures(product) == (0, 0)


def test_it_comes_before_those_who_wait(shipped, product, shop):
    waiting = receive(shop, remote("5002"))
    put_on_shelf(product, 1, "kirim:1")
    assert (state(shipped)[0], state(waiting)[0]) == ("shipped", "short")


def test_it_leaves_other_orders_their_pieces(shop, product):
    kept = receive(shop, remote("5002", lines=[line("SKU-1", 3)]))
    order = receive(shop, remote(status="shipped", lines=[line("SKU-1", 4)]))
    assert (state(order), figures(product)) == (("owing", 2, 2), (3, 3))
    receive(shop, remote("5002", "cancelled", minutes=1, lines=[line("SKU-1", 3)]))
    filling.fill_due()
    assert (state(kept)[0], state(order)[0], figures(product)) == ("released", "shipped", (1, 0))


def test_a_line_that_shrinks_after_it_left_owes_less(shipped, shop, product):
    receive(shop, remote(minutes=2, status="shipped", lines=[line("SKU-1", 5)]))
    assert state(shipped) == ("shipped", 5, 0)
    put_on_shelf(product, 4, "kirim:1")
    assert figures(product) == (4, 0)


def test_it_is_shown_in_the_list_and_on_the_page(shipped, partner_client):
    partner_client.cookies["django_language"] = "en"
    [row] = partner_client.get("/partner-dashboard/orders/?tab=shipped").context["orders"]
    assert row.trouble == "Shipped beyond stock"
    page = partner_client.get(f"/partner-dashboard/orders/{shipped.pk}/")
    assert "1 of 6 lacking" in page.content.decode()
