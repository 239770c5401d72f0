from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections

from partners.services import admins
from sellercloudx.demo import closing
from sellercloudx.lib import migration_lock


class Command(migrate.Command):
    """Django's own, one at a time: of two deploys the second waits and finds it done.

    It also makes the first admin, where ADMIN_EMAIL names one, and lets nobody of the demo into
    production; not with --tables-only, for a database whose rows come from elsewhere.
    """

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--tables-only", action="store_true", help="Make no admin and close no demo account."
        )

    def handle(self, *args, **options):
        database = connections[options["database"]]
        with migration_lock.held(database, on_wait=self.say_that_it_waits):
            super().handle(*args, **options)
            if is_whole(options):
                self.close_demo()
                self.make_first_admin()

    def say_that_it_waits(self):
        self.stdout.write("Another deploy is migrating this database; waiting for it.")
        self.stdout.flush()

    def close_demo(self):
        if settings.IS_PRODUCTION and (said := str(closing.close_demo())):
            self.stdout.write(said)

    def make_first_admin(self):
        if not settings.ADMIN_EMAIL:
            return
        if not settings.ADMIN_PASSWORD:
            self.stdout.write(
                "ADMIN_EMAIL has no ADMIN_PASSWORD beside it, so no admin was made. "
                "Set it, or run: python manage.py create_admin EMAIL"
            )
            return
        try:
            admin = admins.make_first_admin(
                email=settings.ADMIN_EMAIL, password=settings.ADMIN_PASSWORD
            )
        except ValidationError as error:
            why = " ".join(error.messages)
            raise CommandError(f"ADMIN_EMAIL or ADMIN_PASSWORD will not do: {why}") from error
        if admin:
            self.stdout.write(
                f"{admin.user.email} is the first admin ({admin.came}). "
                "Sign in, then remove ADMIN_PASSWORD from the variables."
            )


def is_whole(options) -> bool:
    """Whether every table is there afterwards: not one app's, not a plan, not another database."""
    is_partial = options["app_label"] or options["plan"] or options["check_unapplied"]
    is_partial = is_partial or options["tables_only"]
    return options["database"] == DEFAULT_DB_ALIAS and not is_partial
