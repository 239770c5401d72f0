"""What a shop and its marketplace are called on our pages."""

from marketplaces.connectors.registry import CONNECTORS, connector_class
from marketplaces.models import Connection


def shop_title(connection: Connection) -> str:
    """The marketplace by name, and the shop where the partner gave it one."""
    name = marketplace_name(connection.marketplace)
    return f"{name} · {connection.name}" if connection.name else name


def marketplace_name(slug: str) -> str:
    return connector_class(slug).name if slug in CONNECTORS else slug
