"""What a table would change, without changing it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from partners.models import Partner
from partners.services.activity_items import Outcome
from products.models import Product, ProductImport
from products.services import importing, listings, shop_rates, stock
from products.services.import_rows import COLUMNS, Row
from sellercloudx.lib import formats

AT_ONCE = 500
# So many of each are shown; how many there are is always said.
SHOWN = 50
# Column -> what it is and what it becomes.
Changed = dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Line:
    """One row, and what would become of it."""

    row: Row
    outcome: Outcome
    # [{"label", "before", "after"}]
    changes: list[dict[str, str]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass
class Preview:
    unread: list[str]
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Outcome.values, 0))
    rejected: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.counts[line.outcome] += 1
        shown = self.rejected if line.outcome == Outcome.REJECTED else self.changed
        if line.outcome != Outcome.UNCHANGED and len(shown) < SHOWN:
            shown.append(line)

    @property
    def to_do(self) -> int:
        """How many rows would change something."""
        return self.counts[Outcome.CREATED] + self.counts[Outcome.UPDATED]


def of(sent: ProductImport) -> Preview | None:
    """None where the file was kept long enough. Raises BadTable."""
    sheet = importing.sheet_of(sent)
    if sheet is None:
        return None
    preview, look = Preview(sheet.unread), _Look(sent)
    for line in look.lines(sheet.rows):
        preview.add(line)
    return preview


class _Look:
    def __init__(self, sent: ProductImport):
        self._partner: Partner = sent.partner
        self._is_counted = sent.imported_at is not None
        self._shops = shop_rates.shops_of(listings.working_connections(sent.partner))

    def lines(self, rows: Sequence[Row]) -> Iterator[Line]:
        """A few hundred at a time, in two queries each."""
        waiting = iter(rows)
        while some := list(islice(waiting, AT_ONCE)):
            products = self._known([row.sku for row in some if row.sku])
            figures = stock.figures_of(products.values())
            for row in some:
                product = products.get(row.sku)
                count = figures.get(product.pk) if product else None
                yield self._line(row, product, count or stock.Figures())

    def _known(self, skus: list[str]) -> dict[str, Product]:
        own = Product.objects.for_partner(self._partner).filter(sku__in=skus)
        return {product.sku: product for product in own.defer("facts", "folded")}

    def _line(self, row: Row, product: Product | None, count: stock.Figures) -> Line:
        changed = self._changed(row, product, count)
        if reasons := row.wrong or self._refused(row, product, count, changed):
            return Line(row, Outcome.REJECTED, reasons=reasons)
        if product is None:
            return Line(row, Outcome.CREATED)
        outcome = Outcome.UPDATED if changed else Outcome.UNCHANGED
        return Line(row, outcome, [_change(name, *both) for name, both in changed.items()])

    def _changed(self, row: Row, product: Product | None, count: stock.Figures) -> Changed:
        if product is None or row.wrong:
            return {}
        on_hand = None if self._is_counted else count.on_hand
        return importing.differences(product, row, on_hand=on_hand)

    def _refused(
        self, row: Row, product: Product | None, count: stock.Figures, changed: Changed
    ) -> list[str]:
        """What the worker would say of it, as far as it can be known today."""
        if product is None and "name" not in row.given:
            return [importing.no_name()]
        if "on_hand" in changed and row.given["on_hand"] < count.reserved:
            return [importing.promised()]
        if product is not None and not changed.keys() & {"price", "cost"}:
            return []
        told = product.price if product else None
        loss = importing.loss_of(self._priced(row, product), self._shops, told)
        return [loss] if loss else []

    def _priced(self, row: Row, product: Product | None) -> Product:
        """As the row would have it; it is never saved."""
        given, partner = row.given, self._partner
        return Product(
            partner=partner,
            currency=partner.currency,
            cost=given.get("cost", product.cost if product else None),
            price=given.get("price", product.price if product else None),
        )


def _change(name: str, before: Any, after: Any) -> dict[str, str]:
    return {"label": str(COLUMNS[name].label), "before": _shown(before), "after": _shown(after)}


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return formats.amount(value)
    return formats.quantity(value) if isinstance(value, int) else str(value or "—")[:80]
