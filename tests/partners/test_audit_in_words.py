"""What staff read in the audit: values in words, and who it was where nobody had signed in."""

from decimal import Decimal

import pytest
from django.utils import translation

from orders.models import Order
from orders.services import transitions
from partners import audit, request_context
from partners.models import AuditLog
from products.services import catalogue
from sellercloudx.demo import scale
from sellercloudx.lib import worded
from tests import factories

pytestmark = pytest.mark.django_db
AUDIT = "/admin-panel/audit/"


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        (None, "—"),
        ("", "—"),
        ([], "—"),
        (15, "15"),
        (0, "0"),
        (True, "Yes"),
        (False, "No"),
        (["a", "b"], "a, b"),
        ([{"name": "Rang", "value": "koʻk", "source": "seller"}], "Rang: koʻk"),
        ([["quantity", "", 2], ["sum", "UZS", None]], "quantity 2, sum UZS —"),
        ({"length": 3, "is_new": True}, "length: 3; is_new: Yes"),
    ],
)
def test_a_value_is_read_by_people(kept, read):
    with translation.override("en"):
        assert worded.value(kept) == read


def test_a_changed_product_is_told_in_words(staff_client, partner):
    product = factories.make_product(partner)
    facts = [{"name": "Rang", "value": "koʻk", "source": "seller"}]
    catalogue.change_product(product=product, by=partner.owner, facts=facts, weight_kg=Decimal(15))
    page = staff_client.get(AUDIT).content.decode()
    assert "— → Rang: koʻk" in page
    assert "— → 15" in page
    assert "[{" not in page
    assert "None" not in page


@pytest.mark.parametrize(
    ("language", "marketplace", "system"),
    [
        ("en", "the marketplace", "the system"),
        ("uz", "marketpleys", "tizim"),
        ("ru", "маркетплейс", "система"),
    ],
)
def test_who_it_was_where_nobody_signed_in(staff_client, partner, language, marketplace, system):
    order = Order(partner=partner, connection=factories.make_connection(partner))
    audit.record("ORDER_STATUS_CHANGED", partner=partner, entity=order)
    audit.record("DEMO_ACCOUNT_CLOSED")
    with request_context.of(request_id="ab12", ip="10.0.0.1", user_agent=""):
        audit.record("LOGIN_FAILED")
    staff_client.cookies["django_language"] = language
    page = staff_client.get(AUDIT).content.decode()
    for who in (marketplace, system):
        assert page.count(f'<span class="soft">{who}</span>') == 1


def test_an_order_the_marketplace_moved_was_moved_by_the_marketplace(partner):
    order = scale.order(factories.make_connection(partner), 1)
    order.save()
    transitions.move(order, "cancelled")
    record = AuditLog.objects.get(action="ORDER_STATUS_CHANGED")
    with translation.override("en"):
        assert str(record.without_a_person()) == "the marketplace"
