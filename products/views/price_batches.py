"""Many prices at once: looked at before, tried on a few, stopped, taken back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.access import OPERATOR, partner_required
from products import price_words
from products.models import PriceBatch, PriceChange
from products.price_forms import ManyPricesForm
from products.services import price_batches, price_undo
from products.services.price_guard import Refused
from sellercloudx.lib.submissions import key_of

LATEST = 10
ROWS = 100


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def index(request):
    """The form, what it would do, and what was done lately."""
    form = ManyPricesForm(request.POST or None)
    planned = None
    if request.method == "POST" and form.is_valid():
        lines = _lines(request.partner, form)
        if "start" in request.POST:
            return _start(request, form, lines)
        planned = price_batches.plan(request.partner, lines)
    latest = PriceBatch.objects.for_partner(request.partner).select_related("created_by")
    context = {
        "form": form,
        "planned": planned and _described(planned),
        "batches": latest.order_by("-pk")[:LATEST],
        "rules": [
            one | {"words": price_words.RULES.get(one["rule"], one["rule"])}
            for one in price_undo.rules(request.partner)
        ],
    }
    return render(request, "products/many_prices.html", context, status=422 if form.errors else 200)


def _lines(partner, form):
    percent = form.cleaned_data["percent"]
    if percent:
        return price_batches.by_percent(partner, form.skus(), percent)
    return form.priced()


def _start(request, form, lines):
    key = key_of(
        form.cleaned_data["submission"],
        lines=[(line.sku, line.price) for line in lines],
    )
    batch = price_batches.start(
        partner=request.partner, by=request.user, lines=lines, submission=key
    )
    return redirect("products:price_batch", batch.pk)


def _described(planned) -> dict:
    """What the lines would do, in numbers and, of the first, in words."""
    will = [one for one in planned if one.state == "waiting"]
    return {
        "total": len(planned),
        "will": len(will),
        "same": sum(one.state == "same" for one in planned),
        "refused": len(planned) - len(will) - sum(one.state == "same" for one in planned),
        "is_suspicious": price_batches.is_suspicious(one.code for one in planned),
        "rows": [_row(one) for one in planned[:ROWS]],
        "has_more": len(planned) > ROWS,
    }


def _row(one) -> dict:
    return {
        "sku": one.sku,
        "product": one.product,
        "before": one.before,
        "after": one.after,
        "state": one.state,
        "why": price_words.batch_line(one.code, one.figures or {}),
    }


def _own(request, pk) -> PriceBatch:
    return get_object_or_404(PriceBatch.objects.for_partner(request.partner), pk=pk)


@partner_required
@require_GET
def detail(request, pk):
    batch = _own(request, pk)
    rows = batch.rows.select_related("product").order_by("number")[: ROWS + 1]
    shown = [{**_row(row), "words": row.get_state_display()} for row in rows[:ROWS]]
    context = {
        "batch": batch,
        "counts": price_batches.counts(batch),
        "rows": shown,
        "has_more": len(rows) > ROWS,
        "is_open": batch.state in PriceBatch.OPEN,
    }
    return render(request, "products/price_batch.html", context)


@partner_required
@require_POST
def release(request, pk):
    batch = _own(request, pk)
    if price_batches.release(batch=batch, by=request.user):
        messages.success(request, _("It goes on. Lines that the guard stops stay as they are."))
    else:
        messages.warning(request, _("It is not stopped any more."))
    return redirect("products:price_batch", pk)


@partner_required
@require_POST
def stop(request, pk):
    batch = _own(request, pk)
    if price_batches.stop(batch=batch, by=request.user):
        messages.success(request, _("Stopped. What was not set yet stays as it was."))
    else:
        messages.warning(request, _("It is over already."))
    return redirect("products:price_batch", pk)


@partner_required
@require_POST
def undo(request, pk):
    _say(request, price_undo.undo_batch(batch=_own(request, pk), by=request.user))
    return redirect("products:price_batch", pk)


@partner_required
@require_POST
def undo_rule(request):
    rule = request.POST.get("rule", "")
    if rule in price_words.RULES:
        _say(request, price_undo.undo_rule(partner=request.partner, rule=rule, by=request.user))
    return redirect("products:many_prices")


def _say(request, undone) -> None:
    """What is as it was, and what is not and why."""
    done = ngettext("%(count)s price is as it was.", "%(count)s prices are as they were.",
                    undone.done) % {"count": undone.done}  # fmt: skip
    left = []
    if undone.stale:
        left.append(_("%(count)s changed since: left alone.") % {"count": len(undone.stale)})
    if undone.refused:
        said = _("%(count)s no longer earn their cost: set them by hand.")
        left.append(said % {"count": len(undone.refused)})
    say = messages.warning if left else messages.success
    say(request, " ".join([done, *left]))


@partner_required
@require_POST
def undo_one(request, pk):
    changes = PriceChange.objects.for_partner(request.partner)
    change = get_object_or_404(changes, pk=pk)
    try:
        price_undo.undo(change=change, by=request.user)
    except price_undo.Stale:
        messages.warning(
            request, _("The price has changed since. Nothing was taken back; look at it anew.")
        )
    except Refused as error:
        refusal = error.refusal
        messages.warning(request, price_words.price_stopped(refusal.code, refusal.as_json()))
    else:
        messages.success(request, _("The price is as it was, and goes to the shops that have it."))
    return redirect("products:price", change.product_id)
