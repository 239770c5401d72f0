"""The variables of the environment, each taken as it stands or refused in one sentence."""

import sys
from ipaddress import IPv4Network
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

# Railway puts a value of another service in its place; where it still stands, nothing was found.
REFERENCE = "${{"
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class Variables(environ.Env):
    """As django-environ, whose own reading takes `$secret` for the name of another variable.

    A refusal is an ImproperlyConfigured that names the variable and never shows its value, which
    may be a secret.
    """

    def get_value(
        self, var: str, cast: Any = None, default: Any = None, parse_default: bool = False
    ) -> Any:
        value = self.ENVIRON.get(var)
        if value is None:
            return default
        if REFERENCE in value:
            raise ImproperlyConfigured(
                f"{var} is a reference that nothing has replaced ({REFERENCE}...}}}}). Let it name "
                "a service and a variable that exist, or write the value itself."
            )
        return self.parse_value(value, cast)

    def number(self, name: str, *, default: int, least: int = 1, most: int | None = None) -> int:
        """A whole number; what is left empty is left out."""
        text = self.get_value(name, default="").strip()
        if not text:
            return default
        is_number = text.isascii() and text.isdigit() and len(text) < 10
        if not is_number or int(text) < least or (most is not None and int(text) > most):
            limit = f"of {least} or more" if most is None else f"from {least} to {most}"
            raise ImproperlyConfigured(f"{name} must be a whole number {limit}.")
        return int(text)

    def networks(self, name: str) -> tuple[IPv4Network, ...]:
        """Networks of addresses, with commas between them; none where it is left empty."""
        try:
            words = self.get_value(name, default="").split(",")
            return tuple(IPv4Network(word.strip()) for word in words if word.strip())
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} must be networks like 5.45.207.0/25, with commas between them."
            ) from error

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false; what is left empty is left out."""
        text = self.get_value(name, default="").strip().lower()
        if text and text not in TRUE + FALSE:
            raise ImproperlyConfigured(f"{name} must be true or false.")
        return text in TRUE if text else default

    def choice(self, name: str, known: tuple[str, ...], *, default: str) -> str:
        """One of the known words, however it is written; what is left empty is left out."""
        text = self.get_value(name, default="").strip() or default
        word = next((one for one in known if one.lower() == text.lower()), None)
        if word is None:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(known)}.")
        return word


def settings_or_end() -> Any:
    """Django's settings, or the end of this program with the sentence of what is wrong in them."""
    from django.conf import settings

    try:
        settings.INSTALLED_APPS  # noqa: B018  the first one asked for reads them all
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    return settings
