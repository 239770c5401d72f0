"""The chat in two real browsers at once, over a good line and a bad one."""

import random
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from partners.services import chat
from tests import factories
from tests.partners.talking import partner_says
from tests.ui.conftest import Visits

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SUPPORT = "/partner-dashboard/support/"


@pytest.fixture
def partner(transactional_db):
    return factories.make_partner(company_name="Yulduz")


@pytest.fixture
def sessions(client, partner):
    """One of the partner, one of ours; made before a browser starts."""
    made = []
    for user in (partner.owner, factories.make_staff(first_name="Dilnoza")):
        client.force_login(user)
        made.append(client.cookies["sessionid"].value)
        client.cookies.clear()
    return made


@pytest.fixture
def both(visit, partner, sessions):
    room = f"/admin-panel/chat/{partner.pk}/"
    theirs = visit(SUPPORT, session=sessions[0], locale="en")
    ours = visit(room, width=360, session=sessions[1], locale="en")
    return theirs, ours


def says(page, words: str) -> None:
    page.get_by_label("Your message").fill(words)
    page.get_by_role("button", name="Send").click()


def texts(page) -> list[str]:
    return page.locator("#talk > li p[dir=auto]").all_inner_texts()


def sees(page, words: str) -> None:
    page.locator("#talk > li", has_text=words).first.wait_for(timeout=15_000)


def outgoing(page) -> int:
    return page.locator("#outgoing > li").count()


def test_both_sides_see_each_other_without_loading_anything_anew(both):
    theirs, ours = both
    for page in both:
        page.evaluate("window.isTheSamePage = true")
    says(theirs, "Etiketka chiqmayapti")
    sees(ours, "Etiketka chiqmayapti")
    ours.get_by_label("A private note").check()
    says(ours, "Omborga qarang")
    sees(ours, "Omborga qarang")
    ours.get_by_label("A private note").uncheck()
    says(ours, "Koʻrib chiqamiz")
    sees(theirs, "Koʻrib chiqamiz")
    theirs.locator("[data-mark]:not([hidden])").wait_for(timeout=15_000)
    assert texts(theirs) == ["Etiketka chiqmayapti", "Koʻrib chiqamiz"]
    assert texts(ours) == ["Etiketka chiqmayapti", "Omborga qarang", "Koʻrib chiqamiz"]
    assert outgoing(theirs) == outgoing(ours) == 0
    assert all(page.evaluate("window.isTheSamePage") for page in both)
    assert theirs.said == ours.said == []
    assert ours.evaluate("document.documentElement.scrollWidth") <= 360
    for page in both:
        assert Axe().run(page).response["violations"] == []


def test_it_opens_at_its_end_and_drags_nobody_there_who_reads_above(partner, both):
    theirs, ours = both
    for number in range(30):
        partner_says(partner, f"{number}-xabar")
    theirs.reload()
    assert is_in_view(theirs.locator("#talk > li").last)
    assert is_in_view(theirs.get_by_role("button", name="Send"))
    theirs.evaluate("scrollTo(0, 0)")
    says(ours, "Yangi gap")
    sees(theirs, "Yangi gap")
    link = theirs.get_by_role("link", name="New messages")
    link.wait_for()
    assert theirs.evaluate("scrollY") == 0
    link.click()
    link.wait_for(state="hidden")
    assert is_in_view(theirs.locator("#talk > li").last)
    says(ours, "Yana bir gap")
    sees(theirs, "Yana bir gap")
    assert is_in_view(theirs.locator("#talk > li").last)
    assert not link.is_visible()


def is_in_view(locator) -> bool:
    box = locator.bounding_box()
    return box["y"] >= 0 and box["y"] + box["height"] <= locator.page.viewport_size["height"]


def test_nothing_is_lost_or_doubled_on_a_bad_line(both):
    theirs, ours = both
    chance = random.Random(11)
    line = {"loses": 0.5}

    def lose(route):
        if not is_post(route) or chance.random() > line["loses"]:
            return route.continue_()
        if chance.random() < 0.5:
            # It arrives, and nobody hears of it.
            route.fetch()
        return route.abort()

    theirs.route("**/support/", lose)
    words = [f"{n}-xabar" for n in range(8)]
    for one in words:
        says(theirs, one)
    theirs.wait_for_timeout(8_000)
    line["loses"] = 0
    # A function to wait for is evaluated in the page, which our policy forbids.
    expect(theirs.locator("#outgoing > li")).to_have_count(0, timeout=200_000)
    assert texts(theirs) == words
    sees(ours, words[-1])
    assert texts(ours) == words


def test_what_could_not_be_sent_survives_a_reload(both):
    theirs, _ours = both
    theirs.route(
        "**/support/", lambda route: route.abort() if is_post(route) else route.continue_()
    )
    says(theirs, "Yuborilmagan")
    theirs.get_by_label("Your message").fill("Qoralama")
    theirs.get_by_text("Not sent yet").wait_for(timeout=15_000)
    theirs.unroute("**/support/")
    theirs.reload()
    sees(theirs, "Yuborilmagan")
    assert theirs.get_by_label("Your message").input_value() == "Qoralama"
    assert texts(theirs) == ["Yuborilmagan"]


def is_post(route) -> bool:
    return route.request.method == "POST"


def test_a_refused_file_is_named_and_the_words_come_back(both):
    theirs, _ours = both
    theirs.get_by_label("Your message").fill("Mana fayl")
    file = {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    theirs.get_by_label("File").set_input_files(file)
    theirs.get_by_role("button", name="Send").click()
    theirs.get_by_role("alert").get_by_text("Such a file is not taken").wait_for(timeout=15_000)
    assert theirs.get_by_label("Your message").input_value() == "Mana fayl"
    assert texts(theirs) == []


def test_a_hidden_tab_asks_nothing_and_a_quiet_one_ever_less(both):
    theirs, _ours = both
    asked = []
    theirs.on("request", lambda one: asked.append(one.url) if "news" in one.url else None)
    theirs.wait_for_timeout(9_000)
    # Every two seconds it would have been four at least and the pauses grow: 2.6, 3.4, 4.4.
    assert 1 <= len(asked) <= 3
    theirs.evaluate(
        """() => {
          Object.defineProperty(document, "hidden", { value: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    asked.clear()
    theirs.wait_for_timeout(8_000)
    assert asked == []


def test_without_a_script_it_is_a_form_and_a_link(visit: Visits, partner, sessions):
    chat.send(
        partner=partner,
        by=partner.owner,
        is_from_staff=False,
        text="Avvalgi",
        client_id=uuid.uuid4(),
    )
    page = visit(SUPPORT, session=sessions[0], locale="en", java_script_enabled=False)
    says(page, "Skriptsiz")
    sees(page, "Skriptsiz")
    page.get_by_role("link", name="Look for new ones").click()
    assert texts(page) == ["Avvalgi", "Skriptsiz"]
