"""A note among our own people stays one, whatever happens to the page before it is sent."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.ui.test_chat_in_browser import SUPPORT, is_post, says, sees, texts

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def both(visit, client, transactional_db):
    """A partner's page, and ours of the same room; made before a browser starts."""
    partner = factories.make_partner()
    pages = []
    for user, path in (
        (partner.owner, SUPPORT),
        (factories.make_staff(), f"/admin-panel/chat/{partner.pk}/"),
    ):
        client.cookies.clear()
        client.force_login(user)
        pages.append((path, client.cookies["sessionid"].value))
    return [visit(path, session=session, locale="en") for path, session in pages]


def tick(page):
    return page.get_by_label("A private note")


def test_a_draft_of_a_note_is_one_after_a_reload(both):
    _theirs, ours = both
    ours.get_by_label("Your message").fill("Firibgarga oʻxshaydi")
    tick(ours).check()
    ours.reload()
    expect(ours.get_by_label("Your message")).to_have_value("Firibgarga oʻxshaydi")
    expect(tick(ours)).to_be_checked()


def test_a_note_that_was_not_sent_is_one_after_a_reload(both):
    theirs, ours = both
    ours.route("**/chat/*/", lambda one: one.abort() if is_post(one) else one.continue_())
    tick(ours).check()
    says(ours, "Yuborilmagan eslatma")
    ours.get_by_text("Not sent yet").wait_for(timeout=15_000)
    ours.unroute("**/chat/*/")
    ours.reload()
    sees(ours, "Yuborilmagan eslatma")
    says(ours, "Ochiq gap")
    sees(theirs, "Ochiq gap")
    assert texts(theirs) == ["Ochiq gap"]
    expect(ours.locator("#talk > li", has_text="Private note")).to_have_count(1)


def test_a_refused_note_comes_back_as_one(both):
    _theirs, ours = both
    tick(ours).check()
    file = {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    ours.get_by_label("File").set_input_files(file)
    says(ours, "Mana eslatma")
    ours.get_by_role("alert").get_by_text("Such a file is not taken").wait_for(timeout=15_000)
    expect(ours.get_by_label("Your message")).to_have_value("Mana eslatma")
    expect(tick(ours)).to_be_checked()


def test_the_next_answer_after_a_note_is_for_the_partner(both):
    theirs, ours = both
    tick(ours).check()
    says(ours, "Eslatma")
    sees(ours, "Eslatma")
    expect(tick(ours)).not_to_be_checked()
    says(ours, "Javob")
    sees(theirs, "Javob")
    assert texts(theirs) == ["Javob"]
