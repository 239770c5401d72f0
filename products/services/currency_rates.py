"""What the central bank of Uzbekistan says a currency is worth, day by day.

Asked for by the clock at CBU_API_URL (https://cbu.uz/uz/arkhiv-kursov-valyut/json/): a list of
objects, all values text: {"Ccy": "RUB", "Nominal": "1", "Rate": "153.24", "Date": "25.11.2026"}.
A rate that moved too far within a day is kept aside for a person. There is no table of ours to
fall back on: where no rate was ever read, none is known, and that is said.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from partners.services import notices
from products.models import CurrencyRate
from sellercloudx.lib import tls
from sellercloudx.lib.deadline import Deadline, keep
from sellercloudx.lib.money import Money, round_money
from sellercloudx.lib.queue import wake

logger = logging.getLogger(__name__)

State = CurrencyRate.State
SUM = "UZS"
SCALE = Decimal(10_000)
LARGEST_MOVE_PERCENT = 20
LARGEST_ANSWER = 1024 * 1024
WITHIN = 20.0
# They publish once a working day; a day is worth some tries.
AGAIN_AFTER = timedelta(hours=6)
# A rate for a day that far ahead is a mistake of somebody.
AHEAD = timedelta(days=7)


class NoAnswer(Exception):
    """The bank could not be asked, or its answer is of another shape."""


@dataclass(frozen=True)
class Rate:
    """Soʻm for one unit, as said by `source` for `day`."""

    currency: str
    sums: Decimal
    day: date
    source: str


def wake_fetch() -> None:
    """Called by the clock: ask, unless that was done lately or nobody is to be asked."""
    lately = CurrencyRate.objects.filter(fetched_at__gt=timezone.now() - AGAIN_AFTER)
    if settings.CBU_API_URL and not lately.exists():
        wake("products.services.currency_rates.fetch")


def fetch() -> int:
    """Ask the bank and keep what it says; how many rates are new."""
    try:
        rows = _ask(settings.CBU_API_URL)
    except NoAnswer as error:
        logger.warning("no rates of currencies: %s", error)
        return 0
    return receive(rows, source=urlsplit(settings.CBU_API_URL).hostname or "", at=timezone.now())


def _ask(url: str) -> list[Any]:
    """Raises NoAnswer."""
    with httpx.Client(verify=tls.trusted(), timeout=WITHIN, follow_redirects=True) as client:
        keep(client, Deadline(WITHIN))
        try:
            with client.stream("GET", url) as answer:
                body = _body(answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAnswer(type(error).__name__) from None
    try:
        said = httpx.Response(200, content=body).json()
    except (ValueError, RecursionError):
        raise NoAnswer("no JSON") from None
    if not isinstance(said, list):
        raise NoAnswer("no list")
    return said


def _body(answer: httpx.Response) -> bytes:
    if answer.status_code != 200:
        raise NoAnswer(f"status {answer.status_code}")
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise NoAnswer("too long an answer")
    return body


def receive(rows: Iterable[Any], *, source: str, at: datetime) -> int:
    """Keep the rates that can be read; how many are new."""
    new = 0
    for row in rows:
        said = _read(row, at)
        if said is None:
            logger.warning("a rate of a currency cannot be read: %.200r", row)
            continue
        new += _keep(said, source, at)
    return new


@dataclass(frozen=True)
class _Said:
    currency: str
    day: date
    nominal: int
    ten_thousandths: int

    @property
    def sums(self) -> Decimal:
        return self.ten_thousandths / SCALE / self.nominal


def _read(row: Any, at: datetime) -> _Said | None:
    """One row of theirs; None where it is not what they say it is."""
    try:
        currency, nominal = str(row["Ccy"]), int(str(row["Nominal"]))
        day = datetime.strptime(str(row["Date"]), "%d.%m.%Y").date()  # noqa: DTZ007  a day
        scaled = Decimal(str(row["Rate"])) * SCALE
        ten_thousandths = int(scaled)
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return None
    is_sound = (
        len(currency) == 3
        and currency.isascii()
        and currency.isupper()
        and 0 < nominal <= 10**6
        and 0 < ten_thousandths <= 10**15
        and scaled == ten_thousandths
        and day <= timezone.localdate(at) + AHEAD
    )
    return _Said(currency, day, nominal, ten_thousandths) if is_sound else None


@transaction.atomic
def _keep(said: _Said, source: str, at: datetime) -> bool:
    before = _newest(said.currency, said.day)
    moved = before is not None and _moved_too_far(before.sums, said.sums)
    row, is_new = CurrencyRate.objects.get_or_create(
        currency=said.currency,
        day=said.day,
        nominal=said.nominal,
        ten_thousandths=said.ten_thousandths,
        defaults={
            "source": source,
            "fetched_at": at,
            "state": State.ASIDE if moved else State.TAKEN,
        },
    )
    if not is_new:
        # It was asked for again, and stands.
        CurrencyRate.objects.filter(pk=row.pk).update(fetched_at=at)
    elif moved and before is not None:
        _tell_staff(row, before, said)
    return is_new


def _moved_too_far(before: Decimal, now: Decimal) -> bool:
    return abs(now - before) * 100 > before * LARGEST_MOVE_PERCENT


def _tell_staff(row: CurrencyRate, before: Rate, said: _Said) -> None:
    notices.notify_staff(
        kind="rate_aside",
        data={
            "currency": said.currency,
            "before": f"{before.sums.normalize():f}",
            "now": f"{said.sums.normalize():f}",
        },
        url=f"/admin/products/currencyrate/{row.pk}/change/",
        dedupe=f"rate_aside:{row.pk}",
    )


def _newest(currency: str, on: date) -> Rate | None:
    rows = CurrencyRate.objects.filter(currency=currency, state=State.TAKEN, day__lte=on)
    row = rows.order_by("-day", "-pk").first()
    if row is None:
        return None
    sums = row.ten_thousandths / SCALE / row.nominal
    return Rate(row.currency, sums, row.day, row.source)


def rate(currency: str, on: date | None = None) -> Rate | None:
    """The rate that holds on a day, today unless said; None: no rate yet."""
    on = on or timezone.localdate()
    return Rate(SUM, Decimal(1), on, "") if currency == SUM else _newest(currency, on)


@dataclass(frozen=True)
class Converted:
    """A sum in another currency, and the rates it was counted with."""

    money: Money
    rates: tuple[Rate, ...]


def convert(money: Money, currency: str, on: date | None = None) -> Converted | None:
    """By the rates of a day, through the soʻm; None where one of them is not known."""
    if money.currency == currency:
        return Converted(money, ())
    here, there = rate(money.currency, on), rate(currency, on)
    if here is None or there is None:
        return None
    amount = round_money(money.amount * here.sums / there.sums)
    used = tuple(one for one in (here, there) if one.currency != SUM)
    return Converted(Money(amount, currency), used)
