"""Fifty secrets of a running installation, and every place where one could come to stand.

Web and worker are real processes that log down to DEBUG; pages, marketplace, AI providers, mail,
bucket and Redis are made to fail, and what refuses a key quotes it. The environment of a process
holds its secrets and may be read by its own user alone; command lines are read by everybody.
"""

import base64
import os
import re
import secrets
import sqlite3
import stat
import subprocess
import sys
import tarfile
import uuid
from pathlib import Path

import pytest
from django.db import connection

from ai_manager.models import AiErrorLog
from marketplaces.models import Connection
from partners.models import Delivery, Partner, StoredFile, User
from partners.services import approval
from sellercloudx.backups import postgres
from tests.e2e.leaks import everywhere, forms_of, found_in
from tests.house import echoes
from tests.house.test_canaries import QUOTED, word
from tests.house.trail import Trail, password, pinfl
from tests.partners.test_files import picture
from tests.processes import Processes, database_env, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
SHA = "5" * 64
# Stands in database, backup, mails and pages, and proves that each of them was looked at.
COMPANY = "Kanareyka Savdo"
DUMP = "dump.sql"
# Sentry is sent its own key, and the mail that was refused held its own link.
BELONGS = {
    "sentry": "event",
    "invitation that no mail took": "asked",
    # Telegram is asked at an address that holds it.
    "bot token": "asked",
}


@pytest.fixture
def trail():
    return Trail()


@pytest.fixture
def outside():
    with echoes.outside() as server:
        yield server


@pytest.fixture
def site(trail, outside, sandbox, transactional_db, tmp_path):
    """Web and worker, every variable that may be a secret set."""
    started = Processes(
        tmp_path,
        DJANGO_SETTINGS_MODULE="tests.house.canary_settings",
        YANDEX_MARKET_API_URL=f"{sandbox.url}/yandex",
        LOG_FORMAT="json",
        LOG_LEVEL="DEBUG",
        **_variables(trail, outside),
    )
    assert started.start("migrate", "manage.py", "migrate", "--noinput").wait(60) == 0
    url = started.web()
    started.worker()
    yield started, url
    started.end()


def _variables(trail, outside) -> dict[str, str]:
    secret = trail.secret
    keys = [base64.urlsafe_b64encode(os.urandom(32)).decode() for _ in range(2)]
    for number, key in enumerate(keys):
        secret(f"field key {number}", key)
    bucket = secret("bucket key", word()), secret("bucket secret", word())
    host = outside.url.removeprefix("http://")
    return {
        "SESSION_SECRET": secret("session secret", word(50)),
        "FIELD_KEYS": ",".join(keys),
        "METRICS_TOKEN": secret("metrics token", word()),
        "SENTRY_DSN": f"http://{secret('sentry', word())}@{host}/1",
        "OPENAI_API_KEY": secret("openai", f"sk-{word()}"),
        "OPENAI_BASE_URL": f"{outside.url}/openai",
        "ANTHROPIC_API_KEY": secret("anthropic", f"sk-ant-{word()}"),
        "ANTHROPIC_BASE_URL": f"{outside.url}/anthropic",
        "REPLICATE_API_KEY": secret("replicate", f"r8_{word()}"),
        "IDEOGRAM_API_KEY": secret("ideogram", word()),
        "MEDIA_S3_URL": "s3://{}:{}@127.0.0.1:9/pictures".format(*bucket),
        "REDIS_URL": f"redis://:{secret('redis password', word())}@127.0.0.1:9/0",
        "EMAIL_URL": f"brevo://{secret('mail key', word())}@?api_url={outside.url}/mail/",
        "TELEGRAM_BOT_TOKEN": f"123456:{secret('bot token', word())}",
        "TELEGRAM_API_URL": f"{outside.url}/telegram",
        "TELEGRAM_WEBHOOK_SECRET": secret("webhook secret", word()),
        "ADMIN_EMAIL": "boss@example.uz",
        "ADMIN_PASSWORD": secret("admin password", word()),
        **_database(secret),
    }


def _database(secret) -> dict[str, str]:
    """A server that trusts this computer takes any password."""
    env = database_env()
    if connection.vendor == "postgresql" and not connection.settings_dict["PASSWORD"]:
        user, _, rest = env["DATABASE_URL"].partition("@")
        env["DATABASE_URL"] = f"{user}:{secret('database password', word())}@{rest}"
    return env


def test_none_of_fifty_comes_out_anywhere(site, trail, outside, tmp_path):
    processes, url = site
    owner = _register(trail, url)
    _fail_to_log_in(trail, owner)
    _make_keys(trail)
    _fill_in(trail)
    _connect(trail)
    _sell(trail)
    _invite(trail, url, outside)
    _forget(trail, url, outside, owner)
    _break(trail, url)
    wait_until(lambda: AiErrorLog.objects.exists(), 20)
    wait_until(lambda: Delivery.objects.exclude(error="").exists(), 20)
    wait_until(lambda: any("RuntimeError" in one for one in outside.events), 10)
    found = _places(processes, trail, outside, url, tmp_path)
    _must_have_listened(found)
    processes.end()
    places = [*found.items(), *everywhere(tmp_path)]
    leaks = _leaks(trail.secrets, places)
    assert len(set(trail.secrets.values())) == len(trail.secrets) >= 50
    count = f"{len(trail.secrets)} secrets, {len(places)} places, {len(leaks)} found"
    sys.stdout.write(f"{count}\n")
    assert leaks == [], "\n".join(leaks)


def _leaks(secrets: dict[str, str], places: list[tuple[str, bytes]]) -> list[str]:
    return [
        f"{name} in {place}"
        for name, secret in secrets.items()
        for place in found_in(secret, places)
        if not (name in BELONGS and place.startswith(BELONGS[name]))
    ]


def _register(trail, url) -> User:
    trail.opens(url)
    trail.post(
        "/partner-registration",
        first_name="Aziza",
        last_name="Karimova",
        phone="+998 90 123 45 67",
        email="aziza@example.uz",
        company_name=COMPANY,
        legal_form="sole_proprietor",
        tax_id="301234567",
        password=trail.secret("password of the owner", password()),
        accept_terms="on",
    )
    trail.secret("session of the applicant", trail.http.cookies["sessionid"])
    boss = User.objects.get(email="boss@example.uz")
    approval.approve(partner=Partner.objects.get(company_name=COMPANY), by=boss)
    return User.objects.get(email="aziza@example.uz")


def _fail_to_log_in(trail, owner) -> None:
    trail.http.cookies.delete("sessionid")
    for number in range(4):
        typed = trail.secret(f"wrong password {number}", password())
        trail.post("/login", login=owner.email, password=typed)
    trail.logs_in("the owner", owner.email, trail.secrets["password of the owner"])


def _make_keys(trail) -> None:
    path = "/partner-dashboard/settings/api-keys/"
    for number in range(3):
        data = {"name": f"Key {number}", "scopes": ["stock:read"], "days": "30"}
        data["csrfmiddlewaretoken"] = trail.http.cookies["csrftoken"]
        page = trail.http.post(path, data=data, follow_redirects=True).text
        key = trail.secret(f"API key {number}", re.search(r"scx_[\w-]{43}", page)[0])
        for asked, status in (("stock", 200), ("orders", 403)):
            answer = trail.get(f"/api/v1/{asked}", Authorization=f"Bearer {key}")
            assert answer.status_code == status
    for number in range(2):
        key = trail.secret(f"no key of ours {number}", f"scx_{word(43)}")
        assert trail.get("/api/v1/stock", Authorization=f"Bearer {key}").status_code == 401
    trail.get(path)


def _fill_in(trail) -> None:
    """Passport and PINFL of the seller."""
    path = "/partner-dashboard/settings/company/"
    details = {
        "full_name": "Aziza Karimova",
        "certificate_number": "123",
        "certificate_date": "2024-05-06",
        "bank": "Bank",
        "mfo": "00444",
        "account_number": "20208000123456789001",
        "address": "Toshkent, 1",
        "region": "UZ-TK",
        "tax_base": "turnover",
        "passport": trail.secret("passport", f"AB{secrets.randbelow(9_000_000) + 1_000_000}"),
        "pinfl": trail.secret("PINFL", pinfl()),
    }
    assert trail.post(path, **details).status_code == 302
    assert "••••••••••" in trail.get(path).text


def _connect(trail) -> None:
    base = "/partner-dashboard/marketplaces/"
    for number in range(3):
        wrong = trail.secret(f"refused key {number}", f"ACMA:wrong-{word()}")
        trail.post(f"{base}connect/yandex/", api_key=wrong)
    key = trail.secret("marketplace key", f"ACMA:sandbox-{word()}")
    trail.post(f"{base}connect/yandex/", api_key=key)
    shop = Connection.objects.get()
    page = trail.get(f"{base}{shop.pk}/").text
    trail.post(f"{base}{shop.pk}/choose/", shop=re.search(r'name="shop" value="(\d+)"', page)[1])
    other = trail.secret("key of another shop", f"ACMA:sandbox-{word()}")
    trail.post(f"{base}{shop.pk}/key/", api_key=other)
    trail.get(base)


def _sell(trail) -> None:
    """The card is asked of providers that refuse; the photo, of a bucket that is not there."""
    path = "/partner-dashboard/products/add/"
    product = {"submission": str(uuid.uuid4()), "name": "Choynak, 1 l", "quantity": 5, "cost": 9}
    photo = {"photo": ("a.png", picture(), "image/png")}
    assert trail.post(path, files=photo, **product).status_code == 422
    assert trail.post(path, **product).status_code == 302
    StoredFile.objects.create(
        partner=Partner.objects.get(company_name=COMPANY),
        sha256=SHA,
        content_type="image/jpeg",
        content=b"",
        size=1,
        width=1,
        height=1,
        is_public=True,
    )
    assert trail.get(f"/i/{SHA}.jpg").status_code == 503


def _invite(trail, url, outside) -> None:
    path = "/partner-dashboard/team/invite/"
    data = {"role": "viewer", "email": "bekzod@example.uz", "note": ""}
    data["csrfmiddlewaretoken"] = trail.http.cookies["csrftoken"]
    page = trail.http.post(path, data=data).text
    link = trail.secret("invitation shown and mailed", re.search(r"/join/([\w-]{43})/", page)[1])
    _sent(trail, outside, link)
    lost = trail.http.post(path, data=data | {"email": echoes.REFUSED}).text
    trail.secret("invitation that no mail took", re.search(r"/join/([\w-]{43})/", lost)[1])
    trail.opens(url)
    person = {"first_name": "Bek", "last_name": "Zod", "phone": "+998901112233", "email": ""}
    short = trail.post(f"/join/{link}/", own=link, **person, password="1")
    assert short.status_code == 422
    typed = trail.secret("password of a colleague", password())
    trail.post(f"/join/{link}/", own=link, **person, password=typed, accept_terms="on")
    trail.secret("session of a colleague", trail.http.cookies["sessionid"])
    assert trail.get(f"/join/{link}/", own=link).status_code == 410


def _sent(trail, outside, token: str) -> None:
    """In its own letter a link is what it should be; out of that one it is taken here."""
    wait_until(lambda: any(token in mail for mail in outside.mails), 20)
    outside.mails[:] = [mail.replace(token, "") for mail in outside.mails]


def _forget(trail, url, outside, owner) -> None:
    for number in range(2):
        trail.opens(url)
        trail.post("/password-reset", login=owner.email)
        link = wait_until(lambda: _link_in(outside.mails), 20)
        trail.secret(f"reset link {number}", link)
        _sent(trail, outside, link)
        path = f"/password-reset/{link}"
        assert trail.post(path, own=link, password="short").status_code == 200
        new = trail.secret(f"new password {number}", password())
        assert trail.post(path, own=link, password=new).status_code == 302
        assert trail.get(path, own=link).status_code == 410
        trail.logs_in(f"the owner again {number}", owner.email, new)


def _link_in(mails) -> str:
    found = re.search(r"/password-reset/([\w:.-]{20,})", "".join(mails))
    return found[1] if found else ""


def _break(trail, url) -> None:
    """500, 400, 401, 404, 405, 413, 422 with secrets in whatever is sent along."""
    for kind, quoted in QUOTED.items():
        said, secret = quoted()
        trail.secret(kind, secret)
        assert trail.get("/broken", **{"X-Said": said}).status_code == 500
        assert trail.get("/logged", **{"X-Said": said}).status_code == 200
    typed = trail.secret("password in a form that breaks", password())
    trail.post("/broken", password=typed)
    trail.post("/nowhere", password=typed)
    trail.http.post(
        "/login",
        content=f"password={typed}".encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-16"},
    )
    bearer = trail.secret("somebody's bearer", word())
    assert trail.get("/metrics", Authorization=f"Bearer {bearer}").status_code == 401
    trail.get(f"/i/none?token={bearer}", own=bearer)
    for path in ("/", "/health", "/partner-dashboard/", "/partner-dashboard/notifications/"):
        trail.get(path)


def _places(processes, trail, outside, url, tmp_path) -> dict[str, bytes]:
    """Name and contents of each place."""
    token = trail.secrets["metrics token"]
    backup = tmp_path / "backup.tar"
    made = processes.start("backup", "manage.py", "backup", str(backup))
    assert made.wait(60) == 0
    found = {f"log of {name}": processes.log(name).encode() for name in ("web", "worker")}
    found |= {f"log of {name}": processes.log(name).encode() for name in ("migrate", "backup")}
    found |= trail.pages
    found["metrics"] = trail.get("/metrics", Authorization=f"Bearer {token}").content
    found |= {f"event {n}": event.encode() for n, event in enumerate(outside.events)}
    found |= {f"mail {n}": mail.encode() for n, mail in enumerate(outside.mails)}
    found |= {f"asked {n}": asked.encode() for n, asked in enumerate(outside.asked)}
    found["process list"] = _command_lines()
    found["dump"] = _dump(tmp_path)
    found["backup"] = _unpacked(backup, tmp_path)
    _environments_are_private(processes)
    return found


def _command_lines() -> bytes:
    return subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, check=True).stdout


def _environments_are_private(processes) -> None:
    for process in processes.running:
        if process.poll() is None:
            mode = Path(f"/proc/{process.pid}/environ").stat().st_mode
            assert stat.S_IMODE(mode) == 0o400


def _dump(folder) -> bytes:
    if connection.vendor == "postgresql":
        file = folder / DUMP
        postgres._run("pg_dump", f"--file={file}")
        return file.read_bytes()
    with sqlite3.connect(connection.settings_dict["NAME"]) as database:
        return "\n".join(database.iterdump()).encode()


def _unpacked(backup: Path, folder: Path) -> bytes:
    """All that a thief of the file could read."""
    with tarfile.open(backup) as tar:
        tar.extractall(folder / "unpacked", filter="data")
    database = folder / "unpacked" / "database"
    if connection.vendor == "postgresql":
        plain = folder / "unpacked" / "plain.sql"
        subprocess.run(["pg_restore", f"--file={plain}", str(database)], check=True)
    return b"".join(one.read_bytes() for one in (folder / "unpacked").iterdir())


def _must_have_listened(found) -> None:
    """Each kind of place holds what it should, so an empty one is no proof."""
    for place in ("dump", "backup"):
        assert COMPANY.encode() in found[place]
    assert b"RuntimeError" in found["log of web"]
    assert b"sellercloudx_requests_total" in found["metrics"]
    assert b"run_huey" in found["process list"]
    for provider in (b"/openai", b"/anthropic", b"/mail"):
        assert any(provider in text for name, text in found.items() if name.startswith("asked"))
    assert any(COMPANY.encode() in text for name, text in found.items() if name.startswith("page"))
    assert any(COMPANY.encode() in text for name, text in found.items() if name.startswith("mail"))


@pytest.mark.parametrize("written", range(9))
def test_a_leak_would_be_found_however_it_is_written(written):
    secret = password()
    forms = forms_of(secret)
    leak = b"before " + forms[written % len(forms)] + b" after"
    assert _leaks({"x": secret}, [("log", leak)]) == ["x in log"]
    assert _leaks({"x": secret}, [("log", b"before *** after")]) == []


def test_a_leak_into_a_row_would_be_found(tmp_path, partner):
    secret = password()
    partner.state_reason = f"the key {secret} was refused"
    partner.save()
    assert "x in partners.state_reason" in _leaks({"x": secret}, everywhere(tmp_path))
