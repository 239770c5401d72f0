"""One migration at a time, however many deploys are on their way."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

# Any number of our own; PostgreSQL keeps these locks apart by database.
KEY = 0x5E11E7
PAUSE = 0.5


@contextmanager
def held(database: BaseDatabaseWrapper, *, on_wait: Callable[[], None]) -> Iterator[None]:
    """Wait for whoever migrates now.

    The lock ends with its connection, or on SQLite with its process, so a killed deploy leaves
    none behind.
    """
    with _lock(database) as is_ours:
        is_told = False
        while not is_ours():
            if not is_told:
                on_wait()
                is_told = True
            time.sleep(PAUSE)
        yield


@contextmanager
def _lock(database: BaseDatabaseWrapper) -> Iterator[Callable[[], bool]]:
    """What takes it, if nobody else has it."""
    if database.vendor == "postgresql":
        with closing(_own(database)) as connection, connection.cursor() as cursor:
            yield partial(_is_ours, cursor)
    else:
        file = Path(f"{database.settings_dict['NAME']}.migrating")
        # A volume is empty at first.
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w") as opened:
            yield partial(_is_file_ours, opened)


def _own(database: BaseDatabaseWrapper) -> BaseDatabaseWrapper:
    """Beside the one that migrates: its transactions come and go, the lock stays."""
    connection = database.copy()
    options = connection.settings_dict["OPTIONS"]
    # A long migration must not lose the lock to a limit meant for pages.
    for name in ("pool", "options"):
        options.pop(name, None)
    return connection


def _is_ours(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [KEY])
    return bool(cursor.fetchone()[0])


def _is_file_ours(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
