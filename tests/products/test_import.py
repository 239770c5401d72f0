"""Products out of a table: shown first, then taken row by row, each of them once."""

import csv
import io
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from partners.models import Activity, Member, Notification, StoredFile
from partners.services import activities, retention
from partners.services.activities import Work
from products.models import PriceChange, Product, ProductImport, StockMovement
from products.services import exporting, import_files, importing, stock
from sellercloudx import wiring as ours
from sellercloudx.lib import wiring
from tests import factories
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db
URL = reverse("products:import")
HEADS = "SKU;Name;On hand;Cost price;Price"


@pytest.fixture(autouse=True)
def done_by_us(monkeypatch):
    for kind, path in ours.ACTIVITIES.items():
        monkeypatch.setitem(wiring.table("ACTIVITIES"), kind, path)


def table(*rows, heads=HEADS) -> bytes:
    return "\n".join([heads, *rows]).encode()


def send(client, data, name="tovarlar.csv"):
    return client.post(URL, {"table": SimpleUploadedFile(name, data)})


def preview(client, data, name="tovarlar.csv"):
    answer = send(client, data, name)
    assert answer.status_code == 302, answer.content.decode()
    return client.get(answer.url)


def confirm(client, submission=None):
    sent = ProductImport.objects.latest("uploaded_at")
    url = reverse("products:import_preview", args=[sent.pk])
    return client.post(url, {"submission": submission or uuid.uuid4()})


def run() -> Activity:
    activity = Activity.objects.latest("pk")
    activities.run(activity.pk)
    activity.refresh_from_db()
    return activity


def take(client, data, name="tovarlar.csv") -> Activity:
    preview(client, data, name)
    confirm(client)
    return run()


def outcomes(activity):
    return list(activity.items.order_by("position").values_list("outcome", flat=True))


def on_hand(sku) -> int:
    return stock.figures(Product.objects.get(sku=sku)).on_hand


def test_what_would_change_is_shown_and_only_the_file_is_kept(partner_client, partner):
    factories.make_product(partner, sku="A", name="Choynak", stock=3)
    factories.make_product(partner, sku="B", name="Piyola", stock=1)
    rows = ["A;Choynak katta;7;60000;99000", "B;Piyola;1;;", "C;Lagan;2;10000;20000", "D;;1;;"]
    page = preview(partner_client, table(*rows, "E;Kosa;-1;;"))
    counts = page.context["preview"].counts
    assert [counts[name] for name in ("created", "updated", "unchanged", "rejected")] == [
        *(1, 1, 1, 2)
    ]
    text = page.content.decode()
    for words in ("Choynak → Choynak katta", "3 → 7", "a new one needs a name", "less than 0"):
        assert words in text
    assert Product.objects.count() == 2
    assert on_hand("A") == 3
    assert not Activity.objects.exists()
    assert StoredFile.objects.count() == 1


def test_products_are_added_and_changed_by_their_sku(partner_client, partner):
    old = factories.make_product(partner, sku="A", name="Choynak", stock=3)
    heads = "SKU;Name;Brand;On hand;Cost price;Price;Currency"
    rows = ["A;;Paxta;7;61000;99000,50;UZS", "B;Piyola;;12;10 000;25 000;"]
    activity = take(partner_client, table(*rows, heads=heads))
    assert (activity.state, outcomes(activity)) == ("done", ["updated", "created"])
    old.refresh_from_db()
    assert (old.name, old.brand) == ("Choynak", "Paxta")
    assert (old.cost, old.price) == (Decimal(61000), Decimal("99000.50"))
    new = Product.objects.get(sku="B")
    assert (new.cost, new.price, new.currency) == (Decimal(10000), Decimal(25000), "UZS")
    assert (on_hand("A"), on_hand("B")) == (7, 12)
    sent = ProductImport.objects.get()
    moved = StockMovement.objects.filter(source__startswith="import:").order_by("pk")
    assert [(one.source, one.quantity, one.actor) for one in moved] == [
        (f"import:{sent.pk}:2", 4, partner.owner),
        (f"import:{sent.pk}:3", 12, partner.owner),
    ]
    assert PriceChange.objects.filter(product=old, after=Decimal("99000.50")).exists()
    notice = Notification.objects.get(kind="bulk_done")
    assert (notice.data["done"], notice.data["left"]) == (2, 0)
    assert partner_client.get(notice.url).status_code == 200


def test_rows_not_taken_come_back_with_the_reasons_and_change_nothing(partner_client, partner):
    factories.make_product(partner, sku="L", cost=Decimal(60000), price=Decimal(99000), stock=1)
    rows = [
        "A;Choynak;1;;",
        "A;Yana choynak;1;;",
        "N;;1;;",
        "Q;Kosa;besh;;",
        "P;Kosa;1;-5;",
        "H;Kosa;1;;99999999999999999999",
        "L;Boshqa nom;1;60000;100",
        "W;Kosa;1;60000;100",
        ";Kosa;1;;",
        "=cmd|' /C calc'!A0;Kosa;1;;",
    ]
    activity = take(partner_client, table(*rows))
    assert outcomes(activity) == ["created"] + ["rejected"] * 9
    assert Notification.objects.get(kind="bulk_done").data["left"] == 9
    assert set(Product.objects.values_list("sku", flat=True)) == {"A", "L"}
    assert Product.objects.get(sku="L").name == "Choynak «Paxta» 1 l"
    answer = partner_client.get(reverse("partners:activity_result", args=[activity.pk]))
    back = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in back] == [
        *("SKU", "A", "N", "Q", "P", "H", "L", "W", "", "'=cmd|' /C calc'!A0")
    ]
    assert all(row[5] for row in back)
    # Mended, the same table can be sent again.
    assert importing_reads(answer.content) == 9


def importing_reads(data) -> int:
    return len(importing.import_rows.read(data).rows)


def test_the_same_file_again_changes_nothing(partner_client, partner):
    data = table("A;Choynak;7;10000;25000", "B;Piyola;5;;")
    take(partner_client, data)
    stock.adjust(
        partner=partner,
        product=Product.objects.get(sku="A"),
        quantity=-3,
        reason="sold",
        source="test",
    )
    assert "imported before" in preview(partner_client, data).content.decode()
    assert ProductImport.objects.count() == 1
    confirm(partner_client)
    assert outcomes(run()) == ["unchanged", "unchanged"]
    # Three were sold since: the old count does not bring them back.
    assert (on_hand("A"), on_hand("B")) == (4, 5)
    assert Product.objects.count() == 2


def test_a_double_click_makes_one(partner_client, partner):
    preview(partner_client, table("A;Choynak;7;;"))
    number = uuid.uuid4()
    for _click in range(2):
        assert confirm(partner_client, number).url == reverse("partners:activity")
    activity = Activity.objects.get()
    run()
    assert (outcomes(activity), on_hand("A")) == (["created"], 7)


@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_an_export_of_ours_comes_back_and_changes_nothing(partner_client, partner, language):
    factories.make_connection(partner, name="=Yulduz")
    for number in range(3):
        factories.make_product(partner, sku=f"00{number}", barcode="4780000000014", stock=number)
    factories.make_product(partner, sku="X", name="Kosa", cost=None, price=None)
    with translation.override(language):
        made = exporting.export_products(Work(partner, {}, lambda done, total: None))
    counts = preview(partner_client, made.content).context["preview"].counts
    assert (counts["unchanged"], sum(counts.values())) == (4, 4)


@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_the_template_has_the_columns_that_are_read(partner_client, partner, language):
    partner_client.cookies["django_language"] = language
    answer = partner_client.get(reverse("products:import_template"))
    heads = answer.content.decode("utf-8-sig").strip()
    assert answer["Content-Disposition"].startswith("attachment")
    page = preview(partner_client, f"{heads}\nA;Choynak".encode())
    assert page.context["preview"].counts["created"] == 1
    assert page.context["preview"].unread == []


def test_a_workbook(partner_client, partner):
    rows = [["Артикул", "Название", "Остаток", "Цена, сум"], ["A", "Choynak", 7, 25000.5]]
    activity = take(partner_client, workbook(rows), name="a.xlsx")
    assert outcomes(activity) == ["created"]
    assert (Product.objects.get().price, on_hand("A")) == (Decimal("25000.50"), 7)


def test_a_table_of_an_older_windows(partner_client, partner):
    data = "Артикул;Название\nА-1;Чайник".encode("cp1251")
    assert outcomes(take(partner_client, data)) == ["created"]
    assert Product.objects.get().name == "Чайник"


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.csv", "empty"),
        (b"SKU;Name", "a.csv", "no row"),
        (b"Kod boshqa;Name\nA;B", "a.csv", "no column"),
        (b"SKU;Name;SKU\nA;B;C", "a.csv", "twice"),
        (b"%PDF-1.7\n", "narxlar.xlsx", "no table"),
        (b"SKU;Name\n" + b"A;B\n" * 200_000, "a.csv", "10\u00a0000 rows"),
        (b"SKU\n" + b"a" * (10 * 2**20), "a.csv", "10 MB"),
        (workbook([["SKU"], ["A"]], **{"xl/vbaProject.bin": "x"}), "a.xlsx", "macro"),
    ],
)
def test_what_is_not_taken_is_said_and_not_kept(partner_client, partner, data, name, says):
    answer = send(partner_client, data, name)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not StoredFile.objects.exists()
    assert not ProductImport.objects.exists()


def test_a_formula_is_words(partner_client, partner):
    heads = "SKU;Name;Description"
    take(partner_client, table("A;Choynak;=1+1 qaynatadi", heads=heads))
    assert Product.objects.get().description == "=1+1 qaynatadi"


def test_pieces_that_are_promised_stay(partner_client, partner):
    product = factories.make_product(partner, sku="A", stock=5)
    stock.reserve(partner=partner, product=product, quantity=3, source="order_line:1")
    page = preview(partner_client, table("A;;2;;"))
    assert "promised" in page.content.decode()
    confirm(partner_client)
    assert outcomes(run()) == ["rejected"]
    assert on_hand("A") == 5


def test_a_price_in_another_currency_is_no_price(partner_client, partner):
    rows = table("A;Choynak;100;RUB", "B;Piyola;100;uzs", heads="SKU;Name;Price;Currency")
    assert outcomes(take(partner_client, rows)) == ["rejected", "created"]


def test_nobody_elses(partner_client, partner):
    others = factories.make_partner()
    theirs = factories.make_product(others, sku="A", name="Ularniki", stock=1)
    take(partner_client, table("A;Choynak;7;;"))
    theirs.refresh_from_db()
    assert theirs.name == "Ularniki"
    sent = import_files.take(
        partner=others,
        by=others.owner,
        upload=SimpleUploadedFile("a.csv", table("B;Kosa;1;;")),
    )
    url = reverse("products:import_preview", args=[sent.pk])
    assert partner_client.get(url).status_code == partner_client.post(url).status_code == 404


def test_it_is_cancelled_between_two_rows(partner_client, partner, monkeypatch):
    preview(partner_client, table("A;Choynak;7;;", "B;Piyola;5;;"))
    confirm(partner_client)
    activity, change = Activity.objects.get(), importing._Taking._add

    def added_and_stopped(self, row, by):
        activities.cancel(activity=activity, by=by)
        return change(self, row, by)

    monkeypatch.setattr(importing._Taking, "_add", added_and_stopped)
    assert run().state == Activity.State.CANCELLED
    assert list(Product.objects.values_list("sku", flat=True)) == ["A"]
    # Begun once more, what was done stays as it is.
    monkeypatch.undo()
    again = activities.start_again(activity=activity, by=partner.owner)
    activities.run(again.pk)
    assert outcomes(again) == ["unchanged", "created"]
    assert (on_hand("A"), on_hand("B")) == (7, 5)


def test_what_broke_in_the_middle_goes_on_behind_what_is_done(partner_client, partner, monkeypatch):
    preview(partner_client, table("A;Choynak;7;;", "B;Piyola;5;;", "C;Kosa;1;;"))
    confirm(partner_client)
    add, tries = importing._Taking._add, []

    def breaks_once(self, row, by):
        tries.append(row.sku)
        product = add(self, row, by)
        if len(tries) == 2:
            raise ZeroDivisionError
        return product

    monkeypatch.setattr(importing._Taking, "_add", breaks_once)
    assert run().state == Activity.State.RUNNING
    assert list(Product.objects.values_list("sku", flat=True)) == ["A"]
    Activity.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert run().state == Activity.State.DONE
    assert tries == ["A", "B", "B", "C"]
    assert [on_hand(sku) for sku in "ABC"] == [7, 5, 1]


def test_the_file_and_the_rows_are_kept_for_a_week(partner_client, partner):
    activity = take(partner_client, table("A;Choynak;7;;", "N;;;;"))
    old = timezone.now() - retention.RESULTS_KEPT - timedelta(minutes=1)
    assert (import_files.forget_old(), retention.forget_results()) == (0, 0)
    ProductImport.objects.update(uploaded_at=old)
    Activity.objects.update(ended_at=old)
    assert (import_files.forget_old(), retention.forget_results()) == (1, 1)
    assert not StoredFile.objects.exists()
    assert not activity.items.exists()
    sent = ProductImport.objects.get()
    url = reverse("products:import_preview", args=[sent.pk])
    assert partner_client.get(url).url == URL
    confirm(partner_client)
    assert run().error == "file_gone"


def test_a_viewer_imports_nothing(client, partner):
    viewer = factories.make_user()
    Member.objects.create(partner=partner, user=viewer, role=Member.Role.VIEWER)
    client.force_login(viewer)
    assert client.get(URL).status_code == send(client, table("A;B;;;")).status_code == 403
