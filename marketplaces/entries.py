"""Many operations for the outbox at once: the same as `outbox.add` for one after the other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from marketplaces import parking
from marketplaces.models import Connection, Operation
from partners import request_context
from partners.models import User
from sellercloudx.lib import bulk
from sellercloudx.lib.queue import wake

State = Operation.State
# More targets than these are not named one by one to the database.
NAMED = 500


@dataclass(frozen=True)
class Entry:
    """What to tell; the same `dedupe` is told once."""

    connection: Connection
    kind: str
    target: str
    payload: dict[str, Any]
    dedupe: str
    subject: str = ""


@transaction.atomic
def add_all(entries: Iterable[Entry], *, requested_by: User | None = None) -> list[Operation]:
    """Those that nobody has added before."""
    now, request_id = timezone.now(), request_context.current().request_id
    rows = [
        Operation(
            partner_id=one.connection.partner_id,
            connection_id=one.connection.pk,
            kind=one.kind,
            target=one.target,
            subject=one.subject,
            payload=one.payload,
            dedupe=one.dedupe,
            due_at=now,
            requested_by_id=requested_by.pk if requested_by else None,
            request_id=request_id,
        )
        for one in entries
    ]
    added = bulk.insert_new(rows)
    _supersede_older(added)
    for pk in sorted({one.connection_id for one in rows}):
        wake("marketplaces.outbox.drain", pk)
    return added


def _supersede_older(newer: Sequence[Operation]) -> None:
    """As parking.supersede_older, for many."""
    newest = {(one.connection_id, one.kind, one.target): one.pk for one in newer}
    for kind in sorted({one.kind for one in newer}):
        alike = [one for one in newer if one.kind == kind]
        # Each by an index of its own: what is done with grows for ever.
        for states in (parking.ASIDE, parking.giving_way(kind)):
            _supersede(newest, _about(alike).filter(state__in=states))


def _about(alike: Sequence[Operation]) -> QuerySet[Operation]:
    """Whatever is told of the same targets."""
    about = Operation.objects.filter(
        connection__in={one.connection_id for one in alike},
        kind=alike[0].kind,
        pk__lt=max(one.pk for one in alike),
    )
    # With so many names whatever waits for the shop is found sooner by itself.
    return about if len(alike) > NAMED else about.filter(target__in={one.target for one in alike})


def _supersede(newest: Mapping[tuple[int, str, str], int], outdated: QuerySet[Operation]) -> None:
    """Locked in one order: whoever sends takes them in the same."""
    rows = outdated.order_by("pk").select_for_update(of=("self",))
    about = rows.values_list("pk", "connection_id", "kind", "target")
    pks = [pk for pk, shop, kind, of in about if pk < newest.get((shop, kind, of), 0)]
    if pks:
        gone = Operation.objects.filter(pk__in=pks)
        gone.update(state=State.SUPERSEDED, finished_at=timezone.now())
