import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand

from sellercloudx import sample
from sellercloudx.demo import sample_shop

STARTED = "SAMPLE_SHOP_FOLDER"


class Command(BaseCommand):
    help = (
        "Makes the sample shop that partners may look round while they wait, as a file of its own. "
        "The product calls it by itself; it touches no other database."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file, **options):
        try:
            if STARTED in os.environ:
                self.make(file)
            else:
                self.begin(file)
        finally:
            sample.being_made(file).unlink(missing_ok=True)

    def begin(self, file):
        """Once more, with a folder of its own for database, cache and queue."""
        with tempfile.TemporaryDirectory(prefix="sellercloudx-sample-") as folder:
            env = sample._clean_environment() | {"DATA_DIR": folder, STARTED: folder}
            command = [sys.executable, "manage.py", "sample_shop", str(file)]
            subprocess.run(command, env=env, check=True)  # noqa: S603  our own program

    def make(self, file):
        call_command("migrate", "--noinput", verbosity=0)
        folder = Path(os.environ[STARTED])
        sample_shop.make(folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        new.unlink(missing_ok=True)
        with closing(sqlite3.connect(folder / "sellercloudx.db")) as database:
            database.execute("VACUUM INTO ?", [str(new)])
        # Else a reader would want to write files beside it.
        with closing(sqlite3.connect(new)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
        os.replace(new, file)
        for old in set(file.parent.glob("shop-*.db")) - {file}:
            old.unlink(missing_ok=True)
        self.stdout.write(f"The sample shop stands in {file}.")
