"""An order in Yandex Market's JSON, and in our words. Pure functions, no network.

A function that reads raises one of reading.DEFECTS when a field is missing or of a wrong type.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

from marketplaces.connectors import remote
from marketplaces.connectors.reading import (
    Data,
    count,
    flag,
    identifier,
    maybe,
    moment,
    part,
    plain,
    rows,
    text,
    words,
)
from sellercloudx.lib.money import Money

from . import statuses
from .mapping import money

# The document gives shipment dates without a zone. Read in Tashkent's they fall two hours before
# Moscow's, so a deadline is never shown later than it is.
SHIPMENT_ZONE = timezone(timedelta(hours=5))
END_OF_DAY = time(23, 59, 59)


def order(data: Data) -> remote.RemoteOrder:
    status, substatus = text(data, "status"), text(data, "substatus")
    created_at = moment(data, "creationDate")
    program = maybe(text, data, "programType") or ""
    items = rows(data, "items")
    # A line the shop took out of the order stays in the answer with a count of 0.
    lines = tuple(order_line(item) for item in items if count(item, "count"))
    return remote.RemoteOrder(
        external_id=identifier(data, "orderId"),
        shop_id=identifier(data, "campaignId"),
        status=statuses.order_status(status, substatus),
        vendor_status=status,
        vendor_substatus=substatus,
        created_at=created_at,
        updated_at=maybe(moment, data, "updateDate") or created_at,
        fulfilment=statuses.FULFILMENT.get(program, program),
        payment=statuses.payment(status, substatus, text(data, "paymentType")),
        total=_total(items, lines),
        lines=lines,
        ship_by=_ship_by(part(data, "delivery")),
        is_test=flag(data, "fake"),
        cancel_requested=maybe(flag, data, "cancelRequested") or False,
        raw=plain(data),
    )


def order_line(data: Data) -> remote.RemoteOrderLine:
    return remote.RemoteOrderLine(
        external_id=identifier(data, "id"),
        sku=text(data, "offerId"),
        name=text(data, "offerName"),
        quantity=count(data, "count"),
        total=_sold_for(data),
        needs_codes="CIS" in (maybe(words, data, "requiredInstanceTypes") or []),
    )


def _sold_for(item: Data) -> Money | None:
    """What all units of a line are sold for: the buyer's payment and Market's part.

    None where the line does not say; the document requires neither `prices` nor `payment`.

    `payment` is what the buyer gives for all units after Market's own discounts, `subsidy` what
    Market gives the seller in their place; the seller's price is the sum. `cashback` is counted
    in points and is already within `subsidy`.
    """
    prices = maybe(part, item, "prices") or {}
    paid, subsidy = maybe(money, prices, "payment"), maybe(money, prices, "subsidy")
    return paid + subsidy if paid and subsidy else paid


def _total(items: list[Data], lines: tuple[remote.RemoteOrderLine, ...]) -> Money | None:
    """The sum of the lines, so it never disagrees with them; None where one is not known.

    Nothing is left of an order all of whose lines were taken out.

    The order's own `prices.payment` is not taken: the document calls it the buyer's payment and
    does not say whether delivery, which is not the seller's, is within.
    """
    known = [line.total for line in lines if line.total is not None]
    if len(known) < len(lines):
        return None
    if known:
        return sum(known[1:], start=known[0])
    taken_out = next(filter(None, map(_sold_for, items)), None)
    return taken_out and Money(Decimal(0), taken_out.currency)


def _ship_by(delivery: Data) -> datetime | None:
    shipment = maybe(part, delivery, "shipment")
    if shipment is None:
        return None
    at = maybe(text, shipment, "shipmentTime")
    day = date.fromisoformat(text(shipment, "shipmentDate"))
    clock = time.fromisoformat(at).replace(tzinfo=None) if at else END_OF_DAY
    return datetime.combine(day, clock, SHIPMENT_ZONE).astimezone(UTC)
