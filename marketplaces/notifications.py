"""What marketplaces bring by themselves: taken as a hint where to look, never as the truth.

Nothing signs a notification. So a forged, late or repeated one costs a call and changes nothing,
and one that is lost is made up for by the streams, which are read in any case.
"""

import ipaddress
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from marketplaces.connectors.registry import connector_class
from marketplaces.connectors.remote import Notification
from marketplaces.models import Connection, NotifiedOrder, Stream
from partners import audit
from partners.models import User
from sellercloudx.lib.queue import wake

TOLD_ORDERS = "told_orders"
LOOPBACK = (ipaddress.IPv4Network("127.0.0.0/8"),)
# Who brings more than this has nothing to say of single orders: the streams are read instead.
MOST_WAITING = 1000
# The moment the last one came is written down no oftener.
NOTED_EVERY = timedelta(seconds=10)


def find(token: str) -> Connection | None:
    """Whose address this is; a shop that is no longer worked for has none."""
    working = Connection.objects.working().select_related("partner")
    return working.filter(news_token=token).first()


def may_bring(connection: Connection, address: str) -> bool:
    """Whether notifications of this shop come from there."""
    source = ipaddress.ip_address(address)
    return any(source in network for network in _sources(connection))


def _sources(connection: Connection) -> tuple[ipaddress.IPv4Network, ...]:
    if connection.is_sandbox:
        return LOOPBACK
    told = settings.NOTIFICATION_SOURCES.get(connection.marketplace)
    return told or connector_class(connection.marketplace).notification_sources


@transaction.atomic
def take_in(connection: Connection, told: Notification) -> None:
    """Note what is to be asked for, and wake a worker."""
    now = timezone.now()
    seldom = Q(notified_at=None) | Q(notified_at__lt=now - NOTED_EVERY)
    Connection.objects.filter(seldom, pk=connection.pk).update(notified_at=now)
    for shop in _shops(connection, told):
        is_kept = told.stream == "orders" and told.order_id and _keep(shop, told.order_id)
        _hurry(shop, TOLD_ORDERS if is_kept else told.stream)


def _shops(connection: Connection, told: Notification) -> list[Connection]:
    """Their cabinet has one address for all its shops; each of ours is a shop."""
    if not told.stream:
        return []
    working = Connection.objects.for_partner(connection.partner).working()
    same = working.filter(marketplace=connection.marketplace, is_sandbox=connection.is_sandbox)
    return list(same.filter(account=told.account) if told.account else same)


def _keep(shop: Connection, number: str) -> bool:
    if NotifiedOrder.objects.filter(connection=shop).count() >= MOST_WAITING:
        return False
    NotifiedOrder.objects.update_or_create(
        connection=shop, external_id=number, defaults={"told_at": timezone.now()}
    )
    return True


def _hurry(shop: Connection, name: str) -> None:
    """Not one that is in trouble: it is asked again when its pause ends."""
    hurried = Stream.objects.filter(connection=shop, name=name, failures=0)
    if hurried.update(due_at=timezone.now()):
        wake("marketplaces.inbound.poll", shop.pk, name)


@transaction.atomic
def turn_on(*, connection: Connection, by: User) -> Connection:
    """A new address; the one before is taken no more."""
    return _set(connection, secrets.token_urlsafe(32), "NOTIFICATIONS_ADDRESS_MADE", by)


@transaction.atomic
def turn_off(*, connection: Connection, by: User) -> Connection:
    return _set(connection, None, "NOTIFICATIONS_OFF", by)


def _set(connection: Connection, token: str | None, action: str, by: User) -> Connection:
    connection.news_token = token
    connection.save(update_fields=["news_token"])
    audit.record(action, partner=connection.partner, actor=by, entity=connection)
    return connection
