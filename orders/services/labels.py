"""The label of a parcel, fetched from the marketplace when somebody wants to print it."""

import re

from marketplaces import gateway, promises
from marketplaces.connectors.base import Capability
from marketplaces.connectors.errors import MarketplaceError
from marketplaces.connectors.registry import connector_class
from marketplaces.connectors.remote import Label
from marketplaces.models import Connection
from orders.models import Order

_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


class NoLabel(Exception):
    """Not handed over by us any more, the shop is disconnected, or its marketplace gives none."""


def has_label(order: Order) -> bool:
    """Whether it makes sense to ask: a label is for parcels that we still have to hand over."""
    return (
        order.status in Order.ON_THE_SHELF
        and order.is_ours_to_pack
        and order.connection.state != Connection.State.DISCONNECTED
        and connector_class(order.connection.marketplace).supports(Capability.LABELS)
    )


def fetch(order: Order) -> Label:
    """Ask the marketplace, while a person waits. Raises NoLabel, MarketplaceError."""
    if not has_label(order):
        raise NoLabel
    try:
        with gateway.connector_for(order.connection, within=gateway.PATIENCE) as connector:
            return connector.labels(order.external_id)
    except MarketplaceError as error:
        promises.keep(order.connection, error)
        raise


def filename(order: Order) -> str:
    """A name that is safe in a header and on every disk."""
    return f"label-{_UNSAFE.sub('-', order.external_id).strip('-') or order.pk}.pdf"
