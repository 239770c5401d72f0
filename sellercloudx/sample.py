"""The sample shop that whoever waits for approval may look round: a database of its own.

A child process makes it (`manage.py sample_shop`) with the demo's services against a sandbox of its
own, in a clean environment: it knows neither our database nor our keys. Here it is opened for
reading only, and only while a page is drawn for somebody who waits. So it stands in no count, no
clock and no tenant's rows, has no login, and its shop has no key to speak with.
"""

import hashlib
import logging
import os
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.access import PARTNER_HOME, SAFE, is_ours
from partners.models import Member, Partner, StoredFile, User

logger = logging.getLogger(__name__)

ALIAS = "sample"
OURS = {"partners", "marketplaces", "products", "orders", "referrals", "ai_manager"}
# In the session of whoever has chosen to look.
LOOKING = "sample"
# Deadlines and figures by day grow old: after so many seconds another one is made.
KEPT = 12 * 3600
# A child that has not ended after so long has died.
MAKING = 300
# Its orders are read no more; there are no others, so they are as new as they can be.
READ_AGAIN = 300

_is_read: ContextVar[bool] = ContextVar("the sample is read", default=False)
_read_at: dict[Path, float] = {}


class Router:
    """Every table of ours is the sample's while a page of it is drawn."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return ALIAS if _is_read.get() and model._meta.app_label in OURS else None

    # Where it is refused: the file is opened for reading.
    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        return True if _is_read.get() else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == ALIAS else None


def show(
    request: Any, look: Callable[[], HttpResponse], to_look: Member.Role
) -> HttpResponse | None:
    """A page of the sample as its viewer sees it; None where it is not to be shown."""
    is_waiting = request.partner.state == Partner.State.PENDING
    if not (is_waiting and request.session.get(LOOKING) and is_ready()):
        return None
    if request.method not in SAFE:
        return _refuse(request)
    with reading():
        member = _viewer(request.user)
        if not member.is_at_least(to_look):
            raise PermissionDenied
        request.member, request.partner, request.is_sample = member, member.partner, True
        return look()


def _refuse(request: Any) -> HttpResponse:
    """Back to where they pressed, which says why nothing happened."""
    messages.info(request, _("This is a sample shop: its buttons work after your approval."))
    parts = urlsplit(request.headers.get("Referer", ""))
    pressed_on = parts.path + (f"?{parts.query}" if parts.query else "")
    return redirect(pressed_on if is_ours(request, pressed_on) else PARTNER_HOME)


def _viewer(user: User) -> Member:
    partner = Partner.objects.filter(state=Partner.State.APPROVED).order_by("pk")[0]
    member: Any = Member(partner=partner, role=Member.Role.VIEWER)
    member.user, member.has_sandbox = user, True
    member.unread_chat = member.unanswered = 0
    return member


def picture(sha256: str) -> StoredFile | None:
    """Its photos stand at addresses like everybody's."""
    if not is_ready():
        return None
    with reading():
        return StoredFile.objects.filter(sha256=sha256, is_public=True).first()


@contextmanager
def reading() -> Iterator[None]:
    _know_the_database()
    token = _is_read.set(True)
    try:
        yield
    finally:
        _is_read.reset(token)


def _know_the_database() -> None:
    """Named here and not in the settings: nothing else is to find it there."""
    if ALIAS in connections.databases:
        return
    known = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"file:{_file()}?mode=ro",
        "OPTIONS": {"timeout": 5},
    }
    both: Any = {"default": {}, ALIAS: known}
    connections.databases[ALIAS] = connections.configure_settings(both)[ALIAS]


def is_ready() -> bool:
    file = _file()
    if not file.exists():
        return False
    now = time.monotonic()
    if now - _read_at.get(file, -READ_AGAIN) >= READ_AGAIN:
        _read_at[file] = now
        _read_orders_again(file)
    return True


def _read_orders_again(file: Path) -> None:
    """Or its pages would warn that nobody reads them. What is told there stays as it was made."""
    made = file.stat().st_mtime
    now = f"{timezone.now():%Y-%m-%d %H:%M:%S}"
    # Where it cannot be written, or is being written by another process, it stays as it is.
    with suppress(sqlite3.Error, OSError):
        with closing(sqlite3.connect(file, timeout=1)) as database, database:
            database.execute("UPDATE streams SET succeeded_at = ?, failures = 0", [now])
        os.utime(file, (made, made))


@cache
def _file() -> Path:
    """Another one for another shape of the tables."""
    leaves = sorted(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())
    shape = hashlib.sha256(repr(leaves).encode()).hexdigest()[:12]
    return Path(settings.DATA_DIR) / "sample" / f"shop-{shape}.db"


def prepare() -> None:
    """Have it made where there is none or it has grown old; whoever looks does not wait for it."""
    file = _file()
    is_new = file.exists() and time.time() - file.stat().st_mtime < KEPT
    if is_new or not settings.SAMPLE_SHOP:
        return
    try:
        if _is_ours_to_make(file):
            _start_making(file)
    except OSError:
        logger.exception("the sample shop cannot be made in %s", file.parent)


def _start_making(file: Path) -> None:
    command = [sys.executable, "manage.py", "sample_shop", str(file)]
    with (file.parent / "making.log").open("wb") as log:
        subprocess.Popen(  # noqa: S603  our own program
            command,
            cwd=settings.BASE_DIR,
            env=_clean_environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _is_ours_to_make(file: Path) -> bool:
    """Of all processes of this machine one makes it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    mark = being_made(file)
    with suppress(FileNotFoundError):
        if time.time() - mark.stat().st_mtime < MAKING:
            return False
        mark.unlink()
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def is_on_its_way() -> bool:
    """Whether somebody is making it, and may be done soon."""
    with suppress(OSError):
        return time.time() - being_made(_file()).stat().st_mtime < MAKING
    return False


def being_made(file: Path) -> Path:
    return file.with_suffix(".making")


def _clean_environment() -> dict[str, str]:
    """No variable of ours: no database, no key, no provider, no mail."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "sellercloudx.settings",
        "ENV_FILE": os.devnull,
        "SESSION_SECRET": secrets.token_urlsafe(50),
    }
