"""The state of a connection, told by how its calls end."""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from marketplaces.connectors.errors import AuthFailed, Kind, MarketplaceError
from marketplaces.models import Connection, Operation, Stream
from partners.services import notices
from sellercloudx.lib.redact import scrub

State = Connection.State


def columns(error: MarketplaceError | None) -> dict[str, str]:
    """What a connection keeps of its last trouble; nothing when there is none."""
    return {
        "error_kind": error.kind if error else "",
        "error_reason": error.reason if error else "",
        "error_code": error.code[:60] if error else "",
        "error_message": scrub(error.words)[:500] if error else "",
    }


def note_success(connection: Connection) -> None:
    """Something went well: the connection is well again once nothing of it is in trouble.

    One success proves little, as a stream with nothing to ask calls nobody.
    """
    if connection.state == State.DEGRADED:
        failing = Stream.objects.filter(connection=OuterRef("pk"), failures__gt=0)
        held_up = Operation.objects.filter(
            connection=OuterRef("pk"), state__in=Operation.OPEN
        ).exclude(error_kind="")
        Connection.objects.filter(
            ~Exists(failing), ~Exists(held_up), pk=connection.pk, state=State.DEGRADED
        ).update(state=State.ACTIVE, **columns(None))
    elif connection.state == State.ACTIVE and connection.error_kind:
        _forget_failed_test(connection)


def _forget_failed_test(connection: Connection) -> None:
    """Orders are always asked for: once they were read, what a test met before has passed.

    Not so a lacking right or a shop that is off: that only another test can tell.
    """
    read_since = Stream.objects.filter(
        connection=OuterRef("pk"), name="orders", failures=0, succeeded_at__gt=OuterRef("tested_at")
    )
    lasting = Q(error_kind=Kind.CONFIG) & ~Q(error_reason=AuthFailed.reason)
    Connection.objects.filter(
        Exists(read_since), ~lasting, pk=connection.pk, state=State.ACTIVE
    ).update(**columns(None))


def note_error(connection: Connection, error: MarketplaceError) -> None:
    """A refused key parks the connection and tells the partner; trouble that may pass is shown."""
    state = State.PARKED if error.kind == Kind.CONFIG else State.DEGRADED
    working = Connection.objects.filter(pk=connection.pk, state__in=Connection.WORKING)
    if state == State.PARKED:
        # The refusal of a key that was replaced meanwhile says nothing of the new one.
        working = working.filter(secret=bytes(connection.secret))
    changed = working.update(
        state=state,
        **columns(error),
    )
    if changed and state == State.PARKED:
        notices.notify_partner(
            connection.partner,
            kind="key_refused",
            data={"shop": connection.name, "reason": scrub(error.words)[:300] or error.code},
            url=f"/partner-dashboard/marketplaces/{connection.pk}/",
            dedupe=f"key_refused:{connection.pk}:{timezone.now():%Y-%m-%d-%H}",
        )
