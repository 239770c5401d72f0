"""From a stored connection to a connector that may speak for it."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings

from marketplaces import leases, rehearsing
from marketplaces.breakers import Breaker
from marketplaces.budgets import LONGEST_CALL, Gate
from marketplaces.connectors.base import Connector
from marketplaces.connectors.errors import AuthFailed, Unavailable
from marketplaces.connectors.registry import connector_class, open_connector
from marketplaces.models import Connection

logger = logging.getLogger(__name__)

# A person looks on: all calls for one page end after so long. For `within`.
PATIENCE = 10.0


def base_url(marketplace: str) -> str:
    return settings.MARKETPLACE_URLS[marketplace]


def is_sandbox(marketplace: str) -> bool:
    """Loopback is nobody's marketplace but our own simulator's."""
    return urlsplit(base_url(marketplace)).hostname in ("127.0.0.1", "localhost", "::1")


def wrong_address(connection: Connection) -> str:
    """Why this connection must not be called where the settings point now; nothing when it may.

    A sandbox shop has no business with the real marketplace, and a real key none with a sandbox.
    """
    if connection.is_sandbox == is_sandbox(connection.marketplace):
        return ""
    return "not_the_sandbox" if connection.is_sandbox else "not_the_real_one"


def connector_for(
    connection: Connection,
    *,
    credentials: dict[str, str] | None = None,
    renew: Callable[[], None] | None = None,
    within: float | None = None,
) -> Connector:
    """A connector within this account's budget, to be closed (`with`) when done.

    `credentials` that are to be tried stand in for those stored; `renew` is called before each
    attempt and keeps the caller's lease alive, which no attempt outlives. A person waits no longer
    than `within` seconds for all the calls.

    Raises Unavailable when the settings point elsewhere: that passes once they are mended.
    Raises AuthFailed when the shop is disconnected.
    """
    if not (credentials or connection.secret):
        raise AuthFailed("the key is erased", code="disconnected", reason="disconnected")
    _refuse_wrong_address(connection)
    rehearsal = rehearsing.rehearsal_of(connection) if connection.is_rehearsal else None
    breaker = Breaker(connection.pk, is_open_to_trials=credentials is not None)
    credentials = credentials or connection.credentials
    return open_connector(
        connection.marketplace,
        credentials,
        base_url=base_url(connection.marketplace),
        gate=_gate(connection, credentials, renew, within, breaker),
        rehearsal=rehearsal,
        **_bounds(renew, within),
    )


def _refuse_wrong_address(connection: Connection) -> None:
    if reason := wrong_address(connection):
        logger.warning("connection %s is not called: %s", connection.pk, reason)
        raise Unavailable("the address is not this shop's", code=reason, reason=reason)


def _bounds(renew: Callable[[], None] | None, within: float | None) -> dict[str, float]:
    bounds = {"deadline": leases.longest_call() if renew else LONGEST_CALL}
    return bounds if within is None else bounds | {"within": within}


def _gate(
    connection: Connection,
    credentials: dict[str, str],
    renew: Callable[[], None] | None,
    within: float | None,
    breaker: Breaker,
) -> Gate:
    cls = connector_class(connection.marketplace)
    return Gate(
        account=f"{connection.marketplace}:{credentials.get('business_id') or connection.uid}",
        limits=cls.limits,
        parallel=cls.max_parallel,
        renew=renew,
        patience=None if within is None else within / 4,
        breaker=breaker,
        longest=_bounds(renew, within)["deadline"],
    )
