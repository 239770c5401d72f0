"""Keeps secrets and personal data out of logs, audit and error texts."""

import logging
import re

MASK = "***"
# Each with what is in every text that it finds something in, in small letters: most texts have none
# of it, and to look for that costs a tenth of the pattern.
_PATTERNS = [
    # Keys of marketplaces and AI providers.
    (("acma:",), re.compile(r"\bACMA:[\w:.-]+")),
    (("sk-", "sk_", "r8-", "r8_"), re.compile(r"\b(?:sk|r8)[-_][\w-]{6,}")),
    # The bot's, which stands in every address that it calls.
    ((":",), re.compile(r"(?<!\d)\d{5,}:[\w-]{30,}")),
    # Our own, of the API.
    (("scx_",), re.compile(r"\bscx_[\w-]{20,}")),
    (("eyj",), re.compile(r"(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]+")),
    (
        ("bearer", "oauth", "bas"),
        re.compile(r"(?i)\b(?:bearer|oauth|basic)\s+[\w.~+/-]+=*"),
    ),
    # user:password@ in addresses.
    (("://",), re.compile(r"(?<=://)[^\s/:@]*:[^\s/@]+(?=@)")),
    # The end of a link that opens somebody's account, or lets into a team.
    (("/password-reset/",), re.compile(r"(?<=/password-reset/)[\w:.-]{20,}")),
    (("/join/",), re.compile(r"(?<=/join/)[\w-]{20,}")),
    # The address a marketplace brings its news to.
    (("/marketplace-news/",), re.compile(r"(?<=/marketplace-news/)[\w-]{20,}")),
    # E-mail addresses and Uzbek phone numbers. Looked for where a word begins: from each of its
    # letters anew, a long word without @ would take the square of its length.
    (("@",), re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+")),
    (("+998",), re.compile(r"\+998\d{9}\b")),
]
_NAMED = re.compile(
    r"(?i)(api[-_]?key|password|secret(?:[-_](?:access[-_])?key)?|token|authorization|sessionid)([\"']?\s*[:=]\s*[\"']?)([^\s\"',;}&]+)"
)
# Without any of them there is nothing to find.
_SIGNS = sorted({":", "=", *(sign for signs, _ in _PATTERNS for sign in signs)})


def scrub(text: str, *secrets: str) -> str:
    """The text with known secrets, key-like words, mail addresses and phones masked."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK)
    # First: of “Authorization: Bearer x” the names alone would take the word Bearer.
    small = text.casefold()
    for sign in _SIGNS:
        if sign in small:
            return _scrubbed(text, small)
    return text


def _scrubbed(text: str, small: str) -> str:
    for signs, pattern in _PATTERNS:
        if any(sign in small for sign in signs):
            text = pattern.sub(MASK, text)
    return _NAMED.sub(rf"\1\2{MASK}", text)


class ScrubFilter(logging.Filter):
    """Formats each record once and scrubs the result."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub(record.getMessage()), ()
        return True


class ScrubFormatter(logging.Formatter):
    """Scrubs tracebacks too: an exception may quote what it choked on."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))
