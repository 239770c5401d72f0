"""A seller who waits for a page is held by neither a silent marketplace nor a closed door."""

import time

import pytest
from django.urls import reverse

from marketplaces import gateway
from orders.models import Order
from sellercloudx.demo import scale
from tests import factories

from .test_http_deadline import never, server

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(partner):
    """The two that ask: choosing a category, and the label of an order."""
    shop = factories.make_connection(partner)
    listing = factories.make_listing(factories.make_product(partner), shop)
    order = scale.order(shop, 2)
    order.status = Order.Status.READY
    order.save()
    return [
        reverse("products:category", args=[listing.pk]),
        reverse("orders:label", args=[order.pk]),
    ]


def longest(client, pages) -> float:
    times = []
    for page in pages:
        began = time.monotonic()
        assert client.get(page).status_code in (200, 302)
        times.append(time.monotonic() - began)
    return max(times)


def test_a_silent_marketplace_is_given_up(partner_client, pages, settings, monkeypatch):
    monkeypatch.setattr(gateway, "PATIENCE", 1.0)
    with server(never) as url:
        settings.MARKETPLACE_URLS = {"yandex": url}
        assert 0.9 < longest(partner_client, pages) < 2


def test_a_closed_door_is_told_of_after_one_more_try(partner_client, pages, settings):
    settings.MARKETPLACE_URLS = {"yandex": "http://127.0.0.1:9"}
    assert 0.4 < longest(partner_client, pages) < 1.5
