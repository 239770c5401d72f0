"""So many destructive actions a day: orders cancelled, stock emptied, cards taken down.

A wrong file or a rule gone wild empties a shop in minutes. What is over the day's cap is held back
and told to the partner; its owner may let it through. It does not go by itself the next day.
`DESTRUCTIVE` of the wiring says of each kind which operations take something away; a kind that does
not stand there never does.
"""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from marketplaces import parking
from marketplaces.models import Connection, DestructiveDay, Operation
from partners import audit
from partners.models import Member, User
from partners.services import notices
from sellercloudx.lib.wiring import resolve, table


def every_one(operations: Sequence[Operation]) -> set[int]:
    """For `DESTRUCTIVE`: a kind that always takes something away."""
    return {operation.pk for operation in operations}


def let_out(connection: Connection, batch: Sequence[Operation]) -> list[Operation]:
    """Those of a claimed batch of one kind that may go today; the others are held back."""
    if connection.is_rehearsal:
        return list(batch)
    counted = _counted(batch)
    over = set(counted[_take(connection, len(counted)) :]) if counted else set()
    if over:
        held = [operation for operation in batch if operation.pk in over]
        parking.set_aside(held, Operation.State.HELD, Operation.OVER_CAP)
        _tell(connection, len(held))
    return [operation for operation in batch if operation.pk not in over]


def _counted(batch: Sequence[Operation]) -> list[int]:
    """Each is counted once, with its first try."""
    first = [one for one in batch if one.attempts == 1 and not one.is_let_through]
    if not first or first[0].kind not in table("DESTRUCTIVE"):
        return []
    found: Collection[int] = resolve("DESTRUCTIVE", first[0].kind)(first)
    return [operation.pk for operation in first if operation.pk in found]


def _take(connection: Connection, wanted: int) -> int:
    """How many of so many the day has room for; they are taken from it."""
    today = timezone.localdate()
    cap = Connection.objects.values_list("destructive_cap", flat=True).get(pk=connection.pk)
    while True:
        day, _ = DestructiveDay.objects.get_or_create(connection=connection, day=today)
        taken = max(min(wanted, cap - day.used), 0)
        unchanged = DestructiveDay.objects.filter(pk=day.pk, used=day.used)
        if not taken or unchanged.update(used=F("used") + taken):
            return taken


def _tell(connection: Connection, held: int) -> None:
    notices.notify_partner(
        connection.partner,
        kind="over_cap",
        data={"shop": connection.name, "number": str(held)},
        url=f"{reverse('marketplaces:not_told')}?show=held",
        dedupe=f"over_cap:{connection.pk}:{timezone.localdate()}",
        at_least=Member.Role.OWNER,
    )


@transaction.atomic
def set_cap(*, connection: Connection, by: User, cap: int) -> None:
    """How many a day from now on; what is held back stays so."""
    changed = Connection.objects.filter(pk=connection.pk).exclude(destructive_cap=cap)
    if changed.update(destructive_cap=cap):
        audit.record(
            "DESTRUCTIVE_CAP_SET",
            partner=connection.partner,
            actor=by,
            entity=connection,
            before={"destructive_cap": connection.destructive_cap},
            after={"destructive_cap": cap},
        )
