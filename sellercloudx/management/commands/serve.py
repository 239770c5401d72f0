import os
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from sellercloudx.lib import serving

BOTH = [sys.executable, "-m", "sellercloudx.lib.serving"]


class Command(BaseCommand):
    help = (
        "Runs the pages and the worker in one container; when one of them ends, both do. "
        "SERVE_WORKER=false: the pages alone. A database in a file is migrated first."
    )
    requires_system_checks = ()

    def handle(self, **options):
        if not settings.DATABASE_URL:
            # A volume is there only now: the step before a deploy does not see it.
            call_command("migrate", interactive=False, verbosity=0)
        # Gives its place away: signals, exit code and memory are those of what comes next.
        command = BOTH if settings.SERVE_WORKER else serving.WEB
        os.chdir(settings.BASE_DIR)
        # gunicorn looks at it before our gunicorn.conf.py, and breaks off at an empty one.
        os.environ["WEB_CONCURRENCY"] = str(settings.WEB_CONCURRENCY)
        os.execv(command[0], command)  # noqa: S606  our own command
