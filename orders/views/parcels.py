"""Returns, and the boxes and marking codes of an order."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplaces import gateway, outbox
from marketplaces.connectors.errors import MarketplaceError
from marketplaces.explain import explain
from marketplaces.models import Operation
from marketplaces.shop_names import shop_title
from orders import paging
from orders.models import Order, Return
from orders.parcel_forms import DecisionForm, PackForm, TakeInForm, shown
from orders.parcel_words import CODE_TROUBLES, DECISIONS, REASONS, REFUNDS, SHIPMENTS
from orders.services import marking, returns
from orders.wording import tellings
from partners.access import OPERATOR, partner_required
from products.services import stock

NEWEST = paging.Sorting("opened_at", newest_first=True)
CODE_TONES = {"new": "mute", "sent": "warn", "good": "ok", "bad": "bad"}
DECISION_TONES = {"queued": "warn", "taken": "ok", "refused": "bad", "unclear": "bad"}


def _own(request):
    return Return.objects.for_partner(request.partner).select_related("connection", "order")


@partner_required
@require_GET
def index(request):
    page = paging.page(_own(request).prefetch_related("items"), request.GET, NEWEST)
    rows = [_described(parcel) for parcel in page.rows]
    return render(request, "orders/returns.html", {"page": page, "rows": rows})


def _described(parcel: Return) -> Return:
    """With what a page shows beside it."""
    tone, words = REFUNDS.get(parcel.refund_status, ("mute", parcel.refund_status or "—"))
    parcel.tone, parcel.refund = tone, words
    parcel.shipment = SHIPMENTS.get(parcel.shipment_status, parcel.shipment_status or "—")
    parcel.shop = shop_title(parcel.connection)
    items = list(parcel.items.all())
    parcel.pieces = sum(item.quantity for item in items)
    parcel.is_counted = all(item.received_at for item in items)
    return parcel


def _parcel(request, pk) -> Return:
    return get_object_or_404(
        _own(request).prefetch_related("items__product", "items__line__product"), pk=pk
    )


@partner_required
@require_GET
def parcel(request, pk):
    return _show(request, _parcel(request, pk))


def _show(request, parcel: Return, *, status=200, form=None, counted=None):
    """`counted` is the form of an item that was sent and is wrong."""
    offered, trouble = None, ""
    may_change = request.member.is_at_least(OPERATOR)
    if form is None and may_change and returns.can_decide(parcel):
        offered, trouble = _offered(parcel)
        form = DecisionForm(offered=offered) if offered else None
    items = [
        (_known(item), _item_form(item, counted), [REASONS.get(r, r) for r in item.reasons])
        for item in parcel.items.all()
    ]
    context = {
        "parcel": _described(parcel),
        "items": items,
        "form": form,
        "trouble": trouble,
        "decision": DECISIONS.get(parcel.decision, parcel.decision),
        "decision_tone": DECISION_TONES.get(parcel.decision_state, "mute"),
    }
    return render(request, "orders/return.html", context, status=status)


def _known(item):
    """With the product that its order's line has got since."""
    if item.product is None and item.line:
        item.product = item.line.product
    return item


def _item_form(item, counted):
    return counted if counted and counted.item == item else TakeInForm(item=item)


def _offered(parcel: Return):
    """What may be decided now, by the marketplace's own word; and why we do not know."""
    try:
        with gateway.connector_for(parcel.connection, within=gateway.PATIENCE) as connector:
            return connector.return_decisions(parcel.external_id), ""
    except MarketplaceError as error:
        words = explain(error.kind, error.reason)
        return [], f"{words.what} {words.advice}"


@partner_required
@require_POST
def decide(request, pk):
    parcel = _parcel(request, pk)
    if not returns.can_decide(parcel):
        messages.warning(request, _("This return is decided, or its decision is on its way."))
        return redirect("orders:return", pk)
    offered, trouble = _offered(parcel)
    if trouble:
        messages.error(request, trouble)
        return redirect("orders:return", pk)
    form = DecisionForm(request.POST, offered=offered)
    if not form.is_valid():
        return _show(request, parcel, form=form, status=422)
    wish = {name: form.cleaned_data.get(name) or "" for name in ("decision", "reason", "comment")}
    try:
        returns.decide(parcel=parcel, by=request.user, **wish)
    except returns.CannotDecide:
        messages.warning(request, _("This return is decided, or its decision is on its way."))
    else:
        messages.success(request, _("Your decision is being sent."))
    return redirect("orders:return", pk)


@partner_required
@require_POST
def take_in(request, pk, item_pk):
    """The pieces are here: only now they are on the shelf."""
    parcel = _parcel(request, pk)
    item = get_object_or_404(parcel.items.select_related("product"), pk=item_pk)
    form = TakeInForm(request.POST, item=item)
    if not form.is_valid():
        return _show(request, parcel, counted=form, status=422)
    try:
        returns.take_in(item=item, by=request.user, **form.cleaned_data)
    except returns.AlreadyReceived:
        messages.warning(request, _("These pieces were counted before."))
    except returns.ProductUnknown:
        messages.warning(
            request, _("None of your products has this SKU: link it on the order's page first.")
        )
    except (returns.NotSoMany, stock.TooMany, stock.NotAQuantity):
        messages.warning(request, _("So many pieces cannot lie on the shelf. Nothing was changed."))
    else:
        messages.success(request, _("Counted in. The whole pieces are on your shelf again."))
    return redirect("orders:return", pk)


# --- Boxes and marking codes ---


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def codes(request, pk):
    orders = Order.objects.for_partner(request.partner).select_related("connection")
    order = get_object_or_404(orders, pk=pk)
    trouble = _look(order) if request.method == "GET" else ""
    lines = list(order.lines.filter(quantity__gt=0).prefetch_related("codes").order_by("pk"))
    form = PackForm(request.POST if request.method == "POST" else None, lines=lines)
    if form.is_valid() and _is_packed(request, order, form):
        return redirect("orders:codes", pk)
    operations = outbox.last_operations([order.subject]).get(order.subject, {})
    said = {k: v for k, v in operations.items() if k == Operation.Kind.SET_BOXES}
    context = {
        "order": order,
        "shop": shop_title(order.connection),
        "form": form,
        "checked": [_checked(one) for line in lines for one in line.codes.all()],
        "can_pack": marking.can_pack(order),
        "tellings": tellings(said),
        "trouble": trouble,
    }
    return render(request, "orders/codes.html", context, status=422 if form.errors else 200)


def _checked(code):
    code.shown = shown(code.code)
    code.tone = CODE_TONES.get(code.state, "mute")
    code.why = CODE_TROUBLES.get(code.detail, code.detail)
    return code


def _look(order: Order) -> str:
    """Ask what the check came to; why nobody can say, where nobody can."""
    try:
        marking.look(order, within=gateway.PATIENCE)
    except MarketplaceError as error:
        words = explain(error.kind, error.reason)
        return f"{words.what} {words.advice}"
    return ""


def _is_packed(request, order: Order, form: PackForm) -> bool:
    try:
        marking.pack(order=order, by=request.user, boxes=form.boxes, codes=form.codes)
    except marking.CodeTaken as error:
        words = _("%(code)s stands on another piece of yours: each piece has its own code.")
        form.add_error(None, words % {"code": shown(error.code)})
        return False
    except marking.CannotPack:
        form.add_error(None, _("This order has moved on, or its shop takes no boxes from us."))
        return False
    messages.success(request, _("The boxes and codes are being sent."))
    return True
