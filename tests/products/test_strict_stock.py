"""Strict mode: no piece is on sale in two shops, as far as shops honour what they acknowledged."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplaces.models import Operation
from partners.models import AuditLog
from products.models import ChannelStock, Product, StockLevel
from products.services import publishing, stock, stock_limits, stock_parts, stock_shares
from products.services.stock_limits import Limits
from products.services.stock_shares import InABundle, fair
from tests import factories

from . import shelves
from .shelves import buy, drain, level, sell, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def fake(fake, monkeypatch):
    return shelves.use(monkeypatch)


@pytest.fixture
def shops(fake, partner):
    return [factories.make_connection(partner, marketplace="fake") for _ in range(2)]


@pytest.fixture
def product(partner, shops):
    """Ten pieces, shown by both shops."""
    made = factories.make_product(partner, stock=10)
    shelves.put_on(made, *shops)
    publishing.tell_stock([made])
    for shop in shops:
        drain(shop)
    assert [shown(shop, made) for shop in shops] == [10, 10]
    return made


def make_strict(product):
    return stock_limits.set_mode(product=product, is_strict=True, by=product.partner.users.get())


@pytest.fixture
def strict(product, shops):
    make_strict(product)
    for shop in shops:
        drain(shop)
    assert level(product) == (10, 10, 0)
    return product


def share(product, shop):
    return ChannelStock.objects.get(listing__product=product, listing__connection=shop)


def later():
    return timezone.now() + timedelta(seconds=1)


def receive(product, quantity, source="kirim:1"):
    stock.receive(partner=product.partner, product=product, quantity=quantity, source=source)


def test_what_shops_show_already_is_more_than_there_is_until_they_lower_it(product, shops):
    assert make_strict(product)
    assert level(product) == (10, 20, 10)
    drain(shops[0])
    assert level(product) == (10, 15, 5)
    drain(shops[1])
    assert level(product) == (10, 10, 0)
    assert [shown(shop, product) for shop in shops] == [5, 5]
    row = AuditLog.objects.get(action="STOCK_MODE_CHANGED")
    assert (row.before, row.after) == ({"mode": "pooled"}, {"mode": "strict"})
    assert not make_strict(product)


def test_new_pieces_are_shared_out_at_once(strict, shops):
    receive(strict, 4)
    assert level(strict) == (14, 14, 0)
    for shop in shops:
        drain(shop)
    assert [shown(shop, strict) for shop in shops] == [7, 7]


def test_a_sale_comes_off_the_sellers_share_and_nobody_is_called(strict, shops, fake):
    calls = fake.calls
    assert buy(shops[0], strict, 2)
    sell(shops[0], strict, later(), 2)
    assert level(strict) == (8, 8, 0)
    assert (share(strict, shops[0]).held, share(strict, shops[1]).held) == (3, 5)
    assert not Operation.objects.filter(state__in=Operation.OPEN).exists()
    assert fake.calls == calls


def test_a_sale_called_off_goes_back_to_its_share(strict, shops):
    sell(shops[0], strict, later(), 2)
    stock.release(partner=strict.partner, source="order_line:1")
    assert level(strict) == (10, 10, 0)
    assert share(strict, shops[0]).held == 5


def test_one_share_rises_only_after_the_others_decrease_is_acknowledged(strict, shops):
    first, second = shops
    limits = {share(strict, first).listing: Limits(cap=1)}
    stock_limits.set_limits(product=strict, limits=limits, by=strict.partner.owner)
    # Wants nine: they are still with the first.
    sell(second, strict, later(), 5)
    assert level(strict) == (5, 5, 0)
    drain(second)
    assert shown(second, strict) == 5
    drain(first)
    assert shown(first, strict) == 1
    assert level(strict) == (5, 5, 0)
    drain(second)
    assert shown(second, strict) == 4


@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_answer_frees_nothing(strict, shops, fake, happened):
    first, second = shops
    sell(second, strict, later(), 5)
    fake.lost = [happened]
    drain(first)
    assert share(strict, first).held == 5
    assert level(strict) == (5, 5, 0)
    drain(second)
    assert shown(second, strict) == 5
    drain(first)
    drain(second)
    assert (shown(first, strict), shown(second, strict)) == (3, 2)
    assert level(strict) == (5, 5, 0)


def test_a_lost_raise_may_be_shown_and_is_counted(strict, shops, fake):
    first, second = shops
    receive(strict, 4)
    fake.lost = [True]
    drain(first)
    drain(second)
    assert (share(strict, first).acked, share(strict, first).held) == (5, 7)
    # Nine of fourteen are broken: what is free is less than what may be shown.
    stock.adjust(
        partner=strict.partner, product=strict, quantity=-9, reason="broken", source="adjustment:1"
    )
    assert level(strict) == (5, 14, 9)
    for shop in shops:
        drain(shop)
    assert [shown(shop, strict) for shop in shops] == [3, 2]
    assert level(strict) == (5, 5, 0)


def test_a_refused_decrease_frees_nothing_and_is_not_asked_again_and_again(strict, shops, fake):
    first, second = shops
    sell(second, strict, later(), 5)
    fake.refused = {strict.sku: "no such offer"}
    drain(first)
    assert share(strict, first).held == 5
    assert drain(first) == drain(second) == 0


def test_a_refused_raise_is_free_again(strict, shops, fake):
    receive(strict, 4)
    fake.refused = {strict.sku: "no such offer"}
    drain(shops[0])
    assert (share(strict, shops[0]).held, level(strict)) == (5, (14, 12, 0))


def test_a_sale_of_the_time_before_an_acknowledgement_leaves_the_share(strict, shops):
    """The shop may have shown the acknowledged number after that sale."""
    earlier = timezone.now() - timedelta(minutes=5)
    sell(shops[0], strict, earlier, 2)
    assert level(strict) == (8, 10, 2)
    for shop in shops:
        drain(shop)
    assert level(strict) == (8, 8, 0)


def test_a_raise_nobody_has_tried_to_send_is_taken_back(strict, shops):
    receive(strict, 4)
    sell(shops[0], strict, later(), 1)
    assert level(strict) == (13, 13, 0)
    asked = Operation.objects.filter(state="pending").values_list("payload__quantity", flat=True)
    assert sum(asked) == 13


def test_a_shop_that_comes_later_shows_nothing_until_others_have_lowered(strict, shops, partner):
    third = factories.make_connection(partner, marketplace="fake")
    shelves.put_on(strict, third)
    publishing.tell_stock([strict])
    drain(third)
    assert shown(third, strict) == 0
    for shop in (*shops, third):
        drain(shop)
    assert [shown(shop, strict) for shop in (*shops, third)] == [4, 3, 3]
    assert level(strict) == (10, 10, 0)


def test_kept_back_pieces_are_in_nobodys_share(strict, shops):
    limits = {one.listing: Limits(buffer=4) for one in ChannelStock.objects.all()}
    stock_limits.set_limits(product=strict, limits=limits, by=strict.partner.owner)
    for shop in shops:
        drain(shop)
    assert [shown(shop, strict) for shop in shops] == [3, 3]


def test_back_in_pooled_mode_everybody_shows_everything(strict, shops):
    stock_limits.set_mode(product=strict, is_strict=False, by=strict.partner.owner)
    for shop in shops:
        drain(shop)
    assert [shown(shop, strict) for shop in shops] == [10, 10]
    assert level(strict) == (10, 0, 0)
    sell(shops[0], strict, later())
    assert level(strict) == (9, 0, 0)


def test_the_database_refuses_a_share_of_what_is_not_there(strict):
    with pytest.raises(IntegrityError), transaction.atomic():
        StockLevel.objects.filter(product=strict).update(published=11)


def test_the_database_knows_no_shares_in_pooled_mode(product):
    with pytest.raises(IntegrityError), transaction.atomic():
        StockLevel.objects.filter(product=product).update(published=1)


def test_bundles_and_their_parts_are_not_shared_out(strict, partner):
    bundle, part = factories.make_product(partner), factories.make_product(partner)
    with pytest.raises(stock_parts.CannotBeBundle) as refused:
        stock_parts.set_parts(bundle=bundle, parts={strict: 2})
    assert (refused.value.code, refused.value.sku) == ("strict", strict.sku)
    stock_parts.set_parts(bundle=bundle, parts={part: 2})
    for one in (bundle, part):
        with pytest.raises(InABundle):
            make_strict(Product.objects.get(pk=one.pk))
    assert stock_shares.level_of(part) is None


@pytest.mark.parametrize(
    ("pool", "limits", "dealt"),
    [
        (10, {1: 99, 2: 99}, {1: 5, 2: 5}),
        (7, {1: 99, 2: 99, 3: 99}, {1: 2, 2: 3, 3: 2}),
        (10, {1: 2, 2: 99, 3: 99}, {1: 2, 2: 4, 3: 4}),
        (1, {1: 0, 2: 99}, {1: 0, 2: 1}),
        (10, {1: 2, 2: 3}, {1: 2, 2: 3}),
        (0, {1: 5}, {1: 0}),
        (5, {}, {}),
    ],
)
def test_shares_are_equal_within_limits_and_odd_pieces_stay(pool, limits, dealt):
    shows_most = {1: 1, 2: 4, 3: 1}
    assert fair(pool, limits, shows_most) == dealt
