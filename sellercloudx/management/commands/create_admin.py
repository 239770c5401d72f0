from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from partners.services import admins

SAID = {
    admins.CREATED: "{email} is an admin now.",
    admins.PROMOTED: (
        "The account of {name} ({email}, {phone}), here since {since}, is an admin's now. "
        "Its old password opens it no more."
    ),
    admins.KNOWN: "{email} is an admin already; the old password works until a new one is set.",
}


class Command(BaseCommand):
    help = "Makes an admin of this email, and prints a link to choose a password by, once."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *, email, **options):
        try:
            with transaction.atomic():
                admin = admins.make_admin(email=email)
                link = admins.password_link(user=admin.user)
        except ValidationError as error:
            raise CommandError(f"{email} is not an email address.") from error
        self.stdout.write(self.told(admin))
        self.stdout.write(f"Choose a password here, once, within an hour:\n{link}")

    def told(self, admin):
        user = admin.user
        return SAID[admin.came].format(
            email=user.email,
            name=user.get_full_name(),
            phone=user.phone or "no phone",
            since=f"{user.date_joined:%Y-%m-%d}",
        )
