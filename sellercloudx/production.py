"""What keeps production from starting. Asked by settings.py, before there are settings.

Each refusal is an ImproperlyConfigured: what is wrong, and what to do.
"""

import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 32
RAILWAY_REGIONS = {"us-": "US", "europe-west4": "NL", "asia-southeast1": "SG"}
HOW_TO_MAKE_ONE = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'


def refuse_weak_secret(secret: str) -> None:
    """Whoever guesses it signs sessions of anybody."""
    if not secret:
        raise ImproperlyConfigured(
            "SESSION_SECRET is not set. Put a long random value into the service's variables; "
            f"this makes one: {HOW_TO_MAKE_ONE}"
        )
    if len(secret) < SHORTEST_SECRET:
        raise ImproperlyConfigured(
            f"SESSION_SECRET is shorter than {SHORTEST_SECRET} characters and can be guessed. "
            "Where sellers use it already without FIELD_KEYS, read Keys in docs/operations.md "
            f"first. This makes a new one: {HOW_TO_MAKE_ONE}"
        )


def refuse_debug(is_on: bool) -> None:
    """Its pages show settings, code and what people typed to whoever meets an error."""
    if is_on:
        raise ImproperlyConfigured(
            "DEBUG is on, and its error pages show a stranger what we keep. Remove DEBUG from the "
            "variables of production."
        )


def refuse_passing_file(file: Path, *, is_chosen: bool, is_on_railway: bool, volume: str) -> None:
    """A shop in a file that the next deploy takes along.

    Railway keeps what lies in its volume alone; elsewhere it is enough that somebody chose a place.
    """
    if is_on_railway and not (volume and file.is_relative_to(volume)):
        raise ImproperlyConfigured(
            "DATABASE_URL is not set, and what a container keeps in a file is lost at the next "
            "deploy. Add PostgreSQL to the project and set DATABASE_URL=${{Postgres.DATABASE_URL}}."
        )
    if not is_on_railway and not is_chosen:
        raise ImproperlyConfigured(
            "DATABASE_URL is not set. Set it to the address of PostgreSQL; or, where one machine "
            "keeps its disk over deploys, set SQLITE_PATH to the file that the data shall lie in."
        )


def storage_country(written: str, *, region: str, otherwise: str) -> str:
    """What the variable tells, else that of Railway's region."""
    known = (country for name, country in RAILWAY_REGIONS.items() if region.startswith(name))
    country = written.strip().upper() or next(known, otherwise)
    if country and not re.fullmatch("[A-Z]{2}", country):
        raise ImproperlyConfigured(
            "STORAGE_COUNTRY is a country's two-letter code, such as UZ or NL."
        )
    return country
