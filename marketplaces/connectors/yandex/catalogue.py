"""What stands in the catalogue: read back whole, prices in quarantine, and their advice."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from marketplaces.connectors import own_words, reading, remote
from marketplaces.connectors.base import batches
from marketplaces.connectors.batching import in_loads, loads
from marketplaces.connectors.errors import Unreadable
from marketplaces.connectors.reading import Data
from sellercloudx.lib.money import Money

from . import calls, mapping, mapping_content
from .calls import Calls, reading_answer, unique
from .limits import ADVICE_BATCH, OFFERS_BATCH, QUARANTINE_PAGE

T = TypeVar("T")
UZBEK = {"language": "UZ"}


class Catalogue(Calls):
    """The verbs about what the marketplace has of ours."""

    def lookup(
        self,
        resource: str,
        operation: str,
        read: Callable[[Data], dict[str, T]],
        skus: list[str],
        *,
        params: dict[str, Any] | None = None,
        **body: Any,
    ) -> dict[str, T]:
        """By SKU, of at most a batch of them; `resource` stands under the business or is whole."""
        path = resource if resource.startswith("/") else f"{self.catalogue}/{resource}"
        data = self.call(
            "POST",
            path,
            operation=operation,
            params={"limit": OFFERS_BATCH, **(params or {})},
            json={"offerIds": skus, **body},
            idempotent=True,
        )
        with reading_answer(operation):
            return read(reading.part(data, "result"))

    def look_up(self, skus: Sequence[str]) -> list[remote.RemoteCard]:
        found: dict[str, remote.RemoteCard] = {}
        for batch in batches(unique(skus), OFFERS_BATCH):
            found |= self._look_up(batch)
        return [found.get(sku.strip()) or _absent(sku) for sku in skus]

    def _look_up(self, skus: list[str]) -> dict[str, remote.RemoteCard]:
        """Five calls, or one where none of them is known."""
        offers = self.lookup("offer-mappings", "offer_mappings", mapping.mappings, skus)
        if not (known := list(offers)):
            return {}
        uzbek = self.lookup(
            "offer-mappings", "offer_mappings", mapping.mappings, known, params=UZBEK
        )
        cards = self.lookup(
            "offer-cards", "offer_cards", mapping.contents, known, withRecommendations=True
        )
        place = f"{self.campaign}/offers"
        shop = self.lookup(place, "shop_offers", _shop_offers, known)
        stock = self.lookup(f"{place}/stocks", "stocks_read", mapping_content.in_stock, known)
        return {
            sku: _whole(sku, offers[sku], uzbek.get(sku), cards.get(sku), shop.get(sku), stock)
            for sku in known
        }

    def price_advice(self, skus: Sequence[str]) -> list[remote.PriceAdvice]:
        """Not for shops of Market Yandex Go: there it raises Unsupported."""
        found: list[remote.PriceAdvice] = []
        for batch in batches(unique(skus), ADVICE_BATCH):
            found += self.lookup(
                "offers/recommendations", "price_advice", mapping.price_advice, batch
            ).values()
        return found

    def price_quarantine(self) -> Iterator[remote.QuarantinedPrice]:
        """Of the prices of all shops, and of those this shop alone has."""
        odd: list[remote.UnreadableRow] = []
        for place, path in self._places():
            try:
                yield from self._held(place, path)
            except Unreadable as error:
                odd += error.rows
        if odd:
            raise calls.unreadable("price_quarantine", odd)

    def _places(self) -> Iterator[tuple[str, str]]:
        yield "business", self.catalogue
        yield "shop", self.campaign

    def _held(self, place: str, path: str) -> Iterator[remote.QuarantinedPrice]:
        return self.rows(
            "POST",
            f"{path}/price-quarantine",
            "price_quarantine",
            "offers",
            lambda row: mapping.quarantined(row, place),
            known_by="offerId",
            bodies=({},),
            limit=QUARANTINE_PAGE,
        )

    def confirm_prices(
        self, confirmations: Sequence[remote.PriceConfirmation]
    ) -> list[remote.ItemResult]:
        """What is held no more was let through, or another price came: nothing is to be done."""
        batched = loads(confirmations, size=QUARANTINE_PAGE, key=_sku)
        return in_loads(batched, self._confirm, key=_sku)

    def _confirm(self, wanted: list[remote.PriceConfirmation]) -> list[remote.ItemResult]:
        seen = {one.sku: one.prices for one in wanted}
        held = {path: self._held_now(place, path, list(seen)) for place, path in self._places()}
        other = {
            sku for now in held.values() for sku, price in now.items() if price not in seen[sku]
        }
        for path, now in held.items():
            if meant := [sku for sku in now if sku not in other]:
                self.call(
                    "POST",
                    f"{path}/price-quarantine/confirm",
                    operation="price_confirm",
                    json={"offerIds": meant},
                    # A price that is out of quarantine stays out.
                    idempotent=True,
                )
        return [_confirmed(one.sku, is_other=one.sku in other) for one in wanted]

    def _held_now(self, place: str, path: str, skus: list[str]) -> dict[str, Money | None]:
        return self.lookup(
            f"{path}/price-quarantine",
            "price_quarantine",
            lambda result: _prices(result, place),
            skus,
            params={"limit": QUARANTINE_PAGE},
        )


def _prices(result: Data, place: str) -> dict[str, Money | None]:
    held = [mapping.quarantined(row, place) for row in reading.rows(result, "offers")]
    return {one.sku: one.price for one in held}


def _confirmed(sku: str, *, is_other: bool) -> remote.ItemResult:
    if is_other:
        return remote.ItemResult(sku, False, "price.other", own_words.OTHER_PRICE_HELD)
    return remote.ItemResult(sku, True)


def _whole(
    sku: str,
    row: Data,
    uzbek: Data | None,
    card: Data | None,
    shop: Data | None,
    stock: dict[str, int],
) -> remote.RemoteCard:
    listing = read_card(sku, row, card)
    try:
        return _card(listing, row, uzbek or {}, card or {}, shop or {}, stock.get(sku))
    except reading.DEFECTS as error:
        odd = remote.UnreadableRow(sku, calls.found(error), reading.shape(card))
        return remote.RemoteCard(
            remote.RemoteListing(sku, "", remote.CardStatus.UNKNOWN, "", unreadable=odd)
        )


def _card(
    listing: remote.RemoteListing, row: Data, uzbek: Data, card: Data, shop: Data, stock: int | None
) -> remote.RemoteCard:
    maybe, whole = reading.maybe, reading.whole
    offers = {"ru": reading.part(row, "offer"), "uz": maybe(reading.part, uzbek, "offer") or {}}
    return remote.RemoteCard(
        listing=listing,
        texts=tuple(mapping_content.texts(offer, language) for language, offer in offers.items()),
        stock=stock,
        shop_status=maybe(reading.text, shop, "status") or "",
        shop_price=maybe(mapping.money, shop, "campaignPrice"),
        rating=maybe(whole, card, "contentRating"),
        average_rating=maybe(whole, card, "averageContentRating"),
        advice=mapping_content.advice(card),
    )


def read_card(sku: str, row: Data, content: Data | None) -> remote.RemoteListing:
    try:
        return mapping.listing(row, content)
    except reading.DEFECTS as error:
        shape = reading.shape({**row, "content": content})
        odd = remote.UnreadableRow(sku, calls.found(error), shape)
        return remote.RemoteListing(sku, "", remote.CardStatus.UNKNOWN, "", unreadable=odd)


def _shop_offers(result: Data) -> dict[str, Data]:
    return {reading.text(row, "offerId"): row for row in reading.rows(result, "offers")}


def _absent(sku: str) -> remote.RemoteCard:
    return remote.RemoteCard(mapping.absent(sku))


def _sku(confirmation: remote.PriceConfirmation) -> str:
    return confirmation.sku
