from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ai_manager.services import automation
from marketplaces.models import Connection, Stream
from partners.models import CompanyDetails, Member
from products.models import Card, Listing
from tests import factories
from tests.orders.fakes import line, receive, remote

pytestmark = pytest.mark.django_db
URL = reverse("pages:overview")


@pytest.fixture
def shop(partner):
    made = factories.make_connection(partner)
    read = timezone.now() - timedelta(minutes=2)
    Stream.objects.create(connection=made, name="orders", due_at=read, succeeded_at=read)
    return made


def sell(shop, number, *, hours=5, days_ago=0, price="1000", sku="SKU-1", **fields):
    now = timezone.now()
    news = remote(
        number,
        fields.pop("status", "confirmed"),
        created_at=now - timedelta(days=days_ago),
        ship_by=now + timedelta(hours=hours),
        lines=[line(sku, 1, price, currency=fields.pop("currency", "UZS"))],
    )
    return receive(shop, news)


def steps(response) -> list:
    return [step for step, _may in response.context["checklist"]["steps"]]


def done(response) -> list[bool]:
    return [step.is_done for step in steps(response)]


def test_a_new_partner_is_led_to_the_first_order(partner_client):
    response = partner_client.get(URL)
    assert done(response) == [False] * 7
    assert [step.is_next for step in steps(response)] == [True] + [False] * 6
    assert steps(response)[0].url == reverse("pages:company")
    assert b'class="tile"' not in response.content


def test_the_checklist_is_made_of_facts_and_goes_when_all_is_done(partner_client, partner, shop):
    product = factories.make_product(partner)
    assert done(partner_client.get(URL)) == [False, True, True, True, False, False, False]
    listing = factories.make_listing(product, shop, state=Listing.State.SENT)
    Card.objects.create(
        partner=partner,
        listing=listing,
        version=1,
        made_by="rules",
        texts={},
        approved_at=timezone.now(),
    )
    CompanyDetails.objects.create(partner=partner)
    sell(shop, "1")
    response = partner_client.get(URL)
    assert done(response) == [True, True, True, True, False, True, True]
    assert steps(response)[4].is_next
    automation.choose(partner=partner, by=partner.owner, level="balanced")
    assert partner_client.get(URL).context["checklist"] == {}


def test_what_is_left_is_folded_up_once_orders_come(partner_client, shop):
    assert b'<details class="card" open>' in partner_client.get(URL).content
    sell(shop, "1")
    assert b'<details class="card">' in partner_client.get(URL).content


def test_nobody_is_led_where_they_may_do_nothing(client, partner):
    operator = factories.make_user()
    Member.objects.create(partner=partner, user=operator, role=Member.Role.OPERATOR)
    client.force_login(operator)
    may = [may for _step, may in client.get(URL).context["checklist"]["steps"]]
    assert may == [False, False, False, True, False, True, True]


def test_an_untested_key_is_the_next_step_to_take(partner_client, partner):
    CompanyDetails.objects.create(partner=partner)
    factories.make_connection(
        partner, account="", state=Connection.State.UNTESTED, seen={"shops": []}
    )
    found = steps(partner_client.get(URL))
    assert [step.is_done for step in found[:3]] == [True, True, False]
    assert found[2].is_next and "/marketplaces/" in found[2].url


def test_a_key_that_was_refused_connects_nothing(partner_client, partner):
    partner_client.cookies["django_language"] = "en"
    shop = factories.make_connection(
        partner, account="", state=Connection.State.UNTESTED, error_kind="config"
    )
    step = steps(partner_client.get(URL))[1]
    assert not step.is_done
    assert "the key was refused" in step.label
    assert step.url.endswith(f"/{shop.pk}/")


def test_it_begins_with_what_is_urgent(partner_client, partner, shop):
    factories.make_product(partner, sku="SKU-1", stock=9)
    factories.make_product(partner, sku="SKU-2")
    sell(shop, "1", hours=3)
    sell(shop, "2", hours=9)
    sell(shop, "3", hours=-1)
    sell(shop, "4", sku="NOBODY")
    sell(shop, "5", status="ready")
    context = partner_client.get(URL).context
    assert (context["orders"]["to_pack"], context["orders"]["late"]) == (4, 1)
    assert timedelta(hours=2) < context["orders"]["next"] - timezone.now() < timedelta(hours=3)
    assert [order.external_id for order in context["urgent"]] == ["3", "4"]
    assert (context["empty"].total, context["empty"].rows[0].sku) == (1, "SKU-2")


def test_revenue_stands_beside_the_week_before(partner_client, shop):
    sell(shop, "1", price="3000")
    sell(shop, "2", price="500", days_ago=6)
    sell(shop, "3", price="2000", days_ago=7)
    sell(shop, "4", price="9", days_ago=14)
    sell(shop, "5", price="7", currency="RUB")
    week = {sold["currency"]: sold for sold in partner_client.get(URL).context["week"]}
    assert (week["UZS"]["now"], week["UZS"]["before"]) == (3500, 2000)
    assert (week["RUB"]["now"], week["RUB"]["before"]) == (7, 0)


def test_without_sales_it_says_so_and_draws_nothing(partner_client, partner):
    factories.make_product(partner)
    response = partner_client.get(URL)
    assert response.context["week"] == []
    assert b'class="plot"' not in response.content


def test_cards_that_wait_are_counted_by_product(partner_client, partner, shop):
    product = factories.make_product(partner, stock=1)
    factories.make_listing(product, shop, state=Listing.State.REVIEW)
    other = factories.make_connection(partner)
    factories.make_listing(product, other, state=Listing.State.REFUSED)
    context = partner_client.get(URL).context
    assert (context["cards"].total, context["cards"].rows) == (1, [product])


def test_it_says_how_fresh_it_is_and_nothing_else_when_all_is_well(partner_client, shop):
    context = partner_client.get(URL).context
    assert timezone.now() - context["updated_at"] < timedelta(minutes=3)
    assert context["note"] is None


def test_a_shop_that_is_not_read_is_the_one_note(partner_client, shop):
    Stream.objects.update(succeeded_at=timezone.now() - timedelta(minutes=30))
    assert partner_client.get(URL).context["note"]["tone"] == "warn"


def test_a_refused_key_comes_before_everything(partner_client, partner, shop):
    Stream.objects.update(succeeded_at=timezone.now() - timedelta(minutes=30))
    factories.make_connection(partner, state=Connection.State.PARKED)
    assert partner_client.get(URL).context["note"]["tone"] == "bad"


def test_it_takes_few_queries_however_large_the_shop(
    partner_client, partner, shop, django_assert_max_num_queries
):
    factories.make_product(partner, stock=9, sku="SKU-1")
    sell(shop, "1")
    for number in range(2, 12):
        factories.make_product(partner)
        sell(shop, str(number))
    with django_assert_max_num_queries(8):
        partner_client.get(URL)


def test_others_figures_are_not_shown(partner_client, partner):
    factories.make_product(partner, stock=1)
    theirs = factories.make_connection()
    factories.make_product(theirs.partner)
    sell(theirs, "1")
    context = partner_client.get(URL).context
    assert (context["orders"]["to_pack"], context["week"]) == (0, [])
    assert context["empty"].total == 0
