"""A chat becomes somebody's by a code that works once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

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


def test_a_chat_belongs_to_who_linked_it_last(partner, telegram):
    before = factories.make_user()
    link(before)
    hear(telegram.text(CHAT, f"/start {links.new_code(partner.owner)}"))
    assert TelegramLink.objects.get().user == partner.owner


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
    assert partner_client.post(f"{LINK}unlink/")["Location"] == PAGE
    assert deliveries.send_due("telegram") == 0
    assert not TelegramLink.objects.exists()
    assert Delivery.objects.get(channel="telegram").state == "off"


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
