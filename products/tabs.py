"""The views of the product list, worst first; each is a condition and an address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplaces.connectors.remote import CardStatus
from partners.models import Partner
from products.models import Listing, Location, PriceProposal, Product, StockLevel
from products.services import stock_parts
from sellercloudx.lib.text import fold

State = Listing.State
# Something a marketplace does not take.
TROUBLE = (
    Q(state__in=[State.REFUSED, State.UNCLEAR])
    | Q(state=State.SENT, remote_status=CardStatus.REJECTED)
    | ~Q(price_refusal="")
    | ~Q(price_stopped_for="")
    | ~Q(stock_refusal="")
    | Q(price_held_at__isnull=False)
    | Q(gone_at__isnull=False)
)
FREE = StockLevel.objects.filter(
    product=OuterRef("pk"), location__kind=Location.Kind.OWN, on_hand__gt=F("reserved")
)


def _listed(condition: Q) -> Exists:
    return Exists(Listing.objects.filter(condition, product=OuterRef("pk")))


PROPOSED = Exists(
    PriceProposal.objects.filter(product=OuterRef("pk"), state=PriceProposal.State.OPEN)
)

EMPTY = ~Exists(FREE) & ~stock_parts.with_all_parts(OuterRef("pk"), 1)


@dataclass(frozen=True)
class Tab:
    slug: str
    label: str | Promise
    condition: Q | Exists
    is_hot: bool = False


TABS = (
    Tab("", _("All"), Q()),
    Tab(
        "you",
        _("Need you"),
        _listed(TROUBLE | Q(state__in=[State.REVIEW, State.NO_CARD])),
        is_hot=True,
    ),
    Tab("making", _("In work"), _listed(Q(state__in=[State.WANTED, State.APPROVED]))),
    Tab("sale", _("On sale"), _listed(Q(state=State.SENT, remote_status=CardStatus.ACCEPTED))),
    Tab("prices", _("Price proposed"), PROPOSED, is_hot=True),
    Tab("empty", _("Out of stock"), EMPTY, is_hot=True),
)
COUNTED_UP_TO = 1000


def chosen(slug: str) -> Tab:
    return next((tab for tab in TABS if tab.slug == slug), TABS[0])


def searched(products: QuerySet[Product], q: str) -> QuerySet[Product]:
    """Those that have every word somewhere in name, SKU, brand or barcode."""
    for word in fold(q).split():
        products = products.filter(folded__contains=word)
    return products


class CountUpTo(Subquery):
    """How many rows a query finds; it is given with a limit, and there counting stops."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def _counts(partner: Partner) -> dict[str, int]:
    """How many products each tab holds, in one query."""
    own = Product.objects.for_partner(partner).order_by().values("pk")
    return Partner.objects.filter(pk=partner.pk).values(
        **{f"in_{tab.slug}": CountUpTo(own.filter(tab.condition)[:COUNTED_UP_TO]) for tab in TABS}
    )[0]


def links(partner: Partner, *, current: Tab, q: str) -> list[dict]:
    """The tabs with their numbers; a number is counted up to a thousand."""
    counts = _counts(partner)
    return [
        {
            "url": "?" + urlencode({k: v for k, v in {"tab": tab.slug, "q": q}.items() if v}),
            "label": tab.label,
            "count": counts[f"in_{tab.slug}"],
            "is_hot": tab.is_hot,
            "is_current": tab == current,
        }
        for tab in TABS
    ]


def in_words(name: str, kept: object) -> str:
    """Of what an export was asked for: the view of the list as its tab is called."""
    return next((str(tab.label) for tab in TABS if name == "tab" and tab.slug == kept), "")
