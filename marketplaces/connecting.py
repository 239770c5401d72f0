"""From a pasted key to a working connection, and back."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Cast
from django.utils import timezone

from marketplaces import gateway, health, inbound, outbox, payloads, promises
from marketplaces.connectors.errors import AuthFailed, Kind, MarketplaceError, ScopeMissing
from marketplaces.connectors.remote import CheckResult, RemoteBusiness, RemoteShop
from marketplaces.models import Connection
from partners import audit
from partners.models import AuditLog, Partner, User
from sellercloudx.lib.wiring import emit

State = Connection.State
TEST_SECONDS = gateway.PATIENCE


class NoSuchShop(Exception):
    """The key does not open this shop, or it has not been tested."""


class ShopIsOff(Exception):
    """The shop's access by API is switched off on the marketplace."""


class AlreadyConnected(Exception):
    """The partner has this shop connected already."""


class ChangedMeanwhile(Exception):
    """Somebody changed the connection while the marketplace was being asked."""


class KeyNotTaken(Exception):
    """The new key does not serve, so the old one stays; `error` and `missing` say why."""

    def __init__(self, error: MarketplaceError, missing: tuple[str, ...] = ()):
        super().__init__(error.message)
        self.error, self.missing = error, missing


def save_key(
    *, partner: Partner, by: User, marketplace: str, credentials: dict[str, str]
) -> Connection:
    """Keep a pasted key, encrypted, as the partner's unfinished connection to a marketplace.

    A second key for the same unfinished connection replaces the first.
    """
    with transaction.atomic():
        # Locked: a key is never written into a row that was disconnected meanwhile.
        connection, _ = Connection.objects.select_for_update().get_or_create(
            partner=partner,
            marketplace=marketplace,
            account="",
            state=State.UNTESTED,
            defaults={"secret": b""},
        )
        connection.credentials = credentials
        connection.is_sandbox = gateway.is_sandbox(marketplace)
        connection.seen, connection.tested_at = {}, None
        connection.key_expires_at = None
        _clear_trouble(connection)
        connection.save()
        audit.record("MARKETPLACE_KEY_SAVED", partner=partner, actor=by, entity=connection)
    return connection


def _clear_trouble(connection: Connection) -> None:
    for name, value in health.columns(None).items():
        setattr(connection, name, value)


@dataclass(frozen=True)
class Trial:
    """What real calls with a key showed, and why it cannot serve."""

    seen: CheckResult | None
    error: MarketplaceError | None


def test(*, connection: Connection, by: User) -> bool:
    """Try the key and remember what it showed; no transaction is open while it is asked."""
    trial = _try(connection, connection.credentials)
    with transaction.atomic():
        _write(connection, **_after(connection, trial))
        _note_trial(connection, by, trial)
    return trial.error is None


def replace_key(*, connection: Connection, by: User, credentials: dict[str, str]) -> None:
    """A new key takes the old one's place once it has opened the same shop; else KeyNotTaken."""
    kept = {name: value for name, value in connection.credentials.items() if name.endswith("_id")}
    trial = _try(connection, kept | credentials)
    if trial.error is not None:
        _note_trial(connection, by, trial)
        raise KeyNotTaken(trial.error, trial.seen.missing_scopes if trial.seen else ())
    with transaction.atomic():
        secret = connection.encrypted(kept | credentials)
        _write(connection, secret=secret, **_after(connection, trial))
        audit.record(
            "MARKETPLACE_KEY_SAVED", partner=connection.partner, actor=by, entity=connection
        )
        _note_trial(connection, by, trial)


def _try(connection: Connection, credentials: dict[str, str]) -> Trial:
    seen = None
    try:
        with gateway.connector_for(
            connection, credentials=credentials, within=TEST_SECONDS
        ) as connector:
            seen = connector.check()
        _must_serve(connection, seen)
    except MarketplaceError as error:
        return Trial(seen, error)
    return Trial(seen, None)


def _must_serve(connection: Connection, result: CheckResult) -> None:
    """A key that is valid and yet lets us not work is found here, not by the first order."""
    if result.missing_scopes:
        raise ScopeMissing(f"lacks {', '.join(result.missing_scopes)}", code="missing_scopes")
    if not connection.account:
        return
    shop = next((shop for shop in result.shops if shop.id == connection.account), None)
    if shop is None:
        raise AuthFailed(
            "this key opens other shops, not this one",
            code="other_account",
            reason="other_account",
        )
    if not shop.is_available:
        raise AuthFailed("the shop is switched off", code="api_disabled", reason="api_disabled")


def _write(connection: Connection, **fields: Any) -> None:
    """Change the row only as it was when the asking began: that takes a while, and the key
    may be replaced, parked or erased meanwhile."""
    as_seen = Connection.objects.filter(
        pk=connection.pk, state=connection.state, secret=bytes(connection.secret)
    )
    if not as_seen.update(**fields):
        raise ChangedMeanwhile
    for name, value in fields.items():
        setattr(connection, name, value)


def _after(connection: Connection, trial: Trial) -> dict[str, Any]:
    """What the row says after a trial."""
    fields: dict[str, Any] = {"tested_at": timezone.now()}
    if trial.seen:
        fields["seen"] = payloads.dump(trial.seen)
        fields["key_expires_at"] = trial.seen.key_expires_at
    if trial.error is None and connection.state == State.PARKED:
        fields["state"] = State.ACTIVE
    # A good key does not mend the reads that are failing: see health.note_success.
    if trial.error or connection.state != State.DEGRADED:
        fields |= health.columns(trial.error)
    return fields


def _note_trial(connection: Connection, by: User, trial: Trial) -> None:
    audit.record(
        "MARKETPLACE_TESTED",
        partner=connection.partner,
        actor=by,
        entity=connection,
        after={"ok": trial.error is None, "error": trial.error.code[:60] if trial.error else ""},
    )
    if trial.error is not None:
        promises.keep(connection, trial.error)
    elif connection.state in Connection.WORKING:
        inbound.hurry(connection)


def seen_by(connection: Connection) -> CheckResult | None:
    """What the last successful test showed."""
    return payloads.load(CheckResult, connection.seen) if connection.seen else None


def may_choose(connection: Connection) -> bool:
    """Whether a shop of this key may be chosen: it was tested, and nothing it needs is missing."""
    seen = seen_by(connection)
    return (
        connection.state == State.UNTESTED
        and connection.error_kind != Kind.CONFIG
        and seen is not None
        and not seen.missing_scopes
    )


@transaction.atomic
def choose_shop(*, connection: Connection, by: User, shop_id: str) -> Connection:
    """Start work on one of the shops the key opens; the connection that now speaks for it.

    A shop that was disconnected comes back as the row it was, with all that hangs on it.
    """
    unfinished, known = _lock_both(connection, shop_id)
    if unfinished is None:
        return known or connection
    shop, business = _find_shop(unfinished, shop_id)
    if known and known.state != State.DISCONNECTED:
        raise AlreadyConnected(shop.name)
    chosen = known or unfinished
    _take_over(chosen, unfinished, shop, business)
    if known:
        unfinished.delete()
    chosen.save()
    _start_work(chosen, by, shop, is_back=known is not None)
    return chosen


def _lock_both(connection: Connection, shop_id: str) -> tuple[Connection | None, Connection | None]:
    """The unfinished row, if it still is, and the row this shop has had before."""
    same_shop = Q(
        partner=connection.partner_id,
        marketplace=connection.marketplace,
        account=shop_id,
        is_sandbox=connection.is_sandbox,
    )
    rows = Connection.objects.filter(Q(pk=connection.pk, state=State.UNTESTED) | same_shop)
    locked = list(rows.select_for_update().order_by("pk"))
    unfinished = next((row for row in locked if row.state == State.UNTESTED), None)
    return unfinished, next((row for row in locked if row != unfinished), None)


def _take_over(
    chosen: Connection, unfinished: Connection, shop: RemoteShop, business: RemoteBusiness
) -> None:
    """What the tested key showed, on the row that is to work with it."""
    chosen.state = State.ACTIVE
    chosen.account, chosen.name = shop.id, shop.name[:160]
    chosen.currency = business.currency
    chosen.seen, chosen.tested_at = unfinished.seen, unfinished.tested_at
    chosen.key_expires_at = unfinished.key_expires_at
    _clear_trouble(chosen)
    chosen.credentials = unfinished.credentials | {
        "business_id": business.id,
        "campaign_id": shop.id,
    }


def _start_work(connection: Connection, by: User, shop: RemoteShop, *, is_back: bool) -> None:
    audit.record(
        "MARKETPLACE_CONNECTED",
        partner=connection.partner,
        actor=by,
        entity=connection,
        after={"shop": shop.id, "name": shop.name, "again": is_back},
    )
    inbound.open_streams(connection)
    emit("connection_activated", connection=connection)


def _find_shop(connection: Connection, shop_id: str) -> tuple[RemoteShop, RemoteBusiness]:
    seen = seen_by(connection)
    if seen is None or not may_choose(connection):
        raise NoSuchShop(shop_id)
    shop = next((shop for shop in seen.shops if shop.id == shop_id), None)
    businesses = {business.id: business for business in seen.businesses}
    if shop is None or shop.business_id not in businesses:
        raise NoSuchShop(shop_id)
    if not shop.is_available:
        raise ShopIsOff(shop.name)
    return shop, businesses[shop.business_id]


def disconnect(*, connection: Connection, by: User) -> None:
    """Forget the key at once; orders and history stay."""
    with transaction.atomic():
        gone = (
            Connection.objects.shown()
            .filter(pk=connection.pk)
            .update(
                state=State.DISCONNECTED,
                secret=b"",
                key_expires_at=None,
                leased_until=None,
                lease_token=F("lease_token") + 1,
            )
        )
        if gone:
            outbox.abandon(connection)
            audit.record(
                "MARKETPLACE_DISCONNECTED",
                partner=connection.partner,
                actor=by,
                entity=connection,
                before={"state": connection.state},
            )


def gone_since() -> Case:
    """For a query of connections: when one was last disconnected, as the audit tells."""
    told = AuditLog.objects.filter(
        action="MARKETPLACE_DISCONNECTED",
        entity_type="connection",
        entity_id=Cast(OuterRef("pk"), CharField()),
    )
    newest = Subquery(told.order_by("-pk").values("created_at")[:1])
    return Case(When(state=State.DISCONNECTED, then=newest))
