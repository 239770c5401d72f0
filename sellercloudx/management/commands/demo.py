import json
import logging
from dataclasses import asdict

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from partners.models import Member
from sellercloudx.demo import people, shop

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Makes people and a shop to try things out with, and prints how to sign in."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, **options):
        if settings.IS_PRODUCTION:
            raise CommandError("The demo's passwords are public; it is refused in production.")
        admin = people.admin()
        seller = people.seller(approved_by=admin)
        applicant = people.applicant()
        note = _open_shop(seller) if shop.sandbox_url() else ""
        users = {"admin": admin, "partner": seller.user, "pending": applicant.user}
        logins = {who: asdict(people.login(user)) for who, user in users.items()}
        if options["json"]:
            more = {"sandbox_url": shop.sandbox_url(), "note": note}
            self.stdout.write(json.dumps(logins | more))
            return
        for who, login in logins.items():
            self.stdout.write(f"{who:<8} {login['email']:<28} {login['password'] or '(changed)'}")
        if note:
            self.stdout.write(note)


def _open_shop(seller: Member) -> str:
    """What is missing in it. Whatever that is, the logins are printed: they work without."""
    if not seller.partner.is_approved:
        return "The demo partner may not work at the moment, so its shop is left as it is."
    try:
        return shop.open_shop(seller)
    except shop.NoSandbox as error:
        return (
            f"The demo shop is not complete: the sandbox at {shop.sandbox_url()} does not answer "
            f"({error}). Start it first: python manage.py sandbox"
        )
    except Exception:  # noqa: BLE001  logged; nobody is kept out for a shelf that is empty
        logger.exception("The demo shop could not be filled")
        return "The demo shop is not complete, everything else works; the log says why."
