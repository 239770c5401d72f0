"""One migration at a time, however many deploys are on their way."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

# Any number of our own; PostgreSQL keeps these locks apart by database.
KEY = 0x5E11E7
PAUSE = 0.5


@contextmanager
def held(database: BaseDatabaseWrapper, *, on_wait: Callable[[], None]) -> Iterator[None]:
    """Wait for whoever migrates now.

    The lock ends with its connection, so a killed deploy leaves none behind. SQLite has none: its
    file belongs to one container.
    """
    if database.vendor != "postgresql":
        yield
        return
    with closing(_own(database)) as connection, connection.cursor() as cursor:
        is_told = False
        while not _is_ours(cursor):
            if not is_told:
                on_wait()
                is_told = True
            time.sleep(PAUSE)
        yield


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
