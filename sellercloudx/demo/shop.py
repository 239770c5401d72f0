"""The demo partner's shop: connected, filled and sold from, all through the usual services."""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet

from ai_manager.models import CardJob
from ai_manager.services.cards import make_card
from marketplaces import connecting, gateway, inbound, outbox
from marketplaces.connectors.remote import CardStatus
from marketplaces.models import Connection, Operation, Stream
from marketplaces.sandbox.config import DEMO_KEY
from orders.models import Order
from partners.models import Member
from partners.services import files
from products.models import Listing, Product
from products.services import catalogue, publishing
from sellercloudx.demo import pictures

MARKETPLACE = "yandex"
FIRST_ORDERS = 3
NAMESPACE = uuid.UUID("7e2f6c1c-6b3b-4d6f-9a51-3f1d8f4a2c10")


class NoSandbox(Exception):
    """Yandex Market's address is not a sandbox that answers."""


def sandbox_url() -> str | None:
    """The address of the practice marketplace, where one is in use."""
    if not gateway.is_sandbox(MARKETPLACE):
        return None
    parts = urlsplit(settings.MARKETPLACE_URLS[MARKETPLACE])
    return f"{parts.scheme}://{parts.netloc}"


class Refused(Exception):
    """The sandbox's people do not do that; the words say why."""


def open_shop(member: Member) -> str:
    """Everything a partner would have after a first week; a second call changes nothing.

    Says what is missing and how to get it; "" when nothing is.
    """
    connection = _connection(member)
    for product in _products(member):
        _make_card(product)
    _publish_all_but_the_last(member, connection)
    _let_buyers_come(connection)
    # What is left after their orders goes out, too.
    _wait(lambda: _is_all_sent(connection))
    return "" if _on_sale(connection).exists() else _nothing_on_sale()


def _nothing_on_sale() -> str:
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if host in ("127.0.0.1", "localhost", "::1"):
        return "The sandbox accepted no card, so nothing is for sale; the cards' pages say why."
    return (
        "The sandbox accepted no card, so nothing is for sale: it fetches pictures from this "
        f"computer only, and PUBLIC_URL is {settings.PUBLIC_URL}. Take PUBLIC_URL out of .env."
    )


def _connection(member: Member) -> Connection:
    partner, user = member.partner, member.user
    connected = Connection.objects.for_partner(partner).shown().exclude(account="").first()
    if connected:
        return connected
    connection = connecting.save_key(
        partner=partner, by=user, marketplace=MARKETPLACE, credentials={"api_key": DEMO_KEY}
    )
    if not connecting.test(connection=connection, by=user):
        raise NoSandbox(connection.error_message or connection.error_reason)
    seen = connecting.seen_by(connection)
    assert seen is not None  # noqa: S101  the test has just passed
    return connecting.choose_shop(connection=connection, by=user, shop_id=seen.shops[0].id)


def _products(member: Member) -> list[Product]:
    path = settings.BASE_DIR / "data" / "demo" / "products.json"
    wanted = json.loads(path.read_text(encoding="utf-8"))
    return [_product(member, **one) for one in wanted]


def _product(
    member: Member, *, name: str, shape: str, cost: str, facts: dict[str, str], **known: Any
) -> Product:
    submission = uuid.uuid5(NAMESPACE, f"{member.partner_id}/{name}")
    made = Product.objects.for_partner(member.partner).filter(submission=submission).first()
    return made or catalogue.add_product(
        partner=member.partner,
        by=member.user,
        submission=submission,
        name=name,
        cost=Decimal(cost),
        photo=files.read_image(pictures.draw(shape)),
        facts=[{"name": n, "value": v, "source": "seller"} for n, v in facts.items()],
        **known,
    )


def _make_card(product: Product) -> None:
    """Here and now; where a worker is running it may have been faster."""
    for job in CardJob.objects.filter(listing__product=product, state=CardJob.State.DUE):
        make_card(job.pk)
    _wait(lambda: not product.listings.filter(state=Listing.State.WANTED).exists())


def _publish_all_but_the_last(member: Member, connection: Connection) -> None:
    """The last card is left for the person who tries the product, and so is one with gaps."""
    listings = Listing.objects.filter(connection=connection).order_by("pk")
    last = listings.values("pk").reverse()[:1]
    waiting = listings.filter(state=Listing.State.REVIEW).exclude(pk__in=last)
    new = waiting.exclude(cards__approved_at__isnull=False)
    for listing in new.select_related("product", "connection", "partner"):
        with suppress(publishing.NotReady):
            publishing.approve_card(listing=listing, by=member.user)
    _wait(lambda: _is_all_sent(connection))
    judged = listings.filter(state=Listing.State.SENT).exclude(
        remote_status__in=("", CardStatus.PROCESSING)
    )
    sent = listings.filter(sent_at__isnull=False).count()
    _wait(lambda: _poll(connection, "cards") and judged.count() >= sent)


def _is_all_sent(connection: Connection) -> bool:
    outbox.drain(connection.pk)
    return not Operation.objects.filter(connection=connection, state__in=Operation.OPEN).exists()


def _let_buyers_come(connection: Connection) -> None:
    """The sandbox's buyers order; we hear of it as of any order, by asking."""
    if Order.objects.for_partner(connection.partner).exists():
        return
    bought = 0
    for listing in _on_sale(connection).select_related("product").order_by("pk"):
        if bought < FIRST_ORDERS:
            with suppress(Refused):
                _control("orders", account=DEMO_KEY, sku=listing.product.sku, quantity=1)
                bought += 1
    orders = Order.objects.for_partner(connection.partner)
    _wait(lambda: _poll(connection, "orders") and orders.count() >= bought)


def _on_sale(connection: Connection) -> QuerySet[Listing]:
    listings = Listing.objects.filter(connection=connection, sent_stock__gt=0)
    return listings.filter(remote_status=CardStatus.ACCEPTED)


def _poll(connection: Connection, stream: str) -> bool:
    """Ask now; a worker that is asking at this moment does it for us."""
    Stream.objects.filter(connection=connection, name=stream, leased_until=None).update(
        due_at=connection.created_at
    )
    inbound.poll(connection.pk, stream)
    return True


def _control(path: str, **wish: Any) -> None:
    """Tell the sandbox's people what to do; no marketplace has such a door."""
    request = urllib.request.Request(  # noqa: S310  our own sandbox
        f"{sandbox_url()}/_control/{path}",
        data=json.dumps(wish).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        # It does answer, only not as wished.
        raise Refused(error.read().decode(errors="replace")) from error
    except OSError as error:
        raise NoSandbox(str(error)) from error


def _wait(is_so: Callable[[], bool], seconds: float = 20) -> None:
    """Give the marketplace its time; what is not there yet will come through the worker."""
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.3)
