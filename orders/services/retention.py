"""What is kept of an order only as long as somebody may still need it."""

import logging
from datetime import timedelta

from django.utils import timezone

from orders.models import Order
from sellercloudx.lib.batches import in_batches

logger = logging.getLogger(__name__)

# As long as an order is asked for again (intake.REREAD_FOR), counted from its last change.
ANSWER_KEPT = timedelta(days=90)


def forget_answers() -> int:
    """Called by the clock: the marketplace's own answers; goods, sums and history stay."""
    old = Order.objects.filter(changed_at__lt=timezone.now() - ANSWER_KEPT).exclude(raw={})
    count = in_batches(old, lambda orders: orders.update(raw={}))
    logger.info("forgot the answers about %s orders", count)
    return count
