"""What was typed is not lost unasked: it goes along, or the browser asks before it leaves."""

import pytest
from django.urls import reverse

from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
FORM = "/partner-registration"
KEPT = "() => JSON.stringify(sessionStorage)"


@pytest.fixture
def page(visit):
    return listened_to(visit(FORM))


def listened_to(page):
    page.asked = []
    page.stays = True

    def answer(dialog):
        page.asked.append(dialog.type)
        if page.stays:
            dialog.dismiss()
        else:
            dialog.accept()

    page.on("dialog", answer)
    return page


def choose_language(page, name="Русский"):
    page.locator("header details:not([open]) summary").click()
    page.get_by_role("button", name=name).click()
    page.wait_for_timeout(300)


def choose_theme(page):
    page.locator("header details:not([open]) summary").click()
    page.locator("button[value=dark]").click()
    page.wait_for_timeout(300)


def types(page, field, text):
    page.locator(f"#id_{field}").press_sequentially(text)


def typed(page, field) -> str:
    return page.locator(f"#id_{field}").input_value()


@pytest.mark.parametrize(
    ("choose", "shown"),
    [(choose_language, "html[lang=ru]"), (choose_theme, "html[data-theme=dark]")],
)
def test_it_goes_along_into_another_language_or_theme(page, choose, shown):
    types(page, "first_name", "Aziza <b>")
    page.locator("[name=legal_form]").last.check()
    page.locator("#id_accept_terms").check()
    choose(page)
    page.wait_for_selector(shown)
    assert page.asked == []
    assert typed(page, "first_name") == "Aziza <b>"
    assert page.locator("[name=legal_form]").last.is_checked()
    assert page.locator("#id_accept_terms").is_checked()
    assert page.evaluate(KEPT) == "{}"
    # It is as good as typed just now: whoever leaves for good is asked.
    page.locator("a.brand").first.click()
    page.wait_for_timeout(300)
    assert page.asked == ["beforeunload"]
    assert page.said == []


def test_it_goes_along_after_errors_too(page):
    types(page, "first_name", "Aziza")
    page.locator("main form button").first.click()
    page.wait_for_selector("#id_last_name_error")
    choose_language(page)
    page.wait_for_selector("html[lang=ru]")
    assert (page.asked, typed(page, "first_name")) == ([], "Aziza")


def test_a_password_is_asked_about_and_never_kept(page):
    types(page, "first_name", "Aziza")
    types(page, "password", "canary-of-hers")
    choose_language(page)
    assert page.asked == ["beforeunload"]
    assert page.locator("html").get_attribute("lang") != "ru"
    assert "Aziza" in page.evaluate(KEPT) and "canary" not in page.evaluate(KEPT)
    # Whoever stayed may press again and go; the rest comes along.
    page.stays = False
    page.get_by_role("button", name="Русский").click()
    page.wait_for_selector("html[lang=ru]")
    assert page.asked == ["beforeunload"] * 2
    assert (typed(page, "first_name"), typed(page, "password")) == ("Aziza", "")


def test_a_photo_is_asked_about(visit, client, tmp_path):
    client.force_login(factories.make_partner().owner)
    page = listened_to(
        visit(reverse("products:add"), session=client.cookies["sessionid"].value, locale="en")
    )
    (tmp_path / "photo.jpg").write_bytes(b"canary")
    page.locator("[type=file]").set_input_files(tmp_path / "photo.jpg")
    types(page, "name", "Choynak")
    choose_language(page)
    assert page.asked == ["beforeunload"]
    assert "Choynak" in page.evaluate(KEPT) and "photo.jpg" not in page.evaluate(KEPT)


def test_a_key_of_a_marketplace_is_never_kept(visit, client):
    client.force_login(factories.make_partner().owner)
    address = reverse("marketplaces:connect", kwargs={"slug": "yandex"})
    page = listened_to(visit(address, session=client.cookies["sessionid"].value))
    page.locator("main [type=password]").fill("ACMA:canary")
    page.evaluate(
        "addEventListener('submit', () => (window.name = JSON.stringify(sessionStorage)))"
    )
    choose_language(page)
    page.wait_for_selector("html[lang=ru]")
    assert page.evaluate("window.name") == "{}"
    assert page.locator("main [type=password]").input_value() == ""


def test_it_asks_where_the_browser_keeps_nothing(page):
    page.evaluate("() => (Storage.prototype.setItem = () => JSON.parse('full')) && 1")
    types(page, "first_name", "Aziza")
    choose_language(page)
    assert page.asked == ["beforeunload"]
    assert typed(page, "first_name") == "Aziza"


def test_what_was_kept_too_long_ago_is_forgotten(page):
    types(page, "first_name", "Aziza")
    page.evaluate("""() => {
      const now = Date.now;
      Date.now = () => now() - 61_000;
    }""")
    choose_language(page)
    page.wait_for_selector("html[lang=ru]")
    assert (typed(page, "first_name"), page.evaluate(KEPT)) == ("", "{}")


def test_what_is_typed_after_staying_is_asked_about_again(page):
    types(page, "first_name", "Aziza")
    page.evaluate("addEventListener('submit', (event) => event.preventDefault())")
    choose_language(page)
    types(page, "last_name", "K")
    page.locator("a.brand").first.click()
    page.wait_for_timeout(300)
    assert page.asked == ["beforeunload"]


def test_sending_the_form_itself_asks_nothing_and_keeps_nothing(page):
    types(page, "first_name", "Aziza")
    page.locator("main form [type=submit], main form button:not([type])").first.click()
    page.wait_for_selector("#id_last_name_error")
    assert page.asked == []
    assert (typed(page, "first_name"), page.evaluate(KEPT)) == ("Aziza", "{}")


def test_an_untouched_form_is_left_unasked_and_unkept(page):
    page.evaluate(
        "addEventListener('submit', () => (window.name = JSON.stringify(sessionStorage)))"
    )
    choose_language(page)
    page.wait_for_selector("html[lang=ru]")
    assert (page.asked, page.evaluate("window.name")) == ([], "{}")


def test_without_script_the_language_changes_all_the_same(visit):
    page = visit(FORM, java_script_enabled=False)
    page.locator("#id_first_name").fill("Aziza")
    page.locator("header details:not([open]) summary").click()
    page.get_by_role("button", name="Русский").click()
    page.wait_for_selector("html[lang=ru]")
