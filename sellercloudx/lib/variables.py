"""The variables of the environment, each taken as it stands or refused in one sentence."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

# Railway puts a value of another service in its place; where it still stands, nothing was found.
REFERENCE = "${{"


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
