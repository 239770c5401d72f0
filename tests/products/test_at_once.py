"""The same form sent twice at the same moment is one thing done."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import AuditLog
from products.models import Card
from products.services import stock
from tests import factories
from tests.at_once import ROUNDS, twice_at_once

from .making import make_card, make_listing

pytestmark = pytest.mark.django_db(transaction=True)


def press_twice(partner_client, url, typed):
    def press():
        client = Client()
        client.cookies = partner_client.cookies.copy()
        return client.post(url, typed)

    answers = twice_at_once(press)
    assert [answer.status_code for answer in answers] == [302, 302], answers


def test_a_card_edited_twice_gets_one_new_version(partner_client, partner):
    for number in range(ROUNDS):
        listing = make_card(make_listing(partner, account=str(number))).listing
        url = reverse("products:edit_card", args=[listing.pk])
        fields = partner_client.get(url).context["form"]
        typed = {bound.name: bound.value() or "" for bound in fields}
        press_twice(partner_client, url, typed | {"ru_title": "Чайник"})
        made = listing.cards.order_by("version").values_list("version", "made_by")
        assert [*made] == [(1, Card.Maker.RULES), (2, Card.Maker.PERSON)]


def test_a_price_set_twice_is_one_change(partner_client, partner):
    for _ in range(ROUNDS):
        product = factories.make_product(partner)
        url = reverse("products:price", args=[product.pk])
        press_twice(partner_client, url, {"price": "120000", "cost": "60000"})
        assert product.price_changes.count() == 1
    assert AuditLog.objects.filter(action="PRICE_CHANGED").count() == ROUNDS


def test_a_count_corrected_twice_is_one_movement(partner_client, partner):
    product = factories.make_product(partner, stock=100)
    url = reverse("products:adjust", args=[product.pk])
    for number in range(1, ROUNDS + 1):
        typed = {"submission": str(uuid.uuid4()), "quantity": "-2", "reason": "broken"}
        press_twice(partner_client, url, typed)
        assert stock.figures(product).on_hand == 100 - 2 * number
    assert product.movements.filter(kind="adjustment").count() == ROUNDS
