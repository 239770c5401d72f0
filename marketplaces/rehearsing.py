"""A shop that rehearses: all is done but the sending, and what would be sent can be looked at.

Neither connectors nor services know of it. The client of a rehearsing shop keeps each request that
would change something as an `Intent`, byte for byte, and the outbox ends its operations as
`rehearsed`: nobody was told. Reading goes on. When the rehearsal is over, a person tells them or
drops them, as all that was not told.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from marketplaces.connectors.registry import connector_class
from marketplaces.connectors.rehearsal import Intended, Rehearsal
from marketplaces.models import Connection, Intent
from partners import audit
from partners.models import User

KEPT = timedelta(days=30)


@transaction.atomic
def switch(*, connection: Connection, by: User, is_on: bool) -> bool:
    """Begin or end the rehearsal of a shop; False when it is so already.

    Whoever is sending for the shop loses the lease: nothing more leaves once this has committed.
    """
    other = Connection.objects.shown().filter(pk=connection.pk, is_rehearsal=not is_on)
    switched = other.update(is_rehearsal=is_on, leased_until=None, lease_token=F("lease_token") + 1)
    if switched:
        audit.record(
            "REHEARSAL_BEGUN" if is_on else "REHEARSAL_ENDED",
            partner=connection.partner,
            actor=by,
            entity=connection,
        )
    return bool(switched)


def rehearsal_of(connection: Connection) -> Rehearsal:
    """What its client takes in place of the network."""

    def keep(intended: Intended) -> None:
        Intent.objects.create(
            partner_id=connection.partner_id,
            connection=connection,
            group=intended.group,
            method=intended.method,
            path=intended.path,
            headers=intended.headers,
            body=intended.body,
        )

    cls = connector_class(connection.marketplace)
    return Rehearsal(reads=cls.reads, taken=cls.taken, keep=keep)


def forget_old() -> None:
    """Called by the clock: intents are looked at within days."""
    Intent.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
