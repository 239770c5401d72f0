"""python manage.py sandbox: the simulated marketplaces and AI providers, until stopped."""

import signal
import threading
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplaces.sandbox.app import Sandbox
from marketplaces.sandbox.config import DEMO_KEY, Config


class Command(BaseCommand):
    help = "Serves simulated marketplaces and AI providers for trying out and for tests."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8765, help="0 takes a free one")
        parser.add_argument("--state", type=Path, help="default: data/sandbox.db")
        parser.add_argument("--seed", type=int, default=1, help="of the buyers' choices")
        parser.add_argument("--demo-key", default=DEMO_KEY)
        parser.add_argument("--buyers-every", type=float, default=0, metavar="SECONDS")
        parser.add_argument("--fast", action="store_true", help="moments instead of seconds")

    def handle(self, *args, **options):
        if settings.IS_PRODUCTION:
            raise CommandError("It plays marketplaces that sell nothing; refused in production.")
        if not options["demo_key"].startswith("ACMA:"):
            raise CommandError("--demo-key begins with ACMA: as the marketplace's keys do.")
        config = Config(
            host=options["host"],
            port=options["port"],
            state=options["state"] or Path(settings.BASE_DIR) / "data" / "sandbox.db",
            seed=options["seed"],
            is_fast=options["fast"],
            demo_key=options["demo_key"],
            buyers_every=options["buyers_every"],
        )
        try:
            sandbox = Sandbox(config)
        except OSError as error:
            raise CommandError(f"Cannot listen on {config.host}:{config.port}: {error}") from error
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        sandbox.start()
        self.stdout.write(f"Sandbox listens on {sandbox.url}")
        self.stdout.flush()
        stopped.wait()
        sandbox.stop()
