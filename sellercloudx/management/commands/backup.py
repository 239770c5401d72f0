from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from sellercloudx.backups.archive import BadBackup
from sellercloudx.backups.services import make_backup


class Command(BaseCommand):
    help = "Keeps the whole database, stored files with it, in one file, while everything runs on."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="a new file, such as backup.tar")

    def handle(self, *, file, **options):
        try:
            manifest = make_backup(file=file)
        except BadBackup as error:
            raise CommandError(str(error)) from error
        for table, found in manifest.tables.items():
            self.stdout.write(f"{table:<36}{found.rows:>10}  {found.sha256[:16]}")
        self.stdout.write(f"{file}: {file.stat().st_size} bytes, {manifest.engine}")
        self.stdout.write(
            f"Not in it: {manifest.not_in_it}. Keep FIELD_KEYS (and SESSION_SECRET, where there "
            "are no FIELD_KEYS) elsewhere: without them marketplace keys stay unreadable."
        )
