"""Every field we read of Yandex Market's answers exists in its document."""

import ast
import inspect
from datetime import UTC, datetime, timedelta

import pytest

from marketplaces.connectors import reading
from marketplaces.connectors.errors import BadResponse
from marketplaces.connectors.yandex import (
    buyers,
    calls,
    catalogue,
    connector,
    mapping,
    mapping_buyers,
    mapping_content,
    mapping_orders,
    parcels,
)
from marketplaces.connectors.yandex.connector import Yandex
from tests.conformance.tracing import TracingHttp
from tests.marketplaces.yandex.samples import CREDENTIALS, card, stock_update

MODULES = (
    *(mapping, mapping_orders, mapping_content, mapping_buyers),
    *(calls, connector, catalogue, buyers, parcels),
)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
READERS = {
    name for name, item in vars(reading).items() if inspect.isfunction(item) and name[0] != "_"
} | {"money", "_said_price", "_complaints"}


def verbs(shop):
    """Every verb that reads a JSON answer, driven to its end."""
    yield shop.check
    yield lambda: list(shop.iter_orders(updated_since=datetime.now(UTC)))
    yield lambda: shop.ship("7")
    yield lambda: list(shop.iter_listings())
    yield shop.categories
    yield lambda: shop.attributes("7")
    yield lambda: shop.publish_cards([card("7")])
    yield lambda: shop.card_status(["7"])
    yield lambda: shop.push_stocks([stock_update("7")])
    yield lambda: list(shop.price_quarantine())
    yield lambda: shop.look_up(["7"])
    yield lambda: shop.price_advice(["7"])
    yield lambda: list(shop.iter_chats())
    yield lambda: shop.seller_messages("chat", "7")
    yield lambda: shop.reply("question", "7", "Ha")
    yield lambda: list(shop.iter_reviews(since=YESTERDAY))
    yield lambda: list(shop.iter_questions(since=YESTERDAY))
    yield lambda: list(shop.iter_returns(since=YESTERDAY))
    yield lambda: shop.return_decisions("7")
    yield lambda: shop.marking_answers("7")


@pytest.fixture(scope="module")
def reads(yandex_document):
    """Path of the document -> the fields read, over answers with every field there is."""

    def answer(method, path):
        operation = yandex_document.operation(method, path)
        full = yandex_document.example(yandex_document.answer_schema(operation, 200))
        # A page that names a next one would be asked for forever.
        for holder in (full, full.get("result", {})):
            if "paging" in holder:
                holder["paging"]["nextPageToken"] = ""
        return full

    http = TracingHttp(answer)
    shop = Yandex(http, CREDENTIALS)
    for verb in verbs(shop):
        try:
            verb()
        except BadResponse as error:
            pytest.fail(f"an answer by the document cannot be read: {error}")
    refused = TracingHttp(lambda method, path: {"status": "ERROR", "errors": [{"code": "x"}]})
    assert not Yandex(refused, CREDENTIALS).ship("7").ok
    return {key: http.reads[key] | refused.reads.get(key, set()) for key in http.reads}


def test_every_field_read_is_in_the_document(yandex_document, reads):
    problem = {"$ref": "#/components/schemas/ApiErrorResponse"}
    unknown = []
    for (method, path), fields in reads.items():
        schema = yandex_document.answer_schema(yandex_document.operation(method, path), 200)
        for field in fields:
            known = yandex_document.has_field(schema, field)
            if not known and not yandex_document.has_field(problem, field):
                unknown.append(f"{method} {path}: {'.'.join(field)}")
    assert unknown == []
    assert sum(map(len, reads.values())) > 100


def named_fields(module):
    """The texts given to a reader of reading.py, or looked up with get, in a module's code."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and is_reader(node.func):
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def is_reader(function):
    if isinstance(function, ast.Name):
        return function.id in READERS
    if not isinstance(function, ast.Attribute):
        return False
    return function.attr == "get" or getattr(function.value, "id", "") == "reading"


@pytest.mark.parametrize("module", MODULES)
def test_no_field_named_in_the_code_escaped_the_trace(module, reads):
    read = {field[-1] for fields in reads.values() for field in fields}
    ours = {"api_key", "CURRENT_PRICE", "LAST_VALID_PRICE", "MIN_PRICE", ""}
    assert set(named_fields(module)) - read - ours == set()
