"""All products, and adding one."""

import uuid

from django.contrib import messages
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplaces.shop_names import shop_title
from partners import limits
from partners.access import OPERATOR, partner_required
from partners.models import Member
from partners.services import files
from partners.views import activity
from products import tabs, wording
from products.forms import AddProductForm
from products.models import Listing, Product
from products.services import catalogue, stock
from sellercloudx.lib.submissions import key_of

PAGE = 50
LONGEST_QUERY = 100


@partner_required
@require_GET
def index(request):
    q = asked(request, most=LONGEST_QUERY)
    tab = tabs.chosen(request.GET.get("tab", ""))
    found = _found(request.partner, q).filter(tab.condition)
    rows = list(_after(found, request.GET.get("after", ""))[: PAGE + 1])
    context = {
        "q": q,
        "tab": tab,
        "tabs": tabs.links(request.partner, current=tab, q=q),
        "products": _described(rows[:PAGE]),
        "next_after": _cursor(rows[PAGE - 1]) if len(rows) > PAGE else "",
        "is_later_page": "after" in request.GET,
        "is_filtered": bool(q) or tab.slug,
        "submission": uuid.uuid4(),
    }
    return render(request, "products/list.html", context)


# Whoever may look may take along what they see.
@partner_required(at_least=Member.Role.VIEWER)
@require_POST
def export(request):
    """All products of the list as it was filtered."""
    tab = tabs.chosen(request.POST.get("tab", ""))
    q = on_one_line(request.POST.get("q", ""), most=LONGEST_QUERY)
    return activity.started(request, "export_products", tab=tab.slug, q=q)


def asked(request, *, most: int, default: str = "") -> str:
    """The words searched for."""
    return on_one_line(request.GET.get("q", default), most=most)


def on_one_line(words: str, *, most: int) -> str:
    """Without what no text holds."""
    typed = words[: most * 2]
    readable = "".join(one if one.isprintable() else " " for one in typed)
    return " ".join(readable.split())[:most]


def _found(partner, q):
    """The partner's products with the words asked for, those with trouble first."""
    products = tabs.searched(Product.objects.for_partner(partner), q)
    troubled = Listing.objects.filter(tabs.TROUBLE, product=OuterRef("pk"))
    return products.annotate(
        trouble=Case(
            When(Exists(troubled), then=Value(1)), default=Value(0), output_field=IntegerField()
        ),
        picture=F("photo__sha256"),
    ).order_by("-trouble", "-pk")


def _cursor(product) -> str:
    return f"{product.trouble}-{product.pk}"


def _after(products, cursor: str):
    """The rows behind the one the page before ended with."""
    trouble, _dash, pk = cursor.partition("-")
    if not (trouble in ("0", "1") and pk.isdecimal() and len(pk) < 19):
        return products
    return products.filter(Q(trouble__lt=int(trouble)) | Q(trouble=int(trouble), pk__lt=int(pk)))


def _described(products):
    """With stock and standing beside each, in two queries however many there are."""
    figures = stock.figures_of(products)
    listings = Listing.objects.filter(product__in=products).select_related("connection")
    by_product = {}
    for listing in listings.order_by("pk"):
        by_product.setdefault(listing.product_id, []).append(listing)
    for product in products:
        product.figures = figures.get(product.pk, stock.Figures())
        product.standings = [
            (shop_title(listing.connection), wording.standing(listing))
            for listing in by_product.get(product.pk, [])
        ]
    return products


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def add(request):
    form = AddProductForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        photo = read_photo(request, form)
        if not form.errors and (product := _add(request, form, photo)):
            messages.success(
                request, _("Added. Look at what we propose and change what is not right.")
            )
            return redirect("products:detail", product.pk)
    status = 422 if form.errors else 200
    return render(request, "products/add.html", {"form": form}, status=status)


def _add(request, form, photo) -> Product | None:
    """The product; nothing where the form asks first whether there is one already."""
    asked_for = form.cleaned_data | {"photo": photo}
    is_another = asked_for.pop("is_another")
    said = asked_for | {"photo": photo and photo.sha256}
    key = key_of(said.pop("submission"), **said)
    namesake = catalogue.namesake_of(request.partner, said["name"], submission=key)
    if namesake and not is_another:
        form.ask_about(namesake)
        return None
    return catalogue.add_product(
        partner=request.partner, by=request.user, **(asked_for | {"submission": key})
    )


def read_photo(request, form):
    """The picture, not kept yet; one that cannot be used becomes an error of its field."""
    upload = form.cleaned_data["photo"]
    if not upload:
        return None
    if not limits.may_upload(request, request.partner):
        form.add_error("photo", _("Too many photos within an hour. Try again later."))
        return None
    try:
        return files.read_image(upload)
    except files.BadImage as error:
        form.add_error("photo", str(error))
        return None
