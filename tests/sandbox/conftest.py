"""A sandbox on a free port, and a seller with a business of their own in it."""

import http.server
import io
import threading
import uuid

import pytest
from PIL import Image

from marketplaces.sandbox.app import Sandbox
from marketplaces.sandbox.config import Config
from tests.sandbox.seller import Seller


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    state = tmp_path_factory.mktemp("sandbox") / "state.db"
    running = Sandbox(Config(port=0, state=state, is_fast=True, moderate_after=0.08))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def new_seller(sandbox):
    return lambda kind="": Seller(sandbox.url, f"ACMA:sandbox-{kind}{uuid.uuid4().hex}")


@pytest.fixture
def seller(new_seller):
    return new_seller()


@pytest.fixture(scope="session")
def picture_host():
    """Serves a true picture at /ok.png and a text that claims to be one at /bad.png."""
    content = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(content, "PNG")
    bodies = {"/ok.png": content.getvalue(), "/bad.png": b"not a picture"}

    class Pictures(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = bodies.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def mug(picture_host):
    """A product that every moderator would let through."""
    return {
        "offerId": "MUG-1",
        "name": "Кружка керамическая, 350 мл, белая",
        "marketCategoryId": 91101,
        "pictures": [f"{picture_host}/ok.png"],
        "vendor": "Rishton",
        "description": "Керамическая кружка ручной работы для чая и кофе. " * 4,
        "parameterValues": [{"parameterId": 27141930, "value": "Кружка"}],
        "weightDimensions": {"length": 12, "width": 9, "height": 10, "weight": 0.35},
    }
