"""Prices that were stopped, changed together or counted in another currency, in words."""

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import Listing
from products.services import currency_rates
from sellercloudx.lib import formats
from sellercloudx.lib.money import Money

Words = str | Promise

# Codes of price_guard.Code: what is so, why, and what to do.
STOPPED: dict[str, Words] = {
    "not_a_price": gettext_lazy("%(price)s is no price. Set a price above 0."),
    "currency": gettext_lazy(
        "The price is in another currency than the product. Set the price anew."
    ),
    "no_cost": gettext_lazy(
        "Profit unknown: without a cost price no rule changes a price. Enter the cost price, or"
        " set the price yourself."
    ),
    "nothing_left": gettext_lazy(
        "No price earns this product's cost back: what is taken of each price, together with your"
        " smallest margin, is all of it. Check the rates of your shops and the margin."
    ),
    "below_floor": gettext_lazy(
        "%(price)s is below %(bound)s, the lowest price that pays cost, commission, logistics,"
        " payout fee, tax and your smallest margin. Raise it, or tick that you mean to sell at"
        " a loss."
    ),
    "below_least": gettext_lazy(
        "%(price)s is below %(bound)s, the lowest price you allow. Raise it, or change the limit."
    ),
    "above_most": gettext_lazy(
        "%(price)s is above %(bound)s, the highest price you allow. Lower it, or change the limit."
    ),
    "step": gettext_lazy(
        "From %(bound)s to %(price)s is more than %(limit)s %% at once. Look whether a digit is"
        " missing; if you mean it, tick it below."
    ),
    "often": gettext_lazy(
        "This price has changed %(limit)s times lately, as often as you allow. Set it again later,"
        " or change the limit."
    ),
    "quarantine": gettext_lazy(
        "From %(bound)s to %(price)s is more than %(limit)s times: the marketplace would hold the"
        " price back. Go in smaller steps, or tick below that you mean it and confirm it on the"
        " listing's page."
    ),
}


# Codes of lines of a batch beside those.
BATCH_LINES: dict[str, Words] = {
    "unknown_sku": gettext_lazy("You have no product with this SKU."),
    "unreadable": gettext_lazy("No price can be read there, so it is not touched."),
    "changed": gettext_lazy("The price has changed since: left alone."),
    "twice": gettext_lazy("This SKU stands in another line already."),
}
# In a batch there is nothing to tick: who means it goes to the product's own page.
BATCH_STOPPED: dict[str, Words] = {
    "below_floor": gettext_lazy("Below %(bound)s you lose on each piece."),
    "step": gettext_lazy(
        "More than %(limit)s %% at once. If you mean it, set it on the product's page."
    ),
    "quarantine": gettext_lazy(
        "More than %(limit)s times: the marketplace would hold it back. If you mean it, set it on"
        " the product's page."
    ),
}
# Names of rules, as changes of prices keep them.
RULES: dict[str, Words] = {
    "batch": gettext_lazy("Many prices at once"),
    "review": gettext_lazy("Accepted price proposals"),
}


def batch_line(code: str, figures: dict[str, str]) -> str:
    """Why a line of a batch changes nothing; "" where it does."""
    if code in BATCH_LINES:
        return str(BATCH_LINES[code])
    if code in BATCH_STOPPED:
        return str(BATCH_STOPPED[code]) % _figures(figures)
    return price_stopped(code, figures) if code else ""


def price_stopped(code: str, figures: dict[str, str]) -> str:
    """Why the guard did not let a price through, with the figures as it kept them."""
    return str(STOPPED[code]) % _figures(figures)


def _figures(figures: dict[str, str]) -> dict[str, str]:
    currency = figures.get("currency", "")
    said = {
        name: formats.money(Decimal(figures[name]), currency)
        for name in ("price", "bound")
        if name in figures
    }
    if "limit" in figures:
        said["limit"] = formats.quantity(Decimal(figures["limit"]))
    return said


def listing_stopped(listing: Listing) -> str:
    """Why its last price was not sent; "" where it was."""
    code = listing.price_stopped_for
    return price_stopped(code, listing.price_stop) if code else ""


def in_currency(money: Money, currency: str) -> str:
    """A sum in another currency, with the rates, who says them and for which day."""
    found = currency_rates.convert(money, currency)
    if found is None:
        return _("No rate of %(currency)s yet, so the sum is not converted.") % {
            "currency": money.currency if currency == currency_rates.SUM else currency
        }
    said = [
        _("1 %(currency)s = %(sums)s soʻm, %(source)s, %(day)s")
        % {
            "currency": one.currency,
            "sums": formats.number(one.sums, places=2),
            "source": _("Central Bank of Uzbekistan") if one.source == "cbu.uz" else one.source,
            "day": formats.day(one.day),
        }
        for one in found.rates
    ]
    sum_ = formats.money(found.money.amount, found.money.currency)
    return _("About %(sum)s (%(rates)s).") % {"sum": sum_, "rates": "; ".join(said)}
