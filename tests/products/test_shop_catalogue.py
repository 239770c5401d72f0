"""A catalogue that stood on Yandex before: taken in, with the seller's choice where it differs."""

from decimal import Decimal

import pytest
from django.urls import reverse

from marketplaces.models import Operation
from partners.models import Activity, AuditLog
from partners.services import activities
from products.models import CatalogueRow, Listing, PriceChange, Product
from products.services import catalogue_rows, stock, theirs
from tests import factories

from .their_side import ask, listed, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.processes]
State = CatalogueRow.State


@pytest.fixture
def shop(yandex_shop):
    return yandex_shop


def product(shop, sku, **fields):
    return factories.make_product(shop.partner, sku=sku, **fields)


def row(sku):
    return CatalogueRow.objects.get(sku=sku)


def decide(sku, choice):
    by = row(sku).partner.users.get()
    catalogue_rows.decide(row=row(sku), choice=choice, by=by)


def test_what_we_lack_is_added_what_is_the_same_is_linked_and_what_differs_waits(shop):
    listed(shop, *[f"N-{n}" for n in range(120)])
    listed(shop, "SAME", "OTHER", price="70000")
    same = product(shop, "SAME", name="Кружка SAME", price=Decimal(70_000))
    other = product(shop, "OTHER", name="Piyola", price=Decimal(65_000))
    said = take_in(shop)
    assert said["N-7"] == ("created", [])
    assert said["SAME"] == ("updated", [])
    assert said["OTHER"][0] == "skipped" and len(said["OTHER"][1]) == 2
    assert Product.objects.for_partner(shop.partner).count() == 122
    added = Product.objects.get(sku="N-7")
    assert (added.name, added.brand, added.price) == ("Кружка N-7", "Rishton", 50_000)
    assert stock.figures(added).on_hand == 3
    listing = Listing.objects.get(product=added)
    assert (listing.state, listing.sent_at, listing.category_id) == ("found", None, "91101")
    assert listing.theirs.content["texts"]["uz"]["title"] == "Krujka N-7"
    assert same.listings.get().state == "found"
    assert [one["code"] for one in row("OTHER").problems] == ["name", "price"]
    other.refresh_from_db()
    assert (other.name, other.price, other.listings.count()) == ("Piyola", 65_000, 0)
    # Nothing at all was told to the marketplace.
    assert Operation.objects.count() == 0


def test_doing_it_again_adds_nothing_and_keeps_what_was_chosen(shop):
    listed(shop, "A", "B", "C")
    product(shop, "B", name="Piyola")
    product(shop, "C", name="Lagan")
    take_in(shop)
    decide("B", "ours")
    decide("C", "skip")
    before = Product.objects.count(), Listing.objects.count(), PriceChange.objects.count()
    said = take_in(shop)
    assert {sku: outcome for sku, (outcome, _) in said.items()} == dict.fromkeys("ABC", "unchanged")
    after = Product.objects.count(), Listing.objects.count(), PriceChange.objects.count()
    assert (after, stock.figures(Product.objects.get(sku="A")).on_hand) == (before, 3)
    assert (row("B").state, row("C").state) == ("linked", "skipped")
    # One that is gone there is said, and marked.
    ask(shop, "POST", "offer-mappings/delete", offerIds=["A"])
    assert take_in(shop)["A"][0] == "skipped"
    assert Listing.objects.get(product__sku="A").gone_at


def test_theirs_is_taken_by_word_of_the_seller_alone_and_by_the_price_guard(shop):
    listed(shop, "A", "LOSS", price="70000")
    mine = product(shop, "A", name="Piyola", price=Decimal(65_000), cost=Decimal(20_000))
    dear = product(shop, "LOSS", name="Кружка LOSS", price=Decimal(900_000), cost=Decimal(600_000))
    take_in(shop)
    decide("A", "theirs")
    mine.refresh_from_db()
    assert (mine.name, mine.price) == ("Кружка A", 70_000)
    assert mine.price_changes.latest("pk").actor == shop.partner.users.get()
    with pytest.raises(catalogue_rows.Refused, match="price"):
        decide("LOSS", "theirs")
    dear.refresh_from_db()
    assert (dear.price, row("LOSS").state, dear.listings.count()) == (900_000, "conflict", 0)
    with pytest.raises(catalogue_rows.AlreadyDecided):
        decide("A", "ours")
    assert AuditLog.objects.filter(action="CATALOGUE_ROW_DECIDED").count() == 1


def test_a_barcode_that_is_ours_asks_which_product_it_is(shop):
    barcode = "4780001234567"
    listed(shop, "THEIRS", "MORE", barcode=barcode)
    ours = product(shop, "OURS", barcode=barcode)
    take_in(shop)
    assert row("THEIRS").candidates == [ours.pk]
    decide("THEIRS", f"take:{ours.pk}")
    ours.refresh_from_db()
    assert (ours.sku, ours.listings.get().state) == ("THEIRS", "found")
    decide("MORE", "new")
    assert Product.objects.filter(sku="MORE").count() == 1
    # A foreign product is no choice.
    foreign = factories.make_product(barcode=barcode)
    with pytest.raises(catalogue_rows.AlreadyDecided):
        decide("MORE", f"take:{foreign.pk}")


def test_what_cannot_be_kept_is_shown_and_breaks_nothing(shop):
    listed(shop, "S" * 100, "FINE", price="100000000000")
    said = take_in(shop)
    assert said["S" * 100][0] == "skipped" and said["FINE"][0] == "created"
    assert catalogue_rows.choices(row("S" * 100), has_own=False) == ["skip"]
    # Their price in another currency is shown, and not taken for ours.
    one = catalogue_rows.card_of(row("FINE"))
    assert one.listing.price.currency == "UZS"
    shop.partner.products.update(currency="RUB")
    theirs.keep(Listing.objects.get(product__sku="FINE"), one)
    assert Listing.objects.get(product__sku="FINE").theirs.currency == "UZS"


def test_the_page_offers_the_choices_and_does_as_chosen(shop, client):
    listed(shop, "A", "B")
    product(shop, "A", name="Piyola", price=Decimal(65_000))
    product(shop, "B", name="Lagan")
    client.force_login(shop.partner.users.get())
    client.cookies["django_language"] = "en"
    url = reverse("products:shop_catalogue", args=[shop.pk])
    assert "has not been read yet" in client.get(url).content.decode()
    client.post(reverse("products:import_catalogue", args=[shop.pk]))
    activities.run(Activity.objects.get().pk)
    page = client.get(url).content.decode()
    for words in ("Piyola", "Кружка A", "Link it, keep ours", "Link it, take theirs"):
        assert words in page
    a, b = row("A"), row("B")
    answer = client.post(url, {f"row-{a.pk}": "ours", f"row-{b.pk}": "nonsense"}, follow=True)
    assert "1 choice is carried out" in answer.content.decode()
    assert (row("A").state, row("B").state) == ("linked", "conflict")
    assert "Choose what to do" in client.post(url, {}, follow=True).content.decode()
