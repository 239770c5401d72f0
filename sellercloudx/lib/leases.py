"""What every lease in the database has in common: how long it lasts, and when it is free."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q


def ttl() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def is_free(at: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=at)
