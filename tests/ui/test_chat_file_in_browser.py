"""A file waits in the page alone: one is warned before it is lost, and told which it was."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.ui.test_chat_in_browser import SUPPORT, is_post, says, sees, texts

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
FILE = {"name": "narx.csv", "mimeType": "text/csv", "buffer": b"a;b"}


@pytest.fixture
def page(visit, client, transactional_db):
    client.force_login(factories.make_partner().owner)
    opened = visit(SUPPORT, session=client.cookies["sessionid"].value, locale="en")
    opened.asked = []

    def leave(dialog):
        opened.asked.append(dialog.type)
        dialog.accept()

    opened.on("dialog", leave)
    return opened


def choose(page) -> None:
    page.get_by_label("File").set_input_files(FILE)


def fails_to_send(page, words: str) -> None:
    page.route("**/support/", lambda one: one.abort() if is_post(one) else one.continue_())
    choose(page)
    says(page, words)
    page.get_by_text("Not sent yet").wait_for(timeout=15_000)
    page.unroute("**/support/")


def is_asked_for(page, name: str) -> None:
    expect(
        page.get_by_role("alert").get_by_text(f"Choose it again, then send: {name}")
    ).to_be_visible()


def test_what_had_a_file_is_not_sent_without_it_after_a_reload(page):
    fails_to_send(page, "Mana jadval")
    page.reload()
    assert page.asked == ["beforeunload"]
    is_asked_for(page, "narx.csv")
    expect(page.get_by_label("Your message")).to_have_value("Mana jadval")
    expect(page.locator("#outgoing > li")).to_have_count(0)
    assert texts(page) == []
    # And once more: the name is still known.
    page.reload()
    is_asked_for(page, "narx.csv")
    choose(page)
    page.get_by_role("button", name="Send").click()
    sees(page, "Mana jadval")
    expect(page.get_by_role("link", name="narx.csv")).to_be_visible()
    page.reload()
    expect(page.locator("[data-refused]")).to_be_hidden()
    assert texts(page) == ["Mana jadval"]


def test_a_file_without_words_is_named_too(page):
    fails_to_send(page, "")
    page.reload()
    is_asked_for(page, "narx.csv")


def test_a_chosen_file_is_warned_of_and_named(page):
    page.get_by_label("Your message").fill("Qoralama")
    choose(page)
    page.reload()
    assert page.asked == ["beforeunload"]
    is_asked_for(page, "narx.csv")
    expect(page.get_by_label("Your message")).to_have_value("Qoralama")


def test_words_alone_are_kept_and_nobody_is_asked(page):
    page.get_by_label("Your message").fill("Qoralama")
    page.reload()
    assert page.asked == []
    expect(page.locator("[data-refused]")).to_be_hidden()
    expect(page.get_by_label("Your message")).to_have_value("Qoralama")
