from django.core.management.base import BaseCommand, CommandError

from partners.models import User
from partners.services import second_factor


class Command(BaseCommand):
    help = "Removes the second step of this person, who sets it up anew at the next login."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *, email, **options):
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody here has the email {email}.")
        if not second_factor.remove(user=user):
            raise CommandError(f"{user.email} has set up no second step, so nothing was changed.")
        self.stdout.write(f"{user.email} sets up the second step anew at the next login.")
