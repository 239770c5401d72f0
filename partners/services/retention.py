"""What is kept about people only as long as it is of use to them."""

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from partners.models import Delivery, Invitation, Notification
from sellercloudx.lib.batches import in_batches

logger = logging.getLogger(__name__)

NOTIFICATIONS_KEPT = timedelta(days=365)
# After the link has ended, was used or taken back.
INVITED_KEPT = timedelta(days=30)


def forget_notifications() -> int:
    """Called by the clock; one that is still to be sent waits for its turn."""
    old = Notification.objects.filter(created_at__lt=timezone.now() - NOTIFICATIONS_KEPT)
    count = in_batches(
        old.exclude(deliveries__state__in=Delivery.WAITING), lambda rows: rows.delete()
    )
    logger.info("forgot %s notifications", count)
    return count


def forget_invited() -> int:
    """Called by the clock: address and note of people who were invited; who invited stays."""
    until = timezone.now() - INVITED_KEPT
    ended = Invitation.objects.filter(
        Q(expires_at__lt=until) | Q(used_at__lt=until) | Q(revoked_at__lt=until)
    ).exclude(email="", note="")
    count = in_batches(ended, lambda rows: rows.update(email="", note=""))
    logger.info("forgot whom %s invitations were for", count)
    return count
