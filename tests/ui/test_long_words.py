"""A word without an end, of a person or of a shop, stays inside its page."""

import pytest

from partners.models import Partner
from partners.services import approval
from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WIDTHS = [360, 1280]
WORD = "x" * 500


def session_of(client, user) -> str:
    client.force_login(user)
    return client.cookies["sessionid"].value


def wider_than_the_screen(visit, session, addresses) -> list:
    """Addresses with their width, of pages that have to be pushed sideways."""
    found = []
    for address in addresses:
        page = visit(address, session=session)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            reached = page.evaluate("document.documentElement.scrollWidth")
            if reached > width:
                found.append((address, width, reached))
    return found


@pytest.fixture
def applicant():
    """Of the longest names the form takes, waiting for a decision."""
    user = factories.make_user(first_name="N" * 80, last_name="L" * 80, email=f"{'e' * 60}@x.uz")
    return factories.make_partner(user=user, company_name="K" * 160, state=Partner.State.PENDING)


def test_for_staff(visit, client, applicant):
    staff = factories.make_staff()
    approval.reject(partner=applicant, by=staff, reason=WORD)
    addresses = [
        f"/admin-panel/partners/{applicant.pk}/",
        "/admin-panel/partners/?state=rejected",
        "/admin-panel/audit/",
    ]
    assert wider_than_the_screen(visit, session_of(client, staff), addresses) == []


def test_for_an_applicant(visit, client, applicant):
    approval.reject(partner=applicant, by=factories.make_staff(), reason=WORD)
    addresses = ["/partner-registration/waiting"]
    assert wider_than_the_screen(visit, session_of(client, applicant.owner), addresses) == []


def test_for_a_seller(visit, client, applicant):
    approval.approve(partner=applicant, by=factories.make_staff())
    product = factories.make_product(applicant, name="x" * 200, sku="S" * 80)
    addresses = [
        f"/partner-dashboard/{part}"
        for part in ("", "team/", "notifications/", "products/", f"products/{product.pk}/")
    ]
    assert wider_than_the_screen(visit, session_of(client, applicant.owner), addresses) == []
