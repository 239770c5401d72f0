"""The sample shop's own week: the demo's seller at a sandbox that ends with it.

Runs in a process of its own with an empty database (`manage.py sample_shop`), never in ours.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections

from ai_manager.services import automation
from marketplaces.models import Connection
from marketplaces.sandbox.app import Sandbox
from marketplaces.sandbox.config import Config
from partners.models import Partner, StoredFile, User
from sellercloudx.demo import people, shop


class NothingOnSale(Exception):
    """The sandbox took no card, so there is no shop to show."""


def make(folder: Path) -> None:
    """All through the usual services; afterwards nobody can log in and no key is left."""
    with _marketplace(folder):
        member = people.seller(approved_by=people.admin())
        automation.choose(partner=member.partner, by=member.user, level=Partner.Automation.BALANCED)
        if trouble := shop.open_shop(member):
            raise NothingOnSale(trouble)
    for user in User.objects.all():
        user.set_unusable_password()
        user.save(update_fields=["password"])
    User.objects.update(is_active=False)
    Connection.objects.update(secret=b"")


@contextmanager
def _marketplace(folder: Path) -> Iterator[None]:
    """A sandbox, and the address where it fetches our photos; both on loopback, both for now."""
    sandbox = Sandbox(Config(port=0, state=folder / "sandbox.db", is_fast=True))
    pictures = ThreadingHTTPServer(("127.0.0.1", 0), _Pictures)
    threading.Thread(target=pictures.serve_forever, daemon=True).start()
    sandbox.start()
    settings.MARKETPLACE_URLS = settings.MARKETPLACE_URLS | {"yandex": f"{sandbox.url}/yandex"}
    settings.PUBLIC_URL = f"http://127.0.0.1:{pictures.server_address[1]}"
    try:
        yield
    finally:
        sandbox.stop()
        pictures.shutdown()


class _Pictures(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        sha256 = self.path.removeprefix("/i/").removesuffix(".jpg")
        stored = StoredFile.objects.filter(sha256=sha256).first()
        close_old_connections()
        self.send_response(200 if stored else 404)
        self.send_header("Content-Type", "image/jpeg")
        self.end_headers()
        self.wfile.write(bytes(stored.content) if stored else b"")

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""
