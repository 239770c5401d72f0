"""An order in words: its steps, what happened to it, what the marketplace was told."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplaces.explain import unclear_words
from marketplaces.models import Operation
from orders.models import Order, OrderEvent, OrderLine
from sellercloudx.lib import formats

Status = Order.Status
State = Operation.State

CANCEL_REASONS = {
    "out_of_stock": _("The goods are not there"),
    "damaged": _("The goods are damaged"),
}
LINE_TONES = {
    OrderLine.Stock.RESERVED: "ok",
    OrderLine.Stock.SHORT: "bad",
    OrderLine.Stock.UNLINKED: "warn",
    OrderLine.Stock.SHIPPED: "hold",
    OrderLine.Stock.OWING: "bad",
}
TROUBLED = (*OrderLine.WAITING, OrderLine.Stock.UNLINKED)
PATH = (Status.CONFIRMED, Status.READY, Status.SHIPPED, Status.DELIVERED)
# How far on that path an order of each status has come.
REACHED = {
    Status.NEW: 0,
    Status.CONFIRMED: 1,
    Status.PACKING: 1,
    Status.READY: 2,
    Status.SHIPPED: 3,
    Status.DELIVERED: 4,
}
ASKED = {
    Operation.Kind.SHIP_ORDER: _("Ready to ship"),
    Operation.Kind.CANCEL_ORDER: _("Cancellation"),
    Operation.Kind.SET_BOXES: _("Boxes and marking codes"),
    Operation.Kind.SEND_REPLY: _("Answer to a buyer"),
}
TELLING = {
    State.PENDING: ("hold", _("Being told to the marketplace")),
    State.SENDING: ("hold", _("Being told to the marketplace")),
    State.WAITING: ("warn", _("No answer yet, will be told again")),
    State.DONE: ("ok", _("Told to the marketplace")),
    State.REJECTED: ("bad", _("Refused by the marketplace")),
    State.PARKED: ("bad", _("Needs a person: the marketplace gave no clear answer")),
    State.SUPERSEDED: ("mute", _("Replaced by a newer one")),
    State.UNTOLD: ("mute", _("Not told to the marketplace")),
}
STOCK_EVENTS = {
    "short": _("Not enough stock for %(sku)s"),
    "reserved": _("Stock has come and is set aside for %(sku)s"),
    "linked": _("%(sku)s is linked to a product"),
    "owing": _("More of %(sku)s was shipped than is in stock"),
    "shipped": _("The lacking pieces of %(sku)s have been taken off the stock"),
}
TOLD_EVENTS = {
    Status.READY: _("The marketplace knows that the parcel is ready"),
    Status.CANCELLED: _("The marketplace agreed to the cancellation"),
}
REFUSED_EVENTS = {
    Status.READY: _("The marketplace did not take “ready to ship”"),
    Status.CANCELLED: _("The marketplace did not take the cancellation"),
}

UNCLEAR_EVENTS = {
    Status.READY: _("Nobody knows whether the marketplace took “ready to ship”"),
    Status.CANCELLED: _("Nobody knows whether the marketplace took the cancellation"),
}
UNTOLD_EVENTS = {
    Status.READY: _("“Ready to ship” is not told to the marketplace any more"),
    Status.CANCELLED: _("The cancellation is not told to the marketplace any more"),
}
# What became of a step on its way to the marketplace.
STEP_EVENTS: dict[str, tuple[str, dict[Status, str | Promise]]] = {
    OrderEvent.Kind.TOLD: ("ok", TOLD_EVENTS),
    OrderEvent.Kind.REFUSED: ("bad", REFUSED_EVENTS),
    OrderEvent.Kind.UNCLEAR: ("bad", UNCLEAR_EVENTS),
    OrderEvent.Kind.UNTOLD: ("mute", UNTOLD_EVENTS),
}


@dataclass(frozen=True)
class Happening:
    """One line of the timeline."""

    at: datetime
    text: str
    tone: str = "mute"
    quote: str = ""
    who: str = ""


def steps(order: Order, events: list[OrderEvent]) -> list[dict]:
    """Where the parcel is on its way, with the times we know."""
    first = {"label": gettext("Ordered"), "at": order.ordered_at, "is_done": True}
    reached = REACHED.get(Status(order.status))
    if reached is None:
        at = _when(events, order.status) or order.changed_at
        return [first, {"label": order.get_status_display(), "at": at, "is_current": True}]
    way = [first]
    for number, status in enumerate(PATH, start=1):
        step = {"label": Status(status).label, "is_done": number <= reached}
        if step["is_done"]:
            step["at"] = _when(events, status)
        elif number == reached + 1:
            step["is_current"] = True
        way.append(step)
    return way


def _when(events: list[OrderEvent], status: str) -> datetime | None:
    kinds = (OrderEvent.Kind.RECEIVED, OrderEvent.Kind.STATUS)
    return next((e.at for e in reversed(events) if e.after == status and e.kind in kinds), None)


def timeline(events: list[OrderEvent]) -> list[Happening]:
    """Newest first."""
    return [_happening(event) for event in reversed(events)]


def _happening(event: OrderEvent) -> Happening:
    return WORDED[OrderEvent.Kind(event.kind)](event)


def _received(event: OrderEvent) -> Happening:
    return Happening(event.at, gettext("The order came from the marketplace"), "info")


def _stock(event: OrderEvent) -> Happening:
    text = STOCK_EVENTS[event.after] % {"sku": event.detail}
    tone = "bad" if event.after in OrderLine.WAITING else "ok"
    return Happening(event.at, text, tone, who=_who(event))


def _step(event: OrderEvent) -> Happening:
    tone, words = STEP_EVENTS[event.kind]
    text = str(words[Status(event.after)])
    return Happening(event.at, text, tone, quote=event.detail, who=_who(event))


def _status(event: OrderEvent) -> Happening:
    who = _who(event) or gettext("the marketplace")
    return Happening(event.at, _moved(event), "info", who=who)


def _goods(event: OrderEvent) -> Happening:
    words = gettext("%(sku)s: %(before)s → %(after)s pieces")
    if event.before == "0":
        words = gettext("%(sku)s is added: %(after)s")
    elif event.after == "0":
        words = gettext("%(sku)s is taken out, there were %(before)s")
    numbers = {"before": event.before, "after": event.after}
    return _by_marketplace(event, words % {"sku": event.detail, **numbers})


def _sum(event: OrderEvent) -> Happening:
    words = gettext("%(sku)s, sum: %(before)s → %(after)s")
    return _by_marketplace(event, words % {"sku": event.detail, **_sums(event)})


def _total(event: OrderEvent) -> Happening:
    return _by_marketplace(event, gettext("Total: %(before)s → %(after)s") % _sums(event))


def _sums(event: OrderEvent) -> dict[str, str]:
    sums = {"before": event.before, "after": event.after}
    return {name: formats.money(sum or None, event.order.currency) for name, sum in sums.items()}


def _cancel_ask(event: OrderEvent) -> Happening:
    if event.after == "asked":
        return _by_marketplace(event, gettext("The buyer asks to cancel the order"))
    return _by_marketplace(event, gettext("The buyer does not ask to cancel it any more"))


def _by_marketplace(event: OrderEvent, text: str) -> Happening:
    return Happening(event.at, text, "warn", who=gettext("the marketplace"))


def _who(event: OrderEvent) -> str:
    return event.actor.get_full_name() if event.actor else ""


WORDED = {
    OrderEvent.Kind.RECEIVED: _received,
    OrderEvent.Kind.STATUS: _status,
    OrderEvent.Kind.GOODS: _goods,
    OrderEvent.Kind.SUM: _sum,
    OrderEvent.Kind.TOTAL: _total,
    OrderEvent.Kind.CANCEL_ASK: _cancel_ask,
    OrderEvent.Kind.STOCK: _stock,
    **dict.fromkeys(map(OrderEvent.Kind, STEP_EVENTS), _step),
}


def _moved(event: OrderEvent) -> str:
    words = {"before": Status(event.before).label, "after": Status(event.after).label}
    if reason := CANCEL_REASONS.get(event.detail):
        return gettext("%(before)s → %(after)s: %(reason)s") % {**words, "reason": reason}
    return gettext("%(before)s → %(after)s") % words


@dataclass(frozen=True)
class Telling:
    """What became of one thing we told the marketplace about the order."""

    what: str | Promise
    tone: str
    words: str | Promise
    at: datetime
    quote: str = ""
    due_at: datetime | None = None
    # Why there is no clear answer, in our words.
    why: str = ""
    # The operation, where a person is to decide about it.
    parked: Operation | None = None


def tellings(operations: dict[str, Operation]) -> list[Telling]:
    newest_first = sorted(operations.values(), key=lambda operation: -operation.pk)
    return [_telling(operation) for operation in newest_first if operation.kind in ASKED]


def _telling(operation: Operation) -> Telling:
    tone, words = TELLING[State(operation.state)]
    is_waiting = operation.state == State.WAITING
    why = unclear_words(operation)
    return Telling(
        what=ASKED[Operation.Kind(operation.kind)],
        tone=tone,
        words=words,
        at=operation.finished_at or operation.created_at,
        quote="" if why else operation.error_message,
        due_at=operation.due_at if is_waiting else None,
        why=why,
        parked=operation if operation.state == State.PARKED else None,
    )
