"""What people are told reaches them in Telegram, and what is in its way."""

import pytest
from django.core.cache import caches
from django.utils import timezone

from partners.models import Delivery, Notification, TelegramLink
from partners.services import approval, choices, deliveries, digests, notices, password_reset
from partners.telegram import bot
from tests import factories
from tests.partners.telegram.linking import CHAT, link
from tests.partners.telling import at, due_of, join, tell

pytestmark = pytest.mark.django_db
SETTINGS = "/partner-dashboard/settings/notifications/"
LANGUAGES = ("uz", "ru", "en")


@pytest.fixture
def linked(partner, telegram):
    partner.owner.language = "en"
    partner.owner.save()
    link(partner.owner)
    return partner


def delivery() -> Delivery:
    return Delivery.objects.get(channel="telegram")


def test_what_a_person_wrote_is_no_markup(linked, telegram):
    notices.notify_partner(
        linked,
        kind="key_refused",
        data={"shop": "<b>Yulduz</b> & co", "reason": '<a href="x">y</a>'},
        url="/partner-dashboard/",
        dedupe="x",
    )
    assert deliveries.send_due("telegram") == 1
    (call,) = telegram.of("sendMessage")
    assert call["parse_mode"] == "HTML"
    assert "<b>&lt;b&gt;Yulduz&lt;/b&gt; &amp; co: the key is refused</b>" in call["text"]
    assert "&lt;a href=" in call["text"]
    assert "http://127.0.0.1:3000/partner-dashboard/" in call["text"]


def test_a_text_without_end_fits_all_the_same(linked, telegram):
    reason = "<" * 20_000
    notices.notify_partner(
        linked, kind="key_refused", data={"shop": "x", "reason": reason}, url="", dedupe="x"
    )
    deliveries.send_due("telegram")
    assert delivery().state == "sent"


def test_who_has_not_linked_it_is_told_by_email_alone(partner, telegram):
    tell(partner, "sync_trouble")
    assert list(Delivery.objects.values_list("channel", flat=True)) == ["email"]


def test_without_email_telegram_alone_tells_of_the_approval(staff, telegram):
    partner = factories.make_partner(state="pending", user=factories.make_user(email=None))
    link(partner.owner)
    approval.approve(partner=partner, by=staff)
    assert deliveries.send_due("telegram") == 1
    assert deliveries.send_due("email") == 0
    assert "tasdiqlandi" in telegram.said_to(CHAT)[0]


class TestPassword:
    def ask(self, user):
        password_reset.send_link(user.phone, 1)
        deliveries.send_due("telegram")
        deliveries.send_due("email")

    def test_without_email_the_link_comes_by_telegram(self, telegram, client):
        user = factories.make_user(email=None)
        link(user)
        self.ask(user)
        (text,) = telegram.said_to(CHAT)
        address = text.rpartition("http://127.0.0.1:3000")[2]
        assert client.get(address).status_code == 200
        assert "/password-reset/" not in str(list(Notification.objects.values()))

    def test_with_email_it_goes_there_and_nowhere_else(self, telegram, mailoutbox):
        user = factories.make_user()
        link(user)
        self.ask(user)
        assert len(mailoutbox) == 1
        assert telegram.said_to(CHAT) == []

    def test_where_mail_is_off_telegram_brings_it(self, telegram, settings):
        settings.IS_MAIL_ON = False
        user = factories.make_user()
        link(user)
        self.ask(user)
        assert len(telegram.said_to(CHAT)) == 1

    def test_nobody_to_tell_leaves_no_trace(self, telegram):
        self.ask(factories.make_user(email=None))
        assert not Notification.objects.exists()


@pytest.mark.parametrize("trouble", ["blocked", "unknown"])
def test_who_sent_the_bot_away_is_not_written_to_again(linked, telegram, trouble):
    getattr(telegram, trouble).add(CHAT)
    tell(linked, "sync_trouble")
    assert deliveries.send_due("telegram") == 0
    assert delivery().state == "off"
    assert TelegramLink.objects.get().state == "blocked"
    tell(linked, "sync_trouble", 2)
    assert Delivery.objects.filter(channel="telegram").count() == 1


def test_the_overview_and_one_notice_in_the_app_say_so(linked, telegram, client):
    telegram.blocked.add(CHAT)
    for number in range(2):
        tell(linked, "sync_trouble", number)
        deliveries.send_due("telegram")
    told = Notification.objects.get(kind="telegram_blocked")
    assert (told.user, told.url) == (linked.owner, SETTINGS)
    client.force_login(linked.owner)
    client.cookies["django_language"] = "en"
    assert "Telegram reaches you no more" in client.get("/partner-dashboard/").content.decode()
    TelegramLink.objects.update(state="active")
    assert "reaches you no more" not in client.get("/partner-dashboard/").content.decode()


def test_the_page_says_that_the_bot_is_blocked(linked, telegram, client):
    TelegramLink.objects.update(state="blocked")
    client.force_login(linked.owner)
    client.cookies["django_language"] = "en"
    page = client.get("/partner-dashboard/settings/notifications/").content.decode()
    assert "You have blocked the bot" in page


@at("12:00")
def test_asked_to_slow_down_it_waits_as_told_and_counts_no_attempt(linked, telegram):
    telegram.faults["sendMessage"] = 429
    tell(linked, "sync_trouble")
    assert deliveries.send_due("telegram") == 0
    assert (delivery().state, delivery().attempts) == ("due", 0)
    assert (delivery().due_at - timezone.now()).total_seconds() == 7


@at("21:05")
def test_asked_to_slow_down_everybody_waits_and_so_does_the_evening(linked, telegram):
    link(join(linked, "manager"), CHAT + 1)
    refusal = {"ok": False, "error_code": 429, "parameters": {"retry_after": 7}}
    telegram.faults["sendMessage"] = (429, refusal)
    tell(linked, "sync_trouble")
    waiting = Delivery.objects.filter(channel="telegram")
    assert waiting.filter(state="due").count() == 2
    assert [deliveries.send_due("telegram") for _ in range(2)] == [0, 0]
    waiting.update(state="digest", due_at=timezone.now())
    assert not digests.send(linked.owner.pk, "telegram")
    assert len(telegram.of("sendMessage")) == 1
    caches["guard"].clear()
    assert not digests.send(linked.owner.pk, "telegram")
    assert deliveries.is_left_alone("telegram")


@pytest.mark.parametrize("fault", ["garbage", "drop"])
def test_a_server_that_answers_nonsense_is_asked_again_later(linked, telegram, fault):
    telegram.faults["sendMessage"] = fault
    tell(linked, "sync_trouble")
    assert deliveries.send_due("telegram") == 0
    assert (delivery().state, delivery().attempts) == ("due", 1)
    telegram.faults.clear()
    caches["guard"].clear()
    Delivery.objects.update(due_at=timezone.now())
    assert deliveries.send_due("telegram") == 1


def test_a_server_that_hangs_is_given_up_in_time(linked, telegram, monkeypatch):
    monkeypatch.setattr(bot.call, "__kwdefaults__", bot.call.__kwdefaults__ | {"within": 0.3})
    telegram.faults["sendMessage"] = "hang"
    tell(linked, "sync_trouble")
    assert deliveries.send_due("telegram") == 0
    assert delivery().attempts == 1


def test_a_deadline_is_ten_seconds():
    assert bot.call.__kwdefaults__["within"] == 10


def test_an_error_does_not_tell_the_token(linked, telegram, settings, caplog):
    caplog.set_level("DEBUG")
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    tell(linked, "sync_trouble")
    deliveries.send_due("telegram")
    assert "ConnectError" in delivery().error
    assert settings.TELEGRAM_BOT_TOKEN not in delivery().error


def test_a_token_that_is_none_of_theirs_is_left_to_staff(linked, telegram, settings, staff_client):
    settings.TELEGRAM_BOT_TOKEN = "1:wrong"  # noqa: S105
    tell(linked, "sync_trouble")
    for _ in range(len(deliveries.PAUSES) + 1):
        caches["guard"].clear()
        Delivery.objects.update(due_at=timezone.now())
        deliveries.send_due("telegram")
    assert delivery().state == "failed"
    undelivered = staff_client.get("/admin-panel/").context["undelivered"]
    assert delivery() in list(undelivered)


def test_a_mail_server_that_is_away_holds_back_no_telegram(linked, telegram, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    tell(linked, "sync_trouble")
    assert deliveries.send_due("email") == 0
    assert deliveries.send_due("telegram") == 1


def test_the_evening_is_one_message(linked, telegram):
    wishes = {("sync_trouble", "telegram"): "digest"}
    choices.choose(user=linked.owner, wishes=wishes, runs_it=True)
    with at("12:00"):
        for number in range(80):
            tell(linked, "sync_trouble", number)
        assert ("digest", "25 21:00") in due_of(linked.owner, "telegram")
    with at("21:00"):
        assert digests.send(linked.owner.pk, "telegram")
    (text,) = telegram.said_to(CHAT)
    assert text.startswith("<b>The news of the day</b>")
    assert "more in the cabinet." in text
