"""A chat becomes somebody's by a code that works once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from django.utils.module_loading import import_string
from huey.contrib.djhuey import HUEY

from partners.models import AuditLog, Delivery, Member, Notification, TelegramLink, TelegramUpdate
from partners.services import deliveries
from partners.telegram import links
from tests import factories
from tests.at_once import ROUNDS, at_once
from tests.partners.telegram.linking import CHAT, hear, link
from tests.partners.telling import tell
from tests.telegram_server import USERNAME

pytestmark = pytest.mark.django_db
PAGE = "/partner-dashboard/settings/notifications/"
LINK = "/partner-dashboard/settings/telegram/"


@pytest.fixture(autouse=True)
def english(partner):
    partner.owner.language = "en"
    partner.owner.save()


def code_on(page) -> str:
    return re.search(rf"https://t\.me/{USERNAME}\?start=([\w-]{{1,64}})\"", page.content.decode())[
        1
    ]


def test_from_the_button_to_the_first_message(partner_client, partner, telegram):
    code = code_on(partner_client.post(LINK))
    hear(telegram.text(CHAT, f"/start {code}", username="aziza"))
    made = TelegramLink.objects.get()
    assert (made.user, made.chat_id, made.username) == (partner.owner, CHAT, "aziza")
    assert "Linked" in telegram.said_to(CHAT)[0]
    assert "@aziza" in partner_client.get(PAGE).content.decode()
    tell(partner, "sync_trouble")
    assert deliveries.send_due("telegram") == 1
    assert "key is refused" in telegram.said_to(CHAT)[1]


def test_who_waits_for_approval_links_it_from_the_page_where_they_wait(client, telegram):
    partner = factories.make_partner(state="pending", user=factories.make_user(email=None))
    client.force_login(partner.owner)
    assert f'action="{LINK}"' in client.get("/partner-registration/waiting").content.decode()
    hear(telegram.text(CHAT, f"/start {code_on(client.post(LINK))}"))
    assert partner.owner.telegram.is_active
    assert "qaror shu yerga ham keladi" in telegram.said_to(CHAT)[0]


def test_our_people_link_theirs(staff_client, staff, telegram):
    code = code_on(staff_client.post("/admin-panel/settings/telegram/"))
    hear(telegram.text(CHAT, f"/start {code}"))
    assert staff.telegram.chat_id == CHAT


def test_a_code_works_once(partner, telegram):
    code = links.new_code(partner.owner)
    hear(telegram.text(CHAT, f"/start {code}"))
    hear(telegram.text(CHAT + 1, f"/start {code}"))
    assert TelegramLink.objects.get().chat_id == CHAT
    assert "endi ishlamaydi" in telegram.said_to(CHAT + 1)[0]


def test_the_same_chat_that_repeats_itself_is_told_the_same(partner, telegram):
    code = links.new_code(partner.owner)
    for _ in range(2):
        hear(telegram.text(CHAT, f"/start {code}"))
    first, second = telegram.said_to(CHAT)
    assert first == second
    assert AuditLog.objects.filter(action="TELEGRAM_LINKED").count() == 1


def test_a_code_is_good_for_a_quarter_of_an_hour(partner, telegram):
    code = links.new_code(partner.owner)
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        hear(telegram.text(CHAT, f"/start {code}", language_code="en"))
    assert telegram.said_to(CHAT) == [
        "This link works no more. Make a new one in the cabinet, under Notifications."
    ]


def test_a_new_code_ends_the_one_before(partner, telegram):
    old = links.new_code(partner.owner)
    links.new_code(partner.owner)
    hear(telegram.text(CHAT, f"/start {old}"))
    assert not TelegramLink.objects.exists()


@pytest.mark.parametrize("code", ["x", "' OR 1=1 --", "0" * 64, "\x00", "ʼ" * 100])
def test_a_guessed_code_links_nothing(telegram, code):
    hear(telegram.text(CHAT, f"/start {code}"))
    assert not TelegramLink.objects.exists()
    assert len(telegram.said_to(CHAT)) == 1


def test_the_tables_do_not_tell_a_code(partner, telegram):
    code = links.new_code(partner.owner)
    hear(telegram.text(CHAT, f"/start {code}"))
    rows = [*TelegramUpdate.objects.values(), *AuditLog.objects.values()]
    rows += partner.owner.telegram_codes.values()
    assert code not in str(rows)


def test_another_phone_takes_the_place_of_the_first(partner, telegram):
    link(partner.owner, CHAT)
    hear(telegram.text(CHAT + 1, f"/start {links.new_code(partner.owner)}"))
    assert TelegramLink.objects.get().chat_id == CHAT + 1


@pytest.mark.parametrize("email", [None, "aziza@example.uz"])
def test_the_chat_before_hears_of_it_itself(partner, telegram, email):
    partner.owner.email = email
    partner.owner.save()
    link(partner.owner, CHAT)
    hear(telegram.text(CHAT + 1, f"/start {links.new_code(partner.owner)}", username="thief"))
    (said,) = telegram.said_to(CHAT)
    assert "another chat instead of this one: @thief" in said
    assert "change your password at once" in said


def test_without_a_word_to_the_chat_before_nothing_is_linked(partner, telegram):
    """Telegram does not answer: the update is tried again, and the code still works."""
    link(partner.owner, CHAT)
    code = links.new_code(partner.owner)
    telegram.faults["sendMessage"] = "garbage"
    update = telegram.text(CHAT + 1, f"/start {code}")
    hear(update)
    assert TelegramLink.objects.get().chat_id == CHAT
    telegram.faults.clear()
    TelegramUpdate.objects.update(due_at=timezone.now())
    hear(update)
    assert TelegramLink.objects.get().chat_id == CHAT + 1
    assert len(telegram.said_to(CHAT)) == 1


def test_a_chat_that_sent_the_bot_away_holds_nothing_up(partner, telegram):
    link(partner.owner, CHAT, state="blocked")
    telegram.blocked.add(CHAT)
    hear(telegram.text(CHAT + 1, f"/start {links.new_code(partner.owner)}"))
    assert TelegramLink.objects.get().chat_id == CHAT + 1


def test_the_same_chat_linked_anew_is_not_warned_of_itself(partner, telegram):
    link(partner.owner, CHAT)
    hear(telegram.text(CHAT, f"/start {links.new_code(partner.owner)}"))
    (said,) = telegram.said_to(CHAT)
    assert said.startswith("Linked.")


class TestPassword:
    """Asked for where a chat would lose its place."""

    @pytest.fixture(autouse=True)
    def linked(self, partner, telegram):
        link(partner.owner, CHAT)

    def test_without_it_there_is_no_code(self, partner_client, partner):
        page = partner_client.post(LINK)
        assert page.status_code == 200
        assert "t.me" not in page.content.decode()
        assert not partner.owner.telegram_codes.exists()

    @pytest.mark.parametrize("typed", ["", "x", "a" * 200])
    def test_a_wrong_one_makes_none_either(self, partner_client, partner, typed):
        assert partner_client.post(LINK, {"password": typed}).status_code == 422
        assert not partner.owner.telegram_codes.exists()

    def test_with_it_there_is(self, partner_client):
        assert code_on(partner_client.post(LINK, {"password": factories.PASSWORD}))

    def test_it_cannot_be_guessed(self, partner_client):
        for _ in range(10):
            partner_client.post(LINK, {"password": "x"})
        page = partner_client.post(LINK, {"password": factories.PASSWORD})
        assert page.status_code == 422

    def test_letting_go_takes_it_too_and_does_not_spare_it_afterwards(
        self, partner_client, partner, telegram
    ):
        hear(telegram.text(CHAT, f"/start {links.new_code(partner.owner)}"))
        asked = partner_client.post(f"{LINK}unlink/")
        assert 'name="password"' in asked.content.decode()
        assert partner_client.post(f"{LINK}unlink/", {"password": "x"}).status_code == 422
        assert TelegramLink.objects.exists()
        partner_client.post(f"{LINK}unlink/", {"password": factories.PASSWORD})
        assert not TelegramLink.objects.exists()
        page = partner_client.post(LINK)
        assert 'name="password"' in page.content.decode()
        assert "t.me" not in page.content.decode()
        assert code_on(partner_client.post(LINK, {"password": factories.PASSWORD}))

    def test_our_people_show_theirs_too(self, staff_client, staff):
        link(staff, CHAT + 1)
        assert staff_client.post("/admin-panel/settings/telegram/").status_code == 200
        assert not staff.telegram_codes.exists()


def test_a_chat_belongs_to_who_linked_it_last(partner, telegram):
    before = factories.make_partner().owner
    link(before, username="aziza")
    tell(before.partners.get(), "sync_trouble")
    hear(telegram.text(CHAT, f"/start {links.new_code(partner.owner)}", username="aziza"))
    assert TelegramLink.objects.get().user == partner.owner
    waiting = Delivery.objects.get(notification__user=before, channel="telegram")
    assert (waiting.notification.kind, waiting.state) == ("key_refused", "off")
    told = Notification.objects.get(user=before, kind="telegram_taken")
    assert told.data == {"name": "@aziza"}
    assert [one.channel for one in told.deliveries.all()] == ["email"]
    unlinked = AuditLog.objects.get(action="TELEGRAM_UNLINKED")
    assert (unlinked.actor, unlinked.entity_id) == (partner.owner, str(before.pk))
    assert unlinked.partner == before.partners.get()
    assert AuditLog.objects.get(action="TELEGRAM_LINKED").partner == partner


def test_a_letter_warns_whoever_did_not_ask_for_it(partner, telegram):
    hear(telegram.text(CHAT, f"/start {links.new_code(partner.owner)}", username="thief"))
    told = Delivery.objects.get(notification__kind="telegram_linked")
    assert (told.channel, told.state) == ("email", "due")
    assert "@thief" in Notification.objects.get(kind="telegram_linked").data["name"]


def test_who_may_not_come_in_links_nothing(partner, telegram):
    code = links.new_code(partner.owner)
    partner.owner.is_active = False
    partner.owner.save()
    hear(telegram.text(CHAT, f"/start {code}"))
    assert not TelegramLink.objects.exists()


def test_unlinked_here_nothing_more_is_sent(partner_client, partner, telegram):
    link(partner.owner)
    tell(partner, "sync_trouble")
    shown = partner_client.post(f"{LINK}unlink/", {"password": factories.PASSWORD})
    assert shown["Location"] == PAGE
    assert deliveries.send_due("telegram") == 0
    assert not TelegramLink.objects.exists()
    assert Delivery.objects.get(channel="telegram").state == "off"


def test_a_chat_that_is_unlinked_in_the_cabinet_hears_of_it(
    partner_client, partner, telegram, django_capture_on_commit_callbacks
):
    link(partner.owner)
    HUEY.flush()
    with django_capture_on_commit_callbacks(execute=True):
        partner_client.post(f"{LINK}unlink/", {"password": factories.PASSWORD})
    path, *args = HUEY.dequeue().args
    import_string(path)(*args)
    assert "Unlinked in the cabinet" in telegram.said_to(CHAT)[0]


def test_unlinked_there_too(partner, telegram):
    link(partner.owner)
    hear(telegram.text(CHAT, "/stop"))
    assert not TelegramLink.objects.exists()
    assert "Unlinked" in telegram.said_to(CHAT)[0]


def test_without_a_bot_the_page_says_so_and_has_no_button(partner_client):
    partner_client.cookies["django_language"] = "en"
    page = partner_client.get(PAGE).content.decode()
    assert "Telegram is not set up" in page
    assert LINK not in page
    assert partner_client.post(LINK)["Location"] == PAGE


@pytest.mark.parametrize("fault", ["garbage", "drop", 429])
def test_a_telegram_that_does_not_answer_is_said_in_words(partner_client, telegram, fault):
    telegram.faults["getMe"] = fault
    partner_client.cookies["django_language"] = "en"
    page = partner_client.post(LINK, follow=True).content.decode()
    assert "Telegram does not answer now" in page


def test_staff_sees_who_is_reached(staff_client, partner, telegram):
    colleague = factories.make_user()
    Member.objects.create(partner=partner, user=colleague, role="viewer")
    link(partner.owner, CHAT, username="aziza")
    link(colleague, CHAT + 1, state="blocked")
    staff_client.cookies["django_language"] = "en"
    page = staff_client.get(f"/admin-panel/partners/{partner.pk}/").content.decode()
    assert "@aziza" in page
    assert "bot blocked" in page


@pytest.mark.django_db(transaction=True)
def test_of_two_chats_that_send_a_code_at_once_one_is_linked():
    for number in range(ROUNDS):
        user = factories.make_user()
        code = links.new_code(user)

        def use(chat_id, code=code):
            return lambda: links.use_code(code, chat_id=chat_id, username="")

        first, second = 2 * number + 1, 2 * number + 2
        came = at_once(use(first), use(second))
        assert sorted(type(one).__name__ for one in came) == ["BadCode", "User"]
        assert TelegramLink.objects.filter(user=user).count() == 1
