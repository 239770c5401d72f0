"""Many new rows in few statements: COPY on PostgreSQL, long inserts on SQLite.

Rows know their numbers before they are stored, so that others can point at them.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.utils import timezone

Row = TypeVar("Row", bound=models.Model)
# To PostgreSQL a few go faster by themselves.
FEW = 20
# Their values go to the database as they are.
_PLAIN: set[type[models.Field]] = {
    *(models.BigAutoField, models.BigIntegerField, models.IntegerField),
    *(models.PositiveIntegerField, models.BooleanField, models.ForeignKey),
}
_TEXT: set[type[models.Field]] = {models.CharField, models.TextField}


def number(rows: Sequence[models.Model]) -> None:
    """Give each its number, in their order. In a transaction: SQLite has no sequences."""
    if rows:
        for row, pk in zip(rows, _numbers(type(rows[0]), len(rows)), strict=True):
            row.pk = pk


def _numbers(model: type[models.Model], count: int) -> Sequence[int]:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [pk for (pk,) in cursor.fetchall()]
        # Nobody else writes until the end of our transaction.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
    return range(last + 1, last + 1 + count)


@transaction.atomic(savepoint=False)
def insert(rows: Sequence[models.Model]) -> None:
    """Store rows of one model; those without numbers get them."""
    if not rows:
        return
    if rows[0].pk is None:
        number(rows)
    if _is_copied(rows):
        _copy(rows, type(rows[0])._meta.db_table)
    else:
        type(rows[0])._default_manager.bulk_create(rows)


@transaction.atomic(savepoint=False)
def insert_values(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """The same of rows nobody looks at again, by the names of their columns: an object for each
    would cost as much as the rest. What is left out has its default, one moment for all.
    """
    if not _is_copied(rows):
        insert([model(**row) for row in rows])
        return
    columns = model._meta.concrete_fields
    base = {column.attname: _default(column) for column in columns}
    numbered = zip(_numbers(model, len(rows)), rows, strict=True)
    keys = [(column.attname, _prepared(column)) for column in columns]
    _write(
        model._meta.db_table,
        model,
        (
            [value(whole[name]) if value else whole[name] for name, value in keys]
            for whole in ({**base, **row, "id": pk} for pk, row in numbered)
        ),
    )


@transaction.atomic(savepoint=False)
def insert_new(rows: Sequence[Row]) -> list[Row]:
    """Those that nobody has stored before, by the constraints of the table; now they are.

    Of two who store the same at once the second waits for the first, and finds it known.
    """
    if not rows:
        return []
    if rows[0].pk is None:
        number(rows)
    if _is_copied(rows):
        stored = _copy_new(rows)
    else:
        objects = type(rows[0])._default_manager
        objects.bulk_create(rows, ignore_conflicts=True)
        stored = set(objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [row for row in rows if row.pk in stored]


def _is_copied(rows: Sequence[Any]) -> bool:
    return connection.vendor == "postgresql" and len(rows) > FEW


def _copy_new(rows: Sequence[models.Model]) -> set[int]:
    """COPY knows no conflicts, so it goes by way of a table of this transaction."""
    table = type(rows[0])._meta.db_table
    columns, passage = names(type(rows[0])), f"new_{table}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {passage} (LIKE {table}) ON COMMIT DROP"
        )
        cursor.execute(f"TRUNCATE {passage}")
        _copy(rows, passage)
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {passage} ORDER BY ctid "  # noqa: S608
            "ON CONFLICT DO NOTHING RETURNING id"
        )
        return {pk for (pk,) in cursor.fetchall()}


def _copy(rows: Sequence[models.Model], table: str) -> None:
    values = _values(type(rows[0]))
    _write(table, type(rows[0]), ([value(row) for value in values] for row in rows))


def _write(table: str, model: type[models.Model], rows: Iterable[list[Any]]) -> None:
    into = f"COPY {table} ({names(model)}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)


@cache
def names(model: type[models.Model]) -> str:
    """Of its columns, in the order of its fields."""
    quote = connection.ops.quote_name
    return ", ".join(quote(str(one.column)) for one in model._meta.concrete_fields)


@cache
def _values(model: type[models.Model]) -> list[Callable[[models.Model], Any]]:
    return [_value(column) for column in model._meta.concrete_fields]


def _value(column: models.Field) -> Callable[[models.Model], Any]:
    """What is stored of a row in a column."""
    if getattr(column, "auto_now_add", False) or getattr(column, "auto_now", False):
        return partial(_moment, column)
    read, prepare = attrgetter(column.attname), _prepared(column)
    return read if prepare is None else lambda row: prepare(read(row))


def _moment(column: models.Field, row: models.Model) -> Any:
    return column.pre_save(row, True)


def _prepared(column: models.Field) -> Callable[[Any], Any] | None:
    """How a value becomes what is stored; None where it is the same."""
    # A moment has its zone, as everywhere here.
    if type(column) in _PLAIN or type(column) is models.DateTimeField:
        return None
    if type(column) in _TEXT:
        return _text
    return lambda value: column.get_db_prep_save(value, connection)


def _text(value: Any) -> str | None:
    """An enumeration's member is no text to the driver."""
    return value if type(value) is str or value is None else str(value)


def _default(column: models.Field) -> Any:
    is_now = getattr(column, "auto_now_add", False) or getattr(column, "auto_now", False)
    return timezone.now() if is_now else column.get_default()
