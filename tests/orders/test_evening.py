"""What a seller reads at the end of a day, and what is not known is said so."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import translation
from django.utils.module_loading import import_string
from huey.contrib.djhuey import HUEY

from orders.services import evening, running_out
from partners.models import Delivery, Notification
from partners.services import choices, digests, evenings
from tests import factories
from tests.partners.telegram.linking import CHAT, hear, link

from .fakes import MOMENT, line, receive, remote

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
NBSP = "\u00a0"


@pytest.fixture(autouse=True)
def afternoon():
    with translation.override("en"), time_machine.travel(MOMENT + timedelta(hours=1), tick=False):
        yield


def summary(partner) -> str:
    return evening.summary(partner, DAY).replace(NBSP, " ")


def test_a_day_without_anything_says_so(partner):
    text = summary(partner)
    assert "Sold: nothing yet" in text
    assert "Nothing is to pack." in text
    assert "Nothing was sold in 14 days, so nobody can say what runs out." in text
    assert "cost" not in text


def test_it_says_what_was_sold_and_what_is_left_of_it(partner, shop, product):
    receive(shop, remote(lines=[line("SKU-1", 2)]))
    text = summary(partner)
    assert "Sold: 1 order, 198 000 soʻm" in text
    assert "Left after cost price, before fees: 78 000" in text
    assert "5001" in text


def test_currencies_are_never_added_together(partner, shop, product):
    receive(shop, remote("1"), remote("2", lines=[line("SKU-2", currency="RUB", price="500")]))
    sold = next(row for row in summary(partner).splitlines() if row.startswith("Sold:"))
    assert "2 orders" in sold
    assert "99 000" in sold and "500" in sold and "99 500" not in sold


def test_of_a_product_without_cost_no_profit_is_made_up(partner, shop, product):
    receive(shop, remote("1"), remote("2", lines=[line("SKU-9")]))
    assert "(orders with known costs: 1 of 2)" in summary(partner)
    product.cost = None
    product.save()
    assert "Profit: unknown, the cost prices are not entered." in summary(partner)


def test_what_was_cancelled_or_is_another_day_s_is_not_counted(partner, shop, product):
    receive(shop, remote("1", "cancelled"))
    receive(shop, remote("2", created_at=MOMENT - timedelta(days=1)))
    assert "Sold: nothing yet" in summary(partner)


def test_the_nearest_deadline_stands_first(partner, shop, product):
    receive(
        shop,
        remote("later", ship_by=MOMENT + timedelta(days=3)),
        remote("soon", ship_by=MOMENT + timedelta(hours=20)),
        remote("late", ship_by=MOMENT - timedelta(hours=2)),
        remote("theirs", fulfilment="FBO"),
    )
    first, *rows = evening.to_pack(partner).splitlines()
    assert first == "3 orders, by tomorrow evening: 2"
    assert [row.split(":")[0] for row in rows] == ["• late", "• soon", "• later"]
    assert rows[0].endswith("late")


def test_of_one_shop_the_goods_are_named_and_of_several_the_shop(partner, shop, product):
    receive(shop, remote("1", lines=[line("SKU-1", 2), line("SKU-9", number="2")]))
    row = evening.to_pack(partner).splitlines()[1]
    assert " × 2 +1" in row
    assert shop.name not in row
    factories.make_connection(partner, account="other")
    row = evening.to_pack(partner).splitlines()[1]
    assert shop.name in row
    assert "×" not in row


def test_a_long_list_is_cut(partner, shop, product):
    receive(shop, *[remote(str(number)) for number in range(13)])
    assert evening.to_pack(partner).splitlines()[-1] == "and 3 more"


class TestRunningOut:
    def sell(self, shop, quantity):
        receive(shop, remote(lines=[line("SKU-1", quantity)]))

    def test_by_the_pace_of_two_weeks(self, partner, shop, product):
        self.sell(shop, 3)
        # Two of five are left; at three in fourteen days they last for nine.
        assert running_out.in_words(partner) == "Nothing runs out within a week."
        factories.make_product(partner, sku="SKU-2", stock=3, name="Piyola")
        receive(shop, remote("7", lines=[line("SKU-2", 2)]))
        (found,) = running_out.soon(partner)
        assert (found.available, found.days) == (1, 7)
        assert running_out.in_words(partner) == "• Piyola: 1 pcs, for 7 days"

    def test_what_is_gone_comes_first(self, partner, shop, product):
        self.sell(shop, 5)
        assert running_out.in_words(partner) == f"• {product.name}: none left"

    def test_another_partner_s_sales_do_not_count(self, partner, shop, product):
        self.sell(shop, 5)
        assert running_out.soon(factories.make_partner()) is None


def test_the_bot_answers_with_them(partner, shop, product, telegram):
    partner.owner.language = "en"
    partner.owner.save()
    link(partner.owner)
    receive(shop, remote(lines=[line("SKU-1", 5)]))
    hear(telegram.text(CHAT, "/orders"))
    hear(telegram.text(CHAT, "/stock"))
    orders, goods = telegram.said_to(CHAT)
    assert "5001" in orders
    assert "none left" in goods


class TestAtNine:
    """Told to those who have linked Telegram, once a day."""

    @pytest.fixture
    def strike(self, django_capture_on_commit_callbacks):
        def work(function):
            HUEY.flush()
            with django_capture_on_commit_callbacks(execute=True):
                function()
            while task := HUEY.dequeue():
                path, *args = task.args
                import_string(path)(*args)

        return work

    def evening(self, strike):
        with time_machine.travel(MOMENT + timedelta(hours=8, minutes=30), tick=False):
            strike(evenings.wake_all)
            strike(evenings.wake_all)
        with time_machine.travel(MOMENT + timedelta(hours=8, minutes=59), tick=False):
            strike(digests.wake_due)
        with time_machine.travel(MOMENT + timedelta(hours=9), tick=False):
            strike(digests.wake_due)
            strike(digests.wake_due)

    def test_the_summary_is_sent_once(self, partner, shop, product, telegram, strike):
        link(partner.owner)
        receive(shop, remote())
        self.evening(strike)
        sent = [text for text in telegram.said_to(CHAT) if "kun yakuni" in text]
        assert len(sent) == 1
        assert "Sotildi: 1 ta buyurtma" in sent[0]
        told = Notification.objects.get(kind="evening")
        assert told.read_at

    def test_without_telegram_nobody_is_told(self, partner, shop, telegram, strike):
        self.evening(strike)
        assert not Notification.objects.filter(kind="evening").exists()

    def test_it_can_be_turned_off(self, partner, shop, telegram, strike):
        link(partner.owner)
        wishes = {("evening", "telegram"): "off"}
        choices.choose(user=partner.owner, wishes=wishes, runs_it=True)
        self.evening(strike)
        assert telegram.said_to(CHAT) == []

    def test_it_comes_by_letter_to_who_chose_so(self, partner, shop, telegram, strike, mailoutbox):
        wishes = {("evening", "email"): "digest"}
        choices.choose(user=partner.owner, wishes=wishes, runs_it=True)
        self.evening(strike)
        (letter,) = mailoutbox
        assert "Sotildi: hozircha yoʻq" in letter.body
        assert Delivery.objects.get(notification__kind="evening").channel == "email"

    def test_a_company_that_does_not_work_has_no_evening(self, partner, shop, telegram, strike):
        link(partner.owner)
        partner.state = "blocked"
        partner.save()
        self.evening(strike)
        assert telegram.said_to(CHAT) == []
