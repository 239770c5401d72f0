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

from marketplaces.connectors.remote import CardStatus
from marketplaces.shop_names import marketplace_name
from products import price_words
from products.models import Card, Listing, PriceChange, PriceProposal, StockMovement
from products.services.fees import BY_PARTNER, source_in
from products.services.quoted_fees import BY_CALCULATOR
from products.services.readiness import Blocker
from sellercloudx.lib import formats

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
    if listing.gone_at and listing.state != State.REVIEW:
        return Standing("bad", _("Gone from the marketplace"), _("Send it again, or leave it"))
    if listing.state == State.FOUND:
        return Standing("info", words, _("Compare it and take it over"))
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
        action = _("Confirm the price, or change it")
        return Standing("hold", _("Price held back"), action, is_settling=True)
    if listing.remote_status == CardStatus.ACCEPTED:
        return Standing("ok", _("On the marketplace"))
    if listing.remote_status == CardStatus.ABSENT:
        return Standing("warn", _("Not seen there yet"), is_settling=True)
    if listing.remote_status == CardStatus.UNKNOWN:
        return Standing("warn", _("Status not known to us"), _("Look there what it means"))
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
    if change.rule in price_words.RULES:
        return str(price_words.RULES[change.rule])
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
