"""The certificates we trust."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """One for all clients: reading them costs as much as drawing a page."""
    return httpx.create_ssl_context()
