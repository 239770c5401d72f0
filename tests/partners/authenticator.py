"""An app that shows codes, and a staff person who logs in with it."""

import html
import re
import time
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from partners import totp
from partners.models import TotpDevice, User
from tests import factories
from tests.factories import PASSWORD

STEP, SET_UP = "/login/second-step/", "/login/second-step/set-up/"
SECURITY = "/admin-panel/security/"


def shown(key: str, *, steps: int = 0) -> str:
    """What the app shows now, or showed some steps ago."""
    return totp.code_at(key, int(time.time()) // totp.SECONDS + steps)


def wrong(key: str) -> str:
    """Six digits that are none of those near now."""
    near = {shown(key, steps=steps) for steps in range(-3, 4)}
    return next(code for code in map("{:06d}".format, range(10)) if code not in near)


def key_on(page) -> str:
    """As the app reads it from what the page offers."""
    address = re.search(r'href="(otpauth://[^"]+)"', page.text)[1]
    return parse_qs(urlsplit(html.unescape(address)).query)["secret"][0]


def with_password(user: User, client: Client | None = None, **data) -> Client:
    """Somebody who has shown the password alone."""
    client = client or Client()
    answer = client.post("/login", {"login": user.email, "password": PASSWORD, **data})
    assert answer.status_code == 302
    return client


def staff_with_device() -> tuple[User, TotpDevice]:
    user = factories.make_staff()
    return user, factories.make_device(user)


def come_in(user: User, device: TotpDevice) -> Client:
    """Past both steps; the code of now is used up by it."""
    client = with_password(user)
    assert client.post(STEP, {"code": shown(device.key)}).status_code == 302
    return client


def set_up(user: User) -> tuple[Client, str, list[str]]:
    """The first login: who has come in, the key in the app, and the recovery codes."""
    client = with_password(user)
    key = key_on(client.get(SET_UP))
    page = client.post(SET_UP, {"code": shown(key)})
    return client, key, codes_on(page)


def codes_on(page) -> list[str]:
    return re.findall(r"<li[^>]*>(\d{4} \d{4} \d{4} \d{4})</li>", page.text)


def is_inside(client: Client) -> bool:
    """Whether both doors are open: ours and Django's."""
    ours, djangos = client.get("/admin-panel/").status_code, client.get("/admin/").status_code
    assert ours == djangos
    return ours == 200
