"""Certificates are read once for the process, not for every shop that is asked."""

from marketplaces.connectors.http import Http
from sellercloudx.lib import tls


def test_every_client_checks_by_the_same_ones():
    clients = [Http("https://example.uz", headers={}).client for _ in range(2)]
    assert {client._transport._pool._ssl_context for client in clients} == {tls.trusted()}
