"""What the stock pages say in a seller's words."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import Listing, StockCheck
from products.services.publishing import shown
from products.services.stock import Figures
from products.services.stock_parts import CannotBeBundle
from products.services.stock_risk import Risk
from sellercloudx.lib import formats

Words = str | Promise

NO_BUNDLE: dict[str, Words] = {
    "itself": gettext_lazy("A bundle cannot be made of itself: %(sku)s."),
    "part": gettext_lazy("%(sku)s is part of another bundle, so it cannot be a bundle itself."),
    "bundle": gettext_lazy("%(sku)s is a bundle: name what is in it instead."),
    "strict": gettext_lazy(
        "The pieces of %(sku)s are shared out by shop. Show them together first."
    ),
    "promised": gettext_lazy(
        "Pieces of %(sku)s are promised to orders. Ship or cancel those first."
    ),
    "stock": gettext_lazy("%(sku)s has pieces of its own. Correct its count to 0 first."),
}
FINDINGS: dict[str, Words] = {
    "ledger": gettext_lazy("On hand is %(found)s, and the ledger adds up to %(expected)s."),
    "reservations": gettext_lazy("Reserved is %(found)s, and orders hold %(expected)s."),
    "shares": gettext_lazy("The shops' shares are kept as %(found)s and add up to %(expected)s."),
    "held": gettext_lazy("A shop may show %(expected)s, and its share is kept as %(found)s."),
    "uncovered": gettext_lazy(
        "Shops may still sell %(found)s, and %(expected)s are available: they have been told and"
        " have not acknowledged it yet."
    ),
    "bundle": gettext_lazy("It is a bundle and has %(found)s pieces of its own."),
}
MISSING: dict[str, Words] = {
    "acknowledged": gettext_lazy("how long shops take to acknowledge a number"),
    "heard": gettext_lazy("how long after a sale we hear of it"),
    "sold": gettext_lazy("sales of the last 14 days"),
    "shops": gettext_lazy("a second shop: with one, nothing is sold twice"),
}


def no_bundle(refused: CannotBeBundle) -> str:
    return str(NO_BUNDLE[refused.code]) % {"sku": refused.sku}


def findings(check: StockCheck | None) -> list[dict[str, Any]]:
    """Each with its product and a sentence."""
    rows = check.wrong if check else []
    return [
        {
            "product": row["product"],
            "sku": row["sku"],
            "words": str(FINDINGS[row["code"]])
            % {
                "expected": formats.quantity(row["expected"]),
                "found": formats.quantity(row["found"]),
            },
        }
        for row in rows
    ]


def shop_figures(listing: Listing, figures: Figures) -> tuple[int | None, int]:
    """What a shop acknowledged last, and the most it may be showing or is to show."""
    share = getattr(listing, "channel", None)
    if figures.is_strict:
        return (share.acked, share.held) if share else (None, 0)
    return listing.sent_stock, shown(listing, figures)


def risk_lines(risk: Risk, listings: Iterable[Listing]) -> dict[str, Any]:
    """What was measured, each with its figure; what is not measured yet, by name."""
    return {
        "measured": [
            (_("From a sale to our knowing of it"), seconds(risk.heard)),
            (_("From our number to a shop's acknowledgement"), seconds(risk.acknowledged)),
            *(
                (
                    _("Sold a day in %(shop)s") % {"shop": one.title},  # type: ignore[attr-defined]
                    formats.number(risk.per_day.get(one.connection_id), places=1),
                )
                for one in listings
            ),
        ],
        "missing": [MISSING[name] for name in risk.missing],
        "chance": formats.number(risk.chance * 100, places=2),
        "buffer": risk.buffer,
        "window": seconds(risk.window),
    }


def seconds(value: float | None) -> str:
    return _("no data yet") if value is None else formats.seconds(value)
