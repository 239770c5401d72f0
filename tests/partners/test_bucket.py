"""With MEDIA_S3_URL the contents of pictures are in a bucket; the rows know hash and size."""

import hashlib
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.models import StoredFile
from partners.services import files
from sellercloudx.lib.bucket import bucket_from
from tests.partners.test_files import picture
from tests.test_architecture import ROOT

pytestmark = pytest.mark.django_db


class Store:
    """As much of S3 as a picture needs, over HTTP, with a look at every signature."""

    def __init__(self):
        self.objects: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"s3://KEY:SE%2FCRET@127.0.0.1:{self.server.server_port}/pictures?region=eu-1"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def _handler(store):  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self):
                if self.headers.get("Expect") == "100-continue":
                    self.send_response_only(100)
                    self.end_headers()
                content = self.rfile.read(int(self.headers["Content-Length"]))
                is_told = self.headers["x-amz-content-sha256"] in (
                    hashlib.sha256(content).hexdigest(),
                    "UNSIGNED-PAYLOAD",
                )
                if self.is_signed() and is_told:
                    store.objects[self.path] = content
                    return self.say(200, b"")
                return self.say(403, b"")

            def do_GET(self):
                if not self.is_signed():
                    return self.say(403, b"")
                if self.path not in store.objects:
                    return self.say(404, b"")
                return self.say(200, store.objects[self.path])

            do_HEAD = do_GET

            def is_signed(self):
                store.asked.append(self.command)
                scope = self.headers.get("Authorization", "")
                return scope.startswith("AWS4-HMAC-SHA256 Credential=KEY/") and "/eu-1/s3/" in scope

            def say(self, status, content):
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("ETag", f'"{hashlib.md5(content).hexdigest()}"')  # noqa: S324
                self.send_header("Last-Modified", "Wed, 25 Nov 2026 10:00:00 GMT")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def log_message(self, *args):
                pass

        return Handler


@pytest.fixture
def store(settings):
    store = Store()
    settings.MEDIA_BUCKET = bucket_from(store.url)
    yield store
    store.close()


def upload(partner, colour="teal"):
    image = files.read_image(SimpleUploadedFile("pot.png", picture(colour=colour)))
    return files.store_image(partner=partner, picture=image, is_public=True)


def path(stored):
    return f"/i/{stored.sha256}.jpg"


def test_the_content_is_in_the_bucket_and_the_row_knows_it(partner, store, client):
    stored = upload(partner)
    stored.refresh_from_db()
    (content,) = store.objects.values()
    assert list(store.objects) == [f"/pictures/{stored.sha256}.jpg"]
    assert bytes(stored.content) == b""
    assert stored.size == len(content)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    answer = client.get(path(stored))
    assert (answer.status_code, answer.content) == (200, content)
    assert {"PUT", "GET"} <= set(store.asked) <= {"PUT", "GET", "HEAD"}


def test_a_known_copy_costs_the_bucket_nothing(partner, store, client):
    stored = upload(partner)
    store.asked.clear()
    answer = client.get(path(stored), headers={"If-None-Match": f'"{stored.sha256}"'})
    assert (answer.status_code, store.asked) == (304, [])


def test_older_pictures_are_read_from_their_rows(partner, settings, client):
    older = upload(partner)
    store = Store()
    settings.MEDIA_BUCKET = bucket_from(store.url)
    upload(partner, colour="red")
    store.asked.clear()
    answer = client.get(path(older))
    assert hashlib.sha256(answer.content).hexdigest() == older.sha256
    assert store.asked == []
    store.close()


def test_without_the_bucket_the_same_picture_again_is_kept_in_its_row(
    partner, store, settings, client
):
    """The upload was acknowledged: the empty row of the old time must not answer for it."""
    stored = upload(partner)
    settings.MEDIA_BUCKET = None
    assert upload(partner) == stored
    answer = client.get(path(stored))
    assert (answer.status_code, len(answer.content)) == (200, stored.size)


def test_a_bucket_that_is_away_is_told_in_words(partner, store, settings, client):
    stored = upload(partner)
    settings.MEDIA_BUCKET = bucket_from("s3://KEY:SECRET@127.0.0.1:9/pictures")
    answer = client.get(path(stored))
    assert (answer.status_code, answer.content) == (503, b"")
    assert answer["Retry-After"]
    assert "immutable" not in answer["Cache-Control"]
    with pytest.raises(files.BadImage):
        upload(partner, colour="red")
    assert StoredFile.objects.get() == stored


def test_a_bucket_that_refuses_us_keeps_no_row(partner, store, settings):
    settings.MEDIA_BUCKET = bucket_from(store.url.replace("KEY", "OTHER"))
    with pytest.raises(files.BadImage):
        upload(partner)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://KEY:S3CRET@host/bucket",
        "s3://host/bucket",
        "s3://KEY:S3CRET@host/",
        "s3://KEY:S3CRET@host/bucket/deeper",
    ],
)
def test_a_wrong_address_is_refused_without_its_secret(url):
    with pytest.raises(ValueError, match="it should be") as raised:
        bucket_from(url)
    assert "S3CRET" not in str(raised.value)


def test_only_this_machine_is_asked_without_https():
    assert bucket_from("s3://K:S@store.example.uz/b").endpoint == "https://store.example.uz"
    assert bucket_from("s3://K:S@127.0.0.1:9000/b").endpoint == "http://127.0.0.1:9000"
    assert bucket_from("s3://K:S@127.0.0.1.example.uz/b").endpoint.startswith("https:")
    assert bucket_from("") is None
    assert "S3CRET" not in repr(bucket_from("s3://K:S3CRET@host/b"))


def test_its_libraries_are_not_loaded_without_it():
    program = (
        "import django, sys; django.setup(); import sellercloudx.urls; "
        "print(sorted({'boto3', 'botocore', 'storages'} & set(sys.modules)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
