from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS

from sellercloudx.backups.archive import BadBackup
from sellercloudx.backups.moving import is_migrated
from sellercloudx.backups.services import restore_backup
from sellercloudx.demo import closing


class Command(BaseCommand):
    help = "Puts a backup into the database of the settings and proves every table the same."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="what `backup` wrote")
        parser.add_argument(
            "--replace", action="store_true", help="also where there are people already"
        )

    def handle(self, *, file, replace, **options):
        try:
            manifest, found = restore_backup(file=file, may_replace=replace)
        except BadBackup as error:
            raise CommandError(str(error)) from error
        for table in manifest.tables:
            self.stdout.write(
                f"{table:<36}{found[table].rows:>10}  {found[table].sha256[:16]}  equal"
            )
        self.stdout.write(
            f"{len(manifest.tables)} tables as they were at {manifest.made_at}. If this version "
            f"is newer than {manifest.version}, run: python manage.py migrate"
        )
        self.stdout.write(f"Not in it: {manifest.not_in_it}.")
        # Tables of another version are closed by the migrate that they need.
        if settings.IS_PRODUCTION and is_migrated(DEFAULT_DB_ALIAS):
            closed = closing.close_demo()
            self.stdout.write(str(closed), ending="\n" if closed.people else "")
