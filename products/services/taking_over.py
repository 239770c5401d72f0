"""Listings that stood on a marketplace before: from a person's word on, price and stock go there.

Until then nothing of ours is told of them, so nothing there is overwritten unseen.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplaces.shop_names import shop_title
from partners import audit
from partners.models import Partner, User
from partners.services.activities import Made, Work
from partners.services.activity_items import Became, Outcome, one_by_one
from products.models import Listing
from products.services import publishing

State = Listing.State


class NotFound(Exception):
    """It is none that was only found there."""


@transaction.atomic
def take_over(*, listing: Listing, by: User) -> None:
    """Tell its price and stock from now on; its card stays as it is. Raises NotFound."""
    taken = Listing.objects.filter(pk=listing.pk, state=State.FOUND)
    if not taken.update(state=State.SENT, sent_at=timezone.now()):
        raise NotFound
    audit.record("LISTING_TAKEN_OVER", partner=listing.partner, actor=by, entity=listing)
    publishing.tell_all(listing, by=by)


def waiting(partner: Partner, pks: Iterable[int] | None = None) -> QuerySet[Listing]:
    """Found and not taken over: all of them, or of these."""
    own = Listing.objects.for_partner(partner).filter(state=State.FOUND)
    return own if pks is None else own.filter(pk__in=list(pks))


def take_over_listings(work: Work) -> Made:
    """Raises what `work.progress` raises, and Unfit."""
    pks = work.parameters["listings"]

    def take(pk: int, by: User) -> Became:
        return _take(work.partner, pk, by)

    return Made(counts=one_by_one(work, list(enumerate(pks, start=1)), take))


def _take(partner: Partner, pk: int, by: User) -> Became:
    own = Listing.objects.for_partner(partner).select_related("product", "connection", "partner")
    listing = own.filter(pk=pk).first()
    if listing is None:
        return Became(f"№ {pk}", Outcome.SKIPPED, [_("It is gone.")])
    title = f"{listing.product.name} → {shop_title(listing.connection)}"
    url = reverse("products:listing", args=[pk])
    try:
        take_over(listing=listing, by=by)
    except NotFound:
        return Became(title, Outcome.UNCHANGED, url=url)
    return Became(title, Outcome.UPDATED, url=url)
