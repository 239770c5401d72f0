"""Fifty secrets typed, sent and quoted where secrets occur: none of them comes out again."""

import io
import logging
import secrets
import string
from base64 import b32decode, b64encode
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from partners import request_context
from partners.models import AuditLog, Notification, RecoveryCode, TotpDevice
from partners.services import deliveries, password_reset
from sellercloudx.lib.json_logs import JsonFormatter
from sellercloudx.lib.redact import ScrubFilter, ScrubFormatter
from tests import factories
from tests.partners import authenticator
from tests.permission_table import RULES

pytestmark = pytest.mark.django_db
LETTERS = string.ascii_letters + string.digits


def word(length=24) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def phone() -> str:
    return f"+99890{secrets.randbelow(10**7):07d}"


# How a secret stands in an error or an address, and the secret itself.
QUOTED = {
    "a key of Yandex": lambda: ["ACMA:" + word()] * 2,
    "a key of OpenAI": lambda: ["sk-" + word()] * 2,
    "a key of Replicate": lambda: ["r8_" + word()] * 2,
    "a bearer": lambda: (lambda s: [f"Authorization: Bearer {s}", s])(word()),
    "a signed token": lambda: [f"eyJ{word()}.{word()}.{word()}"] * 2,
    "a password with its name": lambda: (lambda s: [f"password={s}&x=1", s])(word()),
    "a secret in JSON": lambda: (lambda s: [f'{{"secret": "{s}"}}', s])(word()),
    "a token with its name": lambda: (lambda s: [f"token: {s}", s])(word()),
    "a database": lambda: (lambda s: [f"postgres://scx:{s}@db:5432/x", s])(word()),
    "a bot": lambda: (lambda s: [f"https://t.me/bot123456789:{s}/getMe", s])(word(35)),
    "a phone": lambda: [phone()] * 2,
    "an email": lambda: [f"{word(8)}@example.uz"] * 2,
    "a link of a letter": lambda: (lambda s: [f"/password-reset/{s}", s])(word(60)),
    "a link into a team": lambda: (lambda s: [f"/join/{s}/", s])(word(43)),
    "a cookie": lambda: (lambda s: [f"Cookie: sessionid={s}; a=b", s])(word(32)),
    "a key of a bucket": lambda: (lambda s: [f"aws_secret_access_key={s}", s])(word(40)),
    "our own key": lambda: ["scx_" + word(43)] * 2,
}


def broken(request):
    raise RuntimeError(request.headers["X-Said"])


def logged(request):
    logging.getLogger("shop").error("refused: %s", request.headers["X-Said"], stack_info=True)
    return HttpResponse("ok")


urlpatterns = [
    path("broken", broken),
    path("logged", logged),
    path("", include("sellercloudx.urls")),
]


@pytest.fixture
def logs():
    """Everything that is logged, down to DEBUG, in both formats."""
    out, root = io.StringIO(), logging.getLogger()
    handlers = []
    for formatter in (JsonFormatter(), ScrubFormatter("{name} {message}", style="{")):
        handler = logging.StreamHandler(out)
        handler.setFormatter(formatter)
        handler.addFilter(ScrubFilter())
        handler.addFilter(request_context.ContextFilter())
        handlers.append(handler)
        root.addHandler(handler)
    before = root.level
    root.setLevel(logging.DEBUG)
    # The database's own log quotes every statement; production never turns it on.
    logging.getLogger("django.db.backends").setLevel(logging.WARNING)
    yield out.getvalue
    root.setLevel(before)
    for handler in handlers:
        root.removeHandler(handler)


class Trail:
    """What was said to people and what is kept, beside the logs."""

    def __init__(self):
        self.client = Client(raise_request_exception=False)
        self.pages, self.canaries = [], []

    def post(self, url, secret, **data):
        self.canaries.append(secret)
        self.pages.append(self.client.post(url, data).content.decode())

    def everything(self, logs) -> str:
        audit = AuditLog.objects.values_list("before", "after")
        notes = Notification.objects.values_list("data", "url", "deliveries__error")
        letters = [f"{one.subject} {one.body}" for one in mail.outbox]
        return "\n".join([*self.pages, *letters, logs(), f"{list(audit)}{list(notes)}", ps()])


def ps() -> str:
    """The process list, as anybody on this computer sees it."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(file.read_text(errors="replace"))
        except OSError:
            continue
    return "\n".join(found)


def test_none_of_fifty_comes_out(logs, settings):
    settings.ROOT_URLCONF = __name__
    trail, partner = Trail(), factories.make_partner()
    _log_in_wrongly(trail, partner)
    _ask_for_passwords(trail)
    trail.client.force_login(partner.owner)
    _connect_shops(trail)
    _break_pages(trail)
    deliveries.send_due("email")
    assert len(set(trail.canaries)) >= 50
    everything = trail.everything(logs)
    # Proof that something was listening.
    assert "RuntimeError" in everything
    assert "refused: " in everything
    places = {one: everything.find(one) for one in trail.canaries}
    assert [everything[at - 200 : at + 80] for at in places.values() if at >= 0] == []


def _log_in_wrongly(trail, partner):
    for _ in range(6):
        word_ = word()
        trail.post("/login", word_, login=partner.owner.phone, password=word_)
    # Typed into the wrong field, it stands in the field again, and nowhere else.
    for _ in range(3):
        word_ = word()
        trail.post("/login", word_, login=word_, password="x")
        trail.pages.pop()
    for _ in range(4):
        number = phone()
        trail.post("/login", number, login=number, password="x")
        trail.pages.pop()


def _ask_for_passwords(trail):
    for _ in range(4):
        number = phone()
        trail.post("/password-reset", number, login=number)
        password_reset.send_link(number, 1)
    for _ in range(3):
        word_ = word()
        trail.post(f"/password-reset/{word_}", word_, password=word())
        # The page stands at that very address, and its forms lead back to it.
        trail.pages.pop()


def _connect_shops(trail):
    for _ in range(5):
        key = f"ACMA:{word()}:{word(8)}"
        trail.post("/partner-dashboard/marketplaces/connect/yandex/", key, api_key=key)
        assert trail.client.get("/partner-dashboard/marketplaces/").status_code == 200
    assert "marketplaces:connect" in RULES


def everything_stored() -> str:
    """Every value of every table, as a thief of the database has it, and sessions unpacked."""
    found = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  names come from the database
            found += [value for row in cursor.fetchall() for value in row]
    found += [session.get_decoded() for session in Session.objects.all()]
    return "\n".join(_text(value) for value in found)


def _text(value) -> str:
    if isinstance(value, bytes | memoryview):
        # As text where it is some, and as hex where it is not.
        return bytes(value).decode("latin-1") + bytes(value).hex()
    return str(value)


def spellings(secret: str) -> set[str]:
    """Of the key of an app or of a recovery code: as shown, as typed, and as bytes."""
    plain = secret.replace(" ", "")
    ways = {secret, plain, plain.lower(), plain.encode().hex(), b64encode(plain.encode()).decode()}
    return ways if plain.isdecimal() else ways | {b32decode(plain).hex()}


def test_the_secrets_of_the_second_step_are_nowhere_once_they_were_shown(logs, settings):
    settings.STAFF_OTP = True
    user = factories.make_staff()
    client, key, codes = authenticator.set_up(user)
    other = authenticator.with_password(user)
    assert other.post(authenticator.STEP, {"code": codes[0]}).status_code == 302
    wanted = authenticator.key_on(other.get(authenticator.SECURITY + "phone/"))
    for tried in ("0" * 16, "123456"):
        other.post(authenticator.SECURITY + "codes/", {"code": tried})
    pages = [client.get(path).content.decode() for path in ("/admin-panel/audit/", "/admin-panel/")]
    for table in ("totpdevice", "recoverycode", "user"):
        url = f"/admin/partners/{table}/"
        row = TotpDevice.objects.get().pk if table == "totpdevice" else user.pk
        pages += [client.get(url).content.decode(), client.get(f"{url}{row}/change/").text]
    deliveries.send_due("email")
    letters = [f"{one.subject} {one.body}" for one in mail.outbox]
    assert len(letters) == 2
    everything = "\n".join([everything_stored(), *pages, *letters, logs(), ps()])
    # Proof that it was looked through: who it is, and a code's hash.
    assert user.email in everything and RecoveryCode.objects.first().digest in everything
    leaked = [way for one in (key, wanted, *codes) for way in spellings(one) if way in everything]
    assert leaked == []


def _break_pages(trail):
    for quoted in QUOTED.values():
        for page in ("/broken", "/logged"):
            said, secret = quoted()
            trail.canaries.append(secret)
            answer = trail.client.get(page, headers={"X-Said": said})
            trail.pages.append(answer.content.decode())
    for secret in (word(), word()):
        trail.canaries.append(secret)
        trail.pages.append(trail.client.get("/i/none", {"token": secret}).content.decode())


@pytest.mark.parametrize("kind", QUOTED)
def test_each_way_a_secret_is_quoted_is_known(kind):
    from sellercloudx.lib.redact import scrub

    said, secret = QUOTED[kind]()
    assert secret not in scrub(f"it broke at {said} today")


def test_the_secrets_of_this_installation_are_in_no_process_list():
    assert settings.SECRET_KEY not in ps()
    assert settings.FIELD_KEYS[0].hex() not in ps()
