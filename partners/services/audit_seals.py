"""The chain of seals over the audit trail: whoever changes the database later is found out.

Rows are written unsealed, so that nobody waits for anybody. One turn of the clock links them in
the order of their numbers; `manage.py verify_audit` follows the chain.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from partners.models import AuditLog, AuditSeal
from sellercloudx.lib.crypto import derive_key

logger = logging.getLogger(__name__)

AT_ONCE = 500
MOST_BATCHES = 20
# Numbers are given out before their rows are committed: wait for those that are on their way.
SETTLED_AFTER = timedelta(seconds=15)
# A column added later is left out here, or the seals that stand would not fit any more.
FIELDS = (
    *("id", "partner_id", "actor_id", "action", "entity_type", "entity_id"),
    *("before", "after", "ip", "user_agent", "request_id", "created_at"),
)


@dataclass(frozen=True)
class Finding:
    """The first thing that is not as it was sealed."""

    audit_id: int
    what: str


@dataclass(frozen=True)
class Report:
    sealed: int
    head: AuditSeal | None
    finding: Finding | None
    unsealed: int
    unsealed_since: datetime | None


def seal_settled() -> int:
    """Called by the clock: seal what nobody can write in between any more."""
    horizon = _horizon()
    sealed = 0
    for _ in range(MOST_BATCHES):
        count = _seal_batch(horizon)
        sealed += count
        if count < AT_ONCE:
            break
    if sealed and (head := _head()):
        # Logs are kept elsewhere: the end of the chain cannot be cut off unseen.
        logger.info("audit is sealed up to %s:%s", head.audit_id, head.mac[:16])
    return sealed


def verify(*, expected: str = "") -> Report:
    """Follow the chain from its beginning; `expected` is "number:mac", noted from a log before."""
    head = _head()
    last = head.audit_id if head else 0
    tail = AuditLog.objects.filter(pk__gt=last).order_by("pk")
    first_unsealed = tail.first()
    return Report(
        sealed=AuditSeal.objects.count(),
        head=head,
        finding=next(_findings(last), None) or _cut_off(expected),
        unsealed=tail.count(),
        unsealed_since=first_unsealed.created_at if first_unsealed else None,
    )


def _seal_batch(horizon: datetime) -> int:
    with transaction.atomic():
        head = _head()
        last, mac = (head.audit_id, head.mac) if head else (0, "")
        seals = []
        for row in AuditLog.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]:
            if row.created_at >= horizon:
                break
            mac = _mac(row, previous_id=last, previous_mac=mac)
            seals.append(AuditSeal(audit_id=row.pk, previous_id=last, mac=mac, key_id=_key_id()))
            last = row.pk
        # A second worker on the same rows fails here on their numbers, and seals nothing.
        AuditSeal.objects.bulk_create(seals)
    return len(seals)


def _horizon() -> datetime:
    """Whatever was written before this moment is committed, or will never be."""
    settled = timezone.now() - SETTLED_AFTER
    if connection.vendor != "postgresql":
        return settled
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_xid IS NOT NULL"
            " AND pid <> pg_backend_pid()"
        )
        (oldest,) = cursor.fetchone()
    return min(settled, oldest - SETTLED_AFTER) if oldest else settled


def _head() -> AuditSeal | None:
    return AuditSeal.objects.order_by("-pk").first()


def _findings(last: int) -> Iterator[Finding]:
    """Walk over rows and seals side by side, both by number."""
    rows = AuditLog.objects.filter(pk__lte=last).order_by("pk").iterator()
    row = next(rows, None)
    previous_id, previous_mac = 0, ""
    for seal in AuditSeal.objects.filter(pk__lte=last).order_by("pk").iterator():
        if seal.previous_id > previous_id:
            yield Finding(seal.previous_id, "deleted")
        if row is not None and row.pk < seal.audit_id:
            yield Finding(row.pk, "inserted")
        if row is None or row.pk > seal.audit_id:
            yield Finding(seal.audit_id, "deleted")
        elif what := _wrong(row, seal, previous_id, previous_mac):
            yield Finding(row.pk, what)
        previous_id, previous_mac = seal.audit_id, seal.mac
        row = next(rows, None)


def _wrong(row: AuditLog, seal: AuditSeal, previous_id: int, previous_mac: str) -> str:
    if seal.key_id != _key_id():
        return "sealed with another SESSION_SECRET"
    mac = _mac(row, previous_id=previous_id, previous_mac=previous_mac)
    return "" if hmac.compare_digest(mac, seal.mac) else "changed or moved"


def _cut_off(expected: str) -> Finding | None:
    number, _, mac = expected.partition(":")
    if not number:
        return None
    seal = AuditSeal.objects.filter(pk=int(number)).first()
    if seal is None:
        return Finding(int(number), "deleted, and its seal too")
    return None if mac and seal.mac.startswith(mac) else Finding(seal.pk, "sealed anew")


def _mac(row: AuditLog, *, previous_id: int, previous_mac: str) -> str:
    text = json.dumps(
        [previous_id, previous_mac, *(_plain(getattr(row, name)) for name in FIELDS)],
        sort_keys=True,
    )
    return hmac.new(_key(), text.encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _key() -> bytes:
    return derive_key(settings.SECRET_KEY, purpose="audit")


def _key_id() -> str:
    return hashlib.sha256(_key()).hexdigest()[:8]
