from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sellercloudx.backups.moving import ROWS, CannotMove, move


class Command(BaseCommand):
    help = "Moves everything from an SQLite file to the PostgreSQL of DATABASE_URL, and proves it."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="path", type=Path, required=True, help="the SQLite file")
        parser.add_argument("--batch", type=int, default=ROWS, help=f"rows at once ({ROWS})")
        parser.add_argument(
            "--keep-demo", action="store_true", help="leave the demo's logins open (on a laptop)"
        )

    def handle(self, *, path, batch, keep_demo, **options):
        if keep_demo and settings.IS_PRODUCTION:
            raise CommandError("The demo's passwords are public; --keep-demo is refused here.")
        self.stdout.write("Nothing may write to either database until this is done.")
        try:
            found = move(path=path, batch=batch, keep_demo=keep_demo, say=self.stdout.write)
        except CannotMove as error:
            raise CommandError(f"{error}\nStarted again, the move goes on where it was.") from error
        for table, one in found.items():
            self.stdout.write(f"{table:<36}{one.rows:>10}  {one.sha256[:16]}  equal")
        self.stdout.write(f"{sum(one.rows for one in found.values())} rows moved.")
