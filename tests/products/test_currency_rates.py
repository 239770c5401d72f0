"""Rates of the central bank: asked for, kept with source and day, doubted, and said on pages."""

import json
import threading
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.urls import reverse
from django.utils import timezone

from partners.models import Notification
from products.models import CurrencyRate
from products.services import currency_rates
from sellercloudx.lib.money import Money
from sellercloudx.wiring import CLOCK
from tests import factories

pytestmark = pytest.mark.django_db
PATH = "/uz/arkhiv-kursov-valyut/json/"


@pytest.fixture
def bank(settings):
    """A server that answers as the bank does; `bank.body` and `bank.status` say what."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(server.status)
            self.end_headers()
            self.wfile.write(server.body if self.path == PATH else b"[]")

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    server.status, server.body = 200, b"[]"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.CBU_API_URL = f"http://127.0.0.1:{server.server_port}{PATH}"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def row(rate="100.50", *, currency="RUB", day=None, nominal="1"):
    """One object of their list, all of it text."""
    day = day or timezone.localdate()
    return {
        "id": 1,
        "Code": "643",
        "Ccy": currency,
        "CcyNm_EN": "Russian Ruble",
        "Nominal": nominal,
        "Rate": rate,
        "Diff": "0.1",
        "Date": f"{day:%d.%m.%Y}",
    }


def receive(*rows):
    return currency_rates.receive(rows, source="cbu.uz", at=timezone.now())


def days_ago(number):
    return timezone.localdate() - timedelta(days=number)


class TestFetched:
    def test_with_source_and_day(self, bank):
        bank.body = json.dumps([row(), row("1234.56", currency="JPY", nominal="10")]).encode()
        assert currency_rates.fetch() == 2
        rate = currency_rates.rate("RUB")
        assert (rate.sums, rate.day, rate.source) == (
            Decimal("100.5"), timezone.localdate(), "127.0.0.1",
        )  # fmt: skip
        assert currency_rates.rate("JPY").sums == Decimal("123.456")

    def test_the_same_again_is_no_new_rate(self, bank):
        bank.body = json.dumps([row()]).encode()
        assert [currency_rates.fetch(), currency_rates.fetch()] == [1, 0]
        assert CurrencyRate.objects.count() == 1

    @pytest.mark.parametrize(
        "body",
        [b"", b"<html>", b"{}", b"null", b"[" * 100_000, b"x" * (1024 * 1024 + 1), b'[1, "a", {}]'],
    )
    def test_another_answer_changes_nothing(self, bank, body):
        receive(row(day=days_ago(1)))
        bank.body = body
        assert currency_rates.fetch() == 0
        assert currency_rates.rate("RUB").sums == Decimal("100.5")

    def test_nor_does_an_error_or_silence(self, bank, settings):
        bank.status = 503
        assert currency_rates.fetch() == 0
        settings.CBU_API_URL = "http://127.0.0.1:9/"
        assert currency_rates.fetch() == 0

    def test_by_the_clock_unless_it_was_lately(
        self, bank, settings, django_capture_on_commit_callbacks
    ):
        def woken():
            with django_capture_on_commit_callbacks() as callbacks:
                currency_rates.wake_fetch()
            return len(callbacks)

        assert CLOCK["products.services.currency_rates.wake_fetch"]
        assert woken() == 1
        receive(row())
        assert woken() == 0
        CurrencyRate.objects.update(fetched_at=timezone.now() - timedelta(days=1))
        assert woken() == 1
        settings.CBU_API_URL = ""
        assert woken() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"Rate": "0"}, {"Rate": "-5"}, {"Rate": "NaN"}, {"Rate": "Infinity"}, {"Rate": ""},
        {"Rate": "1e99"}, {"Rate": None}, {"Nominal": "0"}, {"Nominal": "x"},
        {"Date": "2026-11-25"},
        {"Date": "31.02.2026"}, {"Date": "25.11.2099"},
        {"Ccy": "rub"}, {"Ccy": ""}, {"Ccy": "RUBLE"},
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_right_is_left_out_and_the_others_kept(wrong):
    assert receive(row() | wrong, row(currency="USD", rate="12000")) == 1
    assert currency_rates.rate("RUB") is None
    assert currency_rates.rate("USD").sums == 12_000


class TestMovedTooFar:
    def test_it_is_kept_aside_and_shown_to_staff(self, staff):
        receive(row(day=days_ago(1)))
        receive(row("130"))
        assert currency_rates.rate("RUB").sums == Decimal("100.5")
        (told,) = Notification.objects.filter(user=staff)
        assert (told.kind, told.data["now"]) == ("rate_aside", "130")
        receive(row("130"))
        assert Notification.objects.count() == 1

    def test_until_one_of_them_takes_it(self, staff, staff_client):
        receive(row(day=days_ago(1)))
        receive(row("130"))
        aside = CurrencyRate.objects.get(state="aside")
        page = reverse("admin:products_currencyrate_change", args=[aside.pk])
        assert staff_client.get(page).status_code == 200
        staff_client.post(page, {"state": "taken", "ten_thousandths": "1"})
        assert currency_rates.rate("RUB").sums == 130

    @pytest.mark.parametrize("rate", ["120.6", "80.4"])
    def test_a_fifth_is_not_too_far(self, rate):
        receive(row(day=days_ago(1)))
        receive(row(rate))
        assert currency_rates.rate("RUB").sums == Decimal(rate)


class TestUsed:
    def test_the_rate_of_the_day(self):
        receive(row("90", day=days_ago(10)), row("95", day=days_ago(3)))
        assert currency_rates.rate("RUB", days_ago(5)).sums == 90
        assert currency_rates.rate("RUB").sums == 95
        assert currency_rates.rate("RUB", date(2020, 1, 1)) is None

    def test_between_two_others_through_the_sum(self):
        receive(row("100"), row("12000", currency="USD"))
        found = currency_rates.convert(Money(Decimal(10), "USD"), "RUB")
        assert found.money == Money(Decimal("1200.00"), "RUB")
        assert [one.currency for one in found.rates] == ["USD", "RUB"]

    def test_where_none_was_read_none_is_known(self):
        assert currency_rates.convert(Money(Decimal(10), "UZS"), "RUB") is None


class TestThePageOfAPrice:
    @pytest.fixture
    def page(self, partner, partner_client):
        product = factories.make_product(partner)
        factories.make_connection(partner, currency="RUB")
        return lambda: partner_client.get(
            reverse("products:price", args=[product.pk])
        ).content.decode().replace("\u00a0", " ")  # fmt: skip

    def test_says_rate_source_and_day(self, page):
        receive(row("99"))
        assert "1 RUB = 99.00 soʻm, Central Bank of Uzbekistan" in page()
        assert "1 000" in page()

    def test_says_that_there_is_no_rate_yet(self, page):
        assert "No rate of RUB yet" in page()
