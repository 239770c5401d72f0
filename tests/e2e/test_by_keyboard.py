"""Adding a product without touching the mouse."""

import pytest

from tests import factories
from tests.e2e import selling
from tests.processes import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.timeout(300)]

FOCUSED = """() => {
  const at = document.activeElement;
  const label = at.labels?.[0] ?? at;
  return label.innerText?.trim() || at.ariaLabel || "";
}"""
PHOTO_IS_CHOSEN = "document.activeElement.files?.length === 1"
MOST_TABS = 40


def tabs_to(page, words):
    """Press Tab until the focus stands there; how often."""
    for presses in range(1, MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(words):
            return presses
    raise AssertionError(f"{words!r} is not reached by Tab")


def test_a_product_is_added_by_keys_alone(visitor, partner_who_logs_in, photo):
    seller = visitor()
    seller.goes_to("/login?next=/partner-dashboard/products/add/")
    page = seller.page
    # From the beginning: a listener that comes with the key press may come too late.
    page.on("filechooser", lambda chooser: chooser.set_files(photo))
    tabs_to(page, "Phone or email")
    page.keyboard.type(partner_who_logs_in.email)
    page.keyboard.press("Tab")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="New product").wait_for()
    tabs_to(page, "To the content")
    page.keyboard.press("Enter")
    assert tabs_to(page, "Name") == 1
    page.keyboard.type(selling.PRODUCT)
    assert tabs_to(page, "Quantity") == 1
    page.keyboard.type("12")
    assert tabs_to(page, "Cost price") == 1
    page.keyboard.type("60000")
    assert tabs_to(page, "Photo") == 1
    page.keyboard.press("Enter")
    wait_until(lambda: page.evaluate(PHOTO_IS_CHOSEN), 10)
    assert tabs_to(page, "Add product") == 1
    page.keyboard.press("Enter")
    seller.reads("Look at what we propose")
    assert seller.said == []
