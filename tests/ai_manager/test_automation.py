"""How much is done without a person: minimal, balanced, maximum."""

from decimal import Decimal

import pytest
from django.urls import reverse

from ai_manager.models import CardJob
from ai_manager.services import automation, cards
from marketplaces.connectors.errors import AuthFailed
from marketplaces.models import Operation
from partners.models import AuditLog, Member, Partner, StoredFile
from products.models import Card, Listing
from products.services import catalogue, listings, price_changes
from products.services.cards import edit_card, latest_card
from tests import factories
from tests.at_once import ROUNDS, at_once

pytestmark = pytest.mark.django_db
URL = reverse("ai_manager:automation")
State = Listing.State


def at(level, partner):
    automation.choose(partner=partner, by=partner.owner, level=level)
    return partner


@pytest.fixture
def shop(partner):
    return factories.make_connection(partner)


@pytest.fixture
def product(partner):
    """One that lacks nothing a marketplace asks for."""
    photo = StoredFile.objects.create(
        partner=partner,
        sha256="5" * 64,
        content_type="image/jpeg",
        content=b"",
        size=1,
        width=1,
        height=1,
        is_public=True,
    )
    return factories.make_product(
        partner, stock=3, name="Choynak oq 1 l", brand="Rishton", photo=photo
    )


@pytest.fixture
def made(monkeypatch, product, shop):
    """Its card, made here and now where one was asked for; the listing."""
    monkeypatch.setattr(cards, "_asked_for", lambda listing: [])

    def make(**fields):
        listing = listings.open_listing(product=product, connection=shop)
        Listing.objects.filter(pk=listing.pk).update(**{"category_id": "91105"} | fields)
        for job in CardJob.objects.filter(state=CardJob.State.DUE):
            cards.make_card(job.pk)
        listing.refresh_from_db()
        return listing

    return make


def sent() -> list[str]:
    return sorted(Operation.objects.values_list("kind", flat=True))


@pytest.mark.parametrize("level", ["", "balanced"])
def test_a_card_is_made_and_waits(made, partner, level):
    if level:
        at(level, partner)
    listing = made()
    assert (listing.state, latest_card(listing).approved_at) == (State.REVIEW, None)
    assert sent() == []


def test_at_maximum_a_card_that_lacks_nothing_goes_out_by_itself(made, partner):
    at("maximum", partner)
    listing = made()
    card = latest_card(listing)
    assert (listing.state, card.approved_by) == (State.APPROVED, None)
    assert card.approved_at
    assert sent() == ["publish_card", "push_price", "push_stock"]
    entry = AuditLog.objects.get(action="CARD_PUBLISHED")
    assert (entry.partner, entry.actor, entry.after["version"]) == (partner, None, 1)


@pytest.mark.parametrize(
    ("of_listing", "of_product"),
    [({"category_id": ""}, {}), ({}, {"brand": ""}), ({}, {"price": None}), ({}, {"photo": None})],
)
def test_at_maximum_one_that_lacks_anything_waits(made, partner, product, of_listing, of_product):
    at("maximum", partner)
    for name, value in of_product.items():
        setattr(product, name, value)
    product.save()
    assert made(**of_listing).state == State.REVIEW
    assert sent() == []


def test_at_maximum_a_card_with_remarks_waits(made, partner, monkeypatch):
    def refuse(listing):
        raise AuthFailed("no such right")

    monkeypatch.setattr(cards, "_asked_for", refuse)
    at("maximum", partner)
    listing = made()
    assert [one["code"] for one in latest_card(listing).problems] == ["characteristics_unknown"]
    assert (listing.state, sent()) == (State.REVIEW, [])


def test_at_maximum_nothing_goes_to_a_shop_that_does_not_work(made, partner, shop):
    at("maximum", partner)
    shop.state = shop.State.PARKED
    shop.save()
    assert made().state == State.REVIEW


def test_what_a_person_wrote_waits_for_a_person_at_maximum_too(made, partner):
    at("maximum", partner)
    listing = made()
    from_person = latest_card(listing)
    edit_card(card=from_person, texts=from_person.texts, attributes=[])
    listing.refresh_from_db()
    assert listing.state == State.REVIEW


def test_at_minimal_no_card_is_made_until_somebody_asks(made, partner, partner_client):
    at("minimal", partner)
    listing = made()
    assert (listing.state, CardJob.objects.count()) == (State.UNASKED, 0)
    remake = reverse("ai_manager:remake", args=[listing.pk])
    page = partner_client.get(reverse("products:listing", args=[listing.pk])).content.decode()
    assert f'action="{remake}"' in page
    partner_client.post(remake)
    assert made().state == State.REVIEW


def test_at_minimal_a_changed_product_is_put_before_a_person(made, partner, product):
    listing = made()
    at("minimal", partner)
    product.refresh_from_db()
    catalogue.change_product(product=product, by=partner.owner, name="Choynak koʻk 1 l")
    listing.refresh_from_db()
    assert (listing.state, Card.objects.count()) == (State.REVIEW, 1)
    assert not CardJob.objects.filter(state=CardJob.State.DUE).exists()


def test_it_is_chosen_on_its_page_and_audited(partner_client, partner):
    for _twice in range(2):
        assert partner_client.post(URL, {"level": "maximum"}).url == URL
    partner.refresh_from_db()
    assert partner.automation == "maximum"
    entry = AuditLog.objects.get(action="AI_SETTINGS_CHANGED")
    assert (entry.before, entry.after) == ({"automation": ""}, {"automation": "maximum"})
    assert (entry.partner, entry.actor) == (partner, partner.owner)


@pytest.mark.parametrize("typed", ["", "everything", "🙂"])
def test_another_level_is_none(partner_client, partner, typed):
    assert partner_client.post(URL, {"level": typed}).status_code == 422
    assert Partner.objects.get().automation == ""


def test_an_operator_sees_it_and_changes_nothing(client, partner):
    operator = factories.make_user()
    Member.objects.create(partner=partner, user=operator, role=Member.Role.OPERATOR)
    client.force_login(operator)
    page = client.get(URL)
    assert page.status_code == 200 and b'name="level"' not in page.content
    assert client.post(URL, {"level": "maximum"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_price_changed_while_a_card_goes_out_by_itself_reaches_the_shop(
    partner, product, shop, monkeypatch
):
    """Both hold the product, the listing and its job; neither waits for the other for ever."""
    monkeypatch.setattr(cards, "_asked_for", lambda listing: [])
    at("maximum", partner)
    listing = listings.open_listing(product=product, connection=shop)
    Listing.objects.update(category_id="91105")
    for number in range(ROUNDS):
        job = cards.request_card(listing)
        price = Decimal(120_000 + number)
        came = at_once(
            lambda: cards.make_card(job.pk),  # noqa: B023
            lambda: price_changes.change_price(product=product, price=price, by=partner.owner),  # noqa: B023
        )
        assert not any(isinstance(one, Exception) for one in came), came
        listing.refresh_from_db()
        assert listing.state == State.APPROVED
        last = Operation.objects.filter(kind="push_price").latest("pk")
        assert Decimal(last.payload["price"]["amount"]) == price
