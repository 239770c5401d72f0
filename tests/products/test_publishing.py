from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from marketplaces import outbox, payloads
from marketplaces.connectors import registry
from marketplaces.connectors.remote import CardDraft, CardText
from marketplaces.models import Operation
from partners.models import AuditLog, Notification, StoredFile
from products.models import Listing
from products.services import publishing, read_back, stock
from products.services.publishing import AlreadyDecided, NotReady
from tests.fake_marketplace import FakeMarketplace

from .making import make_card, make_listing

pytestmark = pytest.mark.django_db
State = Listing.State


@pytest.fixture
def listing(partner):
    return make_card(make_listing(partner)).listing


def approve(listing, **fields):
    card = publishing.approve_card(listing=listing, by=listing.partner.users.get(), **fields)
    listing.refresh_from_db()
    return card


def drain(listing):
    outbox.drain(listing.connection_id)
    listing.refresh_from_db()


def test_approval_tells_the_card_the_price_and_the_stock(listing, fake):
    card = approve(listing, version=1)
    kinds = Operation.objects.order_by("pk").values_list("kind", "target", "subject")
    assert [*kinds] == [
        (kind, listing.product.sku, f"listing:{listing.pk}")
        for kind in ("publish_card", "push_price", "push_stock")
    ]
    assert card.approved_by == listing.partner.users.get()
    assert listing.state == State.APPROVED
    assert AuditLog.objects.get(action="CARD_PUBLISHED").after["version"] == 1
    drain(listing)
    assert [(verb, value) for verb, _, value in fake.said[1:]] == [
        ("price", Decimal(99_000)),
        ("stock", 5),
    ]
    assert (listing.state, listing.sent_price, listing.sent_stock) == (State.SENT, 99_000, 5)
    assert listing.sent_at is not None


def test_the_card_goes_out_as_it_was_shown(listing):
    value = {"attribute_id": "7", "name": "Тип", "value": "Чайник", "option_id": "70"}
    own = {"attribute_id": "8", "name": "Объем", "value": "1", "option_id": "", "unit_id": "3"}
    make_card(listing, attributes=[value, own])
    listing.product.barcode, listing.product.weight_kg = "4780000000014", Decimal("0.9")
    draft = publishing.draft(listing, listing.cards.last())
    assert draft == payloads.load(CardDraft, payloads.dump(draft))
    assert draft.texts == (
        CardText("ru", "Чайник «Пахта»", "Чайник на литр.\n\n• 1 литр"),
        CardText("uz", "Choynak «Paxta»", "Bir litrlik choynak."),
    )
    assert [(one.attribute_id, one.value, one.option_id) for one in draft.attributes] == [
        ("7", "", "70"),
        ("8", "1", ""),
    ]
    assert (draft.barcodes, draft.weight) == (("4780000000014",), Decimal("0.9"))
    assert (draft.price.amount, draft.price.currency) == (99_000, "UZS")


def test_a_second_click_sends_nothing_more(listing):
    approve(listing)
    with pytest.raises(AlreadyDecided):
        approve(listing)
    assert Operation.objects.count() == 3


def test_a_card_that_changed_meanwhile_is_not_sent(listing):
    make_card(listing)
    with pytest.raises(AlreadyDecided):
        approve(listing, version=1)
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("code", "card", "product", "connection"),
    [
        ("missing", {"missing": [{"attribute_id": "1", "name": "Тип", "options": []}]}, {}, {}),
        ("problem", {"problems": [{"code": "x", "language": "ru", "text": "Too long"}]}, {}, {}),
        ("no_price", {}, {"price": None}, {}),
        ("currency", {}, {}, {"currency": "RUB"}),
        ("no_photo", {}, {}, {"marketplace": "yandex"}),
        ("no_brand", {}, {}, {"marketplace": "yandex"}),
        ("disconnected", {}, {}, {"state": "disconnected"}),
        ("not_working", {}, {}, {"state": "parked"}),
        ("not_working", {}, {}, {"state": "untested"}),
    ],
)
def test_it_refuses_what_is_not_ready(partner, code, card, product, connection):
    listing = make_listing(partner, **connection)
    for name, value in product.items():
        setattr(listing.product, name, value)
    listing.product.save()
    make_card(listing, **card)
    with pytest.raises(NotReady) as refused:
        approve(listing)
    assert code in [blocker.code for blocker in refused.value.blockers]
    assert not Operation.objects.exists()


def test_it_refuses_without_a_card(partner):
    with pytest.raises(NotReady):
        approve(make_listing(partner))


def test_their_refusal_is_kept_in_their_words_and_told(listing, fake):
    fake.refused[listing.product.sku] = "Категория не подходит"
    approve(listing)
    drain(listing)
    assert listing.state == State.REFUSED
    assert listing.vendor_messages == ["Категория не подходит"]
    assert listing.price_refusal == listing.stock_refusal == "Категория не подходит"
    told = Notification.objects.filter(partner=listing.partner)
    assert {one.kind for one in told} == {"card_refused", "price_refused", "stock_refused"}
    assert told[0].data["reason"] == "Категория не подходит"


def test_a_refused_card_may_be_sent_again(listing, fake):
    fake.refused[listing.product.sku] = "Нет"
    approve(listing)
    drain(listing)
    fake.refused.clear()
    approve(listing)
    drain(listing)
    assert (listing.state, listing.vendor_messages, listing.price_refusal) == (State.SENT, [], "")


def test_a_change_of_stock_is_told_to_shops_that_have_the_product(listing, fake):
    product = listing.product
    stock.adjust(partner=product.partner, product=product, quantity=-1, reason="x", source="a")
    assert not Operation.objects.exists()
    approve(listing)
    stock.reserve(partner=product.partner, product=product, quantity=3, source="order_line:1")
    drain(listing)
    assert [value for verb, _, value in fake.said if verb == "stock"] == [1]
    assert listing.sent_stock == 1


def test_a_disconnected_shop_is_told_nothing(listing):
    product = listing.product
    approve(listing)
    listing.connection.state = "disconnected"
    listing.connection.save()
    before = Operation.objects.count()
    stock.adjust(partner=product.partner, product=product, quantity=1, reason="x", source="a")
    assert Operation.objects.count() == before


def test_a_real_marketplace_cannot_fetch_a_photo_from_this_machine(settings, partner):
    listing = make_listing(partner, is_sandbox=False)
    listing.product.photo = StoredFile.objects.create(
        partner=partner, sha256="a" * 64, content_type="image/jpeg", content=b"x", size=1
    )
    listing.product.save()
    make_card(listing)
    with pytest.raises(NotReady) as refused:
        approve(listing)
    assert [one.code for one in refused.value.blockers] == ["photo_address"]
    settings.PUBLIC_URL = "https://cabinet.example.uz"
    assert approve(listing).approved_at > timezone.now() - timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_two_people_approving_at_once_send_once():
    listing = make_card(make_listing()).listing
    by, start = listing.partner.users.get(), Barrier(2)

    def press(_):
        start.wait()
        try:
            publishing.approve_card(listing=Listing.objects.get(pk=listing.pk), by=by)
        except AlreadyDecided:
            return 0
        finally:
            connections.close_all()
        return 1

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(press, range(2))) == 1
    assert Operation.objects.count() == 3


class TakesRussianOnly(FakeMarketplace):
    def publish_cards(self, cards):
        taken = super().publish_cards(cards)
        return [replace(result, warnings=("UZ: Слишком длинное",)) for result in taken]


def test_a_card_taken_with_a_warning_is_sent_and_its_stock_is_told(
    listing, fake, monkeypatch, partner_client
):
    monkeypatch.setitem(registry.CONNECTORS, "fake", f"{__name__}.TakesRussianOnly")
    approve(listing)
    drain(listing)
    assert (listing.state, listing.sent_stock) == (State.SENT, 5)
    assert listing.card_warning == "UZ: Слишком длинное"
    assert publishing.told([listing.product]) == [listing]
    assert read_back.skus_to_read(listing.connection) == [listing.product.sku]
    page = partner_client.get(f"/partner-dashboard/listings/{listing.pk}/").content.decode()
    assert "Taken, with a remark" in page
    assert "UZ: Слишком длинное" in page
    assert not Notification.objects.exists()


def test_the_next_version_starts_without_the_remark(listing, fake):
    Listing.objects.update(card_warning="UZ: old")
    approve(listing)
    drain(listing)
    assert listing.card_warning == ""
