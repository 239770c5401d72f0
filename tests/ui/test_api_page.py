"""The page of the API in a real browser: everything comes from here, and no rule is broken."""

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_swagger_shows_every_operation_under_our_policy(visit, scheme):
    page = visit("/api/docs", color_scheme=scheme)
    page.wait_for_selector(".opblock")
    assert page.locator(".opblock").count() == 7
    page.locator(".opblock").first.click()
    page.wait_for_selector(".opblock-body .responses-table")
    assert page.said == []
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (paper == "rgb(28, 32, 34)") == (scheme == "dark")


def test_the_cleaner_of_swagger_has_its_policy_there_alone(client):
    def allowed(path):
        return "dompurify" in client.get(path)["Content-Security-Policy"]

    assert [allowed("/api/docs"), allowed("/login")] == [True, False]
