"""The page of long work in a real browser: it follows by itself and takes nothing from the hand."""

import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from partners.services import activities
from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
URL = "/partner-dashboard/activity/"


def test_it_follows_by_itself_and_leads_to_the_file(visit, client):
    partner = factories.make_partner()
    activity = activities.start(
        partner=partner,
        by=partner.owner,
        kind="export_products",
        parameters={"tab": "", "q": ""},
        submission=uuid.uuid4(),
    )
    lease = activities.take(activity.pk)
    lease.progress(1, 3)
    client.force_login(partner.owner)
    session = client.cookies["sessionid"].value
    page = visit(URL, width=360, session=session, locale="en")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Cancel").focus()
    lease.progress(2, 3)
    page.wait_for_selector("progress[value='2']")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    activities._finish(activity, lease, activities.Made("a.csv", b"SKU", "text/csv"))
    with page.expect_download() as loading:
        page.get_by_role("link", name="Download").click()
    assert loading.value.suggested_filename == "a.csv"
    assert page.said == []


def test_it_is_cancelled_without_script(visit, client):
    partner = factories.make_partner()
    client.force_login(partner.owner)
    session = client.cookies["sessionid"].value
    factories.make_product(partner)
    page = visit(
        "/partner-dashboard/products/", session=session, locale="en", java_script_enabled=False
    )
    page.locator("summary:has-text('More actions')").click()
    page.get_by_role("button", name="Export this list").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".rows .pill")).to_have_text("Cancelled")
