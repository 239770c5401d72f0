"""The products of a list as a table that Excel here opens by a double click."""

import csv
import io
import os
import tracemalloc
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from partners.services.activities import Unfit, Work
from products.models import Listing
from products.services import exporting
from sellercloudx.demo import scale
from sellercloudx.lib import tables
from tests import factories

pytestmark = pytest.mark.django_db
SCALE = int(os.environ.get("SCALE", "1200"))


def export(partner, steps=None, **parameters) -> bytes:
    steps = [] if steps is None else steps
    work = Work(partner, parameters, lambda done, total: steps.append((done, total)))
    return exporting.export_products(work).content


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_columns_and_figures(partner):
    product = factories.make_product(partner, stock=7, sku="CH-1", name="Choynak; 1 l")
    shop = factories.make_connection(partner, name="Yulduz Market")
    factories.make_listing(product, shop, state=Listing.State.REVIEW)
    product.price = Decimal("99000.50")
    product.save()
    with translation.override("ru"):
        content = export(partner)
    assert content.startswith(b"\xef\xbb\xbf")
    heads, row = rows(content)
    assert heads[:9] == [
        *("Артикул (SKU)", "Название", "Штрихкод", "На складе", "В резерве", "Доступно"),
        *("Себестоимость", "Цена", "Валюта"),
    ]
    assert "Yulduz Market" in heads[9]
    assert row == [
        *("CH-1", "Choynak; 1 l", "", "7", "0", "7", "60000,00", "99000,50", "UZS"),
        "Ждёт вашего одобрения",
    ]


def test_what_is_not_known_is_empty_and_no_zero(partner):
    factories.make_product(partner, cost=None, price=None)
    assert rows(export(partner))[1][6:8] == ["", ""]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+998901234567", "'+998901234567"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'\t=1+1"),
        ("\r=1+1", "'\r=1+1"),
        ("  =1+1", "'  =1+1"),
        ("＝1+1", "'＝1+1"),
        ("a=b", "a=b"),
        ('he said "x"; y\nz', 'he said "x"; y\nz'),
        ("null\0", "null"),
        ("4780000000001", '="4780000000001"'),
        ("007", '="007"'),
        ("٤٧٨٠٠٠٠٠٠٠٠٠١", "٤٧٨٠٠٠٠٠٠٠٠٠١"),
        ("0", "0"),
        ("🙂", "🙂"),
    ],
)
def test_bad_cells_stay_words(typed, written):
    table = tables.CsvTable(most_bytes=1000)
    table.add([[typed, "end"]])
    text = table.content().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=";")) == [[written, "end"]]


def test_numbers_of_ours_may_be_negative():
    assert [tables.written(cell) for cell in (-3, Decimal("-0.50"), None)] == ["-3", "-0,50", ""]


def test_a_shop_named_as_a_formula_heads_a_column_as_words(partner):
    factories.make_connection(partner, name="=HYPERLINK(1)")
    factories.make_product(partner)
    assert not any(cell.startswith("=") for cell in rows(export(partner))[0])


def test_the_filters_of_the_list_are_kept(partner):
    factories.make_product(partner, sku="A", name="Choynak", stock=1)
    factories.make_product(partner, sku="B", name="Piyola", stock=1)
    factories.make_product(partner, sku="C", name="Choynak katta")
    assert [row[0] for row in rows(export(partner, q="choynak"))[1:]] == ["C", "A"]
    assert [row[0] for row in rows(export(partner, q="choynak", tab="empty"))[1:]] == ["C"]


def test_nobody_elses(partner):
    factories.make_product(sku="THEIRS")
    assert len(rows(export(partner))) == 1


def test_batch_by_batch_with_steps_and_few_queries(partner, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    for number in range(5):
        factories.make_product(partner, sku=f"P{number}")
    steps = []
    with CaptureQueriesContext(database) as queries:
        content = export(partner, steps)
    assert [row[0] for row in rows(content)[1:]] == ["P4", "P3", "P2", "P1", "P0"]
    assert steps == [(0, 5), (2, 5), (4, 5), (5, 5)]
    # Counting, shops, three batches with bundles, stock and listings, the look that finds no more.
    assert len(queries) == 2 + 3 * 4 + 1


def test_more_than_one_file_holds(partner, monkeypatch):
    monkeypatch.setattr(exporting, "LARGEST_BYTES", 100)
    factories.make_product(partner)
    with pytest.raises(Unfit) as refused:
        export(partner)
    assert refused.value.code == "too_large"


def test_a_large_shop_takes_no_more_memory_than_its_file_and_a_batch():
    """`SCALE=10000` makes it as large as the issue says."""
    shop = factories.make_connection()
    scale.fill(connection=shop, owner=shop.partner.owner, rows=SCALE)
    tracemalloc.start()
    content = export(shop.partner)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(rows(content)) == SCALE + 1
    assert peak < 8 * 2**20 + 3 * len(content), peak
