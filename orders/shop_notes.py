"""The one thing about a partner's shops that must be known first, if there is one."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplaces import connecting
from marketplaces.explain import explain
from marketplaces.models import Connection
from marketplaces.shop_names import shop_title
from orders import freshness
from orders.models import Order
from sellercloudx.lib import formats

State = Connection.State
Note = dict[str, str]
# One failed read proves nothing; the next may go through.
FAILURES = 2


def with_news(shops: "QuerySet[Connection]") -> "QuerySet[Connection]":
    """As `freshness.with_read_at` gives them; of those that are gone since when, and what is open.

    `open_orders` are those that stand on our shelf; a shop that is not gone is not asked for them.
    """
    waiting = Order.objects.filter(connection=OuterRef("pk"), status__in=Order.ON_THE_SHELF)
    ours = waiting.exclude(fulfilment=Order.NOT_OURS).order_by().values("connection")
    count = Subquery(ours.annotate(count=Count("pk")).values("count"))
    return freshness.with_read_at(shops).annotate(
        gone_since=connecting.gone_since(),
        open_orders=Coalesce(Case(When(state=State.DISCONNECTED, then=count)), 0),
    )


def first(shops: Sequence[Connection]) -> Note | None:
    """The gravest of what there is to say; shops come from `with_news`."""
    return _refused(shops) or _ailing(shops) or _stale(shops) or _gone(shops)


def _refused(shops: Sequence[Connection]) -> Note | None:
    shop = next((shop for shop in shops if shop.state == State.PARKED), None)
    if shop is None:
        return None
    title = _("%(shop)s refuses our key")
    return _about(shop, "bad", title, _("Nothing is sent or read until you replace the key."))


def _ailing(shops: Sequence[Connection]) -> Note | None:
    """Orders that cannot be read come before anything else that slows a shop down."""
    for shop in shops:
        if shop.state in Connection.WORKING and shop.order_failures >= FAILURES:
            title = _("Orders of %(shop)s are not being read")
            why = _why(shop.order_error_kind, shop.order_error_reason)
            return _about(shop, "warn", title, f"{why} {_last_read(shop.read_at)}")
    for shop in shops:
        if shop.state == State.DEGRADED and shop.error_kind:
            title = _("%(shop)s has trouble")
            why = _why(shop.error_kind, shop.error_reason)
            return _about(shop, "warn", title, f"{why} {_last_read(shop.well_until)}")
    return None


def _why(kind: str, reason: str) -> str:
    words = explain(kind, reason)
    return f"{words.what} {words.advice}"


def _last_read(at: datetime | None) -> str:
    return _("Last read: %(ago)s.") % {"ago": formats.ago(at) if at else _("never")}


def _stale(shops: Sequence[Connection]) -> Note | None:
    shop = next((s for s in shops if s.state in Connection.WORKING and _is_stale(s)), None)
    if shop is None:
        return None
    title = _("Orders of %(shop)s are not being read")
    text = f"{_last_read(shop.read_at)} {_('We go on trying; look what is wrong.')}"
    return _about(shop, "warn", title, text)


def _is_stale(shop: Connection) -> bool:
    since = shop.read_at or shop.tested_at or shop.created_at
    return timezone.now() - since > freshness.STALE


def _gone(shops: Sequence[Connection]) -> Note | None:
    """A disconnected shop is passed over once others work and nothing of it is open."""
    gone = [shop for shop in shops if shop.state == State.DISCONNECTED and shop.account]
    if not gone:
        return None
    shop = max(gone, key=lambda shop: (shop.open_orders, shop.pk))
    if not shop.open_orders and any(other.state in Connection.WORKING for other in shops):
        return None
    title = _("%(shop)s is disconnected")
    return _about(shop, "warn", title, _what_stopped(shop.gone_since, shop.open_orders))


def _what_stopped(since: datetime | None, open_orders: int) -> str:
    said = [_("Since: %(ago)s.") % {"ago": formats.ago(since)}] if since else []
    said.append(_("Nothing is read or sent; new orders do not come here."))
    if open_orders:
        words = ngettext(
            "%(n)d open order is not being told: finish it in the cabinet of the marketplace.",
            "%(n)d open orders are not being told: finish them in the cabinet of the marketplace.",
            open_orders,
        )
        said.append(words % {"n": open_orders})
    return " ".join(said)


def _about(shop: Connection, tone: str, title: str, text: str) -> Note:
    # A disconnected shop has no page of its own.
    has_page = shop.state != State.DISCONNECTED
    page = reverse("marketplaces:detail", args=[shop.pk])
    return {
        "tone": tone,
        "title": title % {"shop": shop_title(shop)},
        "text": text,
        "url": page if has_page else reverse("marketplaces:list"),
    }
