"""Choosing how one is told, in a real browser: on a phone, by keyboard, in each language."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import factories
from tests.partners.telegram.linking import link
from tests.ui.test_in_browser import CUT_OFF, TOO_SMALL

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PAGE = "/partner-dashboard/settings/notifications/"


@pytest.fixture
def session(client, telegram):
    partner = factories.make_partner()
    link(partner.owner, username="aziza")
    client.force_login(partner.owner)
    return client.cookies["sessionid"].value


@pytest.mark.parametrize("language", ["uz", "ru", "en"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_cut_off_and_everything_can_be_pressed(visit, session, language, width):
    page = visit(PAGE, width=width, session=session, locale=language)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_OFF) == []
    if width < 700:
        assert page.evaluate(TOO_SMALL) == []
    assert page.said == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(visit, session, theme):
    page = visit(PAGE, width=360, session=session, color_scheme=theme)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:100]) for one in found] == []


def test_a_choice_is_saved_without_script(visit, session):
    page = visit(PAGE, session=session, locale="en", java_script_enabled=False)
    page.get_by_label("New orders and what becomes of them: Email").select_option("digest")
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_label("until").fill("08:00")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_text("Saved.").is_visible()
    chosen = page.get_by_label("New orders and what becomes of them: Email")
    assert chosen.input_value() == "digest"


def test_the_link_to_the_bot_is_shown_once(visit, session):
    page = visit(PAGE, width=360, session=session, locale="en")
    page.get_by_role("button", name="Link another Telegram").click()
    page.locator("main [type=password]").fill(factories.PASSWORD)
    page.get_by_role("button", name="Go on").click()
    address = page.get_by_role("link", name="Open Telegram").get_attribute("href")
    assert address.startswith("https://t.me/sellercloudx_test_bot?start=")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
