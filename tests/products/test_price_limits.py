"""Limits of prices: of one product, else of all, else ours."""

from decimal import Decimal

import pytest
from django.urls import reverse

from partners.models import AuditLog
from products.services import price_limits
from products.services.price_limits import OURS, limits_of
from tests import factories

pytestmark = pytest.mark.django_db
EMPTY = dict.fromkeys(("margin", "least", "most", "step", "per_hour", "per_day"), "")


@pytest.fixture
def product(partner):
    return factories.make_product(partner)


def limits(product):
    return limits_of([product])[product.pk]


def test_ours_hold_where_nothing_is_set(product):
    assert limits(product) == OURS


def test_those_of_the_product_come_before_those_of_all(partner_client, product):
    partner_client.post(reverse("products:price_limits"), EMPTY | {"margin": "10", "step": "30"})
    page = reverse("products:product_limits", args=[product.pk])
    partner_client.post(page, EMPTY | {"margin": "15,5", "least": "80 000", "most": "200000"})
    found = limits(product)
    assert (found.margin, found.step) == (Decimal("15.5"), Decimal(30))
    assert (found.least, found.most, found.per_hour) == (80_000, 200_000, OURS.per_hour)
    other = factories.make_product(product.partner)
    assert (limits(other).margin, limits(other).least) == (Decimal(10), None)
    assert limits(factories.make_product()) == OURS
    assert AuditLog.objects.filter(action="PRICE_LIMITS_SET").count() == 2
    assert 'value="15.5"' in partner_client.get(page).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"least": "0"}, {"least": "NaN"}, {"most": "-5"}, {"least": "20", "most": "10"},
        {"margin": "100"}, {"per_hour": "0"}, {"per_day": "x"}, {"step": "nan"},
    ],
)  # fmt: skip
def test_what_is_no_limit_is_refused(partner_client, product, wrong):
    page = reverse("products:product_limits", args=[product.pk])
    assert partner_client.post(page, EMPTY | wrong).status_code == 422
    assert price_limits.entered(product.partner, product) == price_limits.Limits()


def test_the_same_again_is_no_change(partner_client, product):
    page = reverse("products:product_limits", args=[product.pk])
    for _ in range(2):
        partner_client.post(page, EMPTY | {"least": "80000"})
    assert AuditLog.objects.filter(action="PRICE_LIMITS_SET").count() == 1
