"""What comes by the webhook or is asked for: from Telegram alone, and each of them once."""

import json
import threading
import time

import pytest
import time_machine
from django.utils import timezone
from django.utils.module_loading import import_string
from huey.contrib.djhuey import HUEY

from partners.models import TelegramLink, TelegramUpdate
from partners.telegram import hook, links, updates
from partners.telegram.bot import BotError
from partners.views.telegram import webhook
from sellercloudx import telegram_poll
from tests import factories
from tests.at_once import twice_at_once
from tests.partners.telegram.linking import CHAT, hear, link

pytestmark = pytest.mark.django_db
HOOK = "/telegram/webhook/"


@pytest.fixture
def linked(partner, telegram):
    partner.owner.language = "en"
    partner.owner.save()
    link(partner.owner)
    return partner


@pytest.fixture
def bring(client, settings):
    """As Telegram does."""

    def post(body, secret=None):
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        shown = settings.TELEGRAM_WEBHOOK_SECRET if secret is None else secret
        return client.post(
            HOOK,
            sent,
            content_type="application/json",
            headers={"X-Telegram-Bot-Api-Secret-Token": shown},
        )

    return post


def test_it_is_kept_and_answered_before_anything_is_done(bring, linked, telegram):
    assert bring(telegram.text(CHAT, "/help")).status_code == 200
    assert telegram.calls == []
    assert updates.handle(TelegramUpdate.objects.get().pk)
    assert len(telegram.said_to(CHAT)) == 1


@pytest.mark.parametrize("secret", ["", "x", "0" * 64, "ʼ"])
def test_whoever_does_not_know_the_secret_is_refused(bring, telegram, secret):
    assert bring(telegram.text(CHAT, "/stop"), secret).status_code == 403
    assert not TelegramUpdate.objects.exists()


@pytest.mark.parametrize(
    "length", ["-1", "1e9", "abc", "5 5", "\xb2", "\u0663", "9" * 5000, "262145", str(10**12)]
)
def test_a_length_that_is_none_or_too_large_is_refused_unread(rf, settings, telegram, length):
    """The door by itself: before it our own limit refuses what is no length."""
    secret = {"HTTP_X_TELEGRAM_BOT_API_SECRET_TOKEN": settings.TELEGRAM_WEBHOOK_SECRET}
    request = rf.post(HOOK, b"{}", "application/json", CONTENT_LENGTH=length, **secret)
    assert webhook(request).status_code == 413
    assert not TelegramUpdate.objects.exists()


@pytest.mark.parametrize("length", ["-1", "\xb2", "9" * 5000])
def test_the_whole_house_does_so_too(client, settings, telegram, length):
    secret = {"HTTP_X_TELEGRAM_BOT_API_SECRET_TOKEN": settings.TELEGRAM_WEBHOOK_SECRET}
    answer = client.post(HOOK, b"{}", "application/json", CONTENT_LENGTH=length, **secret)
    assert answer.status_code == 413


def test_without_a_bot_there_is_no_door(bring):
    assert bring({"update_id": 1}).status_code == 404


def test_what_comes_twice_is_done_once(bring, linked, telegram):
    update = telegram.text(CHAT, "/help")
    for _ in range(3):
        assert bring(update).status_code == 200
        updates.handle(TelegramUpdate.objects.get().pk)
    assert len(telegram.said_to(CHAT)) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"3", b'{"update_id": "x"}', b'{"update_id": -1}', b"\xff"]
)
def test_nonsense_is_not_kept(bring, telegram, body):
    assert bring(body).status_code in (200, 400)
    assert not TelegramUpdate.objects.exists()


@pytest.mark.parametrize("text", ["\x00", "\ud800 half", "a\u202eb\u200b"])
def test_signs_that_no_database_takes_are_left_out(bring, linked, telegram, text):
    assert bring(telegram.text(CHAT, text, username=text)).status_code == 200
    assert updates.handle(TelegramUpdate.objects.get().pk)
    assert len(telegram.said_to(CHAT)) == 1


@pytest.mark.parametrize("inner", [b"NaN", b"[" * 50_000 + b"]" * 50_000, b"1e999"])
def test_what_no_database_takes_breaks_nothing(bring, telegram, inner):
    assert bring(b'{"update_id": 5, "x": ' + inner + b"}").status_code in (200, 400)


def test_what_is_far_too_long_is_not_read(bring, telegram):
    assert bring({"update_id": 1, "x": "y" * 300_000}).status_code == 413


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"message": None},
        {"message": {"text": "/stop", "chat": {"id": CHAT, "type": "group"}, "from": {"id": CHAT}}},
        {"message": {"text": "/stop", "chat": {"id": CHAT, "type": "private"}, "from": {"id": 1}}},
        {"message": {"text": ["/stop"], "chat": {"id": CHAT, "type": "private"}, "from": {}}},
        {"message": {"text": "/stop", "chat": {"id": "x", "type": "private"}, "from": {"id": "x"}}},
        {"edited_message": {"text": "/stop"}},
        {"callback_query": {"id": "1", "from": {"id": CHAT}}},
        {"my_chat_member": {"chat": {"id": CHAT}}},
    ],
)
def test_what_is_of_another_shape_or_from_elsewhere_does_nothing(linked, telegram, content):
    hear({"update_id": 1} | content)
    assert telegram.calls == []
    assert TelegramLink.objects.get().user == linked.owner
    assert TelegramUpdate.objects.get().handled_at


def test_what_was_said_is_forgotten_once_it_is_dealt_with(linked, telegram):
    hear(telegram.text(CHAT, "a secret of mine"))
    assert TelegramUpdate.objects.get().payload == {}


def test_an_answer_that_did_not_get_through_is_tried_again(linked, telegram):
    telegram.faults["sendMessage"] = "drop"
    hear(telegram.text(CHAT, "/help"))
    assert TelegramUpdate.objects.get().handled_at is None
    telegram.faults.clear()
    TelegramUpdate.objects.update(due_at=timezone.now())
    assert updates.handle(TelegramUpdate.objects.get().pk)
    assert len(telegram.said_to(CHAT)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_deal_with_one_update_once(partner, telegram):
    link(partner.owner)
    updates.store(telegram.text(CHAT, "/help"))
    pk = TelegramUpdate.objects.get().pk
    assert sorted(twice_at_once(lambda: updates.handle(pk))) == [False, True]
    assert len(telegram.said_to(CHAT)) == 1


class TestCommands:
    def test_help_is_in_the_reader_s_language(self, linked, telegram):
        hear(telegram.text(CHAT, "/help"))
        linked.owner.language = "ru"
        linked.owner.save()
        hear(telegram.text(CHAT, "salom"))
        english, russian = telegram.said_to(CHAT)
        assert "/orders: what is to pack now" in english
        assert "/orders: что собрать сейчас" in russian

    @pytest.mark.parametrize("command", ["/orders", "/stock", f"/orders@{'x' * 20}", "/STOCK"])
    def test_a_company_without_orders_is_told_so(self, linked, telegram, command):
        hear(telegram.text(CHAT, command))
        (text,) = telegram.said_to(CHAT)
        assert linked.company_name in text
        assert "Nothing" in text

    def test_a_company_that_waits_has_no_orders_to_show(self, linked, telegram):
        linked.state = "pending"
        linked.save()
        hear(telegram.text(CHAT, "/orders"))
        (said,) = telegram.said_to(CHAT)
        assert said == f"{linked.company_name}\nWaits for approval; it begins to work then."

    def test_a_blocked_company_is_called_blocked(self, linked, telegram):
        linked.state = "blocked"
        linked.save()
        hear(telegram.text(CHAT, "/orders"))
        assert "It is blocked." in telegram.said_to(CHAT)[0]

    @pytest.mark.parametrize("text", ["/orders", "/stop", "/start", "hi"])
    def test_a_stranger_is_told_how_to_link(self, telegram, text):
        hear(telegram.text(CHAT, text, language_code="ru"))
        (said,) = telegram.said_to(CHAT)
        assert "Привязать Telegram" in said

    def test_who_was_locked_out_is_a_stranger(self, linked, telegram):
        linked.owner.is_active = False
        linked.owner.save()
        hear(telegram.text(CHAT, "/orders"))
        assert linked.company_name not in telegram.said_to(CHAT)[0]


def test_sending_the_bot_away_and_letting_it_in_again_is_noticed(linked, telegram):
    hear(telegram.member(CHAT, "kicked"))
    assert TelegramLink.objects.get().state == "blocked"
    hear(telegram.member(CHAT, "member"))
    assert TelegramLink.objects.get().state == "active"


class TestHook:
    @pytest.fixture(autouse=True)
    def public(self, settings, telegram):
        settings.PUBLIC_URL = "https://sellercloudx.uz"
        settings.IS_TELEGRAM_POLLED = False

    def work(self, django_capture_on_commit_callbacks):
        HUEY.flush()
        with django_capture_on_commit_callbacks(execute=True) as woken:
            hook.wake_due()
        if woken:
            path, *args = HUEY.dequeue().args
            import_string(path)(*args)

    def test_it_is_set_once_for_a_bot_and_an_address(
        self, telegram, settings, django_capture_on_commit_callbacks
    ):
        for _ in range(3):
            self.work(django_capture_on_commit_callbacks)
        (call,) = telegram.of("setWebhook")
        assert call["url"] == "https://sellercloudx.uz/telegram/webhook/"
        assert call["secret_token"] == settings.TELEGRAM_WEBHOOK_SECRET
        settings.PUBLIC_URL = "https://other.uz"
        self.work(django_capture_on_commit_callbacks)
        assert len(telegram.of("setWebhook")) == 2

    def test_a_failure_is_tried_again(self, telegram, django_capture_on_commit_callbacks):
        telegram.faults["setWebhook"] = "garbage"
        self.work(django_capture_on_commit_callbacks)
        telegram.faults.clear()
        self.work(django_capture_on_commit_callbacks)
        assert len(telegram.of("setWebhook")) == 1

    def test_taken_away_it_is_set_again(self, telegram, django_capture_on_commit_callbacks):
        with time_machine.travel("2026-11-25 12:00", tick=False) as clock:
            self.work(django_capture_on_commit_callbacks)
            telegram.hook = None
            self.work(django_capture_on_commit_callbacks)
            assert telegram.of("getWebhookInfo") == []
            for _ in range(3):
                clock.shift(16 * 60)
                self.work(django_capture_on_commit_callbacks)
        assert telegram.hook is not None
        assert len(telegram.of("setWebhook")) == 2
        assert 1 <= len(telegram.of("getWebhookInfo")) <= 3

    @pytest.mark.parametrize("fault", ["garbage", "drop"])
    def test_where_they_do_not_say_it_is_left_as_it_is(self, telegram, fault):
        telegram.faults["getWebhookInfo"] = fault
        assert not hook.check_hook()
        assert telegram.of("setWebhook") == []


class TestAsking:
    @pytest.fixture(autouse=True)
    def quick(self, monkeypatch):
        monkeypatch.setattr(telegram_poll, "WAIT", 0)

    def test_what_was_written_is_kept_and_not_asked_for_again(self, linked, telegram):
        telegram.text(CHAT, "/help")
        telegram.text(CHAT, "/orders")
        asker = telegram_poll.Asker()
        assert [asker.ask(), asker.ask()] == [2, 0]
        assert "offset" not in telegram.of("getUpdates")[0]
        assert telegram.of("getUpdates")[1]["offset"] == telegram.updates[-1]["update_id"] + 1

    def test_a_webhook_of_before_is_taken_away(self, linked, telegram):
        hook.set_hook()
        telegram.text(CHAT, "/help")
        asker = telegram_poll.Asker()
        assert [asker.ask(), asker.ask()] == [0, 1]
        assert telegram.hook is None

    def test_whoever_sets_it_again_means_it(self, linked, telegram):
        """The two would take it from each other for ever."""
        asker = telegram_poll.Asker()
        hook.set_hook()
        asker.ask()
        hook.set_hook()
        with pytest.raises(BotError):
            asker.ask()
        assert telegram.hook is not None
        assert len(telegram.of("deleteWebhook")) == 1

    def test_another_bot_counts_anew(self, linked, telegram, settings):
        TelegramUpdate.objects.create(bot_id=1, update_id=10**6, due_at=timezone.now())
        telegram.text(CHAT, "/help")
        assert telegram_poll.Asker().ask() == 1


ANSWERS = {
    "no list": (200, {"ok": True, "result": True}),
    "no updates": (200, {"ok": True, "result": [1, {}, "x"]}),
    "nothing at once": (200, {"ok": True, "result": []}),
    "another asks": (
        409,
        {"ok": False, "error_code": 409, "description": "Conflict: terminated by other getUpdates"},
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_it_answers_the_loop_asks_less_and_less_often(telegram, answer):
    """By its own clock: each pause is asked for, and passes at once."""
    telegram.faults["getUpdates"] = ANSWERS[answer]
    waited = []

    class Stopped(threading.Event):
        def wait(self, timeout=None):
            # Between turns it waits a second, too.
            waited.append(timeout)
            clock.shift(timeout)
            if len(waited) == 250:
                self.set()
            return self.is_set()

    with time_machine.travel("2026-11-25 12:00", tick=False) as clock:
        telegram_poll.run(Stopped())
    asked = len(telegram.of("getUpdates"))
    assert asked <= len(waited)
    pauses = [seconds for seconds in waited if seconds > 1]
    assert pauses == sorted(pauses)
    assert pauses[:6] == [2, 4, 8, 16, 32, 60]
    assert telegram.of("deleteWebhook") == []


@pytest.mark.django_db(transaction=True)
def test_the_loop_stops_when_it_is_told_to(partner, telegram, monkeypatch):
    monkeypatch.setattr(telegram_poll, "WAIT", 1)
    link(partner.owner)
    stopped = threading.Event()
    loop = threading.Thread(target=telegram_poll.run, args=(stopped,))
    loop.start()
    telegram.text(CHAT, "/help")
    until = time.monotonic() + 10
    while not TelegramUpdate.objects.exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert TelegramUpdate.objects.exists()
    stopped.set()
    loop.join(5)
    assert not loop.is_alive()


def test_old_updates_and_codes_are_swept(partner, telegram):
    links.new_code(partner.owner)
    hear(telegram.text(CHAT, "hi"))
    TelegramUpdate.objects.update(received_at="2026-01-01T00:00:00Z")
    partner.owner.telegram_codes.update(expires_at="2026-01-01T00:00:00Z")
    factories.make_user()
    updates.sweep()
    assert not TelegramUpdate.objects.exists()
    assert not partner.owner.telegram_codes.exists()
