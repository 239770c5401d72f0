"""Codes of an authenticator app (RFC 6238): a secret, what it shows now, how a phone gets it."""

import re
import secrets
import time
import unicodedata
from base64 import b32decode, b32encode
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import quote, urlencode

from django.utils.crypto import constant_time_compare
from django_otp.oath import hotp

ISSUER = "SellerCloudX"
SECONDS, DIGITS = 30, 6
# How many steps the clock of a phone may be off, either way.
DRIFT = 1
_SECRET_BYTES = 20


def new_key() -> str:
    """160 random bits in base32, which has no sign that another could be taken for."""
    return b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def step_of(key: str, code: str) -> int | None:
    """The step in which the app shows this code, of those near now; None when it is in none."""
    now = int(time.time()) // SECONDS
    found = [
        step
        for step in range(now - DRIFT, now + DRIFT + 1)
        if constant_time_compare(code_at(key, step), code)
    ]
    return found[-1] if found else None


def code_at(key: str, step: int) -> str:
    return f"{hotp(b32decode(key), step, DIGITS):0{DIGITS}d}"


def digits_in(text: str) -> str:
    """What was meant: apps and people put spaces and hyphens between the digits."""
    return re.sub(r"[\s\u2010-\u2015-]", "", unicodedata.normalize("NFKC", text))


def grouped(text: str) -> str:
    """By four, for the eye."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(key: str, *, login: str) -> str:
    """What an authenticator app reads from the picture."""
    about = {"secret": key, "issuer": ISSUER, "digits": DIGITS, "period": SECONDS}
    return f"otpauth://totp/{ISSUER}:{quote(login)}?{urlencode(about)}"


def picture(text: str) -> tuple[int, str]:
    """A QR code: its side in modules with the white around it, and the path of an SVG."""
    # With it comes Pillow, for the one page that draws this.
    from qrcode.main import QRCode

    code = QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    return len(rows), "".join(part for y, row in enumerate(rows) for part in _dark_runs(row, y))


def _dark_runs(row: list[bool], y: int) -> Iterator[str]:
    at = 0
    for is_dark, modules in groupby(row):
        length = len(list(modules))
        if is_dark:
            yield f"M{at} {y}h{length}v1h-{length}z"
        at += length
