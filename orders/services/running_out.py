"""What runs out, by what was sold lately; of what was not sold nobody knows."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.models import DailyAnalytics
from orders.models.analytics import WHOLE_SHOP
from orders.services.analytics import day_of
from partners.models import Partner
from products.models import Product
from products.services import stock
from sellercloudx.lib import formats

LOOKED_AT = 14
# So many days of sales left are worth a word.
SOON = 7
SHOWN = 10


@dataclass(frozen=True)
class Left:
    product: Product
    available: int
    # At the pace of the last days; 0 when nothing is left.
    days: int


def soon(partner: Partner) -> list[Left] | None:
    """What is worth a word, the most urgent first; None where nothing was sold lately."""
    return within(partner, SOON)


def within(partner: Partner, most: int) -> list[Left] | None:
    """What is used up in so many days, as `soon`."""
    sold = _sold(partner)
    if not sold:
        return None
    products = list(Product.objects.filter(partner=partner, pk__in=sold))
    figures = stock.figures_of(products)
    found = []
    for product in products:
        available = figures[product.pk].available if product.pk in figures else 0
        days = max(available, 0) * LOOKED_AT // sold[product.pk]
        if days <= most:
            found.append(Left(product, available, days))
    return sorted(found, key=lambda left: (left.days, left.available, left.product.pk))


def _sold(partner: Partner) -> dict[int, int]:
    """Pieces by product."""
    since = day_of(timezone.now()) - timedelta(days=LOOKED_AT)
    rows = DailyAnalytics.objects.filter(partner=partner, day__gt=since)
    rows = rows.exclude(product_id=WHOLE_SHOP)
    sums = rows.values_list("product_id").annotate(units=Sum("units"))
    return {product: units for product, units in sums if units > 0}


def in_words(partner: Partner) -> str:
    """A line for each product."""
    found = soon(partner)
    if found is None:
        return _("Nothing was sold in 14 days, so nobody can say what runs out.")
    if not found:
        return _("Nothing runs out within a week.")
    lines = [_line(left) for left in found[:SHOWN]]
    if (more := len(found) - SHOWN) > 0:
        lines.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
    return "\n".join(lines)


def _line(left: Left) -> str:
    if left.available <= 0:
        return _("• %(product)s: none left") % {"product": left.product.name}
    words = ngettext(
        "• %(product)s: %(pieces)s pcs, for %(n)d day",
        "• %(product)s: %(pieces)s pcs, for %(n)d days",
        left.days,
    )
    return words % {
        "product": left.product.name,
        "pieces": formats.quantity(left.available),
        "n": left.days,
    }
