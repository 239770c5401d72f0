"""The list of all listings: what stands where, what to do next, and looking before publishing."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplaces.models import Operation
from products.models import Listing
from tests import factories

from .making import make_card, make_listing

pytestmark = pytest.mark.django_db
URL = "/partner-dashboard/listings/"


def read(client, address=URL, **query):
    return client.get(address, query).content.decode()


def named(partner, name, connection=None, **fields):
    product = factories.make_product(partner, name=name, stock=5)
    connection = connection or partner.connections.first()
    category = {"category_id": "91105", "category_path": "Дом / Чайники"}
    return factories.make_listing(product, connection, **(category | fields))


@pytest.fixture
def shops(partner):
    return [
        factories.make_connection(partner, marketplace="fake", name=name)
        for name in ("Birinchi", "Ikkinchi")
    ]


def test_it_is_narrowed_by_words_shop_state_and_what_is_to_be_done(partner_client, partner, shops):
    first, second = shops
    now = timezone.now()
    named(partner, "Choynak", first, state="review")
    named(partner, "Piyola", second, state="sent", sent_at=now, remote_status="accepted")
    named(partner, "Lagan", first, state="found")
    named(partner, "Kosa", first, state="sent", sent_at=now, price_held_at=now)
    everything = {"Choynak", "Piyola", "Lagan", "Kosa"}

    def shown(**query):
        page = read(partner_client, **query)
        return {name for name in everything if f">{name}</a>" in page}

    assert shown() == everything
    assert shown(q="chOYnak") == {"Choynak"}
    assert shown(shop=second.pk) == {"Piyola"}
    assert shown(state="found") == {"Lagan"}
    assert shown(tab="you") == {"Choynak", "Kosa"}
    assert shown(tab="held") == {"Kosa"}
    assert shown(tab="sale") == {"Piyola"}
    assert shown(tab="found", shop=second.pk) == set()
    # What no form of ours writes narrows nothing and breaks nothing.
    for odd in ({"shop": "x"}, {"state": "moon"}, {"tab": "?"}, {"before": "-1"}, {"q": "\x00"}):
        assert shown(**odd) == everything, odd


def test_each_says_what_to_do_next_and_leads_there(partner_client, partner, shops):
    where = {
        "review": ("listing", "Read the card and approve it"),
        "found": ("compare", "Compare it and take it over"),
        "refused": ("listing", "Read why, mend it, send it again"),
    }
    for state, (page, words) in where.items():
        listing = named(partner, f"Choynak {state}", state=state)
        text = read(partner_client, state=state)
        assert words in text, state
        assert reverse(f"products:{page}", args=[listing.pk]) in text
    bare = named(partner, "Toifasiz", state="review", category_id="", category_path="")
    assert reverse("products:category", args=[bare.pk]) in read(partner_client, q="Toifasiz")


def test_it_is_walked_page_by_page_without_losing_one(partner_client, partner, shops):
    for number in range(120):
        named(partner, f"Choynak-{number}-")
    seen, address = [], URL
    for _ in range(3):
        page = read(partner_client, address)
        seen += [number for number in range(120) if f"Choynak-{number}-<" in page]
        rest = page.split('rel="next" href="')
        address = URL + rest[1].split('"')[0].replace("&amp;", "&") if len(rest) > 1 else ""
    assert (sorted(seen), address) == (list(range(120)), "")


def test_the_dry_run_says_of_each_what_would_be_sent_and_writes_nothing(partner_client, partner):
    card = make_card(make_listing(partner))
    ready, product = card.listing, card.listing.product
    loss = make_card(named(partner, "Zarar", ready.connection)).listing
    loss.product.cost, loss.product.price = Decimal(90_000), Decimal(50_000)
    loss.product.save()
    lacking = named(partner, "Kartasiz", ready.connection, state="no_card")
    before = list(Listing.objects.order_by("pk").values())
    query = {"listing": [ready.pk, loss.pk, lacking.pk]}
    page = partner_client.get(reverse("products:publish"), query).content.decode()
    for words in (product.name, "new there", "Version 1", "Would not be sent:", "Kartasiz"):
        assert words in page
    assert page.count("Would not be sent:") == 1 and "you lose on each piece" in page
    assert list(Listing.objects.order_by("pk").values()) == before
    assert Operation.objects.count() == 0
    # The same by the list's own filters, and only of what waits for approval.
    query = {"listings": 1, "all_matching": 1, "q": "Zarar"}
    page = partner_client.get(reverse("products:publish"), query).content.decode()
    assert "Zarar" in page and product.name not in page and "Kartasiz" not in page


def test_the_card_is_complete_in_one_language_and_not_in_the_other(partner_client, partner):
    listing = make_card(make_listing(partner)).listing
    page = read(partner_client, reverse("products:compare", args=[listing.pk]))
    assert "3 of 3" in page and "2 of 3" in page and "list of advantages" in page
