"""A partner's orders: the list, one order, and what can be done with it."""

import io
import json
import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import DateTimeField, F, Value
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplaces import outbox
from marketplaces.connectors.errors import Kind, MarketplaceError
from marketplaces.explain import explain
from marketplaces.models import Connection
from marketplaces.shop_names import shop_title
from orders import freshness, paging, periods, shop_notes, tabs, wording
from orders.forms import CancelForm, FilterForm, LinkForm
from orders.models import Conversation, Order, OrderLine
from orders.services import fulfilment, labels, lines, marking
from orders.services.news import without_personal_data
from partners.access import OPERATOR, partner_required
from partners.models import Member
from partners.views import activity
from products.models import Product
from sellercloudx.lib import formats
from sellercloudx.lib.keyset import number

AT_ONCE = 200
SUGGESTED = 200
SHOWN_BESIDE = 10


def _order(request, pk) -> Order:
    orders = Order.objects.for_partner(request.partner).select_related("connection")
    return get_object_or_404(orders, pk=pk)


@partner_required
@require_GET
def index(request):
    own = Connection.objects.for_partner(request.partner).exclude(account="")
    shops = list(shop_notes.with_news(own).order_by("pk"))
    form = FilterForm(request.GET, shops=shops)
    tab = tabs.chosen(request.GET.get("tab", ""), is_search=bool(form.filters))
    found = form.narrow(Order.objects.for_partner(request.partner))
    wanted = found.filter(tab.condition).select_related("connection").defer("raw")
    page = paging.page(wanted.prefetch_related("lines"), request.GET, tab.sorting)
    counts = tabs.counts_of(found)
    context = {
        "form": form,
        "tab": tab,
        "tabs": tabs.links(counts, current=tab, filters=form.filters),
        "page": page,
        "orders": [_described(order) for order in page.rows],
        "currency": _only_currency(page.rows),
        "note": shop_notes.first(shops),
        "has_shop": any(shop.state != Connection.State.DISCONNECTED for shop in shops),
        "updated_at": freshness.as_of(shops),
        "has_orders": bool(counts["all"]),
        "chips": _chips(form, tab),
        "export_days": periods.CHOICES,
        "submission": uuid.uuid4(),
    }
    return render(request, "orders/list.html", context)


def _only_currency(orders) -> str:
    """The currency of all of them, to stand once in the head; none when they differ."""
    currencies = {order.currency for order in orders}
    return currencies.pop() if len(currencies) == 1 else ""


def _described(order: Order) -> Order:
    """With what its row shows beside it."""
    goods = [line for line in order.lines.all() if line.quantity]
    order.shop = shop_title(order.connection)
    order.goods = goods[0].name if goods else ""
    order.more = len(goods) - 1
    order.may_be_ready = order.status in fulfilment.MAY_BE_READY and order.is_ours_to_pack
    order.units = sum(line.quantity for line in goods)
    order.trouble = next(
        (line.get_stock_display() for line in goods if line.stock in wording.TROUBLED), ""
    )
    return order


def _chips(form: FilterForm, tab: tabs.Tab) -> list[dict]:
    """One for each filter in use, with the address that leaves it out."""
    chips = []
    for name in form.filters:
        rest = {n: v for n, v in form.filters.items() if n != name}
        value = form.filters[name]
        label = dict(form.fields[name].choices)[value] if name == "shop" else formats.quoted(value)
        chips.append({"label": label, "remove_url": "?" + urlencode({"tab": tab.slug, **rest})})
    return chips


# Whoever may look may take along what they see.
@partner_required(at_least=Member.Role.VIEWER)
@require_POST
def export(request):
    """The orders of the list as it was filtered, of so many days."""
    shops = list(Connection.objects.for_partner(request.partner).exclude(account=""))
    filters = FilterForm(request.POST, shops=shops).filters
    tab = tabs.chosen(request.POST.get("tab", ""), is_search=bool(filters))
    days = periods.Period.asked_for(request.POST.get("days", "")).days
    return activity.started(request, "export_orders", tab=tab.slug, days=str(days), **filters)


@partner_required
@require_POST
def ready_many(request):
    """Mark the chosen orders ready; each has its own answer."""
    chosen = [pk for pk in request.POST.getlist("id") if pk.isdecimal() and len(pk) < 19]
    orders = Order.objects.for_partner(request.partner).filter(pk__in=chosen[:AT_ONCE])
    done = 0
    for order in orders.order_by("ship_by", "pk"):
        if reason := _mark_ready(order, request.user):
            messages.warning(request, f"{order.external_id}: {reason}")
        else:
            done += 1
    if done:
        words = ngettext(
            "%(n)d order is ready to ship. Its marketplace is being told.",
            "%(n)d orders are ready to ship. Their marketplaces are being told.",
            done,
        )
        messages.success(request, words % {"n": done})
    elif not chosen:
        messages.warning(request, _("Choose at least one order."))
    return redirect(_back(request))


def _mark_ready(order, user) -> str:
    """What stands in the way, or nothing."""
    try:
        fulfilment.mark_ready(order=order, by=user)
    except fulfilment.IllegalTransition:
        return _("This order has already moved on.")
    except fulfilment.CannotTell:
        return _("The marketplace cannot be told: its shop is disconnected or packs by itself.")
    except fulfilment.LacksCodes:
        return _(
            "The marketplace wants a marking code for each piece first. Scan them on its page."
        )
    return ""


def _back(request) -> str:
    """The list as it was filtered, if that is an address of ours."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours and address.startswith("/") else reverse("orders:list")


@partner_required
@require_GET
def detail(request, pk):
    return _show(request, _order(request, pk), LinkForm(partner=request.partner))


@partner_required
@require_GET
def of_source(request, source):
    """To the order that the stock ledger of a product speaks of."""
    line = number(source.removeprefix(OrderLine.SOURCE).partition(":")[0])
    order = get_object_or_404(Order.objects.for_partner(request.partner), lines__pk=line)
    return redirect("orders:detail", order.pk)


def _show(request, order, link_form, *, linked=None, status=200):
    """The order's page; `linked` is the line whose form was sent."""
    goods = list(order.lines.select_related("product__photo").defer("product__photo__content"))
    events = list(order.events.select_related("actor").order_by("pk"))
    operations = outbox.last_operations([order.subject]).get(order.subject, {})
    unlinked = any(line.stock == OrderLine.Stock.UNLINKED for line in goods)
    own = Product.objects.for_partner(request.partner).order_by("-pk")
    context = {
        "order": order,
        "shop": shop_title(order.connection),
        "goods": [(line, wording.LINE_TONES.get(line.stock, "mute")) for line in goods],
        "cost": _cost(order, goods),
        "steps": wording.steps(order, events),
        "timeline": wording.timeline(events),
        "tellings": wording.tellings(operations),
        "can_be_ready": fulfilment.can_be_ready(order),
        "can_be_cancelled": fulfilment.can_be_cancelled(order),
        "can_pack": marking.can_pack(order),
        "lacks_codes": any(line.needs_codes for line in goods) and marking.lacks_codes(order),
        "has_label": labels.has_label(order),
        "beside": _beside(order),
        "raw": _raw(order),
        "link_form": link_form,
        "linked": linked,
        "suggested": own.values_list("sku", "name")[:SUGGESTED] if unlinked else [],
    }
    return render(request, "orders/detail.html", context, status=status)


def _beside(order) -> list[dict]:
    """What its buyer wrote and sends back, by one query, the newest first."""
    words = {**dict(Conversation.Kind.choices), "return": _("Return")}
    nothing = Value(None, output_field=DateTimeField())
    talks = order.conversations.values_list(F("kind"), "pk", "waits_since", "last_at")
    backs = order.returns.values_list(Value("return"), "pk", nothing, "opened_at")
    found = talks.order_by().union(backs.order_by(), all=True)
    rows = sorted(found, key=lambda row: row[3], reverse=True)[:SHOWN_BESIDE]
    return [
        {
            "url": reverse("orders:return" if kind == "return" else "orders:thread", args=[pk]),
            "label": words[kind],
            "waits": waits,
            "at": at,
        }
        for kind, pk, waits, at in rows
    ]


def _raw(order):
    """Their answer, "" where there is none; also of before a field was known as personal."""
    kept = without_personal_data(order.raw)
    return json.dumps(kept, ensure_ascii=False, indent=2) if kept else ""


def _cost(order, goods):
    """What the goods cost the seller; None as soon as one cost is unknown."""
    costs = [
        line.product.cost * line.quantity
        for line in goods
        if line.product and line.product.cost and line.product.currency == order.currency
    ]
    return sum(costs) if costs and len(costs) == len(goods) else None


@partner_required
@require_POST
def ready(request, pk):
    if reason := _mark_ready(_order(request, pk), request.user):
        messages.warning(request, reason)
    else:
        messages.success(request, _("Ready to ship. The marketplace is being told."))
    return redirect("orders:detail", pk)


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def cancel(request, pk):
    order = _order(request, pk)
    sent = request.POST if request.method == "POST" else None
    form = CancelForm(sent, reasons=fulfilment.cancel_reasons(order))
    if form.is_valid():
        return _cancel(request, order, form.cleaned_data)
    context = {
        "order": order,
        "form": form,
        "can_be_cancelled": fulfilment.can_be_cancelled(order),
    }
    return render(request, "orders/cancel.html", context, status=422 if form.errors else 200)


def _cancel(request, order, wish):
    try:
        fulfilment.cancel(order=order, by=request.user, **wish)
    except fulfilment.IllegalTransition:
        messages.warning(request, _("This order has already moved on."))
    except fulfilment.CannotTell:
        messages.warning(request, _("The marketplace takes no cancellation from us."))
    else:
        messages.success(request, _("Cancelled here. The marketplace is being told."))
    return redirect("orders:detail", order.pk)


@partner_required(to_look=Member.Role.OPERATOR)
@require_GET
def label(request, pk):
    order = _order(request, pk)
    try:
        found = labels.fetch(order)
    except labels.NoLabel:
        messages.warning(request, _("This shop gives no label for this order."))
    except MarketplaceError as error:
        messages.error(request, _label_trouble(error))
    else:
        return FileResponse(
            io.BytesIO(found.content),
            as_attachment=True,
            filename=labels.filename(order),
            content_type=found.content_type,
        )
    return redirect("orders:detail", pk)


def _label_trouble(error: MarketplaceError) -> str:
    words = explain(error.kind, error.reason)
    if error.kind == Kind.PERMANENT and error.words:
        return _("The marketplace gave no label. In their words: %(words)s") % {
            "words": error.words
        }
    return f"{words.what} {words.advice}"


@partner_required
@require_POST
def link(request, pk, line_pk):
    order = _order(request, pk)
    line = get_object_or_404(order.lines, pk=line_pk)
    form = LinkForm(request.POST, partner=request.partner)
    if not form.is_valid():
        return _show(request, order, form, linked=line.pk, status=422)
    try:
        linked = lines.link(line=line, product=form.cleaned_data["sku"], by=request.user)
    except lines.AlreadyLinked:
        messages.warning(request, _("This line is linked already."))
    else:
        words = ngettext("Linked: %(n)d line.", "Linked: %(n)d lines with this SKU.", linked)
        messages.success(request, words % {"n": linked})
    return redirect("orders:detail", pk)
