"""The barest way a database can do something: what ours is held against.

COPY on PostgreSQL, executemany on SQLite; rows are made before the clock runs.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models, transaction

from sellercloudx.lib import bulk


def insert(rows: Sequence[models.Model]) -> Callable[[], int]:
    """Into the table of the rows, with its indexes and constraints."""
    model = type(rows[0])
    values = _stored(rows)

    @transaction.atomic
    def write() -> int:
        _write(model._meta.db_table, model, values)
        return len(rows)

    return write


def upsert(rows: Sequence[models.Model], unique: Sequence[str], changed: str) -> Callable[[], int]:
    """By way of a passing table, as a load of changes is written."""
    model = type(rows[0])
    table, values = model._meta.db_table, _stored(rows)
    then = f"ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {changed} = excluded.{changed}"

    @transaction.atomic
    def write() -> int:
        if connection.vendor == "postgresql":
            names = bulk.names(model)
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE TEMPORARY TABLE passing (LIKE {table}) ON COMMIT DROP")
                _write("passing", model, values)
                cursor.execute(
                    f"INSERT INTO {table} ({names}) SELECT {names} FROM passing {then}"  # noqa: S608
                )
        else:
            _write(table, model, values, then)
        return len(rows)

    return write


def _stored(rows: Sequence[models.Model]) -> list[list[Any]]:
    with transaction.atomic():
        bulk.number(rows)
    columns = type(rows[0])._meta.concrete_fields
    return [
        [column.get_db_prep_save(column.pre_save(row, True), connection) for column in columns]
        for row in rows
    ]


def _write(table: str, model: type[models.Model], values: list[list[Any]], then: str = "") -> None:
    names = bulk.names(model)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(values[0]))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks}) {then}",  # noqa: S608
                values,
            )
