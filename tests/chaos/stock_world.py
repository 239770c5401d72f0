"""A seller's world to be shaken: products, a bundle, two shops, and what has happened so far."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.utils import timezone

from marketplaces.connectors.remote import OrderStatus
from marketplaces.models import Connection
from orders.models import Order
from orders.services import filling, intake
from products.models import ChannelStock, Product, StockLevel
from products.services import stock, stock_check, stock_limits, stock_parts
from tests import factories
from tests.orders.fakes import line, remote
from tests.products import shelves
from tests.products.shelves import Shelves

PIECES = 10


@dataclass
class World:
    """`sold` is what the shops have sold, by number; `told` what they have told us of it."""

    partner: object
    products: dict
    shops: list
    sold: dict = field(default_factory=dict)
    told: dict = field(default_factory=dict)
    # Which of our numbers the shop had taken when it sold.
    at: dict = field(default_factory=dict)
    occasions: int = 0

    @property
    def bundle(self):
        return self.products["SET"]

    def occasion(self, kind):
        self.occasions += 1
        return f"{kind}:{self.occasions}"


def begin() -> World:
    """Ten pots (shared out), ten bowls, ten plates, and a set of a bowl and two plates."""
    Shelves.reset()
    partner = factories.make_partner()
    shops = [factories.make_connection(partner, marketplace="fake") for _ in range(2)]
    plain = [factories.make_product(partner, sku=sku, stock=PIECES) for sku in SKUS[:3]]
    bundle = factories.make_product(partner, sku="SET")
    products = {one.sku: one for one in (*plain, bundle)}
    stock_parts.set_parts(bundle=bundle, parts={products["BOWL"]: 1, products["PLATE"]: 2})
    past = timezone.now() - timedelta(days=1)
    Connection.objects.filter(pk__in=[shop.pk for shop in shops]).update(created_at=past)
    Product.objects.filter(partner=partner).update(created_at=past)
    for product in products.values():
        product.refresh_from_db()
        shelves.put_on(product, *shops)
    for shop in shops:
        shop.refresh_from_db()
    stock_limits.set_mode(product=products["POT"], is_strict=True, by=partner.owner)
    return World(partner, products, shops)


SKUS = ("POT", "BOWL", "PLATE", "SET")


def buy(world, shop, sku, quantity):
    """A buyer there, if the shop shows so many; nobody has told us yet."""
    if not shelves.buy(shop, world.products[sku], quantity):
        return None
    number = str(len(world.sold) + 1)
    now = timezone.now()
    order = remote(
        number,
        lines=[line(sku, quantity)],
        created_at=now,
        updated_at=now,
        ship_by=now + timedelta(days=1),
    )
    world.sold[number] = (shop, order)
    world.at[number] = Shelves.taken.get((shop.account, sku), 0)
    return number


def tell(world, number):
    """The shop tells of an order as it is now; old news are told as they were."""
    shop, order = world.sold[number]
    intake.receive_orders(shop, [order])
    world.told.setdefault(number, []).append(order)
    filling.fill_due()


def tell_again(world, number):
    """An answer that was on its way for long comes after all."""
    shop, _ = world.sold[number]
    for order in world.told.get(number, [])[:1]:
        intake.receive_orders(shop, [order])


def move(world, number, status):
    shop, order = world.sold[number]
    later = max(timezone.now(), order.updated_at + timedelta(seconds=1))
    moved = replace(
        order,
        status=OrderStatus(status),
        vendor_substatus=status.upper(),
        updated_at=later,
    )
    world.sold[number] = (shop, moved)
    if status == "cancelled" and order.status in (OrderStatus.CONFIRMED, OrderStatus.READY):
        # The shop puts the pieces on sale again by itself.
        product = world.products[order.lines[0].sku]
        Shelves.shown[shop.account, product.sku] += order.lines[0].quantity


def drain(world):
    for shop in world.shops:
        shelves.drain(shop)


def settle(world):
    """Everything is told and answered."""
    Shelves.lost = []
    for number in world.sold:
        tell(world, number)
    for _ in range(4):
        drain(world)


# --- What must hold ------------------------------------------------------------------------------


def faults(world) -> list:
    """What the hourly check says, but for pieces that shops may sell twice: that is its own."""
    wrong = stock_check.check(world.partner.pk).wrong
    return [one for one in wrong if one["code"] != stock_check.UNCOVERED]


def exceeding(world) -> list:
    """Levels that promise more than lies there; the database should have refused them."""
    levels = StockLevel.objects.filter(product__partner=world.partner)
    return [one for one in levels if not 0 <= one.reserved <= one.on_hand]


def uncounted(world) -> list:
    """Strict: shops that show more than their share, by account.

    Two things only a shop knows are its own lag: what it has sold since it took our last number,
    and what it has put on sale again, before it tells us.
    """
    pot, odd = world.products["POT"], []
    for shop in world.shops:
        share = ChannelStock.objects.filter(listing__product=pot, listing__connection=shop).first()
        shown = shelves.shown(shop, pot) or 0
        quiet = sum(_lag(world, shop, pot))
        if share and shown + quiet > share.held:
            odd.append((shop.account, shown, quiet, share.held))
    return odd


def _lag(world, shop, product):
    """Pieces of each order the shop has not told us about as it stands: sold, or back on sale."""
    latest = Shelves.taken.get((shop.account, product.sku), 0)
    for number, (where, order) in world.sold.items():
        goods, told = order.lines[0], world.told.get(number, [])
        if where != shop or goods.sku != product.sku or (told and told[-1] == order):
            continue
        if not told and order.status == "confirmed" and world.at[number] == latest:
            yield goods.quantity
        if told and order.status == "cancelled":
            yield -goods.quantity


def available(world, sku):
    return stock.figures(world.products[sku]).available


def statuses(world):
    return dict(Order.objects.filter(partner=world.partner).values_list("external_id", "status"))
