"""The right to act alone for a few seconds, kept in the database and fenced by a growing token.

Every take is one conditional update on one row, so of many workers one wins on both databases.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from marketplaces.models import Connection, Lease, Stream
from partners.models import Partner
from sellercloudx.lib.leases import is_free, ttl

# Part of a lease that one call may take; the rest is for writing down what it brought.
CALL_SHARE = 0.75


def longest_call() -> float:
    """Seconds after which a call is broken off: its lease must outlive it."""
    return CALL_SHARE * settings.LEASE_SECONDS


class LeaseLost(Exception):
    """Another worker has taken over, or nobody may speak for the shop any more: send nothing."""


@dataclass(frozen=True)
class ConnectionLease:
    """The right to send what is due on one connection."""

    connection_id: int
    token: int

    def renew(self) -> None:
        """Before something is sent. Raises LeaseLost."""
        held = _usable().filter(pk=self.connection_id, lease_token=self.token)
        if not held.update(leased_until=timezone.now() + ttl()):
            raise LeaseLost

    def extend(self) -> None:
        """While answers are written down, which goes on even if nothing more may be sent."""
        held = Connection.objects.filter(pk=self.connection_id, lease_token=self.token)
        held.update(leased_until=timezone.now() + ttl())

    def release(self) -> None:
        held = Connection.objects.filter(pk=self.connection_id, lease_token=self.token)
        held.update(leased_until=None)


def take_connection(connection_id: int) -> ConnectionLease | None:
    """None when another worker holds it, the key is parked or the partner is not approved."""
    now = timezone.now()
    known = Connection.objects.filter(pk=connection_id).values_list("lease_token", flat=True)
    current = known.first() or 0
    free = _usable().filter(is_free(now), pk=connection_id, lease_token=current)
    taken = free.update(leased_until=now + ttl(), lease_token=F("lease_token") + 1)
    return ConnectionLease(connection_id, current + 1) if taken else None


def _usable() -> QuerySet[Connection]:
    """Those with a key that works and an approved partner."""
    # Exists, not a join: a joined update is re-checked by PostgreSQL on stale rows.
    approved = Partner.objects.filter(pk=OuterRef("partner"), state=Partner.State.APPROVED)
    return Connection.objects.filter(Exists(approved), state__in=Connection.WORKING)


@dataclass
class StreamLease:
    """The right to read one stream. Its end is the fence: whoever takes over sets another."""

    stream_id: int
    until: datetime

    def renew(self) -> None:
        """Before something is asked. Raises LeaseLost."""
        until = timezone.now() + ttl()
        held = Stream.objects.filter(pk=self.stream_id, leased_until=self.until)
        if not held.update(leased_until=until):
            raise LeaseLost
        self.until = until


def take_stream(stream: Stream) -> StreamLease | None:
    """For the one worker that may read this stream now; None for all others."""
    now = timezone.now()
    until = now + ttl()
    free = Stream.objects.filter(is_free(now), pk=stream.pk, due_at__lte=now)
    return StreamLease(stream.pk, until) if free.update(leased_until=until) else None


def due_turns(names: list[str]) -> list[str]:
    """Those of the named turns whose time has come."""
    known = dict(Lease.objects.filter(name__in=names).values_list("name", "until"))
    now = timezone.now()
    return [name for name in names if name not in known or known[name] <= now]


def take_turn(name: str, until: datetime) -> bool:
    """True for one worker before `until`, when the next turn comes; that one does the work."""
    now = timezone.now()
    Lease.objects.get_or_create(name=name, defaults={"until": now})
    turn = Lease.objects.filter(name=name, until__lte=now)
    return bool(turn.update(until=until, token=F("token") + 1, beaten_at=now))
