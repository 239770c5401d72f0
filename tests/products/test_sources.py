"""Where a figure comes from, said in the reader's language."""

import json
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import translation

from products import wording
from products.services import fees, pricing

LAW = "Tax Code of the Republic of Uzbekistan, turnover tax"


def test_every_source_of_many_words_has_a_title_in_both_languages():
    book = json.loads((settings.BASE_DIR / "data/fees.json").read_text(encoding="utf-8"))
    taxes = json.loads((settings.BASE_DIR / "data/tax_regimes.json").read_text(encoding="utf-8"))
    rows = [*book["fees"], *book["margins"], *taxes["regimes"]]
    sources = {row["source"] for row in rows}
    for source in (one for one in sources if " " in one):
        for language in ("uz", "ru"):
            assert fees.source_in(language, source) != source


@pytest.mark.parametrize(
    ("language", "title"), [("uz", "Soliq kodeksi"), ("ru", "Налоговый кодекс"), ("en", LAW)]
)
def test_the_line_of_a_price_names_it(language, title):
    step = pricing.Step("tax", Decimal(4), "rate", Decimal(4), source=LAW, as_of="2026-11-23")
    with translation.override(language):
        (line,) = wording.waterfall_lines(pricing.as_json([step]), None)
    assert title in line["why"]
