"""A product's place on each connected shop."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from marketplaces import categories
from marketplaces.models import Connection
from partners import audit
from partners.models import Partner, User
from products.models import Listing, Product
from products.services import category_match
from products.services.category_match import Match
from sellercloudx.lib.queue import wake
from sellercloudx.lib.wiring import emit

# So many at once keep the transaction short.
CHUNK = 50


class NoSuchCategory(Exception):
    """The marketplace has no such category that products may stand in."""


def working_connections(partner: Partner) -> list[Connection]:
    return list(Connection.objects.working().filter(partner=partner).order_by("pk"))


def matches_for(connections: Sequence[Connection], name: str) -> dict[int, list[Match]]:
    """What the words of a name point to on each connection, from the stored trees only."""
    trees = {one.marketplace for one in connections}
    found = {slug: category_match.match(marketplace=slug, name=name) for slug in sorted(trees)}
    return {one.pk: found[one.marketplace] for one in connections}


def open_listing(
    *, product: Product, connection: Connection, found: Sequence[Match] = ()
) -> Listing:
    """Give the product a place on a connection and ask for a card, in the caller's transaction.

    At the minimal level of automation nobody is asked.
    """
    is_asked = connection.partner.automation != Partner.Automation.MINIMAL
    state = Listing.State.WANTED if is_asked else Listing.State.UNASKED
    listing, is_new = Listing.objects.get_or_create(
        product=product,
        connection=connection,
        defaults={"partner_id": product.partner_id, "state": state, **category_fields(found)},
    )
    if is_new and is_asked:
        emit("listing_wanted", listing=listing)
    return listing


@transaction.atomic
def add_listing(*, product: Product, connection: Connection) -> Listing:
    """Put a product on a shop it is not on yet."""
    return open_listing(product=product, connection=connection)


def category_fields(found: Sequence[Match]) -> dict[str, object]:
    """A clear match is proposed; anything less is only offered, and a person chooses."""
    chosen = category_match.best(list(found))
    others = [one for one in found if one != chosen]
    kept: dict[str, object] = {
        "category_match": {
            "score": chosen.score if chosen else None,
            "words": list(chosen.words) if chosen else [],
            "others": [{"id": one.id, "path": one.path, "score": one.score} for one in others],
        }
    }
    if chosen:
        kept |= {
            "category_id": chosen.id,
            "category_path": chosen.path,
            "category_reason": Listing.CategoryReason.WORDS,
        }
    return kept


def find_category(*, listing: Listing) -> Listing:
    """Propose a category unless there is one. For the worker: fetches the tree where it must.

    Raises MarketplaceError.
    """
    if listing.category_id:
        return listing
    categories.ensure_categories(listing.connection)
    found = category_match.match(
        marketplace=listing.connection.marketplace, name=listing.product.name
    )
    Listing.objects.filter(pk=listing.pk, category_id="").update(**category_fields(found))
    listing.refresh_from_db()
    return listing


@transaction.atomic
def choose_category(*, listing: Listing, category_id: str, by: User) -> Listing:
    """Put the product into another category; a new card is made for it."""
    category = categories.find(listing.connection.marketplace, category_id)
    if category is None:
        raise NoSuchCategory(category_id)
    before = listing.category_path
    listing.category_id, listing.category_path = category.external_id, category.path
    listing.category_reason = Listing.CategoryReason.PERSON
    listing.state = Listing.State.WANTED
    listing.save(update_fields=["category_id", "category_path", "category_reason", "state"])
    audit.record(
        "CATEGORY_CHOSEN",
        partner=listing.partner,
        actor=by,
        entity=listing,
        before={"category": before},
        after={"category": category.path},
    )
    emit("listing_wanted", listing=listing)
    return listing


def list_everything_on(connection: Connection) -> None:
    """A shop has been connected: its first products get their listings now, the rest soon."""
    _open_some(connection)
    wake("products.services.listings.list_the_rest", connection.pk)


def wake_unlisted() -> None:
    """Called by the clock: shops that lack products, because a worker died or a key was parked."""
    for connection in Connection.objects.working().select_related("partner"):
        if _unlisted(connection).exists():
            wake("products.services.listings.list_the_rest", connection.pk)


def list_the_rest(connection_id: int) -> None:
    connection = Connection.objects.working().filter(pk=connection_id).first()
    while connection is not None:
        with transaction.atomic():
            if not _open_some(connection):
                break


def _unlisted(connection: Connection) -> QuerySet[Product]:
    return Product.objects.for_partner(connection.partner).exclude(listings__connection=connection)


def _open_some(connection: Connection) -> int:
    some = list(_unlisted(connection).order_by("-pk")[:CHUNK])
    for product in some:
        open_listing(product=product, connection=connection)
    return len(some)
