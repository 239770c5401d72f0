"""What staff read in the audit: values in words, and who it was where nobody had signed in."""

import re
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import translation

from orders.models import Order
from orders.services import transitions
from partners import audit, audit_words, request_context
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


def test_what_an_export_was_asked_for_is_told_in_words(staff_client, partner):
    asked = {"tab": "pack", "days": "7"}
    audit.record("EXPORT_ORDERS_STARTED", partner=partner, actor=partner.owner, after=asked)
    staff_client.cookies["django_language"] = "en"
    page = staff_client.get(AUDIT).content.decode()
    assert "View of the list" in page or "view of the list" in page
    assert "To pack" in page
    assert "tab: pack" not in page


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


class TestActions:
    def test_each_that_the_code_writes_down_has_words(self):
        written = {code for path in MODULES for code in codes_in(path)}
        assert len(written) > 50
        assert written - audit_words.ACTIONS.keys() == set()

    @pytest.mark.parametrize("language", ["uz", "ru"])
    def test_they_are_said_in_each_language(self, language):
        with translation.override("en"):
            english = dict(audit_words.choices())
        with translation.override(language):
            told = dict(audit_words.choices())
        assert [code for code in english if english[code] == told[code]] == []

    def test_one_without_words_stays_what_it_is(self):
        assert audit_words.action("SOMETHING_NEW") == "SOMETHING_NEW"


def test_roles_and_states_are_read_in_words(staff_client, partner):
    member = partner.members.get()
    audit.record(
        "PERMISSION_CHANGED", entity=member, before={"role": "owner"}, after={"role": "viewer"}
    )
    audit.record(
        "PARTNER_BLOCKED",
        entity=partner,
        before={"state": "approved"},
        after={"state": "blocked", "reason": "owner"},
    )
    staff_client.cookies["django_language"] = "ru"
    page = staff_client.get(AUDIT).content.decode()
    page = page[page.index('id="list"') :]
    for words in ("Владелец → Наблюдатель", "Одобрен → Заблокирован", "роль:", "состояние:"):
        assert words in page
    # What a person wrote is no code.
    assert "owner" in page
    for code in ("viewer", ">PERMISSION_CHANGED", "approved"):
        assert code not in page


def test_a_row_of_a_table_that_is_gone_is_read_all_the_same(staff_client):
    AuditLog.objects.create(action="OLD_ONE", entity_type="forgotten", entity_id="7")
    page = staff_client.get(AUDIT).content.decode()
    assert "OLD_ONE" in page and "Forgotten № 7" in page


ROOMS = (
    "partners",
    "marketplaces",
    "products",
    "orders",
    "referrals",
    "ai_manager",
    "sellercloudx",
)
MODULES = [
    path
    for room in ROOMS
    for path in (settings.BASE_DIR / room).rglob("*.py")
    if path.name not in ("audit.py", "audit_words.py") and "audit" in path.read_text()
]


def codes_in(path) -> set[str]:
    """The actions that a module which writes to the audit names."""
    source = path.read_text()
    if not re.search(r"import .*\baudit\b", source):
        return set()
    codes = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+|LOGOUT)"', source))
    # Names in the wiring, and settings.
    return codes - {"OPERATION_PARKED", "SESSION_SECRET"}
