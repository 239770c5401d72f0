"""Do both databases hold the same promises? Tables, columns, nullability, unique, check."""

from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from sellercloudx.backups.postgres import PASSING

# One fact of a schema, such as ("orders", "column", "total", "not null").
Fact = tuple[Any, ...]


def facts(connection: BaseDatabaseWrapper) -> set[Fact]:
    found: set[Fact] = set()
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - set(PASSING):
            found.add((table, "table"))
            found |= _columns(connection, cursor, table) | _constraints(connection, cursor, table)
    return found


def _columns(connection: BaseDatabaseWrapper, cursor: Any, table: str) -> set[Fact]:
    return {
        (table, "column", column.name, "null" if column.null_ok else "not null")
        for column in connection.introspection.get_table_description(cursor, table)
    }


def _constraints(connection: BaseDatabaseWrapper, cursor: Any, table: str) -> set[Fact]:
    named = _given_names()
    json = _json_columns(table) if connection.vendor == "sqlite" else set()
    found: set[Fact] = set()
    for name, one in connection.introspection.get_constraints(cursor, table).items():
        columns = tuple(sorted(filter(None, one["columns"] or ())))
        key = name if name in named else columns
        if one["unique"] or one["primary_key"]:
            found.add((table, "unique", key))
        # SQLite has no type for JSON; a check of its own stands for it.
        if one["check"] and not (name not in named and json.issuperset(columns)):
            found.add((table, "check", key))
    return found


def _given_names() -> set[str]:
    return {
        one.name
        for model in apps.get_models(include_auto_created=True)
        for one in model._meta.constraints
    }


def _json_columns(table: str) -> set[str]:
    return {
        field.column or ""
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if model._meta.db_table == table and field.get_internal_type() == "JSONField"
    }
