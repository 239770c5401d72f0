"""A listing's content, version after version."""

import uuid
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.db import transaction

from marketplaces import categories
from products.models import Card, Listing
from sellercloudx.lib.wiring import resolve

# Code of the problem of a card whose category's characteristics could not be read.
CHARACTERISTICS_UNKNOWN = "characteristics_unknown"


class CardChanged(Exception):
    """Somebody made another version since this one was opened."""


@dataclass(frozen=True)
class CardContent:
    """What a card says and how it came to be; the fields are those of `products.models.Card`."""

    # {"ru": {"title", "description", "bullets", "search_words"}, "uz": {...}}
    texts: dict[str, dict[str, Any]]
    made_by: str
    # [{"attribute_id", "name", "value", "option_id", "unit_id", "source"}]
    attributes: list[dict[str, Any]] = field(default_factory=list)
    # [{"attribute_id", "name", "options"}]
    missing: list[dict[str, Any]] = field(default_factory=list)
    # [{"text", "source"}]
    facts: list[dict[str, Any]] = field(default_factory=list)
    # [{"code", "language", "text"}]
    problems: list[dict[str, Any]] = field(default_factory=list)
    model: str = ""
    # ["openai: timeout"]
    failed_attempts: list[str] = field(default_factory=list)
    request_group: uuid.UUID | None = None

    @property
    def lacks_characteristics(self) -> bool:
        """Whether it was made without knowing what its category asks for."""
        return any(one["code"] == CHARACTERISTICS_UNKNOWN for one in self.problems)


@transaction.atomic
def save_card(*, listing: Listing, content: CardContent, instead_of: int | None = None) -> Card:
    """Add the next version; the listing now waits for a person's approval.

    `instead_of` is the version it was written from: raises CardChanged where there is a newer
    one, unless that says the same, for then the same form was sent twice.
    """
    # The row is locked, so two makers at once get two versions.
    locked = Listing.objects.select_for_update().get(pk=listing.pk)
    newest = latest_card(locked)
    version = newest.version if newest else 0
    if newest is not None and instead_of not in (None, version):
        if version - 1 == instead_of and _says(newest, content):
            return newest
        raise CardChanged
    card = Card.objects.create(
        partner_id=locked.partner_id, listing=locked, version=version + 1, **asdict(content)
    )
    Listing.objects.filter(pk=locked.pk).update(state=Listing.State.REVIEW)
    return card


def give_up(*, listing: Listing) -> None:
    """No card is coming: what stood there before stands again."""
    was = Listing.State.REVIEW if listing.cards.exists() else Listing.State.NO_CARD
    Listing.objects.filter(pk=listing.pk, state=Listing.State.WANTED).update(state=was)


def _says(card: Card, content: CardContent) -> bool:
    return (card.made_by, card.texts, card.attributes) == (
        content.made_by,
        content.texts,
        content.attributes,
    )


def latest_card(listing: Listing) -> Card | None:
    return listing.cards.order_by("-version").first()


def content_of(card: Card) -> CardContent:
    return CardContent(**{name: getattr(card, name) for name in CardContent.__dataclass_fields__})


def edit_card(
    *,
    card: Card,
    texts: dict[str, dict[str, Any]],
    attributes: list[dict[str, Any]],
    version: int | None = None,
) -> Card:
    """The next version as a person wrote it, judged like any other. Raises CardChanged.

    `version` is the one the person opened, where it may not be the card's own.
    """
    content = replace(
        content_of(card),
        texts=texts,
        attributes=attributes,
        made_by=Card.Maker.PERSON,
        model="",
        failed_attempts=[],
        request_group=None,
    )
    return save_card(
        listing=card.listing,
        content=judged(card.listing, content),
        instead_of=card.version if version is None else version,
    )


def judged_now(listing: Listing, card: Card) -> CardContent:
    """As it was judged when it was saved, or anew where its characteristics were unknown then."""
    content = content_of(card)
    return judged(listing, content) if content.lacks_characteristics else content


def judged(listing: Listing, content: CardContent) -> CardContent:
    """With what the validator says of it now; the validator lives in a higher app."""
    marketplace, category = listing.connection.marketplace, listing.category_id
    problems: list[dict[str, Any]] = resolve("CARD_CHECK", "problems")(
        texts=content.texts,
        attributes=content.attributes,
        facts=content.facts,
        marketplace=marketplace,
        category=category,
        made_by=content.made_by,
    )
    known = categories.stored_attributes(marketplace, category) if category else None
    if known is None:
        given = {str(value["attribute_id"]) for value in content.attributes}
        missing = [one for one in content.missing if str(one["attribute_id"]) not in given]
        problems += [one for one in content.problems if one["code"] == CHARACTERISTICS_UNKNOWN]
    else:
        missing = resolve("CARD_CHECK", "missing")(content.attributes, known)
    return replace(content, problems=problems, missing=missing)
