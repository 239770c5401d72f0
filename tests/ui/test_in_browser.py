"""The first page, an error page and all the parts at once, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PAGES = ["/", "/there-is-no-such-page", "/admin-panel/components/"]
WIDTHS = [320, 360, 640, 820, 1000, 1280]
# Everything that is wider than the screen, or cut off by it, and may not be scrolled to.
CUT_OFF = """() => [...document.querySelectorAll('body *')].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width && box.right > document.documentElement.clientWidth + 1
    && !element.closest('.tabs, .scroll, .vh, .skip');
}).map((element) => element.outerHTML.slice(0, 80))"""
# A press by finger needs 44 px; links inside a sentence are exempt, as in WCAG 2.5.8.
# What takes a file lies unseen under its label, which looks like a button.
TOO_SMALL = """() => [...document.querySelectorAll(
    'a, button, input:not([type=file]), select, summary, textarea, label.btn')]
  .map((element) => [element, (element.closest('label') || element).getBoundingClientRect()])
  .filter(([element, box]) => box.width && box.height && (box.height < 43.5 || box.width < 24)
    && !element.closest('p, td, dd, .note, .skip'))
  .map(([element, box]) => `${element.outerHTML.slice(0, 60)} ${box.width} x ${box.height}`)"""


@pytest.fixture
def session(client):
    client.force_login(factories.make_staff())
    return client.cookies["sessionid"].value


@pytest.mark.parametrize("address", PAGES)
def test_nothing_is_cut_off_at_any_width(visit, session, address):
    page = visit(address, session=session)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT_OFF) == [], width


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(visit, session, address):
    for width in (360, 1280):
        for theme in ("light", "dark"):
            page = visit(address, width=width, session=session, color_scheme=theme)
            found = [
                (violation["id"], [node["html"][:100] for node in violation["nodes"]])
                for violation in Axe().run(page).response["violations"]
            ]
            assert found == [], (width, theme)


@pytest.mark.parametrize("address", PAGES)
def test_fingers_find_their_target(visit, session, address):
    assert visit(address, width=360, session=session).evaluate(TOO_SMALL) == []


def test_the_policy_of_the_page_is_never_broken(visit, session):
    page = visit("/admin-panel/components/", session=session)
    page.evaluate("htmx.ajax('GET', '/', {target: '#main', select: '#how'})")
    page.wait_for_selector("#main #how")
    assert page.said == []


def test_keys_and_selection(visit, session):
    page = visit("/admin-panel/components/", session=session)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    page.keyboard.press("Escape")
    boxes = page.locator("#list tbody input")
    boxes.nth(1).check()
    assert page.locator(".bulk").is_visible()
    boxes.nth(4).click(modifiers=["Shift"])
    assert page.locator("#list tbody input:checked").count() == 4
    assert "4" in page.locator("[data-count]").inner_text()
    page.locator("[data-all]").check()
    assert page.locator("#list tbody input:checked").count() == 12


def test_a_menu_closes_with_escape_and_gives_the_focus_back(visit, session):
    page = visit("/admin-panel/components/", session=session)
    page.locator("header.top summary").click()
    assert page.locator("header.top .menu > div").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("header.top .menu > div").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_second_press_sends_nothing(visit):
    page = visit("/")
    page.locator("header summary").click()
    sent = page.evaluate(
        """() => {
          const form = document.querySelector('form[action="/theme/"]');
          const press = () => form.dispatchEvent(new SubmitEvent('submit', {
            bubbles: true, cancelable: true, submitter: form.querySelector('button')}));
          return [press(), press()];
        }"""
    )
    assert sent == [True, False]


def test_language_and_theme_change_with_script_off(visit):
    page = visit("/", java_script_enabled=False, width=360)
    page.locator("header summary").click()
    page.get_by_role("button", name="Русский").click()
    assert page.locator("html").get_attribute("lang") == "ru"
    page.locator("header summary").click()
    page.locator("button[value=dark]").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("html").get_attribute("lang") == "ru"
