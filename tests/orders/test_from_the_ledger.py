"""From pieces that are promised or gone, in a product's stock ledger, to their order."""

import pytest
from django.urls import reverse

from orders.models import OrderLine
from products.services import stock

from .fakes import line, receive, remote

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(shop, product):
    order = receive(shop, remote(lines=[line(sku=product.sku, quantity=2)]))
    return OrderLine.objects.get(order=order)


def ledger(client, product):
    return client.get(reverse("products:detail", args=[product.pk])).content.decode()


def test_promised_pieces_lead_to_their_order(partner_client, product, sold):
    url = reverse("orders:of_source", args=[sold.source])
    assert f'href="{url}"' in ledger(partner_client, product)
    assert partner_client.get(url).url == reverse("orders:detail", args=[sold.order_id])


def test_so_do_pieces_that_are_gone(partner_client, partner, product, sold):
    assert stock.consume(partner=partner, source=sold.source)
    url = reverse("orders:of_source", args=[sold.source])
    assert f'href="{url}"' in ledger(partner_client, product)


@pytest.mark.parametrize("source", ["order_line:0", "order_line:x", "count:1", "9" * 40])
def test_what_names_no_line_leads_nowhere(partner_client, source):
    answer = partner_client.get(reverse("orders:of_source", args=[source]))
    assert answer.status_code == 404


@pytest.mark.parametrize("piece", [":0:3", ":part:12", ":2:3:part:12"])
def test_what_left_in_pieces_or_as_a_part_leads_to_its_order(partner_client, sold, piece):
    answer = partner_client.get(reverse("orders:of_source", args=[sold.source + piece]))
    assert answer.url == reverse("orders:detail", args=[sold.order_id])
