from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplaces import connecting, gateway, inbound, parking
from marketplaces.connectors.base import Capability
from marketplaces.connectors.errors import Kind
from marketplaces.connectors.registry import CONNECTORS, connector_class
from marketplaces.explain import (
    CAPABILITY_NAMES,
    STREAM_NAMES,
    explain,
    right,
    unclear_words,
)
from marketplaces.forms import SHOP_IS_OFF, CapForm, KeyForm, ShopForm
from marketplaces.models import Connection, Operation
from marketplaces.views import shops
from marketplaces.views.inbound import news_shown
from marketplaces.views.not_told import back
from partners.access import partner_required
from partners.models import Member
from sellercloudx.lib.wiring import resolve

MANAGER = Member.Role.MANAGER
HELD = Operation.State.HELD
PARKED_SHOWN = 50


def _looking_again(view):
    """Somebody was quicker: nothing is overwritten, the page is shown as it is now."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except connecting.ChangedMeanwhile:
            messages.warning(
                request, _("The connection was changed meanwhile. Look at it once more.")
            )
            return redirect("marketplaces:list")

    return wrapped


@partner_required
@require_GET
def index(request):
    own = Connection.objects.for_partner(request.partner).order_by("pk")
    own = own.annotate(gone_since=connecting.gone_since())
    own = list(map(shops.described, own.select_related("breaker").prefetch_related("streams")))
    connections = [one for one in own if one.state != Connection.State.DISCONNECTED]
    for connection in connections:
        # A stream with nothing to ask succeeds without a call; orders are always asked for.
        connection.read_at = next(
            (s.succeeded_at for s in connection.streams.all() if s.name == "orders"), None
        )
    # Shops that worked once and may come back.
    gone = [one for one in own if one.state == Connection.State.DISCONNECTED and one.account]
    offered = [{"slug": slug, "name": connector_class(slug).name} for slug in CONNECTORS]
    context = {"connections": connections, "offered": offered, "gone": gone}
    return render(request, "marketplaces/list.html", context)


@partner_required(at_least=MANAGER, to_look=MANAGER)
@require_http_methods(["GET", "POST"])
@_looking_again
def connect(request, slug):
    if slug not in CONNECTORS:
        raise Http404
    connector = connector_class(slug)
    form = KeyForm(connector, request.POST or None)
    if request.method == "POST" and form.is_valid():
        connection = connecting.save_key(
            partner=request.partner,
            by=request.user,
            marketplace=slug,
            credentials=form.cleaned_data,
        )
        connecting.test(connection=connection, by=request.user)
        return redirect("marketplaces:detail", connection.pk)
    # A template would call the class: only its words go there.
    context = {"form": form, "name": connector.name}
    return render(request, "marketplaces/connect.html", context)


@partner_required
@require_GET
def detail(request, pk):
    connection = shops.shown(request, pk)
    return _show(request, connection, _shop_form(connection))


def _shop_form(connection, data=None):
    may = connecting.may_choose(connection)
    return ShopForm(connecting.seen_by(connection), data) if may else None


def _show(request, connection, shop_form, status=200):
    connector = connector_class(connection.marketplace)
    error = (
        explain(connection.error_kind, connection.error_reason) if connection.error_kind else None
    )
    operations = Operation.objects.for_partner(request.partner).filter(connection=connection)
    seen = connecting.seen_by(connection)
    rates = resolve("SHOP_RATES", "entered")(connection)
    context = {
        "connection": connection,
        "seen": seen,
        "rights": [(code, right(code)) for code in seen.scopes] if seen else [],
        "missing_rights": [(code, right(code)) for code in seen.missing_scopes] if seen else [],
        "rates": rates,
        "has_rates": any(share is not None for share in rates.values()),
        "error": error,
        "breaker": connection.is_left_alone,
        "cap_form": CapForm(initial={"destructive_cap": connection.destructive_cap}),
        "shop_form": shop_form,
        "key_form": KeyForm(connector),
        "streams": [_stream_line(stream) for stream in connection.streams.order_by("name")],
        "waiting": operations.filter(state__in=Operation.OPEN).count(),
        "parked": _parked(operations),
        **news_shown(connection, is_manager=request.member.is_at_least(MANAGER)),
        "has_catalogue": connection.account and connector.supports(Capability.LOOK_UP),
        "capabilities": [(name, connector.supports(c)) for c, name in CAPABILITY_NAMES.items()],
    }
    return render(request, "marketplaces/detail.html", context, status=status)


def _stream_line(stream):
    is_well = not stream.error_kind
    trouble = None if is_well else explain(stream.error_kind, stream.error_reason)
    return {"name": STREAM_NAMES[stream.name], "stream": stream, "trouble": trouble}


def _parked(operations) -> list[tuple[Operation, str]]:
    """Those a person must decide about, each with what happened to it."""
    parked = operations.filter(state=Operation.State.PARKED).order_by("-pk")[:PARKED_SHOWN]
    return [(one, unclear_words(one) or one.error_message) for one in parked]


@partner_required(at_least=MANAGER)
@require_POST
@_looking_again
def test(request, pk):
    connection = shops.shown(request, pk)
    if connecting.test(connection=connection, by=request.user):
        messages.success(request, _("The key works."))
    return redirect("marketplaces:detail", pk)


@partner_required(at_least=MANAGER)
@require_POST
@_looking_again
def replace_key(request, pk):
    connection = shops.shown(request, pk)
    form = KeyForm(connector_class(connection.marketplace), request.POST)
    if not form.is_valid():
        messages.error(request, _("Paste the whole key. Nothing was changed."))
        return redirect("marketplaces:detail", pk)
    try:
        connecting.replace_key(
            connection=connection, by=request.user, credentials=form.cleaned_data
        )
    except connecting.KeyNotTaken as refused:
        messages.error(request, _not_taken(refused))
    else:
        messages.success(request, _("The new key works."))
    return redirect("marketplaces:detail", pk)


def _not_taken(refused: connecting.KeyNotTaken) -> str:
    words = explain(refused.error.kind, refused.error.reason)
    said = [_("The new key was not taken; the old one stays."), words.what]
    if refused.missing:
        said.append(_("Missing: %(rights)s.") % {"rights": ", ".join(refused.missing)})
    return " ".join(map(str, [*said, words.advice]))


@partner_required(at_least=MANAGER)
@require_POST
def choose(request, pk):
    connection = shops.shown(request, pk)
    form = _shop_form(connection, request.POST)
    if form is None:
        return redirect("marketplaces:detail", pk)
    if not form.is_valid():
        return _show(request, connection, form, status=422)
    try:
        connection = connecting.choose_shop(
            connection=connection, by=request.user, shop_id=form.cleaned_data["shop"]
        )
    except connecting.AlreadyConnected:
        messages.error(request, _("This shop is connected already."))
    except connecting.ShopIsOff:
        messages.error(request, SHOP_IS_OFF)
    except connecting.NoSuchShop:
        messages.error(request, _("The key does not open this shop. Test the key again."))
    else:
        messages.success(request, _("The shop is connected. Orders and cards are being read."))
    return redirect("marketplaces:detail", connection.pk)


@partner_required(at_least=MANAGER)
@require_POST
def disconnect(request, pk):
    connection = shops.shown(request, pk)
    connecting.disconnect(connection=connection, by=request.user)
    messages.success(
        request, _("Disconnected. The key is erased; orders and history stay with you.")
    )
    return redirect("marketplaces:list")


@partner_required
@require_POST
def sync(request, pk):
    connection = shops.shown(request, pk)
    if why_not := _why_unread(connection):
        messages.warning(request, why_not)
    else:
        inbound.hurry(connection)
        messages.success(request, _("Reading news from the marketplace now."))
    return redirect("marketplaces:detail", pk)


def _why_unread(connection) -> str:
    """Why nothing is read from this shop now, and what to do; nothing when it is read."""
    if connection.state == Connection.State.UNTESTED:
        return _("Nothing is read yet: test the key and choose a shop first.")
    if reason := gateway.wrong_address(connection):
        words = explain(Kind.TRANSIENT, reason)
    elif connection.state not in Connection.WORKING:
        words = explain(connection.error_kind or Kind.CONFIG, connection.error_reason)
    else:
        return ""
    return " ".join([_("Nothing is read from this shop now."), str(words.what), str(words.advice)])


@partner_required
@require_POST
def retry(request, pk):
    # What is over the day's cap is its owner's to let through.
    if not request.member.is_at_least(Member.Role.OWNER):
        held = Operation.objects.for_partner(request.partner).filter(pk=pk, state=HELD)
        if held.exists():
            raise PermissionDenied
    return _decide(request, pk, parking.retry, _("It is being told again."))


@partner_required
@require_POST
def retry_all(request, pk):
    done = parking.retry_all(connection=shops.shown(request, pk), by=request.user)
    words = ngettext("%(n)d is being told again.", "%(n)d are being told again.", done)
    messages.success(request, words % {"n": done})
    return redirect("marketplaces:detail", pk)


@partner_required
@require_POST
def dismiss(request, pk):
    return _decide(request, pk, parking.dismiss, _("Dismissed: it is not told any more."))


def _decide(request, pk, decision, words):
    """A person's word on what could not be told; back to the page that asked."""
    operations = Operation.objects.for_partner(request.partner)
    operation = get_object_or_404(operations.select_related("partner", "connection"), pk=pk)
    try:
        decision(operation=operation, by=request.user)
    except parking.Gone:
        messages.warning(request, _("The shop is disconnected: nothing can be told to it."))
    except parking.NotParked:
        messages.warning(request, _("It has been decided already. Look again."))
    else:
        messages.success(request, words)
    return back(request, reverse("marketplaces:detail", args=[operation.connection_id]))
