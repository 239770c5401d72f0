"""The three fields, and everything people and machines may put into them."""

import uuid
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from partners import limits
from partners.models import StoredFile
from products.models import Product, StockMovement

pytestmark = pytest.mark.django_db
URL = "/partner-dashboard/products/add/"


def picture(size=(400, 300), kind="PNG", name="photo.png"):
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")


def form(**fields):
    return {
        "submission": str(uuid.uuid4()),
        "name": "Choynak «Paxta» 1 l",
        "quantity": "12",
        "cost": "60 000",
    } | fields


def send(client, **fields):
    return client.post(URL, form(**fields))


def test_it_makes_a_product_and_shows_it(partner_client, partner):
    assert reverse("products:add") == URL
    answer = send(partner_client, photo=picture())
    product = Product.objects.get()
    assert answer.url == reverse("products:detail", args=[product.pk])
    assert (product.partner, product.created_by) == (partner, partner.owner)
    assert (product.cost, product.name) == (60_000, "Choynak «Paxta» 1 l")
    assert product.photo.is_public
    page = partner_client.get(answer.url).content.decode()
    assert "CHOYNAK-PAXTA-1-L" in page
    assert "79\u00a0000" in page
    assert "ZRU" not in page and "Tax Code" in page


@pytest.mark.parametrize(
    ("typed", "cost"),
    [
        ("150000", 150_000),
        ("150 000", 150_000),
        ("150\u00a0000", 150_000),
        ("1\u202f150\u202f000,50", Decimal("1150000.50")),
        ("150000,5", Decimal("150000.5")),
        ("150000.50", Decimal("150000.50")),
        (" 150 000 so'm ", 150_000),
        ("150 000 сум", 150_000),
        ("1 000 000 000 000", 10**12),
        ("0,01", Decimal("0.01")),
    ],
)
def test_it_reads_sums_as_people_write_them(partner_client, typed, cost):
    send(partner_client, cost=typed)
    assert Product.objects.get().cost == cost


BAD = {
    "name": [
        "",
        "   ",
        "x" * 201,
        "茶壶",
        "إبريق",
        "Choynak 🫖",
        "Choynak\x07",
        "Choynak\x00",
        "Choynak\u202e",
        "<script>alert(1)</script>",
        "<b>Choynak</b>",
        "12345",
    ],
    "quantity": [
        "",
        "-1",
        "1.5",
        "1e309",
        "NaN",
        "inf",
        "1000001",
        str(10**30),
        "9" * 5000,
        "on ikki",
        "12; DROP TABLE products",
        "<b>5</b>",
        "٣",
        "5 🫖",
    ],
    "cost": [
        "",
        "0",
        "0,00",
        "-5",
        "1e309",
        "1e3",
        "NaN",
        "Infinity",
        str(10**30),
        "1000000000000,01",
        "9" * 5000,
        "150.000",
        "150,000",
        "1,5,0",
        "15 00",
        "150000,505",
        "arzon",
        "1' OR '1'='1",
        "<i>5</i>",
        "١٥٠",
        "\x00",
    ],
}


@pytest.mark.parametrize(("field", "typed"), [(f, t) for f, ts in BAD.items() for t in ts])
def test_it_says_what_is_wrong_beside_the_field(partner_client, field, typed):
    answer = send(partner_client, **{field: typed})
    assert answer.status_code == 422
    (error,) = answer.context["form"].errors[field]
    assert len(error) > 10
    assert list(answer.context["form"].errors) == [field]
    html = answer.content.decode()
    assert "Choynak" in html or field == "name"
    assert not Product.objects.exists() and not StockMovement.objects.exists()


def test_what_was_typed_comes_back(partner_client):
    html = send(partner_client, cost="150.000", quantity="12 dona").content.decode()
    for typed in ("Choynak «Paxta» 1 l", "12 dona", "150.000"):
        assert f'value="{typed}"' in html
    assert html.count('aria-invalid="true"') == 2


@pytest.mark.parametrize(
    "name",
    [
        "Robert'); DROP TABLE products;--",
        "Kabel <2 m & 5>3",
        "Oʻzbek g‘ijduvon “lagan” №1 – 30×40 sm, 50% paxta",
        "Чайник «Пахта» 1,7 л / 2 шт. (синий) + крышка",
    ],
)
def test_plain_words_are_kept_as_they_are(partner_client, name):
    answer = send(partner_client, name=name)
    assert Product.objects.get().name == name
    page = partner_client.get(answer.url)
    assert page.status_code == 200
    assert "<2 m" not in page.content.decode()


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("photo.png", b"", content_type="image/png"),
        SimpleUploadedFile("photo.png", b"not a picture at all", content_type="image/png"),
        SimpleUploadedFile("photo.svg", b"<svg onload='alert(1)'/>", content_type="image/svg+xml"),
        picture(size=(8000, 6500), kind="PNG"),
        picture(size=(20, 20)),
    ],
    ids=["empty", "text", "svg", "52 megapixels", "tiny"],
)
def test_a_photo_that_cannot_be_used_stops_the_form(partner_client, upload):
    upload.seek(0)
    answer = send(partner_client, photo=upload)
    assert answer.status_code == 422
    assert answer.context["form"].errors["photo"]
    assert 'value="12"' in answer.content.decode()
    assert not Product.objects.exists() and not StoredFile.objects.exists()


def test_the_same_form_twice_makes_one_product(partner_client):
    once = form()
    answers = [partner_client.post(URL, once) for _ in range(2)]
    assert answers[0].url == answers[1].url
    assert Product.objects.count() == 1


def test_going_back_and_typing_another_product_adds_it(partner_client):
    once = form()
    first = partner_client.post(URL, once)
    # The browser shows the form as it was, its hidden number included.
    second = partner_client.post(URL, once | {"name": "Piyola", "quantity": "3"})
    assert first.url != second.url
    assert sorted(Product.objects.values_list("name", flat=True)) == [once["name"], "Piyola"]
    assert sorted(StockMovement.objects.values_list("quantity", flat=True)) == [3, 12]
    third = partner_client.post(URL, once | {"photo": picture(), "is_another": "on"})
    assert third.url not in (first.url, second.url)


def test_it_needs_no_shop(partner_client):
    answer = send(partner_client)
    page = partner_client.get(answer.url).content.decode()
    assert "No shop is connected yet" in page


def test_photos_are_limited_by_the_hour_and_the_rest_is_kept(partner_client, monkeypatch):
    partner_client.cookies["django_language"] = "en"
    monkeypatch.setattr(limits, "UPLOADS_BY_PARTNER", "2/h")
    answers = [send(partner_client, photo=picture(), name=f"Choynak {n}") for n in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 422]
    assert "Too many photos within an hour." in answers[2].content.decode()
    assert send(partner_client).status_code == 302
    assert Product.objects.count() == 3
