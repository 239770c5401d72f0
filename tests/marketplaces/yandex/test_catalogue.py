"""Reading the catalogue: cards and their state, categories, characteristics."""

from decimal import Decimal

import pytest

from marketplaces.connectors import errors
from marketplaces.connectors.remote import AttributeOption, CardStatus, Category
from tests.marketplaces.script import refusal
from tests.marketplaces.yandex.samples import (
    CONTENT,
    MAPPING,
    PARAMETER,
    result,
    uzs,
    without,
    yandex,
)


def test_it_reads_the_state_of_cards_with_the_marketplaces_complaints():
    connector = yandex(result(offerMappings=[MAPPING]), result(offerCards=[CONTENT]))
    known, unknown = connector.card_status(["MUG-1", "NEW-1"])
    assert (known.status, known.vendor_status) == (
        CardStatus.REJECTED,
        "HAS_CARD_CAN_UPDATE_ERRORS",
    )
    assert known.errors == ("Нет бренда: Укажите бренд", "Фото")
    assert known.warnings == ("Добавьте видео",)
    assert (known.category_id, known.price) == ("91014", uzs("33000"))
    assert (unknown.sku, unknown.status) == ("NEW-1", CardStatus.ABSENT)
    assert [request.url.path for request in connector.sent] == [
        "/v2/businesses/900/offer-mappings",
        "/v2/businesses/900/offer-cards",
    ]
    assert connector.body(0) == {"offerIds": ["MUG-1", "NEW-1"]}
    assert connector.body(1) == {"offerIds": ["MUG-1"]}


def test_it_asks_nothing_more_when_no_card_is_known():
    connector = yandex(result(offerMappings=[]))
    assert [row.status for row in connector.card_status(["A", "B"])] == [CardStatus.ABSENT] * 2
    assert len(connector.sent) == 1


def test_it_answers_each_sku_in_order_and_asks_a_hundred_at_a_time():
    asked = [f"S{n}" for n in range(150)] + ["S0"]
    connector = yandex(result(offerMappings=[]), result(offerMappings=[]))
    assert [row.sku for row in connector.card_status(asked)] == asked
    assert [len(connector.body(n)["offerIds"]) for n in range(2)] == [100, 50]
    assert yandex().card_status([]) == []


@pytest.mark.parametrize(
    ("vendor", "ours"),
    [
        ("HAS_CARD_CAN_NOT_UPDATE", CardStatus.ACCEPTED),
        ("HAS_CARD_CAN_UPDATE_PROCESSING", CardStatus.PROCESSING),
        ("NO_CARD_ERRORS", CardStatus.REJECTED),
        ("NO_CARD_NEED_CONTENT", CardStatus.REJECTED),
        ("NO_CARD_ADD_TO_CAMPAIGN", CardStatus.ACCEPTED),
        ("SOMETHING_NEW", CardStatus.UNKNOWN),
        (None, CardStatus.PROCESSING),
    ],
)
def test_it_translates_the_state_of_a_card(vendor, ours):
    row = {"offer": {"offerId": "MUG-1"} | ({"cardStatus": vendor} if vendor else {})}
    assert next(yandex(result(offerMappings=[row])).iter_listings()).status == ours


def test_it_reads_the_whole_catalogue_page_by_page():
    second = {"offer": {"offerId": "POT-1"}}
    connector = yandex(
        result(offerMappings=[MAPPING], paging={"nextPageToken": "p2"}),
        result(offerMappings=[second], paging={}),
    )
    listings = list(connector.iter_listings())
    assert [(row.sku, row.name, row.price) for row in listings] == [
        ("MUG-1", "Пиала", uzs("33000")),
        ("POT-1", "", None),
    ]
    assert connector.sent[1].url.params["pageToken"] == "p2"


def test_it_flattens_the_tree_of_categories():
    tree = {
        "id": 90401,
        "name": "Все товары",
        "children": [
            {"id": 1, "name": "Дом", "children": [{"id": 2, "name": "Пиалы"}]},
            {"id": 3, "name": "Книги", "children": None},
        ],
    }
    connector = yandex(result(**tree))
    assert connector.categories() == [
        Category("90401", "Все товары", "", False),
        Category("1", "Дом", "90401", False),
        Category("2", "Пиалы", "1", True),
        Category("3", "Книги", "90401", True),
    ]
    assert connector.sent[0].url.path == "/v2/categories/tree"
    assert connector.body() == {"language": "RU"}


def test_it_reads_characteristics():
    colour = {
        **without(without(PARAMETER, "unit"), "constraints"),
        "id": 302,
        "name": "Цвет",
        "type": "ENUM",
        "required": False,
        "multivalue": True,
        "values": [{"id": 7, "value": "белый"}],
    }
    connector = yandex(result(categoryId=91013, parameters=[PARAMETER, colour]))
    volume, colour = connector.attributes("91013")
    assert (volume.id, volume.type, volume.is_required) == ("301", "number", True)
    assert (volume.unit_id, volume.unit) == ("5", "мл")
    assert (volume.minimum, volume.maximum) == (Decimal("0.5"), Decimal(5000))
    assert volume.allows_custom
    assert (colour.type, colour.is_multiple, colour.allows_custom) == ("enum", True, False)
    assert colour.options == (AttributeOption("7", "белый"),)
    assert str(connector.sent[0].url).endswith("/v2/category/91013/parameters?businessId=900")


def test_a_category_without_characteristics_has_none():
    assert yandex(result(categoryId=1)).attributes("1") == []


def test_a_category_that_is_no_number_is_not_asked_for():
    connector = yandex()
    with pytest.raises(errors.Rejected):
        connector.attributes("1/../../businesses")
    assert not connector.sent


@pytest.mark.parametrize(
    ("verb", "answers"),
    [
        (lambda c: c.categories(), [result(id=1)]),
        (lambda c: c.categories(), [result(id=1, name="x", children={"id": 2})]),
        (lambda c: c.attributes("1"), [result(parameters=[without(PARAMETER, "type")])]),
        (lambda c: c.attributes("1"), [result(parameters="none")]),
        (lambda c: list(c.iter_listings()), [result(offerMappings=[{"offer": {}}])]),
        (lambda c: list(c.iter_listings()), [result()]),
        (lambda c: c.card_status(["A"]), [result(offerMappings=[{"offer": {"name": "x"}}])]),
    ],
)
def test_a_changed_answer_is_a_bad_response(verb, answers):
    with pytest.raises(errors.BadResponse) as caught:
        verb(yandex(*answers))
    assert caught.value.code == "schema"


def test_a_refusal_is_told_in_their_words():
    with pytest.raises(errors.Rejected, match="unknown category"):
        yandex(refusal(400, message="unknown category")).attributes("1")


def test_a_card_that_cannot_be_read_hides_no_other():
    other = {"offer": {**MAPPING["offer"], "offerId": "POT-1"}}
    odd = {**CONTENT, "errors": "no"}
    connector = yandex(result(offerMappings=[MAPPING, other]), result(offerCards=[odd]))
    first, second = connector.card_status(["MUG-1", "POT-1"])
    assert (first.status, first.unreadable.key) == (CardStatus.UNKNOWN, "MUG-1")
    assert first.unreadable.shape["content"]["errors"] == "str"
    assert (second.status, second.unreadable) == (CardStatus.ACCEPTED, None)
