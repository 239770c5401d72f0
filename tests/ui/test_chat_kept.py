"""What the chat keeps in a tab goes to the room it was written in, or to nobody."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from partners.models import User
from tests import factories
from tests.ui.test_chat_in_browser import SUPPORT, is_post, says, sees, texts

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def signed_in(client, transactional_db):
    """Somebody's session, made before a browser starts."""

    def session(user) -> str:
        client.cookies.clear()
        client.force_login(user)
        return client.cookies["sessionid"].value

    return session


@pytest.fixture
def mine(signed_in):
    """Of a person of two companies; the first is open."""
    person = factories.make_user(language="en")
    for name in ("Birinchi", "Ikkinchi"):
        factories.make_partner(user=person, company_name=name)
    return signed_in(person)


def leave_unsent(page) -> None:
    """A message that the line does not take, and a draft; then the tab stands empty."""
    page.route("**/support/", lambda one: one.abort() if is_post(one) else one.continue_())
    says(page, "Birinchining gapi")
    page.get_by_text("Not sent yet").wait_for(timeout=15_000)
    page.get_by_label("Your message").fill("Qoralama")
    page.goto("about:blank")
    page.unroute("**/support/")


def open_company(tab, name: str) -> None:
    tab.locator("header.top summary").click()
    tab.get_by_role("button", name=name).click()
    tab.locator("header.top > strong", has_text=name).wait_for()


def another_tab(page, visit):
    tab = page.context.new_page()
    tab.goto(f"{visit.origin}/partner-dashboard/")
    return tab


def test_another_company_of_the_same_person_gets_nothing_of_it(visit, mine):
    page = visit(SUPPORT, session=mine, locale="en")
    tab = another_tab(page, visit)
    leave_unsent(page)
    open_company(tab, "Ikkinchi")
    page.goto(visit.origin + SUPPORT)
    expect(page.get_by_label("Your message")).to_have_value("")
    says(page, "Ikkinchining gapi")
    sees(page, "Ikkinchining gapi")
    assert texts(page) == ["Ikkinchining gapi"]
    open_company(tab, "Birinchi")
    page.goto(visit.origin + SUPPORT)
    sees(page, "Birinchining gapi")
    assert texts(page) == ["Birinchining gapi"]
    expect(page.get_by_label("Your message")).to_have_value("Qoralama")


def test_another_person_in_the_tab_neither_sees_nor_sends_it(visit, mine, signed_in):
    theirs = signed_in(factories.make_partner().owner)
    page = visit(SUPPORT, session=mine, locale="en")
    leave_unsent(page)
    page.context.add_cookies([{"name": "sessionid", "value": theirs, "url": visit.origin}])
    page.goto(visit.origin + SUPPORT)
    expect(page.get_by_label("Your message")).to_have_value("")
    says(page, "Begonaning gapi")
    sees(page, "Begonaning gapi")
    assert texts(page) == ["Begonaning gapi"]
    assert "Qoralama" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_logging_out_forgets_it(visit, mine):
    page = visit(SUPPORT, session=mine, locale="en")
    page.get_by_label("Your message").fill("Qoralama")
    assert "Qoralama" in page.evaluate("JSON.stringify(sessionStorage)")
    page.locator("header.top summary").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_text("You have logged out.").wait_for()
    assert page.evaluate("sessionStorage.length") == 0


def test_while_another_company_is_open_nothing_goes_to_it_and_nothing_of_it_comes(visit, mine):
    page = visit(SUPPORT, session=mine, locale="en")
    tab = another_tab(page, visit)
    open_company(tab, "Ikkinchi")
    tab.goto(visit.origin + SUPPORT)
    says(tab, "Ikkinchining gapi")
    sees(tab, "Ikkinchining gapi")
    page.get_by_label("Your message").fill("Birinchining gapi")
    page.get_by_role("button", name="Send").click()
    words = "You have another company open: Ikkinchi. This page is of Birinchi. Nothing was sent."
    expect(page.get_by_role("alert").get_by_text(words)).to_be_visible()
    expect(page.locator("#outgoing > li")).to_have_count(1)
    assert Axe().run(page).response["violations"] == []
    page.get_by_label("Your message").fill("Qoralama")
    page.get_by_role("button", name="Open Birinchi").click()
    sees(page, "Birinchining gapi")
    assert texts(page) == ["Birinchining gapi"]
    expect(page.get_by_label("Your message")).to_have_value("Qoralama")
    sees(tab, "Ikkinchining gapi")
    assert texts(tab) == ["Ikkinchining gapi"]


def test_a_form_is_sent_to_its_own_company_with_one_press(visit, mine):
    page = visit(f"{SUPPORT}tickets/new/", session=mine, locale="en")
    open_company(another_tab(page, visit), "Ikkinchi")
    page.get_by_label("Subject").fill("Birinchining savoli")
    page.get_by_label("About").select_option("technical")
    page.get_by_label("Your message").fill("Ikki kundan beri")
    page.get_by_role("button", name="Open the ticket").click()
    expect(page.get_by_text("You have another company open: Ikkinchi")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Open Birinchi and send it there").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Birinchining savoli")
    expect(page.locator("header.top > strong")).to_have_text("Birinchi")


def log_out(page, visit) -> None:
    tab = another_tab(page, visit)
    tab.locator("header.top summary").click()
    tab.get_by_role("button", name="Log out").click()
    tab.get_by_text("You have logged out.").wait_for()


def log_in(tab, user) -> None:
    tab.get_by_label("Phone or email").fill(user.phone)
    tab.get_by_label("Password").fill(factories.PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    tab.locator("#id_text").wait_for()


@pytest.fixture
def user(mine):
    return User.objects.get()


@pytest.fixture
def other(mine):
    person = factories.make_user(language="en")
    return factories.make_partner(user=person).owner


def test_who_is_signed_out_is_asked_to_log_in_and_then_all_of_it_goes_out(visit, mine, user):
    page = visit(SUPPORT, session=mine, locale="en")
    log_out(page, visit)
    file = {"name": "narx.csv", "mimeType": "text/csv", "buffer": b"a;b"}
    page.get_by_label("File").set_input_files(file)
    says(page, "Chiqib ketgandan keyin")
    expect(page.get_by_role("alert").get_by_text("You are logged out.")).to_be_visible()
    expect(page.get_by_text("Not sent yet. It is kept here.")).to_be_visible()
    page.get_by_label("Your message").fill("Qoralama")
    assert Axe().run(page).response["violations"] == []
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in").click()
    log_in(opened.value, user)
    # The first tab goes on by itself, its file with it.
    expect(page.locator("#outgoing > li")).to_have_count(0, timeout=60_000)
    sees(page, "Chiqib ketgandan keyin")
    expect(page.get_by_role("link", name="narx.csv")).to_be_visible()
    expect(page.locator("[data-stopped]")).to_be_hidden()
    expect(page.get_by_label("Your message")).to_have_value("Qoralama")


def test_what_one_wrote_is_not_sent_by_who_logs_in_next(visit, mine, other):
    page = visit(SUPPORT, session=mine, locale="en")
    log_out(page, visit)
    says(page, "Birinchining gapi")
    expect(page.get_by_role("alert").get_by_text("You are logged out.")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in").click()
    log_in(opened.value, other)
    words = page.get_by_role("alert").get_by_text("Another account is open in this browser now")
    page.get_by_role("button", name="Try again now").click()
    expect(words).to_be_visible()
    says(opened.value, "Begonaning gapi")
    sees(opened.value, "Begonaning gapi")
    assert texts(opened.value) == ["Begonaning gapi"]
