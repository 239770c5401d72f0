"""The switch between one's companies in a real browser, on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LONG = "Karimova Aziza Yakka tartibdagi tadbirkor Toshkent shahri"


@pytest.fixture
def session(client):
    user = factories.make_user()
    factories.make_partner(user=user, company_name="Oʻrik savdo MChJ")
    factories.make_partner(user=user, company_name=LONG, state="pending")
    client.force_login(user)
    return client.cookies["sessionid"].value


def is_sound(page) -> bool:
    width = page.evaluate("document.documentElement.scrollWidth")
    return Axe().run(page).response["violations"] == [] and width <= 360 and page.said == []


def test_there_and_back(visit, session):
    page = visit("/partner-dashboard/", width=360, session=session)
    page.locator("header.top summary").click()
    assert is_sound(page)
    page.get_by_role("button", name=LONG).click()
    page.wait_for_url("**/partner-registration/waiting")
    assert is_sound(page)
    page.get_by_role("button", name="Oʻrik savdo MChJ").click()
    page.wait_for_url("**/partner-dashboard/")
    assert page.locator("header.top > strong").inner_text() == "Oʻrik savdo MChJ"
