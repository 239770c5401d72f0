"""Changes of prices taken back: one, those of a batch, all that a rule did.

Refused where somebody has changed the price since: what stands then is a decision of theirs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery

from partners.models import Partner, User
from products.models import PriceBatch, PriceChange, Product
from products.services import price_batches, price_changes
from products.services.price_changes import Origin
from products.services.price_guard import STEP, Refused


class Stale(Exception):
    """The price is another since, or there was none before."""


@dataclass(frozen=True)
class Undone:
    """How many prices are as they were, and which are not: changed since, or stopped."""

    done: int
    stale: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()


def undo(*, change: PriceChange, by: User) -> Product:
    """The price before this change again. Raises Stale, Refused."""
    return _back(change, to=change.before, by=by)


def undo_batch(*, batch: PriceBatch, by: User) -> Undone:
    """What the batch has set; what it has not yet, it sets no more."""
    price_batches.stop(batch=batch, by=by)
    changes = PriceChange.objects.filter(batch_row__batch=batch, undone_by=None)
    return _all_back(((one, one.before) for one in _newest_first(changes)), by)


def undo_rule(*, partner: Partner, rule: str, by: User) -> Undone:
    """All that a rule did since anybody else set the price."""
    changes = PriceChange.objects.for_partner(partner).filter(rule=rule, undone_by=None)
    latest: dict[int, PriceChange] = {}
    for change in _newest_first(changes):
        latest.setdefault(change.product_id, change)
    return _all_back(((one, _before_the_rule(one)) for one in latest.values()), by)


def _newest_first(changes: Iterable[PriceChange]) -> list[PriceChange]:
    return sorted(changes, key=lambda one: -one.pk)


def _before_the_rule(change: PriceChange) -> Decimal | None:
    """What stood before the unbroken run of changes of its rule that ends with this one."""
    older = PriceChange.objects.filter(product=change.product_id, pk__lt=change.pk)
    before = change.before
    for one in older.order_by("-pk").iterator(chunk_size=50):
        if one.rule != change.rule:
            break
        before = one.before
    return before


def _all_back(wanted: Iterable[tuple[PriceChange, Decimal | None]], by: User) -> Undone:
    """Each in a transaction of its own: one that cannot be taken back holds back no other."""
    done, stale, refused = 0, [], []
    for change, before in wanted:
        try:
            _back(change, to=before, by=by)
            done += 1
        except Stale:
            stale.append(change.product_id)
        except Refused:
            refused.append(change.product_id)
    return Undone(done, tuple(stale), tuple(refused))


@transaction.atomic
def _back(change: PriceChange, *, to: Decimal | None, by: User) -> Product:
    product = Product.objects.select_for_update(no_key=True).get(pk=change.product_id)
    newest = PriceChange.objects.filter(product=product).latest("pk")
    if to is None or newest.pk != change.pk or product.price != change.after:
        raise Stale(change.pk)
    origin = Origin(by, accepted=_agreed_to(change, to), undoes=change)
    return price_changes.set_price(product=product, price=to, origin=origin)


def _agreed_to(change: PriceChange, price: Decimal) -> tuple[str, ...]:
    """What was agreed to with the price that comes back; the way back is no slip."""
    older = PriceChange.objects.filter(product=change.product_id, pk__lt=change.pk, after=price)
    set_then = older.order_by("-pk").first()
    return tuple({STEP, *(set_then.accepted if set_then else ())})


def rules(partner: Partner) -> list[dict[str, object]]:
    """The rules that have set prices which stand as they set them: name, how many."""
    set_by = PriceChange.objects.for_partner(partner).exclude(rule="").filter(undone_by=None)
    newest = PriceChange.objects.filter(product=OuterRef("product")).order_by("-pk").values("pk")
    standing = set_by.filter(pk=Subquery(newest[:1])).order_by().values("rule")
    return list(standing.annotate(count=Count("pk")).order_by("rule"))
