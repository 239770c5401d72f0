"""What still stands between a card and the marketplace, each with the words for it."""

import ipaddress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from marketplaces.models import Connection
from products.models import Card, Listing
from products.services.cards import CHARACTERISTICS_UNKNOWN, judged_now
from sellercloudx.lib.wiring import resolve

# What a new card must have beside its texts, by the marketplaces' documents (Yandex Market:
# offer-mappings/update, "name, marketCategoryId, pictures, vendor, description", read 2026-11-23).
NEEDED = {"yandex": ("category", "photo", "brand")}


@dataclass(frozen=True)
class Blocker:
    """One reason a card cannot be sent; `code` is worded by the page, `detail` goes into it."""

    code: str
    detail: str = ""


def blockers(listing: Listing, card: Card | None) -> list[Blocker]:
    """Everything that must be mended first; empty means the card may be sent."""
    if card is None:
        return [Blocker("no_card")]
    content = judged_now(listing, card)
    return [
        *_shop(listing),
        *_gaps(listing),
        *_money(listing),
        *_photo(listing),
        *(Blocker("missing", missing["name"]) for missing in content.missing),
        *(_of_problem(problem) for problem in content.problems),
    ]


def _of_problem(problem: dict[str, Any]) -> Blocker:
    """In the reader's language, by whoever found it."""
    if problem["code"] == CHARACTERISTICS_UNKNOWN:
        return Blocker(CHARACTERISTICS_UNKNOWN)
    return Blocker("problem", str(resolve("CARD_CHECK", "problem_worded")(problem)))


def _shop(listing: Listing) -> list[Blocker]:
    """What is approved for a shop that does not work would wait unseen."""
    connection = listing.connection
    if connection.state in Connection.WORKING:
        return []
    if connection.state == Connection.State.DISCONNECTED:
        return [Blocker("disconnected")]
    return [Blocker("not_working", str(connection.get_state_display()))]


def _gaps(listing: Listing) -> list[Blocker]:
    product = listing.product
    has = {
        "category": bool(listing.category_id),
        "photo": product.photo_id is not None,
        "brand": bool(product.brand),
    }
    needed = NEEDED.get(listing.connection.marketplace, ("category",))
    return [Blocker(f"no_{name}") for name in needed if not has[name]]


def _money(listing: Listing) -> list[Blocker]:
    product, connection = listing.product, listing.connection
    if product.price is None:
        return [Blocker("no_price")]
    if connection.currency and connection.currency != product.currency:
        return [Blocker("currency", connection.currency)]
    return []


def _photo(listing: Listing) -> list[Blocker]:
    if listing.product.photo_id is None or listing.connection.is_sandbox:
        return []
    return [] if is_public(settings.PUBLIC_URL) else [Blocker("photo_address", settings.PUBLIC_URL)]


def is_public(address: str) -> bool:
    """Whether a marketplace on the internet can fetch from this address over https."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" or "." not in host or host.endswith((".local", ".internal")):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return True
