"""The catalogue that stands on a marketplace already, taken in: nothing is overwritten.

First all of it is read, page by page, and written down; then each product is added, linked to one
of ours, or put before the seller where the two differ. Doing it again changes what is new only.
"""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from marketplaces import gateway, unreadable
from marketplaces.connectors.base import Connector, batches
from marketplaces.connectors.errors import Kind, MarketplaceError, Unreadable
from marketplaces.connectors.remote import RemoteCard
from marketplaces.models import Connection
from partners.models import User
from partners.services.activities import Made, Unfit, Work
from partners.services.activity_items import Became, Outcome, one_by_one
from products import catalogue_words
from products.models import CatalogueRow, Listing
from products.services import catalogue_rows
from products.services.catalogue_rows import Refused

State = CatalogueRow.State
AT_ONCE = 100
OF = "catalogue"


def import_catalogue(work: Work) -> Made:
    """Raises what `work.progress` raises, and Unfit."""
    pk = work.parameters["connection"]
    own = Connection.objects.working().filter(partner=work.partner, pk=pk)
    connection = own.select_related("partner").first()
    if connection is None:
        raise Unfit("shop_away")
    seen = _read(work, connection)
    taking = _Taking(seen)
    pks = CatalogueRow.objects.filter(connection=connection).order_by("pk")
    things = list(enumerate(pks.values_list("pk", flat=True), start=1))
    return Made(counts=one_by_one(work, things, taking.take))


def _read(work: Work, connection: Connection) -> set[str]:
    """The SKUs that stand there now, each written down. No transaction is open meanwhile."""
    seen: set[str] = set()
    try:
        with gateway.connector_for(connection) as connector:
            for cards in _pages(connection, connector):
                work.progress(0, len(seen) + len(cards))
                _write_down(connection, cards)
                seen |= {card.listing.sku for card in cards}
    except MarketplaceError as error:
        if error.kind == Kind.CONFIG:
            raise Unfit("shop_away") from error
        raise
    return seen


def _pages(connection: Connection, connector: Connector) -> Iterator[list[RemoteCard]]:
    """What cannot be read is kept apart, and holds back no other."""
    try:
        for page in batches(connector.iter_listings(), AT_ONCE):
            cards = connector.look_up([listing.sku for listing in page])
            odd = [card.listing.unreadable for card in cards if card.listing.unreadable]
            unreadable.note(connection, OF, odd)
            yield [card for card in cards if not card.listing.unreadable]
    except Unreadable as error:
        unreadable.note(connection, OF, error.rows)


def _write_down(connection: Connection, cards: list[RemoteCard]) -> None:
    now = timezone.now()
    # A page that comes twice is one; and one that is gone since is none.
    by_sku = {card.listing.sku: card for card in cards if card.listing.content is not None}
    rows = [
        CatalogueRow(
            partner_id=connection.partner_id,
            connection=connection,
            sku=sku,
            card=catalogue_rows.as_json(card),
            seen_at=now,
        )
        for sku, card in by_sku.items()
    ]
    CatalogueRow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["connection", "sku"],
        update_fields=["card", "seen_at"],
    )


class _Taking:
    """The rows one by one; what the seller left out stays out."""

    def __init__(self, seen: set[str]):
        self._seen = seen

    def take(self, pk: int, by: User) -> Became:
        row = catalogue_rows.locked(pk)
        title = f"{catalogue_rows.name_of(row)} · {row.sku}"
        if row.sku not in self._seen:
            _note_gone(row)
            return Became(title, Outcome.SKIPPED, [_("It stands there no more.")])
        if row.state == State.SKIPPED:
            return Became(title, Outcome.UNCHANGED, [_("You left it out before.")])
        if row.product is not None:
            catalogue_rows.link(row, row.product)
            return Became(title, Outcome.UNCHANGED, url=catalogue_rows.url_of(row))
        return self._settle(row, title, by)

    def _settle(self, row: CatalogueRow, title: str, by: User) -> Became:
        try:
            is_settled, is_new = catalogue_rows.settle(row, by=by)
        except Refused as error:
            return Became(title, Outcome.REJECTED, [str(error)])
        if not is_settled:
            reasons = catalogue_words.problem_lines(row)
            return Became(title, Outcome.SKIPPED, reasons, catalogue_words.page_of(row))
        outcome = Outcome.CREATED if is_new else Outcome.UPDATED
        return Became(title, outcome, catalogue_words.remarks(row), catalogue_rows.url_of(row))


def _note_gone(row: CatalogueRow) -> None:
    listings = Listing.objects.filter(connection=row.connection_id, product=row.product_id)
    listings.filter(gone_at=None).update(gone_at=timezone.now())
