import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from sellercloudx.backups.beside import sqlite_beside
from sellercloudx.backups.parity import facts


class Command(BaseCommand):
    help = "Compares the tables of the PostgreSQL of DATABASE_URL with those of a new SQLite file."
    requires_system_checks = ()

    def handle(self, **options):
        if connection.vendor != "postgresql":
            raise CommandError("DATABASE_URL must lead to a migrated PostgreSQL database.")
        with tempfile.TemporaryDirectory(prefix="parity-") as folder:
            path = Path(folder, "new.db")
            _migrate(path)
            with sqlite_beside(path) as sqlite:
                ours, theirs = facts(sqlite), facts(connection)
        for fact in sorted(ours - theirs, key=str):
            self.stdout.write(f"only in SQLite: {fact}")
        for fact in sorted(theirs - ours, key=str):
            self.stdout.write(f"only in PostgreSQL: {fact}")
        if ours != theirs:
            raise CommandError("The two schemas differ.")
        self.stdout.write(f"The two schemas are the same: {len(ours)} facts compared.")


def _migrate(path: Path) -> None:
    """By a process of its own, which knows no other database."""
    folder = str(path.parent)
    env = os.environ | {"DATABASE_URL": "", "SQLITE_PATH": str(path), "DATA_DIR": folder}
    # On Railway a file is refused that no volume keeps; this one need not last.
    env |= {"RAILWAY_VOLUME_MOUNT_PATH": folder}
    migrate = [str(settings.BASE_DIR / "manage.py"), "migrate", "--tables-only", "--verbosity=0"]
    subprocess.run(  # noqa: S603
        [sys.executable, *migrate],
        env=env | {"DJANGO_SETTINGS_MODULE": "sellercloudx.settings"},
        check=True,
    )
