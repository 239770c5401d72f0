"""What our codes mean, in a seller's words: states, reasons, steps of a price."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplaces.connectors.registry import CONNECTORS, connector_class
from marketplaces.connectors.remote import CardStatus
from marketplaces.models import Connection
from products.models import Card, Listing, PriceChange, PriceProposal, StockMovement
from products.services import currency_rates
from products.services.fees import BY_PARTNER, source_in
from products.services.quoted_fees import BY_CALCULATOR
from products.services.readiness import Blocker
from sellercloudx.lib import formats
from sellercloudx.lib.money import Money

Words = str | Promise

STEPS: dict[str, Words] = {
    "cost": gettext_lazy("Cost price"),
    "commission": gettext_lazy("Commission"),
    "logistics": gettext_lazy("Logistics"),
    "payout": gettext_lazy("Payout fee"),
    "tax": gettext_lazy("Tax"),
    "margin": gettext_lazy("Left to you"),
    "rounding": gettext_lazy("Rounding up"),
}
# Codes of PriceProposal.reasons that are no step.
PROPOSED_WHY: dict[str, Words] = {
    "below_floor": gettext_lazy("The price no longer earns back cost and what is taken of it."),
    "below_target": gettext_lazy("The price leaves you less than the target."),
}
THEIR_WORDS: dict[str, Words] = {
    CardStatus.ACCEPTED: gettext_lazy("On the marketplace"),
    CardStatus.REJECTED: gettext_lazy("Rejected after their check"),
    CardStatus.PROCESSING: gettext_lazy("Checked by the marketplace"),
    CardStatus.ABSENT: gettext_lazy("Not seen there yet"),
}
# Why the pieces of a cancelled order are written off, as the ledger keeps it.
GONE: dict[str, Words] = {
    "out_of_stock": gettext_lazy("The goods are not there"),
    "damaged": gettext_lazy("The goods are damaged"),
}
# Codes of readiness.Blocker.
BLOCKERS: dict[str, Words] = {
    "no_card": gettext_lazy("There is no card yet."),
    "disconnected": gettext_lazy("The shop is disconnected: nothing is sent to it any more."),
    "not_working": gettext_lazy("The shop says “%(detail)s”: nothing is sent until its key works."),
    "no_category": gettext_lazy("Choose a category."),
    "no_photo": gettext_lazy("Add a photo: %(shop)s takes no card without one."),
    "no_brand": gettext_lazy("Write the brand or the maker: %(shop)s takes no card without it."),
    "no_price": gettext_lazy("Set a price."),
    "currency": gettext_lazy("%(shop)s counts in another currency (%(detail)s) than your prices."),
    "photo_address": gettext_lazy(
        "%(shop)s cannot fetch the photo from %(detail)s: this site needs a public https address."
    ),
    "missing": gettext_lazy("The category asks for “%(detail)s”. Fill it in."),
    "problem": gettext_lazy("%(detail)s"),
    "characteristics_unknown": gettext_lazy(
        "Characteristics unknown: %(shop)s did not tell what the category asks for."
        " Write the card anew."
    ),
}
# Where each is mended.
# Where each is mended, and what the page is about; the rest on the product's own form.
MENDED_AT = {
    "no_category": ("products:category", "pk"),
    "missing": ("products:edit_card", "pk"),
    "problem": ("products:edit_card", "pk"),
    "no_price": ("products:price", "product_id"),
    "disconnected": ("marketplaces:list", ""),
    "not_working": ("marketplaces:detail", "connection_id"),
}
# Nothing the seller could do on a page: time, an administrator or another shop mends it.
MENDED_NOWHERE = ("no_card", "photo_address", "currency", "characteristics_unknown")


@dataclass(frozen=True)
class Standing:
    """Where a listing stands, in one pill, and what the seller does next."""

    tone: str
    words: str
    action: str = ""
    # Changes within seconds, or some day: the page looks again by itself.
    is_busy: bool = False
    is_settling: bool = False


def standing(listing: Listing) -> Standing:
    State = Listing.State  # noqa: N806  as on the model
    words = str(listing.get_state_display())
    if listing.state == State.WANTED:
        return Standing("warn", words, is_busy=True)
    if listing.state == State.UNASKED:
        return Standing("mute", words, _("Ask for a card"))
    if listing.state == State.NO_CARD:
        return Standing("bad", words, _("Ask for the card again"))
    if listing.state == State.APPROVED:
        return Standing("warn", words, is_busy=True)
    if listing.state == State.REVIEW:
        return Standing("hold", words, _("Read the card and approve it"))
    if listing.state == State.REFUSED:
        return Standing("bad", words, _("Read why, mend it, send it again"))
    if listing.state == State.UNCLEAR:
        return Standing("bad", words, _("Try it again, or approve the card once more"))
    return _standing_of_sent(listing)


def _standing_of_sent(listing: Listing) -> Standing:
    if listing.remote_status == CardStatus.REJECTED:
        return Standing("bad", _("Rejected after their check"), _("Read why and mend the card"))
    if listing.price_refusal or listing.stock_refusal:
        return Standing("bad", _("Price or stock refused"), _("Read why and mend it"))
    if listing.price_stopped_for:
        return Standing("bad", _("Price not sent"), _("Read why and set the price again"))
    if listing.price_held_at:
        action = _("Confirm the price in the cabinet of the marketplace, or change it")
        return Standing("hold", _("Price held back"), action, is_settling=True)
    if listing.remote_status == CardStatus.ACCEPTED:
        return Standing("ok", _("On the marketplace"))
    if listing.remote_status == CardStatus.ABSENT:
        return Standing("warn", _("Not seen there yet"), is_settling=True)
    return Standing("hold", _("Checked by the marketplace"), is_settling=True)


def their_words(listing: Listing) -> Words:
    """What the marketplace's own status of the card comes to; "" where we do not know it."""
    return THEIR_WORDS.get(listing.remote_status, "")


def movement_reason(movement: StockMovement) -> str:
    """The reason of a line of the ledger: a person's words, or an order and a code of ours."""
    order, _colon, code = movement.reason.rpartition(": ")
    if movement.kind == StockMovement.Kind.WRITE_OFF and order and code in GONE:
        return f"{order}: {GONE[code]}"
    return movement.reason


def shop_title(connection: Connection) -> str:
    """The marketplace by name, and the shop where the partner gave it one."""
    slug = connection.marketplace
    name = connector_class(slug).name if slug in CONNECTORS else slug
    return f"{name} · {connection.name}" if connection.name else name


def marketplace_name(slug: str) -> str:
    return connector_class(slug).name if slug in CONNECTORS else slug


def blocker_lines(listing: Listing, found: Iterable[Blocker]) -> list[dict[str, str]]:
    """Each reason in words, and the page where it is mended."""
    shop = marketplace_name(listing.connection.marketplace)
    return [
        {
            "words": str(BLOCKERS[one.code]) % {"shop": shop, "detail": one.detail},
            "url": _mended_at(listing, one.code),
        }
        for one in found
    ]


def _mended_at(listing: Listing, code: str) -> str:
    if code in MENDED_NOWHERE:
        return ""
    name, about = MENDED_AT.get(code, ("products:edit", "product_id"))
    return reverse(name, args=[getattr(listing, about)] if about else [])


def category_reason(listing: Listing) -> str:
    """Why the product stands in this category."""
    if listing.category_reason == Listing.CategoryReason.PERSON:
        return _("You chose it.")
    match = listing.category_match
    if not listing.category_id:
        if match.get("others"):
            return _("The words of the name fit several categories. Choose one.")
        return _("No word of the name fits a category. Choose one.")
    if not match.get("words"):
        return ""
    words = ", ".join(formats.quoted(word) for word in match["words"])
    return _("Proposed by the words %(words)s of the name: they cover %(share)s of its title.") % {
        "words": words,
        "share": formats.percent(match["score"]),
    }


def how_made(card: Card) -> str:
    """Who wrote the card, with nothing made nicer."""
    if card.made_by == Card.Maker.PERSON:
        return _("Edited by a person.")
    if card.made_by == Card.Maker.RULES:
        return _("Composed by rules from your product's facts: no AI model was used.")
    maker = {"provider": card.get_made_by_display(), "model": card.model}
    if "demo" in card.model.lower():
        return (
            _("Written by the demo server in place of %(provider)s: a demo, not a model.") % maker
        )
    return _("Written by %(provider)s, model %(model)s.") % maker


def waterfall_lines(steps: list[dict[str, Any]], price: Decimal | None) -> list[dict[str, Any]]:
    """The stored steps of a price for `{% waterfall %}`, with the price as the last line."""
    lines = [
        {
            "label": STEPS.get(step["step"], step["step"]),
            "why": _why(step),
            "amount": None if step["amount"] is None else Decimal(step["amount"]),
        }
        for step in steps
        if step["step"] != "rounding" or Decimal(step["amount"])
    ]
    if price is not None:
        lines.append({"label": _("Price"), "why": "", "amount": price, "is_total": True})
    return lines


def _why(step: dict[str, Any]) -> str:
    reason = step["reason"]
    shop = marketplace_name(step["marketplace"]) if step["marketplace"] else ""
    if reason == "no_cost":
        return _("Profit unknown: the cost price is not entered.")
    if reason == "yours":
        return _("What you paid for it.")
    if reason == "not_known":
        if shop:
            return _("%(shop)s: not known, so it is left out.") % {"shop": shop}
        return _("Not known, so it is left out.")
    if reason == "ending":
        return _("Up to a round sum.")
    share = formats.percent(step["percent"])
    if reason == "left":
        return _("%(share)s of the price, before what is not known.") % {"share": share}
    if reason == "target":
        return _("%(share)s of the price: our starting value, set your own price to change it.") % {
            "share": share
        }
    source = source_in(formats.language(), step["source"])
    day = formats.day(date.fromisoformat(step["as_of"]))
    words = {"share": share, "source": source, "day": day, "shop": shop}
    if step["source"] == BY_CALCULATOR:
        return _quoted(step, words)
    if step["source"] == BY_PARTNER:
        return _("%(share)s of the price, %(shop)s. Entered by you, %(day)s.") % words
    if shop:
        return _("%(share)s of the price, %(shop)s. Source: %(source)s, %(day)s.") % words
    return _("%(share)s of the price. Source: %(source)s, %(day)s.") % words


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
        " price back. Go in smaller steps, or tick below that you mean it and confirm it in their"
        " cabinet."
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


def _quoted(step: dict[str, Any], words: dict[str, str]) -> str:
    """By the marketplace's own calculator: a share, a sum for each piece, or both."""
    fixed = step.get("fixed")
    if not fixed:
        return _("%(share)s of the price, by the calculator of %(shop)s, %(day)s.") % words
    words["each"] = formats.amount(Decimal(fixed))
    if not Decimal(step["percent"]):
        return _("%(each)s for each piece, by the calculator of %(shop)s, %(day)s.") % words
    return _("%(share)s of the price and %(each)s, by the calculator of %(shop)s, %(day)s.") % words


def price_maker(change: PriceChange | None) -> str:
    if change is None:
        return ""
    if change.made_by == "rules":
        return _("Proposed from your cost price.")
    if change.rule in RULES:
        return str(RULES[change.rule])
    return _("Set by a person.")


def proposal_reasons(proposal: PriceProposal) -> list[str]:
    """Why another price is proposed, in sentences."""
    said = [str(PROPOSED_WHY[code]) for code in proposal.reasons if code in PROPOSED_WHY]
    grown = [str(STEPS[code]) for code in proposal.reasons if code in STEPS]
    if grown:
        said.append(_("Takes more than before: %(steps)s.") % {"steps": ", ".join(grown)})
    return said


def proposal_standing(proposal: PriceProposal) -> str:
    """What became of a proposal that waits for nobody any more."""
    if proposal.state == PriceProposal.State.OUTDATED:
        return _("The price or what is taken of it has changed since. This is no longer proposed.")
    words = {"moment": formats.moment(proposal.decided_at)} if proposal.decided_at else {}
    words["person"] = proposal.decided_by.get_full_name() if proposal.decided_by else ""
    if proposal.state == PriceProposal.State.ACCEPTED:
        return _("Decided already: the price is set. %(person)s, %(moment)s.") % words
    return _("Decided already: the price stays. %(person)s, %(moment)s.") % words
