"""Errors of AI providers are kept to be looked into; what AI cost is kept with the books."""

import logging
from datetime import timedelta

from django.utils import timezone

from ai_manager.models import AiErrorLog
from sellercloudx.lib.batches import in_batches

logger = logging.getLogger(__name__)

ERRORS_KEPT = timedelta(days=180)


def forget_errors() -> int:
    """Called by the clock."""
    old = AiErrorLog.objects.filter(created_at__lt=timezone.now() - ERRORS_KEPT)
    count = in_batches(old, lambda rows: rows.delete())
    logger.info("forgot %s errors of AI providers", count)
    return count
