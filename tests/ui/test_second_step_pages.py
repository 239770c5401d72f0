"""Setting up the second step and passing it in a real browser: by keyboard, without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import factories
from tests.factories import PASSWORD
from tests.partners.authenticator import SECURITY, SET_UP, STEP, key_on, shown
from tests.ui.test_in_browser import CUT_OFF, TOO_SMALL, WIDTHS

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on(settings):
    settings.STAFF_OTP = True


@pytest.fixture
def new(client):
    """The session of somebody who has to set it up, and the page with its codes."""
    client.force_login(factories.make_staff())
    return client


@pytest.fixture
def known(client):
    """The session of somebody who has shown the password."""
    user = factories.make_staff()
    factories.make_device(user)
    client.force_login(user)
    return client


def past_it(client):
    client.post(SET_UP, {"code": shown(key_on(client.get(SET_UP)))})
    return client


def look_at(visit, client, *addresses) -> None:
    """Nothing is cut off, too small, wrong for a screen reader or against the policy."""
    session = client.cookies["sessionid"].value
    for address in addresses:
        for theme, width in (("light", 1280), ("dark", 360)):
            page = visit(address, width=width, session=session, color_scheme=theme)
            violations = Axe().run(page).response["violations"]
            assert [one["id"] for one in violations] == [], (address, theme)
            assert page.said == []
        assert page.evaluate(TOO_SMALL) == [], address
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(CUT_OFF) == [], (address, width)


def test_the_page_to_set_it_up(visit, new):
    look_at(visit, new, SET_UP)


def test_the_page_of_the_code(visit, known):
    look_at(visit, known, STEP)


def test_ones_own_pages(visit, new):
    look_at(visit, past_it(new), SECURITY, SECURITY + "phone/")


@pytest.mark.parametrize("script", [True, False])
def test_by_keyboard_from_the_password_to_the_panel(visit, script):
    user = factories.make_staff()
    page = visit("/admin-panel/audit/", width=360, java_script_enabled=script, locale="ru")
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{SET_UP}*")
    key = page.locator(".mono").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(shown(key))
    page.keyboard.press("Enter")
    page.wait_for_selector("ol li")
    assert page.locator("ol li").count() == 10
    assert page.locator("[data-copy]").is_visible() == script
    page.locator("main a.btn.go").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin-panel/audit/")
    assert page.locator("h1").is_visible()
    assert page.said == []
