"""Our requests and the sandbox's answers, both by Yandex Market's own document."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from marketplaces.connectors import remote
from marketplaces.connectors.base import Capability
from marketplaces.connectors.errors import Unsupported
from marketplaces.connectors.yandex.connector import Yandex
from sellercloudx.lib.money import Money
from tests.conformance import exchanges_with_buyers
from tests.conformance.yandex_shop import MUGS, Shop, attempt
from tests.marketplaces.yandex.samples import uzs

pytestmark = pytest.mark.processes

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())["yandex"]
LEAST = 5


def check(shop):
    attempt(shop.yandex.check)
    for kind in ("readonly", "orders", "offers", "pricing", "inactive", "revoked"):
        attempt(shop.as_key(kind).check)
    shop.fault("420")
    attempt(shop.yandex.check)


def iter_orders(shop):
    now = datetime.now(UTC)
    attempt(shop.yandex.iter_orders)
    shop.stock_up()
    numbers = [shop.buy() for _ in range(52)]
    attempt(shop.yandex.iter_orders, updated_since=now - timedelta(minutes=10))
    attempt(shop.yandex.iter_orders, updated_since=now - timedelta(days=70))
    attempt(shop.yandex.iter_orders, updated_since=now + timedelta(days=1))
    attempt(shop.yandex.iter_orders, ids=numbers[:1])
    attempt(shop.yandex.iter_orders, ids=numbers)
    attempt(shop.yandex.iter_orders, ids=["1"])
    attempt(shop.connector(shop.key, transport=shop.recorder, business_id="999999").iter_orders)
    attempt(shop.with_key_of("PRICING").iter_orders)
    shop.fault("5xx", status=500)
    attempt(shop.yandex.iter_orders, ids=numbers[1:2])


def ship(shop):
    shop.stock_up()
    for quantity in (1, 2, 3):
        order = shop.buy(quantity=quantity)
        assert shop.yandex.ship(order).ok
        assert not shop.yandex.ship(order).ok
    assert not shop.yandex.ship("1").ok
    attempt(shop.with_key_of("PRICING").ship, shop.buy())
    shop.fault("420")
    assert shop.yandex.ship(shop.buy()).ok


def cancel_order(shop):
    shop.stock_up()
    for reason in shop.yandex.cancel_reasons:
        order = shop.buy()
        assert shop.yandex.cancel_order(order, reason).ok
        assert not shop.yandex.cancel_order(order, reason).ok
    packed = shop.buy()
    shop.aside.ship(packed)
    attempt(shop.yandex.cancel_order, packed, "damaged")
    assert not shop.yandex.cancel_order("1", "damaged").ok
    attempt(shop.with_key_of("PRICING").cancel_order, shop.buy(), "damaged")


def labels(shop):
    shop.stock_up()
    orders = [shop.buy(quantity=quantity) for quantity in (1, 2, 3)]
    for order in orders:
        assert shop.yandex.labels(order).content.startswith(b"%PDF-")
    shop.aside.cancel_order(orders[0], "damaged")
    attempt(shop.yandex.labels, orders[0])
    attempt(shop.yandex.labels, "1")
    attempt(shop.with_key_of("PRICING").labels, orders[1])


def iter_listings(shop):
    assert attempt(shop.yandex.iter_listings) == []
    shop.list("ONE")
    attempt(shop.yandex.iter_listings)
    shop.stock_up("TWO")
    attempt(shop.yandex.iter_listings)
    shop.list(*[f"S{number}" for number in range(120)])
    assert len(attempt(shop.yandex.iter_listings)) == 122
    attempt(shop.with_key_of("PRICING").iter_listings)
    attempt(shop.as_key("revoked").iter_listings)


def categories(shop):
    assert attempt(shop.yandex.categories)
    attempt(shop.with_key_of("PRICING").categories)
    attempt(shop.as_key("revoked").categories)
    for kind, rule in (("420", {}), ("5xx", {"status": 500}), ("403", {}), ("401", {})):
        shop.fault(kind, **rule)
        attempt(shop.yandex.categories)


def attributes(shop):
    leaves = [category.id for category in shop.aside.categories() if category.is_leaf]
    for category in leaves[:8]:
        assert attempt(shop.yandex.attributes, category)
    attempt(shop.yandex.attributes, "1")
    attempt(shop.with_key_of("PRICING").attributes, leaves[0])


def publish_cards(shop):
    full = shop.card(
        "FULL",
        barcodes=("4780001234567",),
        length=Decimal("12.5"),
        width=Decimal(9),
        height=Decimal(10),
        weight=Decimal("0.35"),
        ikpu="06912001001000000",
        price=uzs("50000.50"),
    )
    assert shop.yandex.publish_cards([full])[0].ok
    assert shop.yandex.publish_cards([shop.card("A"), shop.card("B")])[1].ok
    bare = shop.card("BARE", brand="", pictures=(), attributes=(), category_id="")
    attempt(shop.yandex.publish_cards, [bare])
    wrong = shop.card("WRONG", category_id="1", attributes=())
    unknown = shop.card("UNKNOWN", attributes=(remote.AttributeValue("999", "x"),))
    shop.forget_effects()
    results = shop.yandex.publish_cards([wrong, shop.card("FINE"), unknown])
    assert [result.ok for result in results] == [False, True, False]
    # Refused with its neighbours, sent again alone: once in each language.
    assert shop.effects("updateOfferMappings") == {"FINE": 2}
    assert not shop.yandex.publish_cards([shop.card("CODE", ikpu="1")])[0].ok
    attempt(shop.yandex.publish_cards, [shop.card("LONG", brand="x" * 500)])
    attempt(shop.with_key_of("PRICING").publish_cards, [full])
    shop.fault("420")
    attempt(shop.yandex.publish_cards, [shop.card("LATER")])


def card_status(shop):
    attempt(shop.yandex.card_status, ["NOBODY"])
    shop.list("QUEUED")
    attempt(shop.yandex.card_status, ["QUEUED", "NOBODY"])
    shop.stock_up("GOOD")
    attempt(shop.yandex.card_status, ["GOOD"])
    shop.aside.publish_cards([shop.card("POOR", brand="", pictures=())])
    attempt(shop.yandex.card_status, ["POOR"])
    shop.list(*[f"S{number}" for number in range(110)])
    attempt(shop.yandex.card_status, [f"S{number}" for number in range(110)])
    attempt(shop.with_key_of("PRICING").card_status, ["GOOD"])


def push_stocks(shop):
    shop.list("A", "B")
    now = datetime.now(UTC)
    for skus, count in ((["A"], 0), (["A"], 5), (["A", "B"], 7), (["B"], 2_000_000_000)):
        updates = [remote.StockUpdate(sku, count, now) for sku in skus]
        assert all(result.ok for result in shop.yandex.push_stocks(updates))
    mixed = [remote.StockUpdate(sku, 1, now) for sku in ("A", "NOBODY", "B")]
    assert [result.ok for result in shop.yandex.push_stocks(mixed)] == [True, False, True]
    attempt(shop.with_key_of("PRICING").push_stocks, mixed)


def push_prices(shop):
    shop.list("A", "B")
    for amount, before in (("50000", None), ("51000.50", None), ("45000", "60000")):
        update = remote.PriceUpdate("A", uzs(amount), uzs(before) if before else None)
        assert shop.yandex.push_prices([update])[0].ok
    mixed = [remote.PriceUpdate(sku, uzs("40000")) for sku in ("A", "NOBODY", "B")]
    assert [result.ok for result in shop.yandex.push_prices(mixed)] == [True, False, True]
    attempt(shop.yandex.push_prices, [remote.PriceUpdate("A", uzs("40000"), uzs("40001"))])
    attempt(shop.with_key_of("OFFERS_AND_CARDS_MANAGEMENT").push_prices, mixed)


def price_quarantine(shop):
    assert list(shop.yandex.price_quarantine()) == []
    shop.list("A", "B", "C")
    for sku, amount in (("A", "50000"), ("A", "500"), ("B", "5"), ("C", "50000"), ("C", "900000")):
        shop.aside.push_prices([remote.PriceUpdate(sku, uzs(amount))])
        attempt(shop.yandex.price_quarantine)
    assert {row.sku for row in shop.yandex.price_quarantine()} == {"A", "B", "C"}
    attempt(shop.with_key_of("OFFERS_AND_CARDS_MANAGEMENT").price_quarantine)
    shop.fault("420")
    attempt(shop.yandex.price_quarantine)


def confirm_prices(shop):
    shop.list("A", "B", "C")
    for sku in ("A", "B", "C"):
        for amount in ("50000", "500"):
            shop.aside.push_prices([remote.PriceUpdate(sku, uzs(amount))])
    meant = [remote.PriceConfirmation(sku, (uzs("500"),)) for sku in ("A", "NOBODY")]
    other = remote.PriceConfirmation("B", (uzs("700"),))
    said = shop.yandex.confirm_prices([*meant, other])
    assert [one.ok for one in said] == [True, True, False]
    assert {row.sku for row in shop.aside.price_quarantine()} == {"B", "C"}
    # Once more is no more: what is out of quarantine stays out.
    assert shop.yandex.confirm_prices(meant[:1])[0].ok
    attempt(shop.with_key_of("OFFERS_AND_CARDS_MANAGEMENT").confirm_prices, meant)
    shop.fault("420")
    assert shop.yandex.confirm_prices([remote.PriceConfirmation("C", (uzs("500"),))])[0].ok
    _of_one_shop(shop)


def _of_one_shop(shop):
    """A business whose shops may have prices of their own."""
    russian = Shop(shop.sandbox, shop.picture_url, currency="RUR")
    russian.recorder.exchanges = shop.recorder.exchanges
    russian.list("A")
    for amount in (500, 5):
        body = {"offers": [{"offerId": "A", "price": {"value": amount, "currencyId": "RUR"}}]}
        path = f"{russian.yandex.campaign}/offer-prices/updates"
        russian.yandex.call("POST", path, operation="prices", json=body)
    (held,) = russian.yandex.price_quarantine()
    assert (held.place, held.price.amount, held.last_valid.amount) == ("shop", 5, 500)
    assert russian.yandex.confirm_prices([remote.PriceConfirmation("A", (held.price,))])[0].ok
    assert list(russian.yandex.price_quarantine()) == []
    assert russian.yandex.look_up(["A"])[0].shop_price.amount == 5


def look_up(shop):
    assert shop.yandex.look_up(["NOBODY"])[0].listing.status == "absent"
    shop.list("QUEUED")
    shop.stock_up("GOOD")
    queued, nobody, good = shop.yandex.look_up(["QUEUED", "NOBODY", "GOOD"])
    assert (queued.stock, nobody.listing.status) == (None, "absent")
    assert (good.stock, good.shop_status, good.listing.price) == (1000, "PUBLISHED", uzs("50000"))
    assert {text.language: text.title for text in good.texts}["uz"].startswith("Sopol")
    assert good.listing.content.brand == "Rishton"
    assert good.rating and good.advice
    path = f"{shop.yandex.catalogue}/offer-mappings"
    for step, skus in (("archive", ["GOOD"]), ("delete", ["GOOD", "NOBODY"])):
        shop.yandex.call("POST", f"{path}/{step}", operation="x", json={"offerIds": skus})
        (found,) = shop.yandex.look_up(["GOOD"])
        assert (found.shop_status, found.listing.status) == {
            "archive": ("ARCHIVED", "accepted"),
            "delete": ("", "absent"),
        }[step]
    attempt(shop.with_key_of("PRICING").look_up, ["QUEUED"])
    shop.fault("420")
    attempt(shop.yandex.look_up, ["QUEUED"])


def price_advice(shop):
    assert isinstance(attempt(shop.yandex.price_advice, ["A"]), Unsupported)
    russian = Shop(shop.sandbox, shop.picture_url, currency="RUR")
    russian.recorder.exchanges = shop.recorder.exchanges
    russian.list("A", "B")
    for amount, attraction in (("500", "OPTIMAL"), ("560", "AVERAGE"), ("900", "LOW")):
        price = remote.PriceUpdate("A", Money(Decimal(amount), "RUB"))
        assert russian.aside.push_prices([price])[0].ok
        said = {one.sku: one for one in russian.yandex.price_advice(["A", "B", "NOBODY"])}
        assert said["A"].attraction == attraction
        assert said["A"].attractive_up_to == Money(Decimal(500), "RUB")
        assert said["B"].attraction == ""
    attempt(russian.with_key_of("OFFERS_AND_CARDS_MANAGEMENT").price_advice, ["A"])
    russian.fault("420")
    attempt(russian.yandex.price_advice, ["A"])


def fees(shop):
    for price in ("50000", "99000.50", "1000000"):
        (answer,) = shop.yandex.fees([question("A", price)])
        assert {line.step for line in answer.lines} == {"commission", "payout", "logistics"}
    assert [one.sku for one in shop.yandex.fees([question(f"S{n}") for n in range(3)])] == [
        "S0", "S1", "S2",
    ]  # fmt: skip
    attempt(shop.yandex.fees, [question("A", category="1")])
    attempt(shop.with_key_of("INVENTORY_AND_ORDER_PROCESSING").fees, [question("A")])
    shop.fault("420")
    attempt(shop.yandex.fees, [question("B")])


def question(sku, price="50000", category=MUGS):
    sizes = [Decimal(20), Decimal("15.5"), Decimal(10), Decimal("0.8")]
    return remote.FeeQuestion(sku, category, uzs(price), *sizes)


VERBS = exchanges_with_buyers.VERBS | {
    "check": check,
    "iter_orders": iter_orders,
    "ship": ship,
    "cancel_order": cancel_order,
    "labels": labels,
    "iter_listings": iter_listings,
    "categories": categories,
    "attributes": attributes,
    "publish_cards": publish_cards,
    "card_status": card_status,
    "push_stocks": push_stocks,
    "push_prices": push_prices,
    "price_quarantine": price_quarantine,
    "confirm_prices": confirm_prices,
    "look_up": look_up,
    "price_advice": price_advice,
    "fees": fees,
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_exchange_is_what_the_document_says(verb, yandex_document, sandbox, picture_url):
    shop = Shop(sandbox, picture_url)
    VERBS[verb](shop)
    exchanges = {exchange.identity: exchange for exchange in shop.recorder.exchanges}
    violations = [v for e in exchanges.values() for v in yandex_document.violations(e)]
    assert violations == []
    assert len(exchanges) >= EXPECTED[verb], f"{verb}: {len(exchanges)} distinct exchanges"


def test_every_verb_has_its_number_kept():
    supported = {verb.value for verb in Capability if Yandex.supports(verb)}
    assert set(VERBS) == set(EXPECTED) == supported
    assert min(EXPECTED.values()) >= LEAST
