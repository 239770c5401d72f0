"""What a seller may do with a new order by a button under its message."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from marketplaces.connectors.errors import MarketplaceError
from marketplaces.explain import explain
from orders.models import Order
from orders.services import fulfilment, labels, transitions
from orders.services.transitions import IllegalTransition
from partners.models import Partner, User
from partners.telegram.buttons import Done, NotDone, Offer

OUT_OF_STOCK = "out_of_stock"


def offered(partner: Partner, data: dict[str, Any]) -> list[Offer]:
    """Those that make sense as the order stands now."""
    order = _found(partner, str(data.get("order", "")))
    if order is None:
        return []
    can_be_refused = fulfilment.can_be_cancelled(order) and OUT_OF_STOCK in (
        fulfilment.cancel_reasons(order)
    )
    ways = [
        ("order_ready", _("Ready to ship"), fulfilment.can_be_ready(order)),
        ("order_label", _("Label (PDF)"), labels.has_label(order)),
        # What is packed already is there.
        (
            "order_out_of_stock",
            _("Out of stock: cancel it"),
            can_be_refused and order.status in Order.AWAITING_SHIPMENT,
        ),
    ]
    really = {"order_out_of_stock": _("Really cancel the order")}
    return [
        Offer(action, label, str(order.pk), really.get(action, ""))
        for action, label, is_open in ways
        if is_open
    ]


def ready(*, partner: Partner, user: User, target: str) -> Done:
    """Raises NotDone."""
    order = _order(partner, target)
    try:
        fulfilment.mark_ready(order=order, by=user)
    except IllegalTransition as error:
        raise _moved_on(order) from error
    except fulfilment.CannotTell as error:
        raise NotDone(_("The marketplace cannot be told from here.")) from error
    return Done(_("ready to ship. The marketplace is being told."))


def out_of_stock(*, partner: Partner, user: User, target: str) -> Done:
    """Raises NotDone."""
    order = _order(partner, target)
    try:
        with transaction.atomic():
            # A colleague who has packed it has found the goods.
            if transitions.locked(order.pk).status not in Order.AWAITING_SHIPMENT:
                raise _moved_on(order)
            fulfilment.cancel(order=order, by=user, reason=OUT_OF_STOCK)
    except IllegalTransition as error:
        raise _moved_on(order) from error
    except (fulfilment.CannotTell, fulfilment.NoSuchReason) as error:
        raise NotDone(_("The marketplace takes no cancellation from us.")) from error
    return Done(_("cancelled, the goods are not there. The marketplace is being told."))


def label(*, partner: Partner, user: User, target: str) -> Done:
    """Raises NotDone."""
    order = _order(partner, target)
    if not labels.has_label(order):
        raise _moved_on(order)
    try:
        found = labels.fetch(order)
    except labels.NoLabel as error:
        raise NotDone(_("This shop gives no label for this order.")) from error
    except MarketplaceError as error:
        words = explain(error.kind, error.reason)
        raise NotDone(f"{words.what} {words.advice}", may_repeat=True) from error
    document = (labels.filename(order), found.content, found.content_type)
    return Done(_("the label is below."), document)


def _moved_on(order: Order) -> NotDone:
    order.refresh_from_db()
    words = _("This order has already moved on. Its status now: %(status)s.")
    return NotDone(words % {"status": order.get_status_display()})


def _order(partner: Partner, target: str) -> Order:
    order = _found(partner, target)
    if order is None:
        raise NotDone(_("There is no such order any more."))
    return order


def _found(partner: Partner, target: str) -> Order | None:
    if not target.isdecimal():
        return None
    own = Order.objects.for_partner(partner).select_related("connection")
    return own.filter(pk=int(target)).first()
