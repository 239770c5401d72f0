"""What is kept about people only as long as it is of use to them."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from partners.models import Activity, ActivityItem, Delivery, Invitation, Notification, StoredFile
from sellercloudx.lib.batches import in_batches

logger = logging.getLogger(__name__)

NOTIFICATIONS_KEPT = timedelta(days=365)
# After the link has ended, was used or taken back.
INVITED_KEPT = timedelta(days=30)
# Files that can be made anew; the words on the page and in the notice say it, too.
RESULTS_KEPT = timedelta(days=7)
# As long as the notice that leads to it.
ACTIVITIES_KEPT = NOTIFICATIONS_KEPT


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


def forget_results() -> int:
    """Called by the clock: files that long work made, and its steps. The rest stays for a year."""
    until = timezone.now() - RESULTS_KEPT
    kept = Activity.objects.filter(ended_at__lt=until, result__isnull=False)
    count = in_batches(kept, _forget_results)
    logger.info("forgot the files of %s activities", count)
    steps = in_batches(
        ActivityItem.objects.filter(activity__ended_at__lt=until), lambda rows: rows.delete()
    )
    logger.info("forgot %s steps of activities", steps)
    return count


def _forget_results(rows: "QuerySet[Activity]") -> None:
    files = set(rows.values_list("result_id", flat=True))
    rows.update(result=None)
    forget_files(files)


def forget_files(files: Iterable[int]) -> None:
    """Those that nothing refers to any more."""
    for pk in files:
        try:
            with transaction.atomic():
                StoredFile.objects.filter(pk=pk).delete()
        except IntegrityError:
            # The same bytes are another's, too: a newer result, or sent along in the chat.
            logger.debug("file %s is still needed", pk)


def forget_activities() -> int:
    """Called by the clock: what long work was asked for, and what came of it.

    One whose file is still kept stays with it; what has not ended has its turn to come.
    """
    old = Activity.objects.filter(ended_at__lt=timezone.now() - ACTIVITIES_KEPT, result=None)
    count = in_batches(old, lambda rows: rows.delete())
    logger.info("forgot %s activities", count)
    return count
