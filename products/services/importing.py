"""Products out of a table: what would change is shown first, then a worker does it row by row.

A product is known by its SKU. Each row is a transaction of its own with what became of it; a row
that cannot be taken changes nothing and comes back with the reason.
"""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplaces.models import Connection
from partners.models import Partner, User
from partners.services.activities import Made, Unfit, Work
from partners.services.activity_items import Became, Outcome, one_by_one
from partners.services.files import LARGEST_BYTES
from products import price_words
from products.models import Location, Product, ProductImport, StockLevel
from products.services import (
    catalogue,
    import_files,
    import_rows,
    listings,
    price_changes,
    price_guard,
    price_limits,
    shop_rates,
    stock,
)
from products.services.fees import Shop
from products.services.import_rows import COLUMNS, Row, Sheet
from sellercloudx.lib import formats, sheets, tables
from sellercloudx.lib.money import Money

WORDS = ("name", "brand", "barcode", "description")
# Every product that an import makes has its own number under this, so that it is made once.
SUBMISSIONS = uuid.UUID("5b0f6a53-3d0b-4b52-9a53-5f0c8e4b1d11")


class Refused(Exception):
    """This row is not taken; the text says why."""


def sheet_of(sent: ProductImport) -> Sheet | None:
    """Judged anew; None where the file was kept long enough. Raises BadTable."""
    content = import_files.content_of(sent)
    if content is None:
        return None
    sheet = import_rows.read(content)
    rows = [import_rows.in_currency(row, sent.partner.currency) for row in sheet.rows]
    return Sheet(sheet.heads, rows, sheet.unread)


def differences(product: Product, row: Row, *, on_hand: int | None) -> dict[str, tuple[Any, Any]]:
    """Column -> what it is and what it becomes; `on_hand` is None where pieces are not counted."""
    now = {name: getattr(product, name) for name in (*WORDS, "cost", "price")}
    if on_hand is not None:
        now["on_hand"] = on_hand
    return {
        name: (now[name], value)
        for name, value in row.given.items()
        if name in now and now[name] != value
    }


def import_products(work: Work) -> Made:
    """Raises what `work.progress` raises, and Unfit."""
    own = ProductImport.objects.for_partner(work.partner)
    sent = own.select_related("partner").filter(pk=work.parameters["import"]).first()
    sheet = _read(sent) if sent else None
    if sent is None or sheet is None:
        raise Unfit("file_gone")
    taking = _Taking(sent, listings.working_connections(work.partner))
    counts = one_by_one(work, [(row.number, row) for row in sheet.rows], taking.take)
    ProductImport.objects.filter(pk=sent.pk).update(imported_at=timezone.now())
    if not counts["left"]:
        return Made(counts=counts)
    name = f"{_('not-taken')}-{timezone.localdate():%Y-%m-%d}.csv"
    return Made(name, _left_out(work, sheet), tables.CONTENT_TYPE, counts)


def _read(sent: ProductImport) -> Sheet | None:
    try:
        return sheet_of(sent)
    except sheets.BadTable as error:
        raise Unfit("unreadable") from error


def _left_out(work: Work, sheet: Sheet) -> bytes:
    """The rows that were not taken as they came, and why: mended, they can be sent again."""
    assert work.activity is not None  # noqa: S101  run() always says which it is
    left = work.activity.items.filter(outcome=Outcome.REJECTED).order_by("position")
    reasons = dict(left.values_list("position", "reasons"))
    width = len(sheet.heads)
    table = tables.CsvTable(most_bytes=2 * LARGEST_BYTES)
    try:
        table.add([[*sheet.heads, _("Why it was not taken")]])
        table.add(
            [*row.cells[:width], *[""] * (width - len(row.cells)), " ".join(reasons[row.number])]
            for row in sheet.rows
            if row.number in reasons
        )
    except tables.TooLarge as error:
        raise Unfit("too_large") from error
    return table.content()


class _Taking:
    """The rows of one table, taken one by one."""

    def __init__(self, sent: ProductImport, shops: Sequence[Connection]):
        self._sent, self._shops = sent, shops
        self._partner: Partner = sent.partner
        # What it says of pieces is counted once, however often the same file is sent.
        self._is_counted = sent.imported_at is not None

    def take(self, row: Row, by: User) -> Became:
        if row.wrong:
            return _rejected(row, row.wrong)
        own = Product.objects.for_partner(self._partner).select_related("partner")
        product = own.filter(sku=row.sku).first()
        try:
            with transaction.atomic():
                if product is None:
                    product, outcome = self._add(row, by), Outcome.CREATED
                else:
                    outcome = self._change(product, row, by)
        except Refused as error:
            return _rejected(row, [str(error)])
        url = reverse("products:detail", args=[product.pk])
        return Became(_titled(row, product.name), outcome, url=url)

    def _add(self, row: Row, by: User) -> Product:
        given = row.given
        if "name" not in given:
            raise Refused(no_name())
        product = catalogue.add_product(
            partner=self._partner,
            by=by,
            submission=uuid.uuid5(SUBMISSIONS, self._source(row)),
            quantity=0,
            sku=row.sku,
            cost=given.get("cost"),
            price=given.get("price"),
            **{name: given[name] for name in WORDS if name in given},
        )
        if product.sku != row.sku:
            raise Refused(_("This row has made %(sku)s before.") % {"sku": product.sku})
        if words := loss_of(product, shop_rates.shops_of(self._shops)):
            raise Refused(words)
        self._count(product, row, by)
        return product

    def _change(self, product: Product, row: Row, by: User) -> Outcome:
        changed = differences(product, row, on_hand=None)
        if words := {name: changed[name][1] for name in WORDS if name in changed}:
            catalogue.change_product(product=product, by=by, **words)
        if "price" in changed or "cost" in changed:
            _set_price(product, row.given, by)
        is_counted = self._count(product, row, by)
        return Outcome.UPDATED if changed or is_counted else Outcome.UNCHANGED

    def _count(self, product: Product, row: Row, by: User) -> bool:
        """Make the count what the row says; whether it was another."""
        wanted = row.given.get("on_hand")
        if wanted is None or self._is_counted:
            return False
        more = wanted - _on_hand_held_still(product)
        if not more:
            return False
        words = _("Import of %(file)s, row %(row)s")
        try:
            stock.adjust(
                partner=self._partner,
                product=product,
                quantity=more,
                source=self._source(row),
                by=by,
                reason=words % {"file": self._sent.name[:120], "row": row.number},
            )
        except stock.NotEnough as error:
            raise Refused(promised()) from error
        except stock.TooMany as error:
            raise Refused(_("That is more pieces than can be true.")) from error
        return True

    def _source(self, row: Row) -> str:
        return f"import:{self._sent.pk}:{row.number}"


def _on_hand_held_still(product: Product) -> int:
    """Nobody sells or counts in between: they wait for us."""
    rows = StockLevel.objects.filter(product=product, location__kind=Location.Kind.OWN)
    held = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    return sum(level.on_hand for level in held)


def _set_price(product: Product, given: dict[str, Any], by: User) -> None:
    price, cost = given.get("price", product.price), given.get("cost")
    if price is None:
        catalogue.change_product(product=product, by=by, cost=cost)
        return
    try:
        price_changes.change_price(product=product, price=price, cost=cost, by=by)
    except price_guard.Refused as error:
        raise Refused(_stopped(error.refusal)) from error


def loss_of(product: Product, shops: Sequence[Shop], told: Decimal | None = None) -> str:
    """Why the price of a product is not taken, or nothing: as a price that is changed.

    As far as it is known from the table, and `told` before: limits of the seller's own count when
    the row is carried out.
    """
    if product.price is None:
        return ""
    facts = price_guard.facts_of(product, shops=shops, limits=price_limits.OURS, told=told)
    refusal = price_guard.judge(Money(product.price, product.currency), facts)
    return _stopped(refusal) if refusal else ""


def _stopped(refusal: price_guard.Refusal) -> str:
    if refusal.code == price_guard.Code.BELOW_FLOOR and refusal.bound is not None:
        return _loss(refusal.bound, refusal.currency)
    return price_words.batch_line(refusal.code, refusal.as_json())


def _loss(floor: Decimal, currency: str) -> str:
    words = _("This price does not earn back the cost and the known fees; %(floor)s would.")
    return words % {"floor": formats.money(floor, currency)}


def promised() -> str:
    return _("More pieces than that are promised to buyers.")


def no_name() -> str:
    return _("You have no product with this SKU, and a new one needs a name.")


def _rejected(row: Row, reasons: list[str]) -> Became:
    return Became(_titled(row, row.given.get("name", "")), Outcome.REJECTED, reasons)


def _titled(row: Row, name: str) -> str:
    where = _("Row %(number)s") % {"number": row.number}
    return " · ".join(filter(None, [where, row.sku, name or ("" if row.sku else row.title[:80])]))


def template() -> bytes:
    """An empty table with our columns, in the language of the reader."""
    table = tables.CsvTable(most_bytes=LARGEST_BYTES)
    table.add([[str(column.label) for column in COLUMNS.values()]])
    return table.content()
