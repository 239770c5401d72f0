"""Which call, which batch, which page. The document is `docs/yandex-market.md`'s first link."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from marketplaces.connectors import own_words, reading, remote
from marketplaces.connectors.base import batches
from marketplaces.connectors.batching import in_loads, loads
from marketplaces.connectors.errors import BadResponse, MarketplaceError, Rejected, Unsupported
from marketplaces.connectors.reading import Data

from . import (
    form,
    mapping,
    mapping_fees,
    mapping_orders,
    notifications,
    order_filters,
    verdicts,
)
from .buyers import Buyers
from .calls import is_number, order_number, reading_answer, refuse_error, unique
from .catalogue import Catalogue, read_card
from .limits import (
    LIMITS,
    MAX_PARALLEL,
    OFFERS_BATCH,
    OFFERS_BYTES,
    ORDERS_BATCH,
    PRICE_JUMP,
    PRICES_BATCH,
    STOCKS_BATCH,
    TARIFFS_BATCH,
)
from .parcels import Parcels

Update = TypeVar("Update", remote.PriceUpdate, remote.StockUpdate)


class Yandex(Catalogue, Buyers, Parcels):
    """Yandex Market through its partner API.

    What the marketplace refuses for good about one item comes back in that item's ItemResult;
    everything else is raised.
    """

    slug = "yandex"
    name = "Yandex Market"
    credential_fields = form.FIELDS
    limits = LIMITS
    max_parallel = MAX_PARALLEL
    price_jump = PRICE_JUMP
    notification_sources = notifications.SOURCES
    talk_scopes = ("ALL_METHODS", "ALL_METHODS_READ_ONLY", "COMMUNICATION")
    longest_reply = 4096
    # An FBS shop may give one reason only.
    cancel_reasons = {"out_of_stock": "SHOP_FAILED", "damaged": "SHOP_FAILED"}

    @classmethod
    def headers(cls, credentials: Mapping[str, str]) -> dict[str, str]:
        return {"Api-Key": credentials.get("api_key", "")}

    # Connection

    def check(self) -> remote.CheckResult:
        data = self.call("POST", "/v2/auth/token", operation="auth_token", idempotent=True)
        with reading_answer("auth_token"):
            name, scopes = mapping.key_info(data)
        shops = tuple(shop for shop in self._shops() if shop.id and shop.business_id)
        return remote.CheckResult(
            key_name=name,
            scopes=scopes,
            missing_scopes=mapping.missing_scopes(scopes),
            businesses=tuple(self._business(id_) for id_ in unique(s.business_id for s in shops)),
            shops=shops,
        )

    def _shops(self) -> Iterator[remote.RemoteShop]:
        return self.rows(
            "GET", "/v2/campaigns", "campaigns", "campaigns", mapping.shop, known_by="id"
        )

    def _business(self, business_id: str) -> remote.RemoteBusiness:
        data = self.call(
            "POST",
            f"/v2/businesses/{business_id}/settings",
            operation="business_settings",
            idempotent=True,
        )
        with reading_answer("business_settings"):
            return mapping.business(data, business_id)

    # Notifications

    @classmethod
    def read_notification(cls, body: bytes) -> remote.Notification:
        return notifications.read(body)

    @classmethod
    def notification_answer(cls, trouble: str = "") -> Data:
        return notifications.answer(trouble)

    # Orders

    def iter_orders(
        self,
        *,
        updated_since: datetime | None = None,
        ids: Sequence[str] = (),
        made: tuple[datetime, datetime] | None = None,
    ) -> Iterator[remote.RemoteOrder]:
        """Without either, what the marketplace calls recent: the last 30 days."""
        shop = {"campaignIds": [int(self.campaign_id)]}
        yield from self.rows(
            "POST",
            f"/v1/businesses/{self.business_id}/orders",
            "orders",
            "orders",
            mapping_orders.order,
            known_by="orderId",
            bodies=(shop | body for body in order_filters.bodies(updated_since, ids, made)),
            limit=ORDERS_BATCH,
        )

    def ship(self, order_id: str) -> remote.ItemResult:
        return self._set_status(order_id, "PROCESSING", "READY_TO_SHIP")

    def cancel_order(self, order_id: str, reason: str) -> remote.ItemResult:
        if reason not in self.cancel_reasons:
            raise Rejected(f"No such reason: {reason}", code="reason", operation="order_status")
        return self._set_status(order_id, "CANCELLED", self.cancel_reasons[reason])

    def _set_status(self, order_id: str, status: str, substatus: str) -> remote.ItemResult:
        path = f"{self.campaign}/orders/{order_number(order_id)}/status"
        body = {"order": {"status": status, "substatus": substatus}}
        try:
            # Not idempotent: a repeat of a change that did happen is answered with a refusal.
            self.call("PUT", path, operation="order_status", json=body)
        except Unsupported:
            raise
        except Rejected as error:
            return remote.ItemResult(order_id, False, error.code, error.message)
        return remote.ItemResult(order_id, True)

    def labels(self, order_id: str) -> remote.Label:
        content = self.http.content(
            "GET",
            f"{self.campaign}/orders/{order_number(order_id)}/delivery/labels",
            operation="labels",
            accept="application/pdf",
        )
        if not content.startswith(b"%PDF-"):
            raise BadResponse("The label is not a PDF.", code="not_pdf", operation="labels")
        return remote.Label(content)

    # Catalogue

    def iter_listings(self) -> Iterator[remote.RemoteListing]:
        """The catalogue without its archive; content errors only come with card_status."""
        yield from self.rows(
            "POST",
            f"{self.catalogue}/offer-mappings",
            "offer_mappings",
            "offerMappings",
            mapping.listing,
            known_by="",
            bodies=({},),
        )

    def categories(self) -> list[remote.Category]:
        data = self.call(
            "POST",
            "/v2/categories/tree",
            operation="categories",
            json={"language": "RU"},
            idempotent=True,
        )
        with reading_answer("categories"):
            return list(mapping.categories(reading.part(data, "result")))

    def attributes(self, category_id: str) -> list[remote.Attribute]:
        if not is_number(category_id):
            raise Rejected(f"{category_id} is not a category.", code="category_id")
        data = self.call(
            "POST",
            f"/v2/category/{category_id}/parameters",
            operation="category_parameters",
            params={"businessId": self.business_id},
            idempotent=True,
        )
        with reading_answer("category_parameters"):
            found = reading.maybe(reading.rows, reading.part(data, "result"), "parameters")
            return [mapping.attribute(row) for row in found or []]

    def publish_cards(self, cards: Sequence[remote.CardDraft]) -> list[remote.ItemResult]:
        """First everything in Russian, then name and description in Uzbek: the document's order.

        With the first the product is in the catalogue; that its Uzbek words are refused is a
        warning and makes it no less sent.
        """
        results = [_can_be_sent(card) for card in cards]
        good = [index for index, result in enumerate(results) if result.ok]
        try:
            sent = self._update_offers([mapping.offer(cards[index]) for index in good], "RU")
        except MarketplaceError as error:
            # A refusal is final; every other card goes again, in both languages.
            error.answered = verdicts.refused((*results, *error.answered))
            raise
        for index, result in zip(good, sent, strict=True):
            results[index] = result
        self._add_uzbek(cards, results)
        return results

    def _add_uzbek(
        self, cards: Sequence[remote.CardDraft], results: list[remote.ItemResult]
    ) -> None:
        taken = [
            i for i, card in enumerate(cards) if results[i].ok and mapping.has_text(card, "UZ")
        ]
        skus = [cards[i].sku for i in taken]
        try:
            sent = self._update_offers([mapping.uzbek(cards[i]) for i in taken], "UZ")
        except Unsupported as error:
            sent = [remote.ItemResult(sku, False, error.code, error.message) for sku in skus]
        except MarketplaceError as error:
            error.answered = verdicts.refused(results)
            raise
        for index, result in zip(taken, sent, strict=True):
            results[index] = verdicts.with_uzbek(results[index], result)

    def _update_offers(self, offers: list[Data], language: str) -> list[remote.ItemResult]:
        batches = loads(
            offers,
            size=OFFERS_BATCH,
            key=mapping.offer_id,
            weight=mapping.weight,
            heaviest=OFFERS_BYTES,
        )
        send = partial(self._send_offers, language=language)
        return in_loads(batches, send, key=mapping.offer_id)

    def _send_offers(self, offers: list[Data], *, language: str) -> list[remote.ItemResult]:
        data = self.http.json(
            "POST",
            f"{self.catalogue}/offer-mappings/update",
            params={"language": language},
            json={"offerMappings": [{"offer": offer} for offer in offers]},
            operation="offer_update",
            # The card is set to what we send; sent twice it is the same card.
            idempotent=True,
        )
        with reading_answer("offer_update"):
            said = mapping.offer_results(data)
        good = [offer for offer in offers if _is_fine(offer, said)]
        if len(good) == len(offers):
            refuse_error(data, "offer_update")
            fine = {mapping.offer_id(o): remote.ItemResult(mapping.offer_id(o), True) for o in good}
            said = fine | said
        elif good:
            # With one bad product nothing of the batch was applied: the rest goes again, alone.
            said |= {r.key: r for r in self._send_offers(good, language=language)}
        return [said[mapping.offer_id(offer)] for offer in offers]

    def card_status(self, skus: Sequence[str]) -> list[remote.RemoteListing]:
        found: dict[str, remote.RemoteListing] = {}
        for batch in batches(unique(skus), OFFERS_BATCH):
            listed = self.lookup("offer-mappings", "offer_mappings", mapping.mappings, batch)
            content = (
                self.lookup("offer-cards", "offer_cards", mapping.contents, list(listed))
                if listed
                else {}
            )
            found |= {sku: read_card(sku, listed[sku], content.get(sku)) for sku in listed}
        return [found.get(sku.strip()) or mapping.absent(sku) for sku in skus]

    # Stock and prices

    def _tell(
        self,
        batches: Iterable[list[Update]],
        send: Callable[[list[Update]], list[remote.ItemResult]],
    ) -> list[remote.ItemResult]:
        try:
            return [verdicts.known_or_not(one) for one in in_loads(batches, send, key=_sku)]
        except MarketplaceError as error:
            error.answered = [verdicts.known_or_not(one) for one in error.answered]
            raise

    def push_stocks(self, updates: Sequence[remote.StockUpdate]) -> list[remote.ItemResult]:
        return self._tell(loads(updates, size=STOCKS_BATCH, key=_sku), self._send_stocks)

    def _send_stocks(self, updates: list[remote.StockUpdate]) -> list[remote.ItemResult]:
        self.call(
            "PUT",
            f"{self.campaign}/offers/stocks",
            operation="stocks",
            json={"skus": [mapping.stock(update) for update in updates]},
            # A quantity as of a moment: told twice it is the same quantity.
            idempotent=True,
        )
        return [remote.ItemResult(update.sku, True) for update in updates]

    def push_prices(self, updates: Sequence[remote.PriceUpdate]) -> list[remote.ItemResult]:
        """Taken with 200 even when it then waits in quarantine: see price_quarantine."""
        return self._tell(loads(updates, size=PRICES_BATCH, key=_sku), self._send_prices)

    def _send_prices(self, updates: list[remote.PriceUpdate]) -> list[remote.ItemResult]:
        self.call(
            "POST",
            f"{self.catalogue}/offer-prices/updates",
            operation="prices",
            json={"offers": [mapping.price(update) for update in updates]},
            # The price is set, not changed by something: twice is once.
            idempotent=True,
        )
        return [remote.ItemResult(update.sku, True) for update in updates]

    def fees(self, questions: Sequence[remote.FeeQuestion]) -> list[remote.FeeAnswer]:
        """By the terms of this shop; "the calculator counts approximately"."""
        found: list[remote.FeeAnswer] = []
        for batch in batches(questions, TARIFFS_BATCH):
            body = mapping_fees.request(self.campaign_id, batch)
            data = self.call(
                "POST", "/v2/tariffs/calculate", operation="tariffs", json=body, idempotent=True
            )
            with reading_answer("tariffs"):
                found += mapping_fees.answers(batch, reading.part(data, "result"))
        return found


def _is_fine(offer: Data, said: dict[str, remote.ItemResult]) -> bool:
    complaint = said.get(mapping.offer_id(offer))
    return complaint is None or complaint.ok


def _can_be_sent(card: remote.CardDraft) -> remote.ItemResult:
    if not mapping.has_text(card, "RU"):
        return remote.ItemResult(card.sku, False, "no_russian_text", own_words.NO_RUSSIAN_TEXT)
    try:
        mapping.offer(card)
    except ValueError:
        return remote.ItemResult(card.sku, False, "not_a_number", own_words.NOT_A_NUMBER)
    return remote.ItemResult(card.sku, True)


def _sku(update: remote.StockUpdate | remote.PriceUpdate) -> str:
    return update.sku
