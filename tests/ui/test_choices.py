"""The buttons for language and theme: each says its word whole, on one line."""

import pytest

from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

BROKEN = """() => [...document.querySelectorAll('.choice button')].filter((button) => {
  const range = document.createRange();
  range.selectNodeContents(button);
  return range.getClientRects().length > 1;
}).map((button) => button.textContent)"""


@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_in_the_public_menu(visit, language):
    page = visit("/", width=360, locale=language)
    page.locator(".pubtop summary").click()
    assert page.locator(".pubtop .choice").first.is_visible()
    assert page.evaluate(BROKEN) == []


def test_in_the_menu_of_the_account(visit, client):
    client.force_login(factories.make_staff())
    page = visit("/admin-panel/", session=client.cookies["sessionid"].value)
    page.locator("header.top summary").click()
    assert page.locator("header.top .choice").first.is_visible()
    assert page.evaluate(BROKEN) == []
