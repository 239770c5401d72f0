"""Of everything Yandex Market's document says of an order, no field about people is kept."""

import pytest

from orders.services.news import without_personal_data

# Texts that stay, read one by one against the document: none of them is about a person. A field
# that the document gets anew fails here until somebody has looked at it.
GOODS = {f"items.instances.{code}" for code in ("cis", "countryCode", "gtd", "rnpt", "uin")}
KEPT = {
    *GOODS,
    *(f"delivery.boxesLayout.{code}" for code in GOODS),
    *("items.instances.cisFull", "items.offerId", "items.offerName"),
    *("externalOrderId", "delivery.boxesLayout.barcode", "delivery.tracks.trackCode"),
    *("delivery.serviceName", "delivery.warehouseId", "delivery.pickup.outletCode"),
    # Of a town or a province, never nearer.
    *("delivery.courier.region.name", "delivery.pickup.region.name"),
}


def leaves(kept: object, path: str = "") -> set[str]:
    """Where a text stands that the marketplace could write anything into."""
    if isinstance(kept, dict):
        return {leaf for name, one in kept.items() for leaf in leaves(one, f"{path}.{name}")}
    if isinstance(kept, list):
        return {leaf for one in kept for leaf in leaves(one, path)}
    return {path.lstrip(".")} if isinstance(kept, str) and kept == "7" else set()


@pytest.fixture(scope="module")
def order(yandex_document):
    """One with every field there is."""
    path = "/v1/businesses/7/orders"
    operation = yandex_document.operation("POST", path)
    answer = yandex_document.example(yandex_document.answer_schema(operation, 200))
    return answer["orders"][0]


def test_every_text_that_is_kept_was_looked_at(order):
    assert leaves(without_personal_data(order)) == KEPT


def test_there_are_people_to_drop(order):
    dropped = leaves(order) - leaves(without_personal_data(order))
    assert len(dropped) > 10, dropped
