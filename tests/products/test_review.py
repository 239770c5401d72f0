"""Reading a card, changing it by hand, choosing its category, approving it: by the pages."""

import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplaces import payloads
from marketplaces.connectors.remote import Attribute, AttributeOption
from marketplaces.models import Operation, RemoteAttributes, RemoteCategory
from partners.models import StoredFile
from products.models import Card, Listing
from products.services import stock
from tests import factories

from .making import make_card, make_listing
from .test_add_form import picture

pytestmark = pytest.mark.django_db

ATTRIBUTES = [
    Attribute(
        "7",
        "Тип",
        "enum",
        True,
        (AttributeOption("70", "Чайник"), AttributeOption("71", "Термос")),
        allows_custom=False,
    ),
    Attribute(
        "8",
        "Объем",
        "number",
        False,
        unit_id="3",
        unit="л",
        minimum=Decimal(0),
        maximum=Decimal(100),
    ),
    Attribute(
        "9",
        "Цвет",
        "enum",
        False,
        (AttributeOption("90", "белый"), AttributeOption("91", "синий")),
        is_multiple=True,
    ),
    Attribute("10", "Для посудомойки", "boolean", False),
    Attribute("11", "Особенности", "text", False, max_length=20),
]


@pytest.fixture
def listing(partner, fake):
    category = RemoteCategory.objects.create(
        marketplace="fake",
        external_id="91105",
        name="Чайники",
        path="Дом / Чайники",
        fetched_at=timezone.now(),
    )
    RemoteAttributes.objects.create(
        category=category,
        items=[payloads.dump(one) for one in ATTRIBUTES],
        fetched_at=timezone.now(),
    )
    missing = [{"attribute_id": "7", "name": "Тип", "options": []}]
    return make_card(make_listing(partner), missing=missing).listing


def page(name, listing):
    return reverse(f"products:{name}", args=[listing.pk])


def card_form(client, listing, **changes):
    fields = client.get(page("edit_card", listing)).context["form"]
    return {bound.name: bound.value() or "" for bound in fields} | changes


def test_a_gap_is_asked_for_and_stops_approval(partner_client, listing):
    html = partner_client.get(page("listing", listing)).content.decode()
    assert "The category asks for “Тип”. Fill it in." in html
    partner_client.post(page("approve_card", listing), {"version": 1})
    assert not Operation.objects.exists()


def test_a_person_fills_the_gap_and_approves(partner_client, listing):
    typed = card_form(
        partner_client,
        listing,
        attribute_7="70",
        attribute_8="1,5",
        attribute_9="Синий; белый",
        attribute_10="true",
        attribute_11="с крышкой",
        ru_bullets="1 литр\nФарфор",
    )
    answer = partner_client.post(page("edit_card", listing), typed)
    assert answer.url == page("listing", listing)
    card = listing.cards.get(version=2)
    assert (card.made_by, card.missing) == (Card.Maker.PERSON, [])
    assert [
        (one["attribute_id"], one["value"], one["option_id"], one["unit_id"], one["source"])
        for one in card.attributes
    ] == [
        ("7", "Чайник", "70", "", "person"),
        ("8", "1.5", "", "3", "person"),
        ("9", "синий", "91", "", "person"),
        ("9", "белый", "90", "", "person"),
        ("10", "true", "", "", "person"),
        ("11", "с крышкой", "", "", "person"),
    ]
    assert card.texts["ru"]["bullets"] == ["1 литр", "Фарфор"]
    partner_client.post(page("approve_card", listing), {"version": 2})
    assert Operation.objects.count() == 3
    listing.refresh_from_db()
    assert listing.state == Listing.State.APPROVED


def test_what_a_person_does_not_touch_keeps_its_source(partner_client, listing):
    value = {
        "attribute_id": "11",
        "name": "Особенности",
        "value": "глазурь",
        "option_id": "",
        "unit_id": "",
        "source": "photo",
    }
    foreign = {"attribute_id": "99", "name": "Старое", "value": "x", "source": "model"}
    make_card(listing, attributes=[foreign, value])
    partner_client.post(page("edit_card", listing), card_form(partner_client, listing))
    assert listing.cards.get(version=3).attributes == [foreign, value]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("attribute_7", "72"),
        ("attribute_8", "много"),
        ("attribute_8", "101"),
        ("attribute_11", "x" * 21),
        ("ru_title", ""),
        ("ru_title", "Чайник 🫖"),
        ("uz_title", "x" * 257),
        ("ru_description", "<b>жирный</b>"),
    ],
)
def test_a_wrong_value_is_named_beside_its_field(partner_client, listing, field, typed):
    answer = partner_client.post(
        page("edit_card", listing), card_form(partner_client, listing, **{field: typed})
    )
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert listing.cards.count() == 1


def test_the_validator_reads_what_a_person_wrote(partner_client, listing):
    typed = card_form(partner_client, listing, ru_title="Чайник, скидка")
    partner_client.post(page("edit_card", listing), typed)
    html = partner_client.get(page("listing", listing)).content.decode()
    assert "Marketplaces do not allow “скидка”." in html


def test_two_people_at_one_card_do_not_overwrite_each_other(partner_client, listing):
    typed = card_form(partner_client, listing)
    make_card(listing)
    answer = partner_client.post(page("edit_card", listing), typed)
    assert answer.status_code == 422
    assert listing.cards.count() == 2


def test_approving_twice_sends_once(partner_client, partner, fake):
    listing = make_card(make_listing(partner)).listing
    for _ in range(2):
        partner_client.post(page("approve_card", listing), {"version": 1})
    assert Operation.objects.count() == 3


@pytest.mark.parametrize("version", ["", "x", "-1", "2", "9" * 30])
def test_a_version_nobody_saw_is_not_approved(partner_client, partner, fake, version):
    listing = make_card(make_listing(partner)).listing
    partner_client.post(page("approve_card", listing), {"version": version})
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("state", "words", "place"),
    [
        ("disconnected", "The shop is disconnected: nothing is sent to it any more.", "list"),
        ("parked", "The shop says “Key refused”: nothing is sent until its key works.", "detail"),
    ],
)
def test_nothing_is_approved_for_a_shop_that_does_not_work(
    partner_client, partner, fake, state, words, place
):
    listing = make_card(make_listing(partner, state=state)).listing
    url = reverse(
        f"marketplaces:{place}", args=[listing.connection_id] if place == "detail" else []
    )
    html = partner_client.get(page("listing", listing)).content.decode()
    assert f'<a href="{url}">{words}</a>' in html
    answer = partner_client.post(page("approve_card", listing), {"version": 1}, follow=True)
    assert words in [str(one) for one in answer.context["messages"]]
    listing.refresh_from_db()
    assert (listing.state, Operation.objects.count()) == (Listing.State.REVIEW, 0)


def test_a_category_is_searched_and_chosen(partner_client, listing, cards_asked_for):
    RemoteCategory.objects.create(
        marketplace="fake",
        external_id="7",
        name="Пиалы",
        path="Дом / Пиалы",
        fetched_at=timezone.now(),
    )
    found = partner_client.get(page("category", listing), {"q": "пиалы"}).context["found"]
    assert [one.id for one in found] == ["7"]
    partner_client.post(page("category", listing), {"category": "7"})
    listing.refresh_from_db()
    assert (listing.category_path, cards_asked_for) == ("Дом / Пиалы", [listing.pk])
    partner_client.post(page("category", listing), {"category": "no such"})
    listing.refresh_from_db()
    assert listing.category_id == "7"


def test_the_count_is_corrected_once_per_form(partner_client, partner):
    product = factories.make_product(partner, stock=5)
    url = reverse("products:adjust", args=[product.pk])
    once = {"submission": str(uuid.uuid4()), "quantity": "-2", "reason": "broken"}
    for _ in range(2):
        assert partner_client.post(url, once).status_code == 302
    assert stock.figures(product).on_hand == 3
    assert partner_client.post(url, once | {"quantity": "4"}).status_code == 302
    assert stock.figures(product).on_hand == 7
    again = once | {"submission": str(uuid.uuid4()), "quantity": "-9"}
    answer = partner_client.post(url, again)
    assert "quantity" in answer.context["form"].errors
    for wrong in ("0", "", "-1.5", "1e309", "-9999999"):
        answer = partner_client.post(url, again | {"quantity": wrong})
        assert "quantity" in answer.context["form"].errors


def test_a_photo_is_kept_only_with_the_rest_of_the_form(partner_client, partner):
    product = factories.make_product(partner, sku="MINE")
    factories.make_product(partner, sku="TAKEN")
    url = reverse("products:edit", args=[product.pk])
    typed = {"name": "Piyola", "sku": "TAKEN"}
    answer = partner_client.post(url, typed | {"photo": picture()})
    assert list(answer.context["form"].errors) == ["sku"]
    assert not StoredFile.objects.exists()
    partner_client.post(url, typed | {"sku": "MINE", "photo": picture()})
    partner_client.post(url, typed | {"sku": "MINE", "brand": "Paxta"})
    product.refresh_from_db()
    assert (product.brand, product.photo) == ("Paxta", StoredFile.objects.get())


def test_a_price_below_the_floor_must_be_meant(partner_client, partner):
    product = factories.make_product(partner)
    url = reverse("products:price", args=[product.pk])
    answer = partner_client.post(url, {"price": "61 000", "cost": "60 000"})
    assert "62\u00a0500" in answer.context["form"].errors["price"][0]
    partner_client.post(url, {"price": "61 000", "cost": "60 000", "accept_loss": "on"})
    product.refresh_from_db()
    assert product.price == 61_000


def test_a_product_is_edited(partner_client, partner):
    product = factories.make_product(partner, sku="OLD-1")
    factories.make_product(partner, sku="TAKEN")
    url = reverse("products:edit", args=[product.pk])
    typed = {
        "name": "Piyola",
        "sku": "NEW-1",
        "brand": "Paxta",
        "barcode": "4780000000014",
        "facts": "Material: chinni\nHajmi: 200 ml",
        "length_cm": "10,5",
        "width_cm": "10",
        "height_cm": "7",
        "weight_kg": "0.25",
    }
    assert partner_client.post(url, typed).status_code == 302
    product.refresh_from_db()
    assert (product.sku, product.brand, str(product.length_cm)) == ("NEW-1", "Paxta", "10.5")
    assert product.facts[0] == {"name": "Material", "value": "chinni", "source": "seller"}
    wrong = {
        "sku": ["TAKEN", "a b", "🫖", ""],
        "barcode": ["4780000000015", "6.93E+12", "123"],
        "facts": ["no colon", "a:"],
        "weight_kg": ["0", "-1", "1e3", "99999", ""],
        "name": ["", "<i>x</i>"],
    }
    for field, values in wrong.items():
        for value in values:
            answer = partner_client.post(url, typed | {field: value})
            assert list(answer.context["form"].errors) == [field], (field, value)
