"""No pattern of ours takes the square of what somebody typed: long words are read quickly."""

import time
from contextlib import suppress

import pytest
from django import forms

from ai_manager.services import forbidden, measures
from partners import typed
from products.fields import AmountField, QuantityField, WordsField
from sellercloudx.lib import redact

LONG = 200_000
# A run of marks in the wrong order, which Unicode has sorted.
DISORDER = "a" + "\u0301\u0327" * 20_000
FILLINGS = ["a", "1", "_", "-", "a-", "eyJ", "-eyJ", "a.", "sk-", "://a:", "x@", "a@a", "token "]


def seconds(function, *args) -> float:
    began = time.perf_counter()
    with suppress(forms.ValidationError):
        function(*args)
    return time.perf_counter() - began


@pytest.mark.timing
@pytest.mark.parametrize("filling", FILLINGS)
def test_a_long_line_of_the_log_is_scrubbed_at_once(filling):
    assert seconds(redact.scrub, (filling * LONG)[:LONG] + "\x01") < 1


@pytest.mark.timing
@pytest.mark.parametrize("field", [AmountField(), QuantityField()])
@pytest.mark.parametrize("filling", [" ", "\u00a0", "\n", "1 000", "1.000", "s"])
def test_a_sum_with_a_gap_of_any_length_is_refused_at_once(field, filling):
    assert seconds(field.clean, "1" + (filling * LONG)[:LONG] + "x") < 1


@pytest.mark.timing
@pytest.mark.parametrize(
    "field",
    [
        *(typed.NameField(max_length=80), typed.CompanyField(max_length=160)),
        *(typed.DigitsField(max_length=30), typed.PhoneField(max_length=40)),
        *(WordsField(most=80), WordsField(most=5000, is_long=True)),
    ],
    ids=lambda field: type(field).__name__,
)
def test_accents_without_end_are_refused_at_once(field):
    assert seconds(field.clean, DISORDER) < 1


def test_what_is_typed_in_parts_is_still_put_together():
    assert WordsField(most=10).clean("и\u0306о") == "йо"
    assert typed.NameField(max_length=10).clean("Юри\u0306  K") == "Юрй K"


@pytest.mark.timing
@pytest.mark.parametrize("filling", ["a", "1", "_", "1-", "a-", "a.", "1х1"])
def test_the_longest_description_is_judged_at_once(filling):
    text = (filling * 6000)[:6000]
    assert (
        seconds(lambda: [*forbidden._LINK.finditer(text), *forbidden._CONTACT.finditer(text)]) < 0.1
    )
    assert seconds(lambda: [*measures._MODEL.finditer(text)]) < 0.1
