"""The catalogue of a shop as it stood there: taking it in, and choosing where it differs."""

import uuid

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from marketplaces.connectors.base import Capability
from marketplaces.models import Connection
from marketplaces.shop_names import shop_title
from partners.access import partner_required
from partners.views import activity
from products import catalogue_words
from products.models import CatalogueRow, Product
from products.services import catalogue_rows, theirs
from sellercloudx.lib.keyset import newest_first, number

PAGE = "products:shop_catalogue"
ROWS = 20


def _shop(request, pk) -> Connection:
    own = Connection.objects.shown().filter(partner=request.partner).select_related("partner")
    connection = get_object_or_404(own, pk=pk)
    if not theirs.can(connection, Capability.LOOK_UP):
        raise Http404
    connection.title = shop_title(connection)
    return connection


@partner_required
@require_http_methods(["GET", "POST"])
def index(request, connection_pk):
    """What waits for a choice; sent, the choices made on the page are carried out."""
    connection = _shop(request, connection_pk)
    if request.method == "POST":
        return _decide(request, connection)
    page = newest_first(catalogue_rows.waiting(connection), request.GET, size=ROWS)
    names = _names_of(page.rows)
    for row in page.rows:
        row.name = catalogue_rows.name_of(row)
        row.differing = catalogue_words.differing(row)
        row.notes = [
            line
            for line, problem in zip(catalogue_words.problem_lines(row), row.problems, strict=True)
            if problem["code"] not in catalogue_words.FIELDS
        ]
        row.choices = catalogue_words.choices(row, names)
    counts = catalogue_rows.counts(connection)
    context = {
        "connection": connection,
        "page": page,
        "counts": [(state.label, counts.get(state, 0)) for state in CatalogueRow.State],
        "is_known": bool(counts),
        "is_working": connection.state in Connection.WORKING,
        "submission": uuid.uuid4(),
    }
    return render(request, "products/shop_catalogue.html", context)


def _names_of(rows) -> dict[int, str]:
    pks = {pk for row in rows for pk in row.candidates}
    return dict(Product.objects.filter(pk__in=pks).values_list("pk", "name")) if pks else {}


def _decide(request, connection):
    """Each choice by itself: one that cannot be done leaves the others done."""
    chosen = {
        pk: request.POST[name]
        for name in request.POST
        if name.startswith("row-") and (pk := number(name.removeprefix("row-")))
    }
    done = sum(_decided(request, row, chosen[row.pk]) for row in _of(connection, chosen))
    if done:
        words = ngettext("%(n)s choice is carried out.", "%(n)s choices are carried out.", done)
        messages.success(request, words % {"n": done})
    elif not chosen:
        messages.warning(request, _("Choose what to do with at least one product."))
    return redirect(PAGE, connection.pk)


def _of(connection: Connection, chosen):
    return catalogue_rows.waiting(connection).filter(pk__in=list(chosen)[:ROWS]).order_by("-pk")


def _decided(request, row, choice: str) -> bool:
    if not choice:
        return False
    try:
        catalogue_rows.decide(row=row, choice=choice, by=request.user)
    except catalogue_rows.AlreadyDecided:
        messages.info(request, _("%(sku)s was decided already, or has changed.") % {"sku": row.sku})
        return False
    except catalogue_rows.Refused as error:
        messages.error(request, f"{row.sku}: {catalogue_words.refusal(error)}")
        return False
    return True


@partner_required
@require_POST
def begin(request, connection_pk):
    connection = _shop(request, connection_pk)
    return activity.started(request, "import_catalogue", connection=connection.pk)
