import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.services import skus


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Choynak «Paxta» 1 l", "CHOYNAK-PAXTA-1-L"),
        ("Чайник «Пахта», 1 л", "CHAYNIK-PAXTA-1-L"),
        ("Oʻzbek gʻijduvon lagani", "OZBEK-GIJDUVON-LAGANI"),
        ("Ўзбек пиёласи", "OZBEK-PIELASI"),
        ("Смартфон Redmi Note 13 Pro+ 8/256 ГБ чёрный", "SMARTFON-REDMI-NOTE-13-PRO-8"),
        ("Преображенскоконстантинопольская", "PREOBRAJENSKOKONSTANTINOPOLS"),
        ("茶壶", "TOVAR"),
    ],
)
def test_it_can_be_read_aloud(name, code):
    assert skus.from_name(name) == code


@given(st.text(max_size=200))
def test_it_is_always_short_and_plain(name):
    assert re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", skus.from_name(name))
    assert len(skus.from_name(name)) <= skus.LONGEST
