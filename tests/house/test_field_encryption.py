import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellercloudx.lib import crypto

HERE = "marketplace_integrations:7:secret"


@pytest.fixture
def keys(settings):
    settings.FIELD_KEYS = [secrets.token_bytes(32)]
    return settings.FIELD_KEYS


@given(text=st.text())
def test_it_gives_back_what_was_put_in(text):
    assert crypto.decrypt(crypto.encrypt(text, context=HERE), context=HERE) == text


def test_it_hides_the_text_and_never_repeats_itself():
    first, second = (crypto.encrypt("ACMA:key", context=HERE) for _ in range(2))
    assert first != second
    assert b"ACMA" not in first


def test_it_does_not_open_in_another_row():
    token = crypto.encrypt("ACMA:key", context=HERE)
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(token, context="marketplace_integrations:8:secret")


@given(place=st.integers(0, 43), bit=st.integers(0, 7))
def test_it_does_not_open_after_any_bit_changed(place, bit):
    token = bytearray(crypto.encrypt("ACMA:key:12", context=HERE))
    token[place % len(token)] ^= 1 << bit
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(bytes(token), context=HERE)


def test_an_old_key_still_opens_and_the_newest_one_locks(keys):
    old = crypto.encrypt("ACMA:key", context=HERE)
    keys.insert(0, secrets.token_bytes(32))
    new = crypto.encrypt("ACMA:key", context=HERE)
    assert crypto.decrypt(old, context=HERE) == crypto.decrypt(new, context=HERE) == "ACMA:key"

    keys.pop()  # the rotation is over
    assert crypto.decrypt(new, context=HERE) == "ACMA:key"
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(old, context=HERE)


@pytest.mark.parametrize("token", [b"", b"abc", b"x" * 16, b"x" * 100])
def test_what_is_not_a_token_does_not_open(token):
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(token, context=HERE)
