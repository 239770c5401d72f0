"""Files outlive the folder: web and worker share none, and a new deployment begins empty."""

import hashlib
import http.client
import uuid
from urllib.parse import urlsplit

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from partners.models import StoredFile
from tests import databases, factories
from tests.chaos.load import ADD, TOKEN
from tests.chaos.test_lost_connections import WEB, session_of
from tests.processes import Processes, database_env
from tests.products.test_add_form import picture

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
READ = (
    "import hashlib; from partners.models import StoredFile; "
    "print(hashlib.sha256(bytes(StoredFile.objects.get().content)).hexdigest())"
)


@pytest.fixture
def deploy(tmp_path):
    """Pages with an empty folder of their own; their address."""
    started = []

    def deploy(name):
        folder = tmp_path / name
        folder.mkdir()
        started.append(Processes(folder, **WEB))
        return started[-1].web()

    yield deploy
    for processes in started:
        processes.end()


def ask(url, method="GET", path="/", body=None, **headers):
    client = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    client.request(method, path, body, headers)
    answer = client.getresponse()
    content = answer.read()
    client.close()
    return answer, content


def upload(url, session):
    typed = {"submission": str(uuid.uuid4()), "name": "Choynak", "quantity": "1", "cost": "60000"}
    answer, page = ask(
        url,
        "POST",
        ADD,
        encode_multipart(BOUNDARY, typed | {"photo": picture()}),
        **{
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Content-Type": MULTIPART_CONTENT,
        },
    )
    assert answer.status == 302, page[:500]
    return StoredFile.objects.get()


def test_a_photo_is_read_elsewhere_and_outlives_a_deployment(deploy, tmp_path):
    session = session_of(factories.make_partner().owner)
    stored = upload(deploy("web"), session)
    elsewhere = tmp_path / "worker"
    elsewhere.mkdir()
    read = databases.manage("shell", "-v0", "-c", READ, folder=elsewhere, **database_env())
    assert read.stdout.strip() == stored.sha256, read.stderr

    answer, content = ask(deploy("next"), path=f"/i/{stored.sha256}.jpg")
    assert answer.status == 200
    assert hashlib.sha256(content).hexdigest() == stored.sha256
    assert answer.headers["Set-Cookie"] is None
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".jpg", ".png")]
