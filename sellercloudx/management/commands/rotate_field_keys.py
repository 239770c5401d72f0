from django.core.management.base import BaseCommand, CommandError

from marketplaces.models import Connection
from partners.models import CompanyDetails, TotpDevice
from sellercloudx.lib import key_rotation

# Every table that keeps something encrypted.
SECRETS = (Connection, TotpDevice, CompanyDetails)


class Command(BaseCommand):
    help = (
        "Encrypts all marketplace keys, the secrets of second steps, and the passports and PINFL "
        "of companies with the first of FIELD_KEYS. Put the new key in front of the old one and "
        "restart web and worker before; remove the old one after."
    )

    def handle(self, **options):
        counts = key_rotation.rotate(*SECRETS)
        self.stdout.write(
            f"{counts.rotated} keys encrypted anew, {counts.newest_already} had the newest "
            f"already, {counts.left} could not be."
        )
        if counts.left:
            raise CommandError(
                "Keep the old FIELD_KEYS, and run this again. What still cannot be read must be "
                "entered anew: a marketplace key, a passport and a PINFL by their seller, a second "
                "step after reset_second_factor."
            )
        self.stdout.write("Every other key may now be removed from FIELD_KEYS.")
