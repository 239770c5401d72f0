"""The views of the order list: each is a condition, an order of rows and an address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.paging import DEADLINE, NEWEST, Sorting

Status = Order.Status
TO_PACK = Q(status__in=Order.AWAITING_SHIPMENT) & ~Q(fulfilment=Order.NOT_OURS)

ASKED_TO_CANCEL = Q(cancel_requested=True) & ~Q(status__in=Order.CLOSED)


@dataclass(frozen=True)
class Tab:
    slug: str
    label: str | Promise
    condition: Q
    sorting: Sorting = NEWEST
    is_hot: bool = False
    # Shown only where there is something in it.
    is_rare: bool = False


TABS = (
    Tab("pack", _("To pack"), TO_PACK, DEADLINE, is_hot=True),
    Tab("late", _("Late"), TO_PACK & Q(ship_by__lt=Now()), DEADLINE, is_hot=True),
    Tab("asked", _("Asked to cancel"), ASKED_TO_CANCEL, DEADLINE, is_hot=True, is_rare=True),
    Tab("ready", _("Ready to ship"), Q(status=Status.READY), DEADLINE),
    Tab("shipped", _("Shipped"), Q(status=Status.SHIPPED)),
    Tab("delivered", _("Delivered"), Q(status=Status.DELIVERED)),
    Tab("cancelled", _("Cancelled"), Q(status=Status.CANCELLED)),
    Tab("all", _("All"), Q()),
    Tab("returned", _("Returned"), Q(status=Status.RETURNED), is_rare=True),
    Tab("unknown", _("Unknown"), Q(status=Status.UNKNOWN), is_hot=True, is_rare=True),
)
BY_SLUG = {tab.slug: tab for tab in TABS}


def chosen(slug: str, *, is_search: bool) -> Tab:
    """What is to be done first; a search looks everywhere unless told otherwise."""
    return BY_SLUG.get(slug) or BY_SLUG["all" if is_search else "pack"]


def counts_of(orders: QuerySet[Order]) -> dict[str, int]:
    """How many orders each tab holds, in one query."""
    return orders.aggregate(**{tab.slug: Count("pk", filter=tab.condition) for tab in TABS})


def links(counts: dict[str, int], *, current: Tab, filters: dict[str, str]) -> list[dict]:
    return [
        {
            "url": "?" + urlencode({"tab": tab.slug, **filters}),
            "label": tab.label,
            "count": counts[tab.slug],
            "is_hot": tab.is_hot,
            "is_current": tab == current,
        }
        for tab in TABS
        if tab == current or not tab.is_rare or counts[tab.slug]
    ]


def in_words(name: str, kept: object) -> str:
    """Of what an export was asked for: the view of the list as its tab is called."""
    return next((str(tab.label) for tab in TABS if name == "tab" and tab.slug == kept), "")
