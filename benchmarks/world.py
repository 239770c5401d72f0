"""A seller with goods in a shop, and orders as that shop tells of them. Figures mean nothing."""

import itertools
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from benchmarks import shop
from marketplaces.connectors.remote import OrderStatus, RemoteOrder, RemoteOrderLine
from marketplaces.entries import Entry
from marketplaces.models import Connection, Operation
from orders.models import Order
from partners.models import Member, Partner, User
from products.models import Listing, Location, Product, StockLevel
from sellercloudx.lib.money import Money

PRICE = Decimal("99000")
PLENTY = 1_000_000


@dataclass(frozen=True)
class World:
    connection: Connection
    products: list[Product]
    listings: list[Listing]

    @property
    def partner(self) -> Partner:
        return self.connection.partner


def make(products: int) -> World:
    number = uuid.uuid4().int % 10**9
    owner = User.objects.create_user(email=f"b{number}@example.uz", password=None)
    partner = Partner.objects.create(
        company_name="Benchmark",
        tax_id=f"{number:09d}",
        state=Partner.State.APPROVED,
        terms_accepted_at=timezone.now(),
        terms_version="benchmark",
    )
    Member.objects.create(partner=partner, user=owner, role=Member.Role.OWNER)
    connection = Connection(
        partner=partner,
        marketplace=shop.SLUG,
        state=Connection.State.ACTIVE,
        account=str(number),
        name="Benchmark",
        currency="UZS",
        is_sandbox=True,
    )
    connection.credentials = {"campaign_id": str(number)}
    connection.save()
    goods = _goods(partner, products)
    return World(connection, goods, _listings(connection, goods))


def _goods(partner: Partner, count: int) -> list[Product]:
    products = Product.objects.bulk_create(
        Product(
            partner=partner,
            sku=f"SKU-{partner.pk}-{number}",
            name=f"Choynak «Paxta» {number}",
            currency="UZS",
            cost=PRICE / 2,
            price=PRICE,
            submission=uuid.uuid4(),
        )
        for number in range(count)
    )
    shelf, _ = Location.objects.get_or_create(partner=partner, kind=Location.Kind.OWN, name="Ombor")
    StockLevel.objects.bulk_create(
        StockLevel(product=one, location=shelf, on_hand=PLENTY) for one in products
    )
    return products


def _listings(connection: Connection, products: list[Product]) -> list[Listing]:
    return Listing.objects.bulk_create(
        Listing(
            partner=connection.partner,
            product=one,
            connection=connection,
            state=Listing.State.SENT,
            sent_at=timezone.now(),
        )
        for one in products
    )


def stored(world: World, number: int) -> Order:
    """As it lies in the table, with everything that is found of it but its lines."""
    now = timezone.now()
    told = _order(f"9{number:09d}", now, world.products[:1])
    return Order(
        partner=world.partner,
        connection=world.connection,
        external_id=told.external_id,
        status=told.status.value,
        remote_status=told.status.value,
        vendor_status=told.vendor_status,
        vendor_substatus=told.vendor_substatus,
        payment=told.payment,
        fulfilment=told.fulfilment,
        currency="UZS",
        total=PRICE,
        ordered_at=now,
        changed_at=now,
        ship_by=told.ship_by,
        raw=told.raw,
    )


def entry(listing: Listing, kind: str) -> Entry:
    """As a service asks for it."""
    return Entry(
        connection=listing.connection,
        kind=kind,
        target=listing.product.sku,
        payload={"sku": listing.product.sku, "quantity": PLENTY},
        dedupe=f"{kind}:{listing.pk}:{timezone.now().isoformat()}",
        subject=listing.subject,
    )


def operation(listing: Listing, kind: str) -> Operation:
    """As it lies in the outbox."""
    now = timezone.now()
    return Operation(
        partner=listing.partner,
        connection=listing.connection,
        kind=kind,
        target=listing.product.sku,
        subject=listing.subject,
        payload={"sku": listing.product.sku, "quantity": PLENTY, "at": now.isoformat()},
        dedupe=f"{kind}:{listing.pk}:bare",
        # Nobody sends it.
        state=Operation.State.DONE,
        due_at=now,
    )


def orders(world: World, *, seed: int = 1) -> Iterator[RemoteOrder]:
    """Without end: each of one to three products, waiting to be packed."""
    dice, now = random.Random(seed), timezone.now()  # noqa: S311  no secret hangs on it
    for number in itertools.count(1):
        chosen = dice.sample(world.products, dice.choice((1, 1, 1, 2, 3)))
        yield _order(f"{seed}{number:07d}", now + timedelta(milliseconds=number), chosen)


def _order(number: str, at: datetime, chosen: list[Product]) -> RemoteOrder:
    price = Money(PRICE, "UZS")
    return RemoteOrder(
        external_id=number,
        shop_id="1",
        status=OrderStatus.CONFIRMED,
        vendor_status="PROCESSING",
        vendor_substatus="STARTED",
        created_at=at,
        updated_at=at,
        fulfilment="FBS",
        payment="paid",
        total=Money(PRICE * len(chosen), "UZS"),
        lines=tuple(
            RemoteOrderLine(str(place), one.sku, one.name, 1, price)
            for place, one in enumerate(chosen)
        ),
        ship_by=at + timedelta(days=1),
        raw=_raw(number, chosen),
    )


def _raw(number: str, chosen: list[Product]) -> dict[str, Any]:
    """As Yandex answers, in small."""
    return {
        "orderId": int(number),
        "status": "PROCESSING",
        "substatus": "STARTED",
        "creationDate": "2026-11-20T07:00:00Z",
        "buyer": {"firstName": "Aziza", "phone": "+998901234567"},
        "delivery": {"type": "DELIVERY", "serviceName": "Market", "region": {"name": "Toshkent"}},
        "items": [
            {"offerId": one.sku, "offerName": one.name, "count": 1, "price": 99000}
            for one in chosen
        ],
    }
