"""Cards are made by workers: asked for in a transaction, written down, made, saved."""

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone, translation

from ai_manager.models import CardJob
from ai_manager.services import automation, card_maker, jobs
from ai_manager.services.jobs import JobLease, TakenOver
from marketplaces import categories
from marketplaces.connectors.errors import Kind, MarketplaceError
from marketplaces.connectors.remote import Attribute
from marketplaces.models import Connection
from partners.models import Member, Partner
from partners.services import notices
from products.models import Listing, Product
from products.services.cards import CardContent, give_up, save_card
from products.services.listings import find_category
from sellercloudx.lib.queue import wake

logger = logging.getLogger(__name__)

State = CardJob.State
# A marketplace that stumbles is asked again after so long, times the number of the try.
PAUSE = timedelta(seconds=5)
# One that asks for more time than this is not waited for: the texts can be read meanwhile.
LONGEST_PAUSE = timedelta(minutes=10)
MAKE = "ai_manager.services.cards.make_card"
MOST_WOKEN = 20
# A model may think for half a minute; the other threads of a worker have orders to send.
_places = threading.BoundedSemaphore(2)


class BeingMade(Exception):
    """A card for this listing is on its way already."""


def request_card(listing: Listing) -> CardJob:
    """Have a card made for what the listing now says; in the caller's transaction."""
    job = _due_job(listing)
    wake(MAKE, job.pk)
    return job


def _due_job(listing: Listing) -> CardJob:
    now = timezone.now()
    while True:
        job, is_new = CardJob.objects.get_or_create(
            listing=listing,
            state=State.DUE,
            defaults={"partner_id": listing.partner_id, "due_at": now},
        )
        # Whoever is making it works from what was true before: their result is fenced off.
        if is_new or CardJob.objects.filter(pk=job.pk, state=State.DUE).update(
            lease_token=F("lease_token") + 1, leased_until=None, due_at=now, attempts=0
        ):
            return job


@transaction.atomic
def remake(*, listing: Listing) -> CardJob:
    """Have the card written anew. Raises BeingMade."""
    moved = Listing.objects.filter(pk=listing.pk).exclude(state=Listing.State.WANTED)
    waiting = CardJob.objects.filter(listing=listing, state=State.DUE)
    if not moved.update(state=Listing.State.WANTED) and waiting.exists():
        raise BeingMade
    return request_card(listing)


def wake_due() -> None:
    """Called by the clock: find cards that no message woke anybody for."""
    _wake_due(MOST_WOKEN)


def _wake_due(most: int) -> None:
    approved = Partner.objects.filter(pk=OuterRef("partner"), state=Partner.State.APPROVED)
    due = jobs.due(timezone.now()).filter(Exists(approved)).order_by("due_at")
    for pk in due.values_list("pk", flat=True)[:most]:
        wake(MAKE, pk)


def make_card(job_id: int) -> None:
    """Make the card of a job, unless another worker has it."""
    if not _places.acquire(blocking=False):
        return
    try:
        lease = jobs.take(job_id)
        if lease is None:
            return
        _make_under(lease)
    finally:
        _places.release()
    _wake_due(1)


def _make_under(lease: JobLease) -> None:
    try:
        with lease.kept():
            _make(lease)
    except TakenOver:
        logger.info("card job %s was taken over or asked for anew", lease.job_id)
    except Exception as error:  # noqa: BLE001  the worker's loop: a broken card must not stop the rest
        logger.exception("card job %s broke", lease.job_id)
        _give_up_or_wait(lease, f"{type(error).__name__}: {error}")


def _make(lease: JobLease) -> None:
    listing = _listing_of(lease)
    if lease.attempt > jobs.MOST_ATTEMPTS:
        _fail(lease, listing, "the worker stopped in the middle of it each time")
        return
    if listing.connection.state == Connection.State.DISCONNECTED:
        _stop(lease, listing, "the shop is disconnected")
        return
    asked: Sequence[Attribute] | None
    try:
        asked = _asked_for(listing)
    except MarketplaceError as error:
        if _is_worth_waiting(error, lease):
            lease.put_off(_pause(error), f"{error.code}: {error.message}")
            return
        # Without the category's characteristics the texts can still be written and read.
        logger.warning("no characteristics for listing %s: %s", listing.pk, error.code)
        asked = _stored(listing)
    with translation.override(_language_of(listing.partner)):
        brief = card_maker.brief_for(listing, asked)
        # What broke twice on the way to a model is made without one.
        content = card_maker.make(brief, may_ask=not lease.is_last)
    _save(lease, listing, content)


def _is_worth_waiting(error: MarketplaceError, lease: JobLease) -> bool:
    is_first = error.kind == Kind.TRANSIENT and lease.attempt == 1
    return is_first and _pause(error) <= LONGEST_PAUSE


def _pause(error: MarketplaceError) -> timedelta:
    """As long as the marketplace says, where it says."""
    return max(PAUSE, timedelta(seconds=error.retry_after or 0))


def _listing_of(lease: JobLease) -> Listing:
    job = CardJob.objects.select_related(
        "listing__product", "listing__connection", "listing__partner"
    ).get(pk=lease.job_id)
    return job.listing


def _asked_for(listing: Listing) -> Sequence[Attribute]:
    """The category's characteristics, the category proposed first. Calls the marketplace."""
    find_category(listing=listing)
    if not listing.category_id:
        return []
    return categories.attributes_of(listing.connection, listing.category_id)


def _stored(listing: Listing) -> Sequence[Attribute] | None:
    """What was read of the category before; None when nobody knows what it asks for."""
    if not listing.category_id:
        return []
    marketplace = listing.connection.marketplace
    return categories.stored_attributes(marketplace, listing.category_id)


def _language_of(partner: Partner) -> str:
    """The owner's: some words are worded once, when the card is made."""
    owner = partner.members.filter(role=Member.Role.OWNER).select_related("user").first()
    return owner.user.language if owner else "uz"


@transaction.atomic
def _save(lease: JobLease, listing: Listing, content: CardContent) -> None:
    """The job's end and the card, or neither; and what the partner lets happen by itself."""
    is_maximum = automation.is_maximum(listing.partner_id)
    if is_maximum:
        # In the order of those who approve one.
        Product.objects.select_for_update(no_key=True).get(pk=listing.product_id)
    _lock(listing)
    lease.finish(State.DONE)
    card = save_card(listing=listing, content=content)
    if is_maximum:
        automation.publish(listing=listing, card=card)


def _lock(listing: Listing) -> None:
    """The listing first, then its job: in the order of those who ask for a card."""
    Listing.objects.select_for_update().get(pk=listing.pk)


def _give_up_or_wait(lease: JobLease, error: str) -> None:
    if not lease.is_last:
        lease.put_off(PAUSE * lease.attempt, error)
        return
    try:
        _fail(lease, _listing_of(lease), error)
    except TakenOver:
        logger.info("card job %s was taken over", lease.job_id)


@transaction.atomic
def _stop(lease: JobLease, listing: Listing, error: str) -> None:
    """Nothing more is tried by itself: a listing waits for a card only while one is coming."""
    _lock(listing)
    lease.finish(State.FAILED, error)
    give_up(listing=listing)


@transaction.atomic
def _fail(lease: JobLease, listing: Listing, error: str) -> None:
    _stop(lease, listing, error)
    notices.notify_partner(
        listing.partner,
        kind="card_failed",
        data={"product": listing.product.name, "shop": str(listing.connection.name)},
        url=f"/partner-dashboard/listings/{listing.pk}/",
        dedupe=f"card_failed:{lease.job_id}",
    )
