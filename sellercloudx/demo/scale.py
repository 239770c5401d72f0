"""A shop of any size in seconds, to measure pages with. Figures here mean nothing."""

import itertools
import uuid
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from marketplaces import payloads
from marketplaces.connectors.remote import CardStatus, RemoteCard, RemoteListing
from marketplaces.models import Connection, Operation
from orders.models import (
    Conversation,
    ConversationMessage,
    DailyAnalytics,
    Order,
    OrderEvent,
    OrderLine,
    ReplyTemplate,
    Return,
    ReturnItem,
)
from partners.models import AuditLog, Notification, Partner, User
from products.models import (
    Card,
    CatalogueRow,
    Listing,
    Location,
    PriceBatch,
    PriceBatchRow,
    PriceChange,
    PriceProposal,
    Product,
    StockLevel,
    StockMovement,
    TheirCard,
)
from sellercloudx.demo import scale_buyers
from sellercloudx.lib.text import fold

BATCH = 1000
COST, PRICE = Decimal("60000"), Decimal("99000")
STATUSES = ("new", "confirmed", "ready", "shipped", "delivered", "cancelled")


@transaction.atomic
def fill(*, connection: Connection, owner: User, rows: int) -> None:
    """So many products, each with a listing and a card, and so many orders of them."""
    partner = connection.partner
    products = _keep(Product, (_product(partner, n) for n in range(rows)))
    _stock(partner, products)
    listings = _keep(Listing, (_listing(connection, product) for product in products))
    _keep(Card, (card(listing) for listing in listings))
    _keep(TheirCard, (_their_card(listing) for listing in listings))
    _keep(CatalogueRow, (_catalogue_row(connection, product) for product in products))
    _keep(PriceChange, (_price_change(product) for product in products))
    _keep(PriceProposal, (price_proposal(product) for product in products[::2]))
    batches = _keep(PriceBatch, (price_batch(partner) for _ in range(rows)))
    _keep(
        PriceBatchRow,
        (_batch_row(batch, product) for batch in batches[5:6] for product in products),
    )
    orders = _keep(Order, (order(connection, n) for n in range(rows)))
    pairs = zip(orders, products, strict=True)
    _keep(OrderLine, (line(order, product) for order, product in pairs))
    _keep(OrderEvent, (OrderEvent(order=order, kind=OrderEvent.Kind.RECEIVED) for order in orders))
    talks = _keep(Conversation, map(scale_buyers.conversation, orders))
    _keep(ConversationMessage, map(scale_buyers.message, talks))
    parcels = _keep(Return, map(scale_buyers.parcel, orders))
    _keep(ReturnItem, map(scale_buyers.return_item, parcels))
    _keep(ReplyTemplate, (scale_buyers.template(partner) for _ in range(min(rows, 20))))
    _keep(Operation, (_operation(listing) for listing in listings))
    _keep(Notification, (_notification(owner, partner, n) for n in range(rows)))
    _keep(AuditLog, (_audit(owner, product) for product in products))
    _keep(DailyAnalytics, _days(connection, min(rows, 365)))


def _keep(model: type[models.Model], rows: Iterator[Any]) -> list[Any]:
    kept: list[Any] = []
    while batch := list(itertools.islice(rows, BATCH)):
        kept += model._default_manager.bulk_create(batch)
    return kept


def _product(partner: Partner, n: int) -> Product:
    name, sku = f"Choynak «Paxta» {n}", f"SCALE-{partner.pk}-{n}"
    return Product(
        partner=partner,
        sku=sku,
        name=name,
        brand="Namuna",
        folded=fold(f"{name} {sku} Namuna"),
        currency=partner.currency,
        cost=COST,
        price=PRICE,
        submission=uuid.uuid4(),
    )


def _stock(partner: Partner, products: list[Product]) -> None:
    location, _ = Location.objects.get_or_create(
        partner=partner, kind=Location.Kind.OWN, defaults={"name": "Ombor"}
    )
    _keep(StockLevel, (StockLevel(product=p, location=location, on_hand=50) for p in products))
    _keep(
        StockMovement,
        (
            StockMovement(
                partner=partner,
                product=product,
                location=location,
                kind=StockMovement.Kind.RECEIPT,
                quantity=50,
                source=f"scale:{product.pk}",
            )
            for product in products
        ),
    )


def _listing(connection: Connection, product: Product) -> Listing:
    return Listing(
        partner=connection.partner,
        product=product,
        connection=connection,
        state=Listing.State.SENT,
        category_id="91105",
        category_path="Товары для дома / Чайники и заварники",
        sent_at=timezone.now(),
        sent_price=PRICE,
        sent_stock=50,
        remote_status=CardStatus.ACCEPTED,
    )


def _their_card(listing: Listing) -> TheirCard:
    return TheirCard(
        partner=listing.partner,
        listing=listing,
        price=PRICE,
        currency=listing.product.currency,
        stock=50,
        read_at=timezone.now(),
        advised_at=timezone.now(),
    )


def _catalogue_row(connection: Connection, product: Product) -> CatalogueRow:
    """One with our product's SKU whose name is another there, and which may be two of ours."""
    theirs = RemoteListing(product.sku, "Choynak", CardStatus.ACCEPTED, "")
    return CatalogueRow(
        partner=connection.partner,
        connection=connection,
        sku=product.sku,
        card=payloads.dump(RemoteCard(theirs)),
        state=CatalogueRow.State.CONFLICT,
        problems=[{"code": "name", "ours": product.name, "theirs": "Choynak"}],
        candidates=[product.pk],
        seen_at=timezone.now(),
    )


def card(listing: Listing) -> Card:
    texts = {"title": listing.product.name, "description": "Choynak.", "bullets": []}
    return Card(
        partner=listing.partner,
        listing=listing,
        version=1,
        made_by=Card.Maker.RULES,
        texts={"ru": texts, "uz": texts},
    )


def _price_change(product: Product) -> PriceChange:
    return PriceChange(
        partner=product.partner,
        product=product,
        currency=product.currency,
        after=PRICE,
        made_by="rules",
    )


def price_batch(partner: Partner) -> PriceBatch:
    return PriceBatch(partner=partner, submission=uuid.uuid4())


def _batch_row(batch: PriceBatch, product: Product) -> PriceBatchRow:
    return PriceBatchRow(
        batch=batch,
        number=product.pk,
        sku=product.sku,
        product=product,
        before=PRICE,
        after=PRICE + 1000,
    )


def price_proposal(product: Product) -> PriceProposal:
    return PriceProposal(
        partner=product.partner,
        product=product,
        currency=product.currency,
        before=PRICE,
        left=PRICE / 10,
        after=PRICE + 10_000,
        waterfall=[
            {
                "step": "cost",
                "amount": str(COST),
                "reason": "yours",
                "percent": None,
                "marketplace": "",
            }
        ],
        reasons=["below_target", "commission"],
    )


def order(connection: Connection, n: int) -> Order:
    at = timezone.now() - timedelta(hours=n % 2000)
    status = STATUSES[n % len(STATUSES)]
    return Order(
        partner=connection.partner,
        connection=connection,
        external_id=f"{connection.pk}-{n}",
        status=status,
        remote_status=status,
        vendor_status="PROCESSING",
        fulfilment="FBS",
        currency=connection.currency,
        total=PRICE,
        ordered_at=at,
        changed_at=at,
        ship_by=at + timedelta(days=1),
    )


def line(order: Order, product: Product) -> OrderLine:
    return OrderLine(
        order=order,
        product=product,
        external_id="1",
        sku=product.sku,
        name=product.name,
        folded=product.folded,
        quantity=1,
        total=PRICE,
        unit_price=PRICE,
        stock=OrderLine.Stock.UNTOUCHED,
    )


def _operation(listing: Listing) -> Operation:
    return Operation(
        partner=listing.partner,
        connection=listing.connection,
        kind=Operation.Kind.PUSH_STOCK,
        target=listing.product.sku,
        subject=f"listing:{listing.pk}",
        dedupe=f"scale:{listing.pk}",
        state=Operation.State.DONE,
        due_at=timezone.now(),
        finished_at=timezone.now(),
    )


def _notification(user: User, partner: Partner, n: int) -> Notification:
    return Notification(
        user=user,
        partner=partner,
        kind="registered",
        data={"company": partner.company_name},
        dedupe=f"scale:{n}",
    )


def _audit(actor: User, product: Product) -> AuditLog:
    return AuditLog(
        partner=product.partner,
        actor=actor,
        action="PRODUCT_CREATED",
        entity_type="product",
        entity_id=str(product.pk),
    )


def _days(connection: Connection, count: int) -> Iterator[DailyAnalytics]:
    today = timezone.localdate()
    for n in range(count):
        yield DailyAnalytics(
            partner=connection.partner,
            day=today - timedelta(days=n),
            connection=connection,
            currency=connection.currency,
            orders=5,
            units=7,
            revenue=PRICE * 7,
        )
