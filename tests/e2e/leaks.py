"""Where a secret has got to: every row of the database, every file of the processes."""

import base64
import html
import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from django.db import connection


def forms_of(secret: str) -> list[bytes]:
    """As it is, as JSON, HTML and addresses write it, in hex, and in base64 wherever it begins."""
    raw = secret.encode()
    found = {raw, quote(secret, safe="").encode(), raw.hex().encode(), raw.hex().upper().encode()}
    found |= {html.escape(secret).encode(), json.dumps(secret)[1:-1].encode()}
    found.add(json.dumps(secret, ensure_ascii=False)[1:-1].encode())
    for offset in range(3):
        # The ends of what is encoded depend on its neighbours: they are left out.
        text = base64.b64encode(b"\0" * offset + raw)[4 if offset else 0 : -4]
        found |= {text, text.replace(b"+", b"-").replace(b"/", b"_")}
    return sorted(found)


def places_of(secret: str, folder: Path) -> list[str]:
    return found_in(secret, everywhere(folder))


def found_in(secret: str, places: Iterable[tuple[str, bytes]]) -> list[str]:
    forms = forms_of(secret)
    return [place for place, content in places if any(form in content for form in forms)]


def everywhere(folder: Path) -> list[tuple[str, bytes]]:
    """Every value of the database, and every file there is; each with its name."""
    return [*_rows(), *_files(folder)]


def _rows() -> Iterator[tuple[str, bytes]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  a name the database gave us
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    yield f"{table}.{name}", _as_bytes(value)


def _as_bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Logs, cache and queue; on SQLite the database itself with what is not written back yet."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        files += database.parent.glob(f"{database.name}*")
    for path in files:
        # By another process: to close a file is to drop every lock this one holds on it, also
        # those of our open connection, and the next to leave would take the log from under it.
        read = subprocess.run(["cat", path], capture_output=True, check=True)
        yield path.name, read.stdout
