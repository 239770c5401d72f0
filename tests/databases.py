"""Databases beside the one a test is using, and `manage.py` run on them as an operator would."""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from sellercloudx.demo import scale
from tests import factories, fresh_process, template_database
from tests.processes import database_env

ROOT = Path(__file__).resolve().parent.parent


def is_postgres() -> bool:
    return "postgresql" in connection.settings_dict["ENGINE"]


@contextmanager
def new_database(folder: Path, name: str = "restored", *, is_migrated: bool = False):
    """Empty, or with its tables, of the kind the suite runs on; how another process finds it."""
    if not is_postgres():
        path = folder / f"{name}.db"
        if is_migrated:
            template_database.File().copy_to(path)
        yield {"SQLITE_PATH": str(path), "DATABASE_URL": ""}
        return
    full = f"{connection.settings_dict['NAME']}_{name}"
    _maintain(f'DROP DATABASE IF EXISTS "{full}" WITH (FORCE)')
    after = template_database.Database.name if is_migrated else "template1"
    _maintain(f'CREATE DATABASE "{full}" TEMPLATE "{after}"')
    try:
        ours = database_env()["DATABASE_URL"]
        yield {"DATABASE_URL": f"{ours.rpartition('/')[0]}/{full}"}
    finally:
        _maintain(f'DROP DATABASE IF EXISTS "{full}" WITH (FORCE)')


@contextmanager
def elsewhere(folder: Path, name: str):
    """This process itself on an empty database for a while."""
    ours = connection.settings_dict["NAME"]
    with new_database(folder, name) as env:
        _lead_to(env.get("SQLITE_PATH") or env["DATABASE_URL"].rpartition("/")[2])
        try:
            yield
        finally:
            _lead_to(ours)


def _lead_to(name: str) -> None:
    connection.close()
    if is_postgres():
        connection.close_pool()
    connection.settings_dict["NAME"] = name


def _maintain(sql: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql)


def manage(*command, folder: Path, **env: str) -> subprocess.CompletedProcess:
    ours = {
        "DJANGO_SETTINGS_MODULE": "sellercloudx.settings",
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(folder),
        "REDIS_URL": "",
    }
    return fresh_process.manage(*command, env=os.environ | ours | env)


def fill(rows: int):
    """A shop with so many products and orders; its connection."""
    shop = factories.make_connection()
    scale.fill(connection=shop, owner=shop.partner.owner, rows=rows)
    return shop
