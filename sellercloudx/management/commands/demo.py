import json
import logging
from dataclasses import asdict

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from partners.models import Member
from sellercloudx.demo import people, shop

logger = logging.getLogger(__name__)
NO_SHOP = """\
There is no shop, no product and no order: they need the practice marketplace. `python3 run.py`
starts everything and fills it. By hand, each in a terminal of its own and with
YANDEX_MARKET_API_URL=http://127.0.0.1:8765/yandex among the variables:
  python manage.py sandbox
  python -m gunicorn sellercloudx.wsgi    (the marketplace fetches the pictures there)
  python manage.py run_huey               (the worker: it sells on, and seals the audit)
  python manage.py demo"""


class Command(BaseCommand):
    help = (
        "Makes people to try things out with and prints how to sign in; and a shop with products "
        "and orders where YANDEX_MARKET_API_URL names a sandbox that runs, beside the pages. "
        "`python3 run.py` starts all of them and then this."
    )

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
        if note or not shop.sandbox_url():
            self.stdout.write(note or NO_SHOP)


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
