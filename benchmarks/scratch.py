"""A database of its own beside that of DATABASE_URL: nothing of the user's is read or written."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


@contextmanager
def database() -> Iterator[str]:
    """Empty and migrated; its name. Removed afterwards, whatever happens."""
    theirs = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory(prefix="sellercloudx-benchmarks-") as folder:
        name = f"{theirs}_benchmarks_{os.getpid()}"
        if connection.vendor == "sqlite":
            name = str(Path(folder) / "benchmarks.db")
        connection.settings_dict["TEST"]["NAME"] = name
        try:
            connection.creation.create_test_db(verbosity=0, serialize=False)
            yield name
        finally:
            connection.creation.destroy_test_db(theirs, verbosity=0)
