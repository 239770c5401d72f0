"""Which marketplaces we speak to."""

from typing import Any

from django.utils.module_loading import import_string

from .base import Connector
from .http import Http

CONNECTORS = {
    "yandex": "marketplaces.connectors.yandex.connector.Yandex",
}


def connector_class(slug: str) -> type[Connector]:
    """KeyError when there is no such marketplace."""
    return import_string(CONNECTORS[slug])


def open_connector(
    slug: str, credentials: dict[str, str], *, base_url: str, **http: Any
) -> Connector:
    """A connector ready to call; close its `http` when done."""
    cls = connector_class(slug)
    client = Http(
        base_url, headers=cls.headers(credentials), secrets=cls.secrets(credentials), **http
    )
    return cls(client, credentials)
