"""The tree of categories and what each asks of a product."""

from functools import cache
from typing import Any

from marketplaces.sandbox.routing import Route
from marketplaces.sandbox.shapes import choice, integer, obj

from .call import Call, Refusal, ok
from .taxonomy import PARAMETERS, TREE, TYPE_ID
from .words import CATALOG

ROOT_ID = 90401000
# What the unit of a characteristic is worth in its default one is of no matter here.
UNIT_IDS = 16_000_000
VALUE_IDS = 38_000_000


def _named(names: str, language: str) -> str:
    russian, english = names.split("|")
    return english if language == "EN" else russian


@cache
def tree(language: str) -> dict[str, Any]:
    branches = [
        {
            "id": branch_id,
            "name": _named(names, language),
            "children": [
                {"id": leaf_id, "name": _named(leaf, language)} for leaf_id, leaf, _ in leaves
            ],
        }
        for branch_id, names, _, leaves in TREE
    ]
    return {"id": ROOT_ID, "name": _named("Все товары|All goods", language), "children": branches}


@cache
def _leaves() -> dict[int, tuple[str, str, str]]:
    """Leaf id -> name, kind of branch, values of its type."""
    return {
        leaf_id: (_named(names, "RU"), kind, types)
        for _, _, kind, leaves in TREE
        for leaf_id, names, types in leaves
    }


def is_leaf(category_id: int) -> bool:
    return category_id in _leaves()


def is_known(category_id: int) -> bool:
    return is_leaf(category_id) or category_id in {ROOT_ID, *(branch[0] for branch in TREE)}


def name(category_id: int) -> str:
    return _leaves()[category_id][0] if is_leaf(category_id) else ""


@cache
def parameters(category_id: int) -> dict[int, dict[str, Any]]:
    """The characteristics of a leaf, by id."""
    _, kind, types = _leaves()[category_id]
    found = [_parameter(TYPE_ID, "Тип", "ENUM", {"values": types, "required": True}, category_id)]
    found += [
        _parameter(number, title, form, extra)
        for number, title, form, kinds, extra in PARAMETERS
        if kinds == "*" or kind in kinds.split()
    ]
    return {parameter["id"]: parameter for parameter in found}


def _parameter(
    number: int, title: str, form: str, extra: dict[str, Any], salt: int = 0
) -> dict[str, Any]:
    parameter: dict[str, Any] = {
        "id": number,
        "name": title,
        "type": form,
        "required": extra.get("required", False),
        "filtering": form in ("ENUM", "BOOLEAN"),
        "distinctive": extra.get("distinct", False),
        "multivalue": extra.get("multi", False),
        "allowCustomValues": extra.get("custom", False),
    }
    if "values" in extra:
        first = VALUE_IDS + (salt or number) * 100
        words = extra["values"].split(", ")
        parameter["values"] = [{"id": first + n, "value": word} for n, word in enumerate(words)]
    if "units" in extra:
        parameter["unit"] = _unit(number, extra["units"])
    if "range" in extra:
        least, most = extra["range"]
        parameter["constraints"] = {"minValue": least, "maxValue": most}
    elif "length" in extra:
        parameter["constraints"] = {"maxLength": extra["length"]}
    return parameter


def _unit(number: int, units: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    first = UNIT_IDS + number % 100_000 * 10
    return {
        "defaultUnitId": first,
        "units": [
            {"id": first + n, "name": short, "fullName": full}
            for n, (short, full) in enumerate(units)
        ],
    }


def get_tree(call: Call) -> dict[str, Any]:
    return ok(tree(call.body.get("language", "RU")))


def get_parameters(call: Call) -> dict[str, Any]:
    category_id = call.params["categoryId"]
    if not is_known(category_id):
        raise Refusal(404, "CATEGORY_NOT_FOUND", f"Category {category_id} not found")
    if not is_leaf(category_id):
        text = f"Category {category_id} is not a leaf"
        raise Refusal(400, "INVALID_CATEGORY", text)
    listed = list(parameters(category_id).values())
    return ok({"categoryId": category_id, "parameters": listed})


ROUTES = [
    Route(
        "POST",
        "/v2/categories/tree",
        "getCategoriesTree",
        get_tree,
        scopes=CATALOG,
        body=obj(language=choice("RU", "EN")),
    ),
    Route(
        "POST",
        "/v2/category/{categoryId}/parameters",
        "getCategoryContentParameters",
        get_parameters,
        scopes=CATALOG,
        query=obj(businessId=integer(1)),
    ),
]
