"""A new order is acted on from Telegram: once, by who may, as it stands now."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from marketplaces.connectors import errors
from marketplaces.models import Connection, Operation
from orders.models import Order
from orders.services import fulfilment
from partners.models import AuditLog, Member, Partner, TelegramButton, TelegramUpdate
from partners.services import deliveries
from partners.telegram import updates
from sellercloudx import wiring
from tests import factories
from tests.partners.telegram.linking import CHAT, hear, link

from .fakes import receive, remote

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(partner, shop, product, telegram):
    """The owner has been told of an order; the order."""
    partner.owner.language = "en"
    partner.owner.save()
    link(partner.owner)
    Order.objects.all().delete()
    order = receive(shop, remote())
    deliveries.send_due("telegram")
    return order


def colleague(partner, role, chat_id=CHAT + 1):
    user = factories.make_user(language="en", first_name="Dilnoza", last_name="R")
    Member.objects.create(partner=partner, user=user, role=role)
    link(user, chat_id)
    return user


def button(action, user=None) -> str:
    found = TelegramButton.objects.filter(action=f"order_{action}")
    return (found.filter(user=user) if user else found).get().token


def said(telegram) -> str:
    """What stood on the screen of who pressed last."""
    return telegram.of("answerCallbackQuery")[-1]["text"]


def edited(telegram) -> dict:
    return telegram.of("editMessageText")[-1]


def test_a_cancellation_asks_first_and_leads_back(told, telegram):
    token = button("out_of_stock")
    hear(telegram.press(CHAT, token))
    assert said(telegram).startswith("Are you sure")
    asked = telegram.of("editMessageReplyMarkup")[-1]
    assert labels_of(asked) == ["Really cancel the order", "Back"]
    hear(telegram.press(CHAT, f"{token}:no"))
    assert "Out of stock: cancel it" in labels_of(telegram.of("editMessageReplyMarkup")[-1])
    assert not Operation.objects.filter(kind="cancel_order").exists()
    for _ in range(2):
        hear(telegram.press(CHAT, f"{token}:yes"))
        assert "cancelled" in said(telegram)
    assert Operation.objects.filter(kind="cancel_order").count() == 1
    hear(telegram.press(CHAT, token))
    assert "cancelled" in said(telegram)


def test_a_later_press_erases_nothing_an_earlier_one_said(told, telegram):
    hear(telegram.press(CHAT, button("label")))
    hear(telegram.press(CHAT, button("ready")))
    assert "the label is below" in edited(telegram)["text"]
    assert "ready to ship" in edited(telegram)["text"]


def labels_of(message) -> list[str]:
    return [b["text"] for row in message["reply_markup"]["inline_keyboard"] for b in row]


def status(order) -> str:
    order.refresh_from_db()
    return order.status


def test_the_message_has_what_can_be_done(told, telegram):
    assert [b["text"] for b in telegram.buttons()] == [
        "Ready to ship",
        "Label (PDF)",
        "Out of stock: cancel it",
    ]
    assert str(told.pk) not in [b["callback_data"] for b in telegram.buttons()]


def test_ready(told, telegram, partner):
    hear(telegram.press(CHAT, button("ready"), message_id=7))
    assert status(told) == "ready"
    assert Operation.objects.get(kind="ship_order").requested_by == partner.owner
    assert AuditLog.objects.get(action="ORDER_STATUS_CHANGED").actor == partner.owner
    assert said(telegram).startswith("Aziza Karimova, ")
    message = edited(telegram)
    assert (message["chat_id"], message["message_id"]) == (CHAT, 7)
    assert "ready to ship. The marketplace is being told." in message["text"]
    assert labels_of(message) == ["Label (PDF)"]


def test_out_of_stock(told, telegram):
    hear(telegram.press(CHAT, f"{button('out_of_stock')}:yes"))
    assert status(told) == "cancelled"
    assert Operation.objects.get(kind="cancel_order").payload["reason"] == "out_of_stock"
    assert labels_of(edited(telegram)) == []


def test_the_label_comes_as_a_file(told, telegram):
    hear(telegram.press(CHAT, button("label")))
    (sent,) = telegram.of("sendDocument")
    assert sent["chat_id"] == str(CHAT)
    assert sent["document"] == ("label-5001.pdf", b"%PDF-1.4 5001")
    assert labels_of(edited(telegram)) == ["Ready to ship", "Out of stock: cancel it"]


def test_a_label_that_the_marketplace_does_not_give_now_may_be_asked_for_again(
    told, telegram, fake
):
    fake.failing = [(errors.RateLimited("slow down"), False)]
    hear(telegram.press(CHAT, button("label")))
    assert telegram.of("sendDocument") == []
    hear(telegram.press(CHAT, button("label")))
    assert len(telegram.of("sendDocument")) == 1


def broken(*, partner, user, target):
    raise RuntimeError("database is locked")


@pytest.fixture
def press_that_breaks(told, telegram, monkeypatch):
    """It is tried as often as it may be."""
    with monkeypatch.context() as patch:
        patch.setitem(wiring.TELEGRAM_ACTIONS, "order_ready", f"{__name__}.broken")
        updates.store(telegram.press(CHAT, button("ready")))
        for _ in range(updates.ATTEMPTS):
            TelegramUpdate.objects.filter(handled_at=None).update(due_at=timezone.now())
            assert not updates.handle(TelegramUpdate.objects.latest("pk").pk)


def test_a_press_that_came_to_nothing_may_be_tried_again(told, telegram, press_that_breaks):
    assert "Something broke on our side" in said(telegram)
    row = TelegramUpdate.objects.latest("pk")
    assert row.handled_at and row.payload == {}
    hear(telegram.press(CHAT, button("ready")))
    assert "ready to ship" in said(telegram)
    told.refresh_from_db()
    assert told.status == Order.Status.READY


def test_so_may_one_over_which_workers_died(told, telegram):
    updates.store(telegram.press(CHAT, button("ready")))
    row = TelegramUpdate.objects.latest("pk")
    gone = TelegramButton.objects.get(action="order_ready")
    press = row.payload["callback_query"]["id"]
    TelegramButton.objects.filter(pk=gone.pk).update(used_at=timezone.now(), press=press)
    TelegramUpdate.objects.update(attempts=updates.ATTEMPTS)
    updates.wake_due()
    row.refresh_from_db()
    gone.refresh_from_db()
    assert row.handled_at and row.payload == {}
    assert gone.used_at is None


def test_pressed_again_it_says_what_happened(told, telegram):
    for _ in range(2):
        hear(telegram.press(CHAT, button("ready")))
    first, second = (call["text"] for call in telegram.of("answerCallbackQuery"))
    assert first == second
    assert Operation.objects.filter(kind="ship_order").count() == 1


def test_an_order_that_has_moved_on_is_left_where_it_is(told, telegram, partner):
    fulfilment.cancel(order=told, by=partner.owner, reason="damaged")
    hear(telegram.press(CHAT, button("ready")))
    assert "already moved on. Its status now: Cancelled." in said(telegram)
    assert status(told) == "cancelled"
    assert labels_of(edited(telegram)) == []


def test_of_two_colleagues_the_second_is_told(partner, shop, product, telegram):
    link(partner.owner)
    other = colleague(partner, "operator")
    order = receive(shop, remote())
    deliveries.send_due("telegram")
    hear(telegram.press(CHAT, button("ready", partner.owner)))
    hear(telegram.press(CHAT + 1, button("out_of_stock", other)))
    assert status(order) == "ready"
    assert "already moved on. Its status now: Ready to ship." in said(telegram)


ROLES = {"owner": True, "manager": True, "operator": True, "viewer": False}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("before", ["confirmed", "ready", "shipped", "cancelled"])
@pytest.mark.parametrize("action", ["ready", "out_of_stock"])
def test_who_may_do_what_and_when(told, telegram, partner, role, before, action):
    """The role counts when it is pressed, and so does the order."""
    Member.objects.filter(user=partner.owner).update(role=role)
    Order.objects.update(status=before)
    hear(telegram.press(CHAT, button(action) + (":yes" if action == "out_of_stock" else "")))
    is_done = ROLES[role] and before == "confirmed"
    after = {"ready": "ready", "out_of_stock": "cancelled"}[action] if is_done else before
    assert status(told) == after
    assert ("Your role may look" in said(telegram)) == (role == "viewer")
    assert Operation.objects.count() == is_done


def test_a_viewer_is_told_of_the_order_without_buttons(partner, shop, product, telegram):
    colleague(partner, "viewer", CHAT)
    receive(shop, remote())
    assert deliveries.send_due("telegram") == 1
    assert "reply_markup" not in telegram.of("sendMessage")[0]


@pytest.mark.parametrize("state", ["blocked", "pending"])
def test_a_company_that_may_not_work_does_nothing(told, telegram, state):
    Partner.objects.update(state=state)
    hear(telegram.press(CHAT, button("ready")))
    assert status(told) == "confirmed"


def test_somebody_else_s_button_does_nothing(told, telegram):
    thief = factories.make_partner()
    link(thief.owner, CHAT + 5)
    hear(telegram.press(CHAT + 5, button("ready")))
    hear(telegram.press(CHAT + 6, button("ready")))
    hear(telegram.press(CHAT, "x" * 64))
    assert len(telegram.of("answerCallbackQuery")) == 3
    assert status(told) == "confirmed"
    assert TelegramButton.objects.get(action="order_ready").used_at is None


def test_a_button_ends_after_a_week(told, telegram):
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        hear(telegram.press(CHAT, button("ready")))
    assert said(telegram) == "This button is too old."
    assert status(told) == "confirmed"


def test_a_shop_that_is_disconnected_is_said(told, telegram):
    Connection.objects.update(state="disconnected")
    hear(telegram.press(CHAT, button("ready")))
    assert "The marketplace cannot be told from here." in said(telegram)
    assert status(told) == "confirmed"


def test_an_answer_that_did_not_get_through_does_nothing_twice(told, telegram):
    telegram.faults["answerCallbackQuery"] = "drop"
    hear(telegram.press(CHAT, button("ready")))
    telegram.faults.clear()
    TelegramUpdate.objects.update(due_at=timezone.now())
    updates.handle(TelegramUpdate.objects.get().pk)
    assert "ready to ship" in said(telegram)
    assert Operation.objects.count() == 1


def test_what_broke_half_way_is_done_by_the_same_press(told, telegram, monkeypatch):
    def die(**about):
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(fulfilment, "mark_ready", die)
        with pytest.raises(SystemExit):
            hear(telegram.press(CHAT, button("ready")))
    assert "Something broke" in said(telegram)
    TelegramUpdate.objects.update(due_at=timezone.now())
    assert updates.handle(TelegramUpdate.objects.get().pk)
    assert status(told) == "ready"
