"""The orders of a period as a table, without the people who bought."""

import csv
import io
import os
import tracemalloc
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from orders.models import Order
from orders.services import exporting
from partners.models import Activity, Member
from partners.services import activities
from partners.services.activities import Work
from sellercloudx.demo import scale
from tests import factories

pytestmark = pytest.mark.django_db
SCALE = int(os.environ.get("SCALE", "1200"))


@pytest.fixture
def shop(partner):
    return factories.make_connection(partner, name="Yulduz Market")


def make(shop, number: int, *, lines: int = 1, **fields) -> Order:
    order = scale.order(shop, number)
    for name, value in fields.items():
        setattr(order, name, value)
    order.save()
    for count in range(lines):
        product = factories.make_product(shop.partner)
        line = scale.line(order, product)
        line.external_id, line.sku = str(count), f"S{count}"
        line.save()
    return order


def export(partner, steps=None, **parameters) -> bytes:
    steps = [] if steps is None else steps
    asked = {"tab": "all", "days": "30"} | parameters
    work = Work(partner, asked, lambda done, total: steps.append((done, total)))
    return exporting.export_orders(work).content


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_a_row_for_each_line_and_the_orders_sum_once(partner, shop):
    order = make(shop, 1, lines=2, status="ready", total=Decimal("198000"))
    with translation.override("ru"):
        heads, first, second = rows(export(partner))
    assert heads[0] == "Заказ"
    assert heads[-3:] == ["Сумма строки", "Сумма заказа", "Валюта"]
    assert first[0] == second[0] == order.external_id
    assert first[3] == timezone.localtime(order.ordered_at).strftime("%d.%m.%Y %H:%M")
    assert [row[5] for row in (first, second)] == ["S0", "S1"]
    assert [row[10] for row in (first, second)] == ["198000,00", ""]


def test_no_buyer_is_in_it(partner, shop):
    make(shop, 1, raw={"buyer": {"firstName": "Gulnora", "phone": "+998901112233"}})
    text = export(partner).decode()
    assert "Gulnora" not in text
    assert "998901112233" not in text


def test_what_a_marketplace_says_is_no_formula(partner, shop):
    order = make(shop, 1, external_id="=1+1")
    order.lines.update(name="@cmd", sku="-1")
    row = rows(export(partner))[1]
    assert (row[0], row[5], row[6]) == ("'=1+1", "'-1", "'@cmd")


def test_an_order_without_lines_is_there(partner, shop):
    make(shop, 1, lines=0)
    assert len(rows(export(partner))) == 2


def test_the_period_begins_at_midnight_in_tashkent(partner, shop):
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - timedelta(days=6)
    make(shop, 1, external_id="in", ordered_at=first)
    make(shop, 2, external_id="out", ordered_at=first - timedelta(seconds=1))
    assert [row[0] for row in rows(export(partner, days="7"))[1:]] == ["in"]
    assert len(rows(export(partner, days="30"))) == 3


def test_the_filters_of_the_list_are_kept(partner, shop):
    other = factories.make_connection(partner, name="Boshqa")
    make(shop, 1, external_id="A", status="new")
    make(shop, 2, external_id="B", status="delivered")
    make(other, 3, external_id="C", status="new")
    found = lambda **asked: {row[0] for row in rows(export(partner, **asked))[1:]}  # noqa: E731
    assert found(tab="pack") == {"A", "C"}
    assert found(tab="pack", shop=str(other.pk)) == {"C"}
    assert found(q="B") == {"B"}


def test_the_page_sends_its_filters(client, partner, shop):
    make(shop, 1)
    viewer = factories.make_user()
    Member.objects.create(partner=partner, user=viewer, role=Member.Role.VIEWER)
    client.force_login(viewer)
    page = client.get(reverse("orders:list"), {"tab": "all", "q": "Choynak"}).content.decode()
    assert reverse("orders:export") in page
    client.post(reverse("orders:export"), {"tab": "all", "q": "Choynak", "days": "90"})
    activity = Activity.objects.get()
    assert activity.parameters == {"tab": "all", "q": "Choynak", "days": "90"}
    activities.run(activity.pk)
    activity.refresh_from_db()
    assert activity.state == Activity.State.DONE


@pytest.mark.parametrize("odd", ["", "-1", "x", "\0", "9" * 40])
def test_odd_days_are_a_month(partner_client, partner, odd):
    asked = {"days": odd, "tab": odd, "shop": odd, "q": odd}
    assert partner_client.post(reverse("orders:export"), asked).status_code == 302
    assert Activity.objects.get().parameters["days"] == "30"


def test_nobody_elses(partner):
    make(factories.make_connection(), 1)
    assert len(rows(export(partner))) == 1


def test_batch_by_batch_with_steps_and_few_queries(partner, shop, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    at = timezone.now()
    for number in range(5):
        # Two of each moment: the batches part them.
        make(shop, number, external_id=f"N{number}", ordered_at=at - timedelta(hours=number // 2))
    steps = []
    with CaptureQueriesContext(database) as queries:
        content = export(partner, steps)
    assert [row[0] for row in rows(content)[1:]] == ["N1", "N0", "N3", "N2", "N4"]
    assert steps == [(0, 5), (2, 5), (4, 5), (5, 5)]
    # Shops, counting, three batches with their lines, and the look that finds no more.
    assert len(queries) == 2 + 3 * 2 + 1


def test_a_large_shop_takes_no_more_memory_than_its_file_and_a_batch():
    """`SCALE=10000` makes it as large as the issue says."""
    shop = factories.make_connection()
    scale.fill(connection=shop, owner=shop.partner.owner, rows=SCALE)
    tracemalloc.start()
    content = export(shop.partner, days="90")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(rows(content)) == SCALE + 1
    assert peak < 8 * 2**20 + 3 * len(content), peak
