"""The products of a list as a table: one row each, and where it stands in each shop."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplaces.models import Connection
from marketplaces.shop_names import shop_title
from partners.models import Partner
from partners.services.activities import Made, Unfit, Work
from partners.services.files import LARGEST_BYTES
from products import tabs, wording
from products.models import Listing, Product
from products.services import stock
from sellercloudx.lib import tables

AT_ONCE = 500
Shops = dict[int, str]


def export_products(work: Work) -> Made:
    """Raises what `work.progress` raises, and Unfit."""
    found = _found(work.partner, work.parameters)
    shops = _shops(work.partner)
    total, done = found.count(), 0
    work.progress(done, total)
    table = tables.CsvTable(most_bytes=LARGEST_BYTES)
    try:
        table.add([_heads(shops)])
        for batch in _batches(found):
            table.add(_rows(batch, shops))
            done += len(batch)
            work.progress(done, total)
    except tables.TooLarge as error:
        raise Unfit("too_large") from error
    name = f"{_('products')}-{timezone.localdate():%Y-%m-%d}.csv"
    return Made(name, table.content(), tables.CONTENT_TYPE)


def _found(partner: Partner, parameters: dict[str, Any]) -> "QuerySet[Product]":
    """Those of the list that it was asked for on."""
    tab = tabs.chosen(parameters.get("tab", ""))
    own = Product.objects.for_partner(partner)
    return tabs.searched(own, parameters.get("q", "")).filter(tab.condition)


def _shops(partner: Partner) -> Shops:
    own = Connection.objects.for_partner(partner).exclude(account="").order_by("pk")
    return {shop.pk: shop_title(shop) for shop in own}


def _batches(found: "QuerySet[Product]") -> Iterator[list[Product]]:
    """The newest first, so many at a time: never the whole shop in memory."""
    last = None
    while True:
        behind = found if last is None else found.filter(pk__lt=last)
        batch = list(behind.order_by("-pk").defer("description", "facts", "folded")[:AT_ONCE])
        if not batch:
            return
        yield batch
        last = batch[-1].pk


def _heads(shops: Shops) -> list[str]:
    return [
        _("SKU"),
        _("Name"),
        _("Barcode"),
        _("On hand"),
        _("Reserved"),
        _("Available"),
        _("Cost price"),
        _("Price"),
        _("Currency"),
        *shops.values(),
    ]


def _rows(products: list[Product], shops: Shops) -> Iterator[list[tables.Cell]]:
    figures = stock.figures_of(products)
    standings = _standings(products)
    for product in products:
        count = figures.get(product.pk, stock.Figures())
        yield [
            product.sku,
            product.name,
            product.barcode,
            count.on_hand,
            count.reserved,
            count.available,
            product.cost,
            product.price,
            product.currency,
            *(standings.get((product.pk, shop), "") for shop in shops),
        ]


def _standings(products: list[Product]) -> dict[tuple[int, int], str]:
    listings = Listing.objects.filter(product__in=products)
    return {(one.product_id, one.connection_id): wording.standing(one).words for one in listings}
