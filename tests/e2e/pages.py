"""What no page may do to whoever looks at it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Wider than the screen, or cut off by it, and not inside something that may be scrolled.
CUT_OFF = """() => [...document.querySelectorAll('body *')].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width && box.right > document.documentElement.clientWidth + 1
    && !element.closest('.tabs, .filters, .scroll, .vh, .skip');
}).map((element) => element.outerHTML.slice(0, 90))"""


def findings(page: Page) -> list[tuple[str, list[str]]]:
    """What axe has against a page."""
    return [
        (violation["id"], [node["html"][:120] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
    ]


def cut_off(page: Page) -> list[str]:
    """What does not fit on the screen."""
    widest = page.evaluate("document.documentElement.scrollWidth")
    too_wide = [f"the page is {widest} px wide"] if widest > page.viewport_size["width"] else []
    return too_wide + page.evaluate(CUT_OFF)
