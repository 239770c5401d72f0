"""A ticket in two real browsers: opened, answered, resolved, and opened again."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from partners.models import CannedReply
from tests import factories
from tests.partners.test_tickets import TICKETS

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def partner(transactional_db):
    return factories.make_partner()


@pytest.fixture
def sessions(partner, client):
    """One of a partner, one of ours; made before a browser starts."""
    made = []
    for user in (partner.owner, factories.make_staff(first_name="Dilnoza")):
        client.force_login(user)
        made.append(client.cookies["sessionid"].value)
        client.cookies.clear()
    return made


def says(page, words: str) -> None:
    page.get_by_label("Your message").fill(words)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(words)).to_be_visible()


def is_sound(page) -> None:
    assert Axe().run(page).response["violations"] == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]
    assert page.said == []


def test_from_opening_to_reopening(visit, sessions):
    theirs = visit("/partner-dashboard/support/", width=360, session=sessions[0], locale="en")
    theirs.get_by_role("link", name="Tickets").click()
    theirs.get_by_role("link", name="New ticket").first.click()
    theirs.get_by_label("Subject").fill("Etiketka")
    theirs.get_by_label("About").select_option("technical")
    theirs.get_by_label("Your message").fill("Chiqmayapti")
    is_sound(theirs)
    theirs.get_by_role("button", name="Open the ticket").click()
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("Etiketka Open")

    ours = visit("/admin-panel/tickets/", session=sessions[1], locale="en")
    is_sound(ours)
    ours.get_by_role("link", name="Etiketka").click()
    says(ours, "Koʻrib chiqdik")
    is_sound(ours)
    ours.get_by_label("Status").select_option("resolved")
    ours.get_by_role("button", name="Save").click()
    expect(ours.get_by_role("heading", level=1)).to_contain_text("Resolved")

    theirs.reload()
    expect(theirs.get_by_text("Koʻrib chiqdik")).to_be_visible()
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("Resolved")
    says(theirs, "Hali ham chiqmayapti")
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("Open")
    is_sound(theirs)
    ours.reload()
    expect(ours.get_by_text("Hali ham chiqmayapti")).to_be_visible()
    expect(ours.get_by_text("1 time")).to_be_visible()


def test_an_answer_comes_by_itself_and_so_does_the_word_of_a_new_status(visit, sessions, partner):
    ticket = factories.make_ticket(partner, by=partner.owner)
    CannedReply.objects.create(title="Qayta chop", text="Etiketkani qayta chop eting")
    theirs = visit(f"{TICKETS}{ticket.pk}/", width=360, session=sessions[0], locale="en")
    ours = visit(f"/admin-panel/tickets/{ticket.pk}/", session=sessions[1], locale="en")
    ours.get_by_text("Ready answers", exact=True).click()
    ours.get_by_role("link", name="Qayta chop").click()
    expect(ours.get_by_label("Your message")).to_have_value("Etiketkani qayta chop eting")
    is_sound(ours)
    ours.get_by_role("button", name="Send").click()
    came = theirs.locator("#talk > li", has_text="Etiketkani qayta chop eting")
    expect(came).to_have_count(1, timeout=15_000)
    expect(theirs.get_by_text("The status of this ticket has changed")).to_be_visible()
    is_sound(theirs)
    # What is typed meanwhile stays, and is sent as ever.
    says(theirs, "Rahmat, chiqdi")
    expect(ours.locator("#talk > li", has_text="Rahmat, chiqdi")).to_have_count(1, timeout=15_000)
