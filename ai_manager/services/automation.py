"""How much is done without a person.

Minimal is kept where listings are opened and products are changed (products/services); maximum
here, after a card is made. Balanced is what happens otherwise.
"""

import logging
from contextlib import suppress

from django.db import transaction

from partners import audit
from partners.models import Partner, User
from products.models import Card, Listing
from products.services import publishing

logger = logging.getLogger(__name__)

Level = Partner.Automation


def level_of(partner: Partner) -> str:
    """Whoever has not chosen yet works as the balanced do."""
    return partner.automation or Level.BALANCED


@transaction.atomic
def choose(*, partner: Partner, by: User, level: str) -> None:
    """From now on: what waits already stays where it is."""
    locked = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    if locked.automation == level:
        return
    Partner.objects.filter(pk=locked.pk).update(automation=level)
    partner.automation = level
    audit.record(
        "AI_SETTINGS_CHANGED",
        partner=locked,
        actor=by,
        entity=locked,
        before={"automation": locked.automation},
        after={"automation": level},
    )


def is_maximum(partner_id: int) -> bool:
    """As it is now: a card takes a while to make."""
    chosen = Partner.objects.filter(pk=partner_id, automation=Level.MAXIMUM)
    return chosen.filter(state=Partner.State.APPROVED).exists()


def publish(*, listing: Listing, card: Card) -> None:
    """Send a card that has just been made; one that lacks anything waits for a person."""
    with suppress(publishing.NotReady):
        publishing.approve_card(listing=listing, by=None, version=card.version)
        logger.info("card %s of listing %s published by itself", card.version, listing.pk)
