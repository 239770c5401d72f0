"""Every call has its limit in words, and no batch is larger than the document allows."""

import ast
import inspect

from marketplaces.connectors.registry import CONNECTORS, connector_class
from marketplaces.connectors.yandex import buyers, catalogue, connector, form, limits, parcels
from marketplaces.connectors.yandex.connector import Yandex

# Which argument of our own callers names the call.
NAMED_BY = {"rows": 2, "lookup": 1, "_said": 1, "_ask_for": 3}


def operations():
    """The names the connector gives its calls, as they stand in its code."""
    code = "".join(map(inspect.getsource, (connector, catalogue, buyers, parcels)))
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if keyword.arg == "operation":
                yield keyword.value
        place = NAMED_BY.get(getattr(node.func, "attr", ""))
        # Of `reading.rows` there are fewer.
        if place is not None and len(arguments := list(positional(node))) > place:
            yield arguments[place]


def positional(call):
    """The arguments, those of a `*(…)` each by itself."""
    for one in call.args:
        yield from one.value.elts if isinstance(one, ast.Starred) else [one]


def test_every_call_has_a_limit_and_every_limit_a_call():
    named = {node.value for node in operations() if isinstance(node, ast.Constant)}
    assert named == set(Yandex.limits)


def test_limits_are_positive_and_said_in_words():
    for limit in limits.LIMITS.values():
        assert limit.requests > 0
        assert limit.seconds in (60, 3600)
        assert limit.words.endswith(("an hour", "a minute"))
    assert Yandex.max_parallel == 4


def test_the_registry_opens_what_it_names():
    for slug in CONNECTORS:
        assert connector_class(slug).slug == slug


def test_only_the_key_is_secret_and_typed():
    assert [(f.name, f.is_secret, f.is_typed) for f in form.FIELDS] == [
        ("api_key", True, True),
        ("business_id", False, False),
        ("campaign_id", False, False),
    ]
    assert Yandex.secrets({"api_key": "k", "business_id": "1"}) == ("k",)
