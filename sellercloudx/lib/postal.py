"""How mail leaves: one address, `EMAIL_URL`, for SMTP and for providers that take it over https."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import environ

# scheme -> the name of its settings; small plans block SMTP, these go over https
PROVIDERS = {
    "brevo": "BREVO_API_KEY",
    "mailgun": "MAILGUN_API_KEY",
    "postmark": "POSTMARK_SERVER_TOKEN",
    "resend": "RESEND_API_KEY",
}
SMTP = ("smtp", "smtps", "smtp+tls", "smtp+ssl")
OF_A_LAPTOP = ("consolemail", "filemail", "memorymail", "dummymail")
OFF = "django.core.mail.backends.dummy.EmailBackend"


def settings_from(url: str, *, sends: bool, timeout: int) -> dict[str, Any]:
    """Django's mail settings. ValueError with a remedy, and without the key, when there are none.

    `sends`: only an address that really sends will do.
    """
    if not url:
        return {"EMAIL_BACKEND": OFF}
    scheme = url.partition(":")[0].lower()
    if scheme in PROVIDERS:
        return _over_https(scheme, url, timeout)
    if scheme in OF_A_LAPTOP and sends:
        raise ValueError(
            f"{scheme}:// reaches nobody. Name a provider, such as brevo://KEY@, "
            "or remove the variable to run without mail."
        )
    if scheme not in (*SMTP, *OF_A_LAPTOP):
        known = ", ".join(f"{name}://" for name in (*PROVIDERS, *SMTP))
        raise ValueError(f"it must begin with one of {known}.")
    return dict(environ.Env.email_url_config(url))


def _over_https(scheme: str, url: str, timeout: int) -> dict[str, Any]:
    parts = urlsplit(url)
    if not parts.username:
        raise ValueError(f"there is no key in it. Write {scheme}://KEY@.")
    anymail = {PROVIDERS[scheme]: unquote(parts.username), "REQUESTS_TIMEOUT": timeout}
    if scheme == "mailgun":
        if not parts.hostname:
            raise ValueError("Mailgun needs your domain. Write mailgun://KEY@mg.example.uz.")
        anymail["MAILGUN_SENDER_DOMAIN"] = parts.hostname
    for address in parse_qs(parts.query).get("api_url", []):
        anymail[f"{scheme.upper()}_API_URL"] = address
    return {"EMAIL_BACKEND": f"anymail.backends.{scheme}.EmailBackend", "ANYMAIL": anymail}
