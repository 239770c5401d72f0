"""When the database goes away: reads are asked once more, the rest is told from our faults."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import environ
from django.db import Error, InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

# SQLite says "no such table" with the same class as "the disk is full".
_AWAY_ON_SQLITE = ("SQLITE_BUSY", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_FULL")

Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


def is_away(error: BaseException | None) -> bool:
    """Whether the database could not be asked, now or in time; whoever asks later may succeed."""
    cause = error.__cause__ if isinstance(error, Error) else error
    if name := getattr(cause, "sqlite_errorname", None):
        return name.startswith(_AWAY_ON_SQLITE)
    return isinstance(error, OperationalError | InterfaceError) or _is_of_psycopg(cause)


def _is_of_psycopg(error: BaseException | None) -> bool:
    """Cache and queue speak to PostgreSQL without Django between."""
    kinds = {(kind.__module__, kind.__name__) for kind in type(error).__mro__}
    return bool(kinds & {("psycopg", "OperationalError"), ("psycopg", "InterfaceError")})


def watch(*, connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """For Django's connection_created, which comes with every connection taken from the pool."""
    if connection.vendor != "postgresql":
        return
    if ask_again not in connection.execute_wrappers:
        # In front: Django takes away the wrappers of a moment from the end.
        connection.execute_wrappers.insert(0, ask_again)
    if connection.settings_dict["OPTIONS"].get("pool") and not is_alive(connection.connection):
        # The pool replaces what is given back dead. The next one taken comes here as well.
        connection.close()
        connection.connect()


def is_alive(connection: Any) -> bool:
    """The pool's own check would sleep a second for each connection that a restart has killed."""
    from psycopg import Error as PsycopgError
    from psycopg_pool import ConnectionPool

    try:
        ConnectionPool.check_connection(connection)
    except PsycopgError:
        return False
    return True


def ask_again(execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """A read whose connection was lost is asked once more on a new one.

    Not inside a transaction, whose beginning is lost as well, and never a write: it may have
    been carried out before the connection broke.
    """
    try:
        return execute(sql, params, many, context)
    except (OperationalError, InterfaceError):
        if not _is_lost_read(sql, context):
            raise
        connection = context["connection"]
        connection.close()
        connection.connect()
        context["cursor"].cursor = connection.create_cursor()
        return execute(sql, params, many, context)


def _is_lost_read(sql: str, context: dict[str, Any]) -> bool:
    connection = context["connection"]
    # A cursor with a name lives on the server, and went with the connection.
    is_plain = not getattr(context["cursor"].cursor, "name", None)
    is_read = sql.lstrip("( \n")[:6].upper() == "SELECT"
    is_lost = connection.connection is not None and connection.connection.closed
    return is_plain and is_read and is_lost and not connection.in_atomic_block


def statement_seconds(*, argv: Sequence[str], web: int, worker: int) -> int:
    """How long one statement may take in this process; 0 is as long as it needs."""
    if Path(argv[0]).name != "manage.py":
        return web
    # Migrations, backups and their like are watched by the person who started them.
    return {"run_huey": worker, "runserver": web}.get(" ".join(argv[1:2]), 0)


def server_options(*, given: str, statement: int, idle: int) -> str:
    """Nothing may hold locks for ever: what the server is told about each of our connections."""
    limits = {"statement_timeout": statement, "idle_in_transaction_session_timeout": idle}
    told = [f"-c {name}={seconds}s" for name, seconds in limits.items() if name not in given]
    return " ".join([*filter(None, [given]), *told])


def postgres_settings(url: str, *, statement: int, idle: int, connections: int) -> dict[str, Any]:
    """For `DATABASES`: limits in seconds, and a pool of so many connections at most.

    ValueError, without the address, for what is none of PostgreSQL.
    """
    found: dict[str, Any] = {}
    # Of another scheme it would warn, with the address.
    if url.startswith(("postgres://", "postgresql://")):
        with suppress(ValueError):
            found = environ.Env.db_url_config(url)
    if not found.get("NAME"):
        raise ValueError("it must be postgres://user:password@host:5432/name")
    given = found.get("OPTIONS", {})
    found["OPTIONS"] = {
        "connect_timeout": 5,
        **given,
        "options": server_options(given=given.get("options", ""), statement=statement, idle=idle),
        "pool": {
            "min_size": 1,
            "max_size": connections,
            "timeout": 5,
            # Its pauses between attempts double; after this the next request begins anew.
            "reconnect_timeout": 3,
        },
    }
    return found


def sqlite_settings(file: Path) -> dict[str, Any]:
    """For `DATABASES`."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            # Without IMMEDIATE a read-then-write transaction fails at once under load.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
