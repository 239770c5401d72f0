"""The vendors' documents stay outside the repository: SPECS_DIR says where they are."""

import http.server
import io
import os
import threading
from pathlib import Path

import pytest
from PIL import Image

from tests.conformance.document import Document


@pytest.fixture(scope="session")
def specs_dir():
    given = os.environ.get("SPECS_DIR", "")
    if not given:
        pytest.skip("SPECS_DIR is not set: it names the folder with the vendors' documents")
    if not Path(given).is_dir():
        pytest.skip(f"SPECS_DIR is {given}, and there is no such folder")
    return Path(given)


@pytest.fixture(scope="session")
def yandex_document(specs_dir):
    return Document(specs_dir / "yandex-market" / "openapi.yaml")


@pytest.fixture(scope="session")
def picture_url():
    """A true picture, for the sandbox fetches what a card points to."""
    content = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(content, "PNG")

    class Pictures(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(content.getvalue())

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/picture.png"
    server.shutdown()
    server.server_close()
