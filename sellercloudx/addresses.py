"""Under which names we are asked, as the variables tell them. Asked by settings.py.

What cannot be one is refused: Django would take it, and then know no host or trust no form.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_HOST = re.compile(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]", re.IGNORECASE)


def hosts(written: Iterable[str], *, is_production: bool) -> list[str]:
    """Of ALLOWED_HOSTS. `*` is for a laptop: elsewhere whoever asks would say who we are."""
    found = [host.strip() for host in written if host.strip()]
    for host in found:
        if not _HOST.fullmatch(host) and (is_production or host != "*"):
            raise ImproperlyConfigured(
                "ALLOWED_HOSTS takes names alone, with commas between them: shop.uz, or .shop.uz "
                "with all below it; no https://, no port, no path"
                + (", and in production no *." if is_production else ".")
            )
    return found


def public_url(written: str) -> str:
    """Of PUBLIC_URL: every link in a mail begins with it."""
    url = written.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.scheme in ("http", "https") and parts.hostname)
        is_more = parts.path or parts.query or parts.fragment or "@" in parts.netloc
        is_whole = is_whole and not is_more and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ImproperlyConfigured(
            "PUBLIC_URL must be https:// and a name, such as https://shop.uz, without a path."
        )
    return url


def origins(allowed: Iterable[str]) -> list[str]:
    """Whose forms are ours, of these hosts: over https alone."""
    return [
        f"https://{'*' if host.startswith('.') else ''}{host}" for host in allowed if host != "*"
    ]
