"""Asks addresses that a user gave: of the internet only, never of our own network.

Nothing of ours asks such an address today: no page takes one. Whatever will (a webhook, a picture
to import) has to go through `ask`. The name is looked up once, every address it has must be public,
and the connection is made to the one that was checked: a name that answers differently the second
time gains nothing. Each redirect is checked anew.
"""

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore
import httpx

from sellercloudx.lib import tls
from sellercloudx.lib.deadline import Deadline, keep

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
PORTS = {"https": 443, "http": 80}
REDIRECTS = (301, 302, 303, 307, 308)
# Labels of letters, digits and hyphens; international names come as their xn-- form.
_NAME = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
_INTERNET_6 = ipaddress.IPv6Network("2000::/3")
# Within the internet, and yet a way to another address or to nowhere: Teredo, benchmarks, ORCHID,
# documentation, 6to4 and its relays.
_DETOURS = [
    ipaddress.ip_network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "192.88.99.0/24")
]


class Refused(Exception):
    """Not an address we ask, or an answer we do not take; the text says why."""


class NoAnswer(Exception):
    """The other side cannot be reached, or does not answer in time."""


@dataclass(frozen=True)
class Answer:
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def is_public(address: Address) -> bool:
    """Whether an address is a place in the internet, and stands for no other."""
    if address.version == 6 and address not in _INTERNET_6:
        return False
    is_special = address.is_multicast or address.is_reserved or not address.is_global
    return not is_special and not any(address in network for network in _DETOURS)


def look_up(host: str, port: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(one[4][0])) for one in found]


@dataclass(frozen=True)
class Rules:
    """What may be asked. Tests allow a server of their own; nobody else needs another one."""

    schemes: tuple[str, ...] = ("https",)
    ports: Mapping[str, int] = field(default_factory=lambda: PORTS)
    is_public: Callable[[Address], bool] = is_public
    look_up: Callable[[str, int], list[Address]] = look_up


INTERNET = Rules()


def check(url: str, rules: Rules = INTERNET) -> None:
    """Refuse an address by its spelling, before any name is looked up. Raises Refused."""
    if not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise Refused("it holds signs that no address has")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("it is no address") from error
    if parts.scheme not in rules.schemes:
        raise Refused(f"it must begin with {rules.schemes[0]}://")
    if "@" in parts.netloc:
        raise Refused("it holds a user name")
    if port not in (None, rules.ports[parts.scheme]) or parts.netloc.endswith(":"):
        raise Refused("it names a port")
    _check_host(parts, rules)


def _check_host(parts: SplitResult, rules: Rules) -> None:
    host = parts.hostname or ""
    try:
        # Dotted decimal and IPv6 only; every other way to write a number is no name below.
        address = ipaddress.ip_address(host)
    except ValueError:
        if not _NAME.fullmatch(host):
            raise Refused("its host is no name of the internet") from None
        return
    if "%" in host or not rules.is_public(address):
        raise Refused("it leads into a private network")


def ask(
    url: str,
    *,
    method: str = "GET",
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    largest: int = 10 * 1024 * 1024,
    seconds: float = 10.0,
    redirects: int = 3,
    rules: Rules = INTERNET,
) -> Answer:
    """The answer of an address a user gave. Raises Refused or NoAnswer.

    Only a GET is led on; with another method a redirect is the answer.
    """
    deadline = Deadline(seconds)
    with _client(deadline, seconds, rules) as client:
        for _ in range(redirects + 1):
            check(url, rules)
            try:
                with client.stream(method, url, content=content, headers=headers) as response:
                    if method != "GET" or response.status_code not in REDIRECTS:
                        return _read(response, largest)
                    url = urljoin(url, response.headers.get("location", ""))
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise NoAnswer(type(error).__name__) from error
    raise Refused("it leads on too often")


def _client(deadline: Deadline, seconds: float, rules: Rules) -> httpx.Client:
    # No proxy of the environment: it would do the looking up, and not look where.
    client = httpx.Client(
        trust_env=False,
        verify=tls.trusted(),
        follow_redirects=False,
        timeout=min(5.0, seconds),
        headers={"User-Agent": "SellerCloudX", "Accept-Encoding": "identity"},
    )
    pool = client._transport._pool  # type: ignore[attr-defined]
    pool._network_backend = _Pinned(pool._network_backend, deadline, rules)
    keep(client, deadline)
    return client


def _read(response: httpx.Response, largest: int) -> Answer:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Refused("its answer is packed")
    body = b""
    for piece in response.iter_raw():
        body += piece
        if len(body) > largest:
            raise Refused("its answer is too large")
    return Answer(str(response.url), response.status_code, dict(response.headers), body)


class _Pinned(httpcore.NetworkBackend):
    """Connects to the very address that was found to be public."""

    def __init__(self, inner: httpcore.NetworkBackend, deadline: Deadline, rules: Rules):
        self._inner, self._deadline, self._rules = inner, deadline, rules

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._look_up(host, port, timeout)
        if not addresses or not all(self._rules.is_public(address) for address in addresses):
            raise Refused("it leads into a private network")
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return self._inner.connect_tcp(str(addresses[0]), port, left, local_address, socket_options)

    def _look_up(self, host: str, port: int, timeout: float | None) -> list[Address]:
        """A name server that does not answer holds a thread of its own, not the caller."""
        found: list[Address] = []
        failed: list[OSError] = []

        def run() -> None:
            try:
                found.extend(self._rules.look_up(host, port))
            except OSError as error:
                failed.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(self._deadline.left(timeout, httpcore.ConnectTimeout))
        if failed or thread.is_alive():
            raise httpcore.ConnectError("the name is not known")
        return list(found)
