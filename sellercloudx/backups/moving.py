"""From the laptop's SQLite file to PostgreSQL, in portions, so that a broken off move goes on."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from graphlib import TopologicalSorter
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor

from sellercloudx.backups import beside, postgres
from sellercloudx.backups.fingerprints import Fingerprint, differences, fingerprint
from sellercloudx.demo import closing

# There from the first table to the last proof: a second start knows that the rows are its own. It
# holds a row until the target has its tables and nothing in them.
MARK = "unfinished_move"
ROWS, ROWS_WITH_FILES = 500, 10

Say = Callable[[str], Any]
Model = type[models.Model]


class CannotMove(Exception):
    """The text says why and what to do."""


def move(*, path: Path, batch: int, keep_demo: bool, say: Say) -> dict[str, Fingerprint]:
    """Copy every row and prove each table the same; then shut the demo. Raises CannotMove."""
    if connection.vendor != "postgresql":
        raise CannotMove("DATABASE_URL must lead to the PostgreSQL that everything moves to.")
    if not path.is_file():
        raise CannotMove(f"There is no file {path}.")
    with beside.sqlite_beside(path):
        _must_be_migrated(beside.ALIAS, "Run `python manage.py migrate` on the SQLite file first.")
        _open_the_target(say)
        for model in in_order():
            _copy(model, batch, say)
        return _finish(keep_demo, say)


def in_order() -> list[Model]:
    """Each model after those that its rows point at."""
    everything = apps.get_models(include_auto_created=True)
    ours = [model for model in everything if model._meta.managed and not model._meta.proxy]
    needs = {model: {field.related_model for field in _links(model)} - {model} for model in ours}
    return list(TopologicalSorter(needs).static_order())


def _links(model: Model) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.remote_field]


def is_migrated(alias: str) -> bool:
    executor = MigrationExecutor(connections[alias])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _must_be_migrated(alias: str, otherwise: str) -> None:
    if not is_migrated(alias):
        raise CannotMove(f"Its tables are not those of this version. {otherwise}")


def _open_the_target(say: Say) -> None:
    if MARK not in connection.introspection.table_names():
        _begin()
    else:
        say("Going on with the move that was broken off.")
    if _is_to_be_emptied():
        call_command("migrate", tables_only=True, interactive=False, verbosity=0)
        _empty()
    _must_be_migrated(DEFAULT_DB_ALIAS, "Finish the move with the version that began it.")


def _begin() -> None:
    if postgres.has_people():
        raise CannotMove("The PostgreSQL database holds people already; an empty one is needed.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {MARK} (began timestamptz DEFAULT now())")
        cursor.execute(f"INSERT INTO {MARK} DEFAULT VALUES")


def _is_to_be_emptied() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {MARK}")  # noqa: S608
        return cursor.fetchone() is not None


@transaction.atomic
def _empty() -> None:
    """What the migrations put in by themselves comes with the file, under its own numbers."""
    with connection.cursor() as cursor:
        for model in reversed(in_order()):
            cursor.execute(f"DELETE FROM {_quoted(model._meta.db_table)}")  # noqa: S608
        cursor.execute(f"DELETE FROM {MARK}")  # noqa: S608


def _copy(model: Model, batch: int, say: Say) -> None:
    fields = model._meta.concrete_fields
    insert = _insert_statement(model)
    has_files = any(isinstance(field, models.BinaryField) for field in fields)
    size = min(batch, ROWS_WITH_FILES) if has_files else batch
    count = 0
    left = _rows_left(model, size)
    while rows := list(islice(left, size)):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(insert, [_for_postgres(fields, row) for row in rows])
        except (DatabaseError, ValueError) as error:
            raise CannotMove(
                f"{model._meta.db_table}, ids {rows[0][0]} to {rows[-1][0]}: {error}"
            ) from error
        count += len(rows)
    say(f"{model._meta.db_table}: {count} rows copied")


def _rows_left(model: Model, size: int) -> Iterator[tuple[Any, ...]]:
    """In the order of their numbers: what is beyond the last one there is not there yet."""
    rows = model._base_manager.using(beside.ALIAS).order_by("pk")
    last = model._base_manager.aggregate(last=models.Max("pk"))["last"]
    # Texts are ordered differently by the two; those few are tried again from the first.
    if isinstance(last, int):
        rows = rows.filter(pk__gt=last)
    names = [field.attname for field in model._meta.concrete_fields]
    return rows.values_list(*names).iterator(chunk_size=size)


def _insert_statement(model: Model) -> str:
    columns = [_quoted(field.column or "") for field in model._meta.concrete_fields]
    places = ", ".join(["%s"] * len(columns))
    table = _quoted(model._meta.db_table)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608


def _for_postgres(fields: Any, row: tuple[Any, ...]) -> list[Any]:
    pairs = zip(fields, row, strict=True)
    return [field.get_db_prep_save(value, connection) for field, value in pairs]


def _finish(keep_demo: bool, say: Say) -> dict[str, Fingerprint]:
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), in_order()):
            cursor.execute(sql)
    expected, found = _fingerprints(beside.ALIAS), _fingerprints(DEFAULT_DB_ALIAS)
    if wrong := differences(expected, found):
        raise CannotMove(
            "Not everything arrived (is the file still in use?):\n  " + "\n  ".join(wrong)
        )
    # At once: what was closed is no more as it is in the file.
    with transaction.atomic(), connection.cursor() as cursor:
        if not keep_demo and (closed := str(closing.close_demo())):
            say(closed)
        cursor.execute(f"DROP TABLE {MARK}")
    return found


def _fingerprints(alias: str) -> dict[str, Fingerprint]:
    return {model._meta.db_table: fingerprint(_as_bytes(model, alias)) for model in in_order()}


def _as_bytes(model: Model, alias: str) -> Iterator[bytes]:
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.using(alias).order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=ROWS_WITH_FILES):
        yield repr([_plain(value) for value in row]).encode()


def _plain(value: Any) -> Any:
    """The same for the same value, whichever database it was read from."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, memoryview | bytes):
        return bytes(value)
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, dict | list):
        return json.dumps(json.loads(json.dumps(value), parse_float=_number), sort_keys=True)
    return value


def _number(text: str) -> int | float:
    """PostgreSQL keeps 1e5 as 100000."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
