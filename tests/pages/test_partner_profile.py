"""Everything about one partner on one page; each group of ours sees its own part of it."""

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from marketplaces.models import Operation, Stream
from orders.models import DailyAnalytics
from orders.services.analytics import day_of
from partners import audit
from partners.models import SupportTicket
from partners.services import approval, chat, company
from tests import factories

pytestmark = pytest.mark.django_db
PARTS = {"people", "company", "tickets", "shops", "money", "history", "notes"}


def url(partner) -> str:
    return f"/admin-panel/partners/{partner.pk}/"


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["django_language"] = "en"


def sold(shop, *, currency="UZS", days_ago=0, orders=2, revenue=150_000):
    DailyAnalytics.objects.create(
        partner=shop.partner,
        connection=shop,
        day=day_of(timezone.now()) - timedelta(days=days_ago),
        currency=currency,
        orders=orders,
        revenue=revenue,
    )


@pytest.mark.parametrize(
    ("group", "parts"),
    [
        ("support", PARTS - {"money"}),
        ("moderator", {"people", "company", "history", "notes"}),
        ("finance", {"company", "money", "notes"}),
        ("ai_operator", set()),
    ],
)
def test_a_group_sees_what_its_rights_open(client, partner, group, parts):
    factories.make_connection(partner)
    client.force_login(factories.make_colleague(group))
    page = client.get(url(partner))
    assert {name for name in PARTS if name in page.context} == parts
    assert partner.company_name in page.content.decode()


def test_a_superuser_sees_all_in_eight_queries_at_most(
    staff_client, staff, partner, django_assert_max_num_queries
):
    for _ in range(3):
        sold(factories.make_connection(partner))
        audit.record("LOGOUT", partner=partner, actor=staff)
        factories.make_ticket(partner)
    chat.send(
        partner=partner, by=partner.owner, is_from_staff=False, text="?", client_id=uuid.uuid4()
    )
    with django_assert_max_num_queries(8):
        page = staff_client.get(url(partner))
    assert {name for name in PARTS if name in page.context} == PARTS


def test_a_shop_tells_its_health_and_when_it_was_read(staff_client, partner):
    shop = factories.make_connection(
        partner, state="parked", error_kind="config", name="Chorsu shop"
    )
    read = timezone.now() - timedelta(minutes=7)
    Stream.objects.create(connection=shop, name="orders", due_at=read, succeeded_at=read)
    Operation.objects.create(
        partner=partner,
        connection=shop,
        kind="push_price",
        target="SKU-1",
        dedupe="1",
        state="parked",
        due_at=read,
    )
    page = staff_client.get(url(partner)).content.decode()
    for words in ("Chorsu shop", "Key refused", "The marketplace refused the key.", "7 min ago"):
        assert words in page


def test_the_company_is_told_with_its_papers_masked_and_its_tax(staff_client, partner):
    partner.legal_form = "sole_proprietor"
    partner.save()
    company.save_details(
        partner=partner,
        by=partner.owner,
        details={
            "full_name": "Aziza Karimova",
            "certificate_number": "12-34",
            "certificate_date": date(2024, 5, 6),
            "bank": "Hamkorbank",
            "mfo": "00083",
            "account_number": "20208000900123456789",
            "address": "Chilonzor 1",
            "region": "UZ-TK",
        },
        papers={"passport": "AA7654321"},
        tax_base="vat",
    )
    page = staff_client.get(url(partner)).content.decode()
    for words in ("Hamkorbank", "20208000900123456789", "Aziza Karimova", "VAT, 12%"):
        assert words in page
    assert "AA7654321" not in page


def test_tickets_are_counted_and_the_last_leads_to_its_page(staff_client, client, partner):
    first, second = (factories.make_ticket(partner, subject=f"{n}-savol") for n in (1, 2))
    times = {"resolved_at": timezone.now(), "closed_at": timezone.now()}
    closed = SupportTicket.objects.filter(pk=second.pk)
    closed.update(status="closed", waits_id=0, waits_since=None, **times)
    page = staff_client.get(url(partner))
    told = page.context["tickets"]
    assert (told["open"], told["last"]) == (1, second)
    assert f'href="/admin-panel/tickets/{second.pk}/"' in page.content.decode()


def test_the_shop_of_a_blocked_partner_stands_still(staff_client, staff, partner):
    factories.make_connection(partner, state="active")
    assert "Parked: partner blocked" not in staff_client.get(url(partner)).content.decode()
    approval.block(partner=partner, by=staff, reason="Shubha")
    assert "Parked: partner blocked" in staff_client.get(url(partner)).content.decode()


def test_currencies_and_the_sandbox_are_kept_apart(staff_client, partner):
    own, pretended = (factories.make_connection(partner, is_sandbox=is_it) for is_it in (0, 1))
    sold(own, orders=3)
    sold(own, days_ago=29, orders=4)
    sold(own, days_ago=30, orders=100)
    sold(own, currency="RUB", orders=1)
    sold(pretended, orders=9)
    money = staff_client.get(url(partner)).context["money"]
    found = {
        (block.currency, is_sandbox): pair.now.orders
        for block in money
        for is_sandbox, pair in block.groups.items()
    }
    assert found == {("UZS", False): 7, ("UZS", True): 9, ("RUB", False): 1}


def test_without_sales_it_says_so_and_shows_no_zero(staff_client, partner):
    sold(factories.make_connection(partner), days_ago=31)
    page = staff_client.get(url(partner))
    assert page.context["money"] == []
    assert "No data yet" in page.content.decode()


def test_a_partner_without_members_has_its_page_too(staff_client, partner):
    partner.members.all().delete()
    assert partner.company_name in staff_client.get(url(partner)).content.decode()


def test_the_history_leads_to_the_whole_of_it(staff_client, partner):
    for _ in range(12):
        audit.record("LOGOUT", partner=partner, actor=partner.owner)
    page = staff_client.get(url(partner))
    assert len(page.context["history"]) == 10
    assert f"/admin-panel/audit/?partner={partner.pk}" in page.content.decode()
