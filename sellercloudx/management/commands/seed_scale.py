import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplaces.models import Connection
from sellercloudx.demo import people, scale


class Command(BaseCommand):
    help = "Adds a partner with many products and orders, to measure pages with."

    def add_arguments(self, parser):
        parser.add_argument("--rows", type=int, default=10_000, help="products, and orders (10000)")

    def handle(self, *, rows, **options):
        if settings.IS_PRODUCTION:
            raise CommandError("These figures mean nothing; they are refused in production.")
        began = time.monotonic()
        member = people.another(approved_by=people.admin())
        connection = Connection(
            partner=member.partner,
            marketplace="yandex",
            # The worker leaves it alone.
            state=Connection.State.PARKED,
            account=f"scale-{member.partner_id}",
            name="Scale",
            currency=member.partner.currency,
            is_sandbox=True,
        )
        connection.credentials = {"api_key": "none"}
        connection.save()
        scale.fill(connection=connection, owner=member.user, rows=rows)
        login = people.login(member.user)
        self.stdout.write(
            f"{rows} products and orders in {time.monotonic() - began:.1f} s; "
            f"sign in as {login.email} with {login.password}"
        )
