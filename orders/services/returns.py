"""Goods that come back. Stock moves only when somebody of the shop says that they are here."""

import logging
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DataError, transaction
from django.utils import timezone

from marketplaces import inbound, outbox
from marketplaces.connectors.base import Capability
from marketplaces.connectors.conversations import RemoteReturn, RemoteReturnItem
from marketplaces.connectors.registry import connector_class
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Connection, Operation
from orders.models import Order, Return, ReturnItem
from orders.services.lines import products_named
from orders.services.news import storable, without_personal_data
from partners import audit
from partners.models import User
from partners.services import notices
from partners.typed import neutral
from products.models import Product
from products.services import stock

logger = logging.getLogger(__name__)

Decision = Return.Decision


class CannotDecide(Exception):
    """It is decided, being decided, or its shop takes no such word."""


class AlreadyReceived(Exception):
    """Somebody has counted these pieces."""


class NotSoMany(Exception):
    """More pieces than are in the return."""


class ProductUnknown(Exception):
    """Pieces of nobody knows what cannot lie on the shelf."""


def are_to_be_read(connection: Connection) -> bool:
    """Nothing comes back where nothing was sold."""
    return Order.objects.filter(connection=connection).exists()


def receive(connection: Connection, parcels: Iterable[RemoteReturn]) -> None:
    for parcel in parcels:
        try:
            _receive(connection, parcel)
        except (DataError, OverflowError):
            logger.exception("return %s cannot be stored", parcel.external_id)


@transaction.atomic
def _receive(connection: Connection, remote: RemoteReturn) -> None:
    known = _facts(connection, remote)
    parcel, is_new = Return.objects.select_for_update(of=("self",)).get_or_create(
        connection=connection,
        external_id=storable(remote.external_id, 60),
        defaults={"partner_id": connection.partner_id, **known},
    )
    if not is_new:
        if known["changed_at"] < parcel.changed_at:
            return
        Return.objects.filter(pk=parcel.pk).update(**known)
        parcel.order = known["order"]
    _take_over_items(parcel, remote.items)
    if is_new and known["opened_at"] >= connection.created_at:
        _tell(connection, parcel)


def _facts(connection: Connection, remote: RemoteReturn) -> dict[str, Any]:
    number, now = storable(remote.order_id, 60), timezone.now()
    facts: dict[str, Any] = {
        "order_number": number,
        "order": Order.objects.filter(connection=connection, external_id=number).first(),
        "is_unredeemed": remote.is_unredeemed,
        "refund_status": storable(remote.refund_status, 60),
        "shipment_status": storable(remote.shipment_status, 60),
        "pickup_until": remote.pickup_until,
        "opened_at": remote.created_at or remote.updated_at or now,
        "changed_at": remote.updated_at or remote.created_at or now,
    }
    if remote.amount is not None:
        facts |= {"currency": remote.amount.currency, "amount": remote.amount.amount}
    return facts


def _take_over_items(parcel: Return, items: Sequence[RemoteReturnItem]) -> None:
    """Each SKU once; what was counted stays counted."""
    merged: dict[str, list[RemoteReturnItem]] = {}
    for item in items:
        merged.setdefault(storable(item.sku, 255), []).append(item)
    products = products_named(parcel.connection, list(merged))
    lines = {line.sku: line for line in parcel.order.lines.all()} if parcel.order else {}
    for sku, same in merged.items():
        line = lines.get(sku)
        product = products.get(sku) or (line.product if line else None)
        fields = {**_said(same), "line": line, "product": product}
        kept, is_new = ReturnItem.objects.get_or_create(parcel=parcel, sku=sku, defaults=fields)
        if not is_new and kept.received_at is None:
            ReturnItem.objects.filter(pk=kept.pk, received_at=None).update(**fields)


def _said(same: Sequence[RemoteReturnItem]) -> dict[str, Any]:
    comments = [words for item in same for words in item.comments]
    return {
        "quantity": sum(item.quantity for item in same),
        "item_ids": [number for item in same for number in item.item_ids],
        "reasons": [storable(word, 60) for item in same for word in item.reasons],
        "comments": [neutral(without_personal_data(words))[:1000] for words in comments],
    }


def _tell(connection: Connection, parcel: Return) -> None:
    notices.notify_partner(
        connection.partner,
        kind="return_opened",
        data={"shop": connection.name, "number": parcel.order_number},
        url=f"/partner-dashboard/returns/{parcel.pk}/",
        dedupe=f"return:{parcel.pk}",
    )


# --- Our word on it ---


def can_decide(parcel: Return) -> bool:
    connection = parcel.connection
    return (
        connection.state != Connection.State.DISCONNECTED
        and parcel.decision_state in ("", Decision.REFUSED, Decision.UNCLEAR)
        and parcel.refund_status in Return.AWAITING_US
        and connector_class(connection.marketplace).supports(Capability.DECIDE_RETURN)
    )


@transaction.atomic
def decide(*, parcel: Return, by: User, decision: str, reason: str = "", comment: str = "") -> None:
    """One decision for all of it, told through the outbox. Raises CannotDecide."""
    parcel = _locked(parcel.pk)
    if not can_decide(parcel):
        raise CannotDecide
    items = [number for item in parcel.items.order_by("pk") for number in item.item_ids]
    if not items:
        raise CannotDecide
    parcel.decision, parcel.decision_state = decision[:60], Decision.QUEUED
    parcel.decision_detail = ""
    parcel.save(update_fields=["decision", "decision_state", "decision_detail"])
    said = {"items": items, "decision": decision, "reason": reason, "comment": comment}
    audit.record("RETURN_DECIDED", partner=parcel.partner, actor=by, entity=parcel, after=said)
    outbox.add(
        connection=parcel.connection,
        kind=Operation.Kind.DECIDE_RETURN,
        target=parcel.external_id,
        subject=parcel.subject,
        payload={"order": parcel.order_number, **said},
        # A refused one may be made anew; the row's state lets only one at a time through.
        dedupe=f"decide_return:{parcel.pk}:{uuid.uuid4().hex}",
        requested_by=by,
    )


def _locked(pk: int) -> Return:
    rows = Return.objects.select_for_update(of=("self",)).select_related("connection", "partner")
    return rows.get(pk=pk)


def _of(operation: Operation) -> Return:
    return _locked(int(operation.subject.removeprefix("return:")))


def _stand(parcel: Return, state: str, detail: str = "") -> None:
    parcel.decision_state, parcel.decision_detail = state, detail[:1000]
    parcel.save(update_fields=["decision_state", "decision_detail"])


def on_result(operation: Operation, result: ItemResult) -> None:
    parcel = _of(operation)
    if result.ok:
        return _stand(parcel, Decision.TAKEN)
    words = result.message or result.code
    _stand(parcel, Decision.REFUSED, words)
    return notices.notify_partner(
        parcel.partner,
        kind="return_refused",
        data={
            "shop": parcel.connection.name,
            "number": parcel.order_number,
            "reason": words[:300],
        },
        url=f"/partner-dashboard/returns/{parcel.pk}/",
        dedupe=f"return_refused:{operation.pk}",
    )


def on_parked(operations: Sequence[Operation], by: User | None) -> None:
    for operation in operations:
        parcel = _of(operation)
        is_parked = operation.state == Operation.State.PARKED
        _stand(parcel, Decision.UNCLEAR if is_parked else Decision.NONE)
        if is_parked:
            inbound.hurry(parcel.connection)


def on_retried(operation: Operation, by: User) -> None:
    _stand(_of(operation), Decision.QUEUED)


# --- The goods ---


@transaction.atomic
def take_in(*, item: ReturnItem, by: User, whole: int, spoiled: int) -> None:
    """So many pieces are here again: whole ones on the shelf, the others only counted.

    Raises AlreadyReceived, NotSoMany, ProductUnknown, and what the ledger raises.
    """
    parcel = _locked(item.parcel_id)
    item = parcel.items.select_related("product", "line__product").get(pk=item.pk)
    if item.received_at is not None:
        raise AlreadyReceived
    if whole < 0 or spoiled < 0 or whole + spoiled > item.quantity:
        raise NotSoMany
    # The order's line may have got its product since.
    item.product = item.product or (item.line.product if item.line else None)
    if item.product is None:
        raise ProductUnknown
    item.received, item.spoiled = whole, spoiled
    item.received_at, item.received_by = timezone.now(), by
    item.save(update_fields=["product", "received", "spoiled", "received_at", "received_by"])
    if whole:
        _put_on_shelf(parcel, item, item.product)
    audit.record(
        "RETURN_RECEIVED",
        partner=parcel.partner,
        actor=by,
        entity=parcel,
        after={"sku": item.sku, "received": whole, "spoiled": spoiled},
    )


def _put_on_shelf(parcel: Return, item: ReturnItem, product: Product) -> None:
    stock.take_back(
        partner=parcel.partner,
        product=product,
        quantity=item.received,
        source=item.source,
        reason=parcel.order_number,
        by=item.received_by,
    )
