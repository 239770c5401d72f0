"""What the marketplace says of our cards, read back and kept beside ours."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from marketplaces.connectors.remote import CardStatus, RemoteListing
from marketplaces.models import Connection
from products.models import Listing, TheirCard
from products.services.publishing import tell_partner

MOST_AT_ONCE = 200
# A card that was judged is looked at again now and then: moderators change their minds.
SETTLED = (CardStatus.ACCEPTED, CardStatus.REJECTED)
LOOK_AGAIN = timedelta(hours=1)
READ = (
    Listing.State.APPROVED,
    Listing.State.SENT,
    Listing.State.REFUSED,
    Listing.State.UNCLEAR,
)


def skus_to_read(connection: Connection) -> list[str]:
    """Whose card is to be asked for: those not judged yet first, the longest unread first."""
    listings = Listing.objects.filter(
        connection=connection,
        state__in=READ,
        sent_at__isnull=False,
    ).filter(
        ~Q(remote_status__in=SETTLED)
        | Q(read_at__isnull=True)
        | Q(read_at__lt=F("sent_at"))
        | Q(read_at__lt=timezone.now() - LOOK_AGAIN)
    )
    oldest_first = listings.order_by(F("read_at").asc(nulls_first=True), "pk")
    return list(oldest_first.values_list("product__sku", flat=True)[:MOST_AT_ONCE])


def receive_cards(connection: Connection, remote: Sequence[RemoteListing]) -> None:
    """Keep their status and words; a refusal is told to the partner once."""
    by_sku = {one.sku: one for one in remote}
    listings = Listing.objects.filter(
        connection=connection, product__sku__in=list(by_sku)
    ).select_related("product", "connection", "partner")
    for listing in listings:
        _receive(listing, by_sku[listing.product.sku])


def _receive(listing: Listing, card: RemoteListing) -> None:
    if card.unreadable:
        # What they said before stands, and the others have their turn before it is asked again.
        Listing.objects.filter(pk=listing.pk).update(read_at=timezone.now())
        return
    if note(listing, card):
        TheirCard.objects.filter(listing=listing).update(read_at=None)


def note(listing: Listing, card: RemoteListing) -> bool:
    """Keep their verdict; whether it is another than before. A refusal is told once."""
    messages = [*card.errors, *card.warnings]
    refused = card.status == CardStatus.REJECTED
    before = (listing.remote_status, listing.vendor_status, listing.vendor_messages)
    Listing.objects.filter(pk=listing.pk).update(
        remote_status=card.status,
        vendor_status=card.vendor_status[:60],
        vendor_messages=messages,
        read_at=timezone.now(),
        gone_at=_gone_at(listing, card),
    )
    if refused and (before[0], before[2]) != (card.status, messages):
        reason = " ".join(card.errors) or card.vendor_status
        sent = listing.sent_at.isoformat() if listing.sent_at else ""
        tell_partner(listing, "card_rejected", reason, occasion=f"listing:{listing.pk}:{sent}")
    return before != (card.status, card.vendor_status[:60], messages)


def _gone_at(listing: Listing, card: RemoteListing) -> datetime | None:
    """Not there, and it was: deleted on their side. What was sent since may still appear."""
    if card.status != CardStatus.ABSENT:
        return None
    was_there = listing.remote_status not in ("", CardStatus.ABSENT)
    if listing.gone_at or not was_there:
        return listing.gone_at
    return timezone.now()
