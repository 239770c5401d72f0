from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sellercloudx.lib import formats
from sellercloudx.lib.money import Money

NOON = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)  # 12:00 in Tashkent


def render(source, **context):
    return Template("{% load format %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "expected"),
    [("uz", "184 250 000 soʻm"), ("ru", "184 250 000 сум"), ("en", "184 250 000 soʻm")],
)
def test_it_writes_money_as_each_language_does(language, expected):
    with translation.override(language):
        assert formats.money(Decimal("184250000.00"), "UZS") == expected.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", "0"),
        ("-78450", "−78 450"),
        ("78450.50", "78 450,50"),
        ("999999999999.99", "999 999 999 999,99"),
        (None, "—"),
        ("", "—"),
        (float("nan"), "—"),
        (Decimal("Infinity"), "—"),
    ],
)
def test_it_shows_tiyin_only_where_there_are_some(value, expected):
    with translation.override("uz"):
        assert formats.amount(value) == expected.replace(" ", "\u00a0")


def test_it_writes_a_number_of_a_phone_in_the_groups_people_say_it_in():
    assert formats.phone("+998901234567").replace("\xa0", " ") == "+998 90 123 45 67"
    assert (formats.phone("+77011234567"), formats.phone(None)) == ("+77011234567", "—")


@given(st.decimals(-(10**12), 10**12, places=2))
def test_no_digit_of_a_sum_is_lost(value):
    with translation.override("en"):
        text = formats.amount(value)
    assert Decimal(text.replace("\u00a0", "").replace("−", "-")) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("9999999", "9 999 999"),
        ("184250000", "184,3 mln"),
        ("184000000", "184 mln"),
        ("999949999", "999,9 mln"),
        ("999960000", "1 mlrd"),
        ("-12340000000", "−12,3 mlrd"),
        ("999999999999.99", "1 trln"),
    ],
)
def test_it_shortens_only_what_is_long(value, expected):
    with translation.override("uz"):
        assert formats.compact_amount(value) == expected.replace(" ", "\u00a0")


def test_a_short_sum_still_tells_the_exact_one():
    with translation.override("en"):
        html = render("{{ sum|compact }}", sum=Money(Decimal("184250000"), "UZS"))
    assert 'title="184\u00a0250\u00a0000\u00a0soʻm"' in html


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NOON + timedelta(hours=2), "today 14:00"),
        (NOON - timedelta(hours=13), "yesterday 23:00"),
        (NOON + timedelta(hours=12), "tomorrow 00:00"),
        (NOON - timedelta(days=10), "14 Nov 12:00"),
        (NOON - timedelta(days=400), "20 Oct 2025 12:00"),
    ],
)
def test_it_tells_the_time_by_the_clock_of_tashkent(moment, expected):
    with translation.override("en"):
        assert formats.moment(moment) == expected.replace(" ", "\u00a0")


@time_machine.travel(NOON, tick=False)
def test_a_time_carries_its_full_form():
    with translation.override("en"):
        html = render("{{ moment|when }}", moment=NOON)
    assert 'datetime="2026-11-24T12:00:00+05:00"' in html
    assert "24.11.2026 12:00:00 (Asia/Tashkent)" in html


@pytest.mark.parametrize(
    ("language", "expected"), [("uz", "5 noy"), ("ru", "5 ноя"), ("en", "5 Nov")]
)
@time_machine.travel(NOON, tick=False)
def test_it_names_the_month_in_each_language(language, expected):
    with translation.override(language):
        assert formats.day(date(2026, 11, 5)) == expected.replace(" ", "\u00a0")


def test_it_names_two_parts_of_a_duration():
    with translation.override("en"):
        assert formats.duration(timedelta(minutes=130)) == "2 h 10 min"
        assert formats.duration(timedelta(days=3, hours=4, minutes=9)) == "3 d 4 h"
        assert formats.duration(timedelta(seconds=59)) == "0 min"


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [(110, 100, "▲ 10%"), (90, 100, "▼ 10%"), (5, 0, "nothing to compare"), (100, 100, "as in")],
)
def test_a_change_is_told_with_an_arrow_and_in_words(now, before, expected):
    with translation.override("en"):
        html = render("{% change now before %}", now=now, before=before)
    assert expected in html
    assert ("less than" in html) == (now < before)
