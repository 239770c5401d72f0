import uuid

import pytest
from django.utils.module_loading import import_string

from orders.models import DailyAnalytics
from orders.services import lines
from partners.models import AuditLog
from products.services import catalogue
from tests import factories

from .fakes import figures, line, receive, remote, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(shop, product):
    return receive(shop, remote(lines=[line("ESKI-1", 2)]))


def test_a_linked_line_holds_its_pieces(order, product, partner):
    assert lines.link(line=order.lines.get(), product=product, by=partner.owner) == 1
    stored = order.lines.get()
    assert (stored.product, stored.stock, figures(product)) == (product, "reserved", (5, 2))
    assert told(order)[-1] == ("stock", "unlinked", "linked")
    assert AuditLog.objects.get(action="ORDER_LINE_LINKED").actor == partner.owner


def test_its_figures_appear_beside_the_whole_shop(order, product, partner):
    lines.link(line=order.lines.get(), product=product, by=partner.owner)
    rows = dict(DailyAnalytics.objects.values_list("product_id", "units"))
    assert rows == {0: 2, product.pk: 2}


def test_it_is_linked_once(order, product, partner):
    stored = order.lines.get()
    lines.link(line=stored, product=product, by=partner.owner)
    with pytest.raises(lines.AlreadyLinked):
        lines.link(line=stored, product=product, by=partner.owner)
    assert figures(product) == (5, 2)


def test_the_shop_remembers_what_a_sku_means(order, product, partner, shop):
    older = receive(shop, remote("5000", lines=[line("ESKI-1")]))
    assert lines.link(line=order.lines.get(), product=product, by=partner.owner) == 2
    newer = receive(shop, remote("5002", lines=[line("ESKI-1")]))
    assert older.lines.get().stock == newer.lines.get().stock == "reserved"
    assert figures(product) == (5, 4)


def test_a_delivered_order_is_linked_without_moving_stock(shop, product, partner):
    old = shop.created_at.replace(year=2025)
    done = receive(shop, remote("1", "delivered", lines=[line("ESKI-1")], created_at=old))
    lines.link(line=done.lines.get(), product=product, by=partner.owner)
    assert (done.lines.get().stock, figures(product)) == ("untouched", (5, 0))


# The orders are often there first: a shop brings a month of them, its products come later.


def add_product(partner, sku, quantity):
    return catalogue.add_product(
        partner=partner,
        by=partner.owner,
        submission=uuid.uuid4(),
        name="Choynak",
        quantity=quantity,
        cost=None,
        sku=sku,
    )


@pytest.fixture
def woken(monkeypatch):
    """What the worker is asked to do."""
    messages = []
    monkeypatch.setattr(lines, "wake", lambda *message: messages.append(message))
    return messages


def work(messages):
    for path, *args in messages:
        import_string(path)(*args)


def test_a_new_product_finds_the_lines_that_name_it(order, partner, shop, woken):
    done = receive(shop, remote("5000", "delivered", lines=[line("ESKI-1")]))
    added = add_product(partner, "ESKI-1", 7)
    assert woken == [("orders.services.lines.link_by_sku", added.pk)]
    work(woken)
    assert (order.lines.get().product, order.lines.get().stock) == (added, "reserved")
    assert ("stock", "unlinked", "linked") in told(order)
    # What left before we counted is not taken off the pieces that were counted since.
    assert (done.lines.get().product, done.lines.get().stock) == (added, "untouched")
    assert figures(added) == (7, 2)
    rows = dict(DailyAnalytics.objects.values_list("product_id", "units"))
    assert rows == {0: 3, added.pk: 3}


def test_the_next_news_of_an_order_link_it_too(order, partner, shop, woken):
    added = add_product(partner, "ESKI-1", 7)
    receive(shop, remote(minutes=1, status="packing", lines=[line("ESKI-1", 2)]))
    assert (order.lines.get().product, order.lines.get().stock) == (added, "reserved")
    assert ("stock", "unlinked", "linked") in told(order)
    work(woken)
    assert figures(added) == (7, 2)


def test_the_clock_finds_what_no_message_said(order, partner, shop, woken):
    added = factories.make_product(partner, sku="ESKI-1", stock=5)
    factories.make_product(sku="ESKI-1")
    lines.wake_linkable()
    work(woken)
    assert order.lines.get().product == added
    woken.clear()
    lines.wake_linkable()
    assert woken == []


def test_another_partners_lines_are_not_linked(order, woken):
    theirs = factories.make_product(sku="ESKI-1")
    assert lines.link_by_sku(theirs.pk) == 0
    assert order.lines.get().product is None
