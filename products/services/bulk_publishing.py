"""Many cards at once: first what would be sent where and what would not, then each by itself.

What is published is the version that a person saw; a card that changed since is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplaces.connectors.remote import CardStatus
from marketplaces.shop_names import shop_title
from partners.models import Partner, User
from partners.services.activities import Made, Work
from partners.services.activity_items import Became, Outcome, one_by_one
from products import price_words, tabs, wording
from products.models import Card, Listing, Product
from products.services import price_guard, publishing, stock
from products.services.readiness import blockers

# So many stand on one page for a person to look through.
MOST = 500
Pair = tuple[int, int]


@dataclass(frozen=True)
class Candidate:
    """A card that was chosen, and what keeps it here."""

    listing: Listing
    shop: str
    # The one that would be sent; 0 where there is none.
    version: int
    # [{"words", "url"}]: each reason, and the page where it is mended.
    lacks: list[dict[str, str]] = field(default_factory=list)
    # What would go beside its texts, and why the price would not: as the guard judges it now.
    stock: int | None = None
    price_stopped: str = ""
    # It stands there already, so this replaces what buyers see.
    replaces: bool = False

    @property
    def is_ready(self) -> bool:
        return not self.lacks


def of_products(partner: Partner, pks: Iterable[int]) -> "QuerySet[Listing]":
    """Everything the chosen products have, whatever state it is in."""
    return _own(partner).filter(product__in=list(pks))


def waiting_in(partner: Partner, *, tab: str, q: str) -> "QuerySet[Listing]":
    """What waits for approval of the products of a list."""
    products = tabs.searched(Product.objects.for_partner(partner), q)
    found = products.filter(tabs.chosen(tab).condition)
    return _own(partner).filter(product__in=found, state=Listing.State.REVIEW)


def of_listings(partner: Partner, pks: Iterable[int]) -> "QuerySet[Listing]":
    """Those that were chosen, whatever state they are in."""
    return _own(partner).filter(pk__in=list(pks))


def _own(partner: Partner) -> "QuerySet[Listing]":
    return Listing.objects.for_partner(partner)


def look_at(listings: "QuerySet[Listing]") -> tuple[list[Candidate], bool]:
    """The newest products first, and whether there are more than are looked at."""
    newest = Card.objects.filter(listing=OuterRef("pk")).order_by("-version").values("pk")[:1]
    found = listings.select_related(
        "product__partner", "connection", "channel", "quoted_fee"
    ).annotate(card=Subquery(newest))
    some = list(found.order_by("-product", "pk")[: MOST + 1])
    cards = Card.objects.in_bulk([one.card for one in some[:MOST] if one.card])
    found_of = {one.pk: cards.get(one.card) for one in some[:MOST]}
    scene = _Scene(some[:MOST])
    return [scene.judged(one, found_of[one.pk]) for one in some[:MOST]], len(some) > MOST


class _Scene:
    """What the guard and the shelves say of all of them, read at once."""

    def __init__(self, some: Sequence[Listing]):
        self._refusals = price_guard.forecast(some)
        self._figures = stock.figures_of([one.product for one in some]) if some else {}

    def judged(self, listing: Listing, card: Card | None) -> Candidate:
        refusal = self._refusals.get(listing.pk)
        figures = self._figures.get(listing.product_id, stock.Figures())
        stopped = price_words.batch_line(refusal.code, refusal.as_json()) if refusal else ""
        return replace(
            _judged(listing, card),
            stock=publishing.shown(listing, figures),
            price_stopped=stopped,
            replaces=listing.sent_at is not None or listing.remote_status == CardStatus.ACCEPTED,
        )


def _judged(listing: Listing, card: Card | None) -> Candidate:
    """A refused card is a matter of its own: it was told why, and wants a look."""
    if listing.state == Listing.State.REVIEW:
        lacks = wording.blocker_lines(listing, blockers(listing, card))
    else:
        lacks = [{"words": wording.standing(listing).words, "url": _page(listing)}]
    shop = shop_title(listing.connection)
    return Candidate(listing, shop, card.version if card else 0, lacks)


def own_pairs(partner: Partner, pairs: Sequence[Pair]) -> list[Pair]:
    """Of the cards asked for, those that are this partner's; each once."""
    asked = dict(pairs[:MOST])
    own = _own(partner).filter(pk__in=asked).order_by("-product", "pk")
    return [(pk, asked[pk]) for pk in own.values_list("pk", flat=True)]


def publish_cards(work: Work) -> Made:
    """Raises what `work.progress` raises, and Unfit."""
    cards = [(pk, version) for pk, version in work.parameters["cards"]]

    def publish(pair: Pair, by: User) -> Became:
        return _publish(work.partner, pair, by)

    return Made(counts=one_by_one(work, list(enumerate(cards, start=1)), publish))


def _publish(partner: Partner, pair: Pair, by: User) -> Became:
    pk, version = pair
    listing = _own(partner).select_related("product", "connection", "partner").filter(pk=pk).first()
    if listing is None:
        return Became(f"№ {pk}", Outcome.SKIPPED, [_("It is gone.")])
    lacks = _send(listing, version, by)
    return Became(
        f"{listing.product.name} → {shop_title(listing.connection)}",
        Outcome.SKIPPED if lacks else Outcome.PUBLISHED,
        lacks,
        _page(listing),
    )


def _send(listing: Listing, version: int, by: User) -> list[str]:
    """What stood in the way, or nothing."""
    if listing.state != Listing.State.REVIEW:
        return [_moved_on()]
    try:
        publishing.approve_card(listing=listing, by=by, version=version)
    except publishing.NotReady as error:
        return [line["words"] for line in wording.blocker_lines(listing, error.blockers)]
    except publishing.AlreadyDecided:
        return [_moved_on()]
    return []


def _moved_on() -> str:
    return _("The card has changed since you looked at it, or is on its way already.")


def _page(listing: Listing) -> str:
    return reverse("products:listing", args=[listing.pk])
