import itertools
import re
from datetime import date, timedelta
from decimal import Decimal

from django.template import Context, Template
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from sellercloudx.pages import charts


def points(*values, before=None):
    start = date(2026, 11, 1)
    return [
        {"label": start + timedelta(days=index), "value": value}
        | ({"before": before[index]} if before else {})
        for index, value in enumerate(values)
    ]


def chart(*values, currency="", before=None):
    return charts.BarChart(points(*values, before=before), title="Orders", currency=currency)


@settings(max_examples=60)
@given(st.lists(st.decimals(-(10**12), 10**12, places=2), min_size=1, max_size=40))
def test_nothing_is_drawn_outside(values):
    drawn = chart(*values, currency="UZS")
    low, high = charts.ABOVE, charts.HEIGHT - charts.BELOW
    for bar in drawn.bars:
        assert low <= bar["y"] <= bar["y"] + bar["height"] <= high + 1
        assert float(bar["x"]) >= 0 and float(bar["x"]) + float(bar["width"]) <= 100
    assert 2 <= len(drawn.grid) <= charts.GRID_LINES + 3


def test_counts_have_whole_grid_lines():
    with translation.override("en"):
        assert [line["label"] for line in chart(3, 1, 2).grid] == ["0", "1", "2", "3"]
        assert [line["label"] for line in chart(0, 0).grid] == ["0", "1"]
        assert chart(94, 22).grid[-1]["label"] == "100"


def test_large_sums_name_their_unit_once():
    drawn = chart(20_350_000, 5_000_000, currency="UZS")
    with translation.override("uz"):
        assert drawn.unit == "mln soʻm"
        assert [line["label"] for line in drawn.grid] == ["0", "10", "20", "30"]


def test_labels_thin_out_and_the_last_day_is_always_named():
    shown = [bar["shown"] for bar in chart(*range(31)).bars]
    assert shown[-1] == "always"
    assert shown.count("always") == 3
    assert shown.count("wide") == 3
    assert {bar["shown"] for bar in chart(1, 2, 3).bars} == {"always"}


@given(st.integers(1, 120), st.booleans())
def test_labels_never_touch(days, is_narrow):
    drawn = chart(*range(days))
    width = charts.NARROW if is_narrow else charts.WIDE
    ends = []
    for bar in drawn.bars:
        if bar["shown"] == "always" or (bar["shown"] == "wide" and not is_narrow):
            label = len(bar["label"]) * charts.FIGURE
            middle = float(bar["middle"]) * width / 100
            start = width - label if bar["is_edge"] else middle - label / 2
            ends.append((start, start + label))
    for (_, end), (start, _) in itertools.pairwise(ends):
        assert start - end >= charts.GAP - 1


def test_it_is_drawn_with_its_finding_and_a_table():
    source = '{% load ui %}{% bar_chart points "Revenue" "UZS" %}'
    given_points = points(1000, 2000, 1500, before=[900, None, 1500])
    with translation.override("en"):
        html = Template(source).render(Context({"points": given_points}))
    assert html.count('class="b1" x=') == 3
    assert "Lowest: 1\u00a0000\u00a0soʻm" in html
    assert len(re.findall(r"<tr><th scope=\"row\">", html)) == 3
    assert "—" in html
    assert 'class="was"' in html


def test_a_chart_of_nothing_is_nothing():
    assert (
        Template('{% load ui %}{% bar_chart points "x" %}').render(Context({"points": []})).strip()
        == ""
    )


def test_a_waterfall_starts_each_bar_where_the_last_one_ended():
    lines = charts.waterfall(
        [
            {"label": "Price", "amount": Decimal(100), "is_total": True},
            {"label": "Fee", "amount": Decimal(-30)},
            {"label": "Cost", "amount": Decimal(-50)},
            {"label": "Profit", "amount": Decimal(20), "is_total": True},
        ]
    )
    assert [(line["x"], line["width"]) for line in lines] == [
        ("0.000", "100.000"),
        ("70.000", "30.000"),
        ("20.000", "50.000"),
        ("0.000", "20.000"),
    ]


def test_a_sparkline_needs_two_points():
    assert charts.sparkline([5]) == ""
    assert charts.sparkline([0, 10]).split()[0] == "1.0,23.0"
