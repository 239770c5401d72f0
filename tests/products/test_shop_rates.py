"""What a shop takes, entered by its partner where nobody else knows it."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from partners.models import AuditLog
from products.models import ShopRate
from products.services import price_changes, shop_rates
from products.services.price_changes import BelowFloor
from tests import factories

pytestmark = pytest.mark.django_db
HEAD = ">incomplete</span>"


@pytest.fixture
def shop(partner):
    return factories.make_connection(partner)


@pytest.fixture
def product(partner, shop):
    return factories.make_product(partner)


def page_of(shop):
    return reverse("products:rates", args=[shop.pk])


def enter(shop, **rates):
    steps = {"commission": None, "logistics": None, "payout": None}
    by = shop.partner.owner
    shop_rates.enter(connection=shop, rates={s: rates.get(s) for s in steps}, by=by)


ALL = {"commission": Decimal("15.5"), "logistics": Decimal(6), "payout": Decimal(0)}


def test_a_rate_typed_in_raises_the_proposal_and_names_its_source(partner_client, shop, product):
    before = price_changes.proposal_for(product)
    assert (before.price, before.is_complete) == (79_000, False)
    answer = partner_client.post(page_of(shop), {"commission": "15,5 %"})
    assert answer.url == reverse("marketplaces:detail", args=[shop.pk])
    proposal = price_changes.proposal_for(product)
    # 60 000 is what is left of the price after 15.5 + 4 + 20 percent of it.
    assert proposal.price == 100_000
    assert not proposal.is_complete
    page = partner_client.get(reverse("products:price", args=[product.pk])).content.decode()
    assert "15.5% of the price, Yandex Market · Yulduz Market. Entered by you, " in page or (
        "15.5% of the price, Yandex Market. Entered by you, " in page
    )


def test_the_floor_counts_with_it(shop, product):
    enter(shop, **ALL)
    with pytest.raises(BelowFloor) as refused:
        price_changes.change_price(product=product, price=Decimal(70_000), by=shop.partner.owner)
    assert refused.value.floor == Decimal("80536.92")  # 60 000 / (1 - 25.5 %)


def test_the_head_says_incomplete_until_every_step_is_known(partner_client, shop, product):
    price_changes.set_first(product=product, price=None, shops=[shop])
    pages = [reverse(f"products:{name}", args=[product.pk]) for name in ("price", "detail")]
    for page in pages:
        assert HEAD in partner_client.get(page).content.decode()
    assert page_of(shop) in partner_client.get(pages[0]).content.decode()
    enter(shop, **ALL)
    price, detail = (partner_client.get(page).content.decode() for page in pages)
    # The price that is set stays what it was, and says so, until a person takes the new one.
    assert HEAD not in price and HEAD in detail
    proposed = price_changes.proposal_for(product).price
    price_changes.change_price(product=product, price=proposed, by=shop.partner.owner)
    assert HEAD not in partner_client.get(pages[1]).content.decode()


def test_without_a_shop_nothing_is_called_complete(partner):
    assert not price_changes.proposal_for(factories.make_product(partner)).is_complete


def test_of_two_shops_the_dearer_counts_and_neither_hides_what_the_other_lacks(
    partner, shop, product
):
    enter(shop, **ALL)
    other = factories.make_connection(partner)
    enter(other, commission=Decimal(20))
    proposal = price_changes.proposal_for(product)
    commission = next(step for step in proposal.waterfall if step.step == "commission")
    assert (commission.percent, commission.source) == (20, "partner")
    assert not proposal.is_complete
    enter(other, commission=Decimal(20), logistics=Decimal(1), payout=Decimal(1))
    assert price_changes.proposal_for(product).is_complete


def test_a_rate_entered_comes_before_the_one_we_know(partner, product):
    uzum = factories.make_connection(partner, marketplace="uzum")
    enter(uzum, payout=Decimal("2.5"))
    [known] = shop_rates.shops_of([uzum])
    assert known.rate("payout", on=None).percent == Decimal("2.5")


def test_each_entry_is_kept_and_the_last_one_holds(shop):
    enter(shop, **ALL)
    enter(shop, **ALL)
    assert ShopRate.objects.count() == 3
    enter(shop, logistics=Decimal(6), payout=Decimal(0))
    assert shop_rates.entered_for(shop) == ALL | {"commission": None}
    assert ShopRate.objects.count() == 4
    row = AuditLog.objects.filter(action="SHOP_RATES_ENTERED").latest("pk")
    assert (row.before, row.after) == ({"commission": "15.5"}, {"commission": ""})


def test_it_is_of_a_shop_and_its_partner_only(client, shop):
    client.force_login(factories.make_partner().owner)
    assert client.post(page_of(shop), {"commission": "1"}).status_code == 404


@pytest.mark.parametrize("typed", ["-1", "100", "1e2", "15,555", "NaN", "on besh", "9" * 500])
def test_what_is_no_share_is_named_beside_its_field(partner_client, shop, typed):
    answer = partner_client.post(page_of(shop), {"commission": typed, "payout": "1"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["commission"]
    assert not ShopRate.objects.exists()


def test_the_page_of_the_shop_shows_what_is_saved(partner_client, shop):
    detail = reverse("marketplaces:detail", args=[shop.pk])
    in_english = {"accept-language": "en"}
    enter(shop, commission=Decimal("15.25"), payout=Decimal(0))
    shop.streams.create(name="orders", due_at=timezone.now())
    page = partner_client.get(detail, headers=in_english).content.decode()
    assert "<dt>Commission</dt><dd>15.25&nbsp;%</dd>" in page
    assert "<dt>Logistics</dt><dd>—</dd>" in page
    assert "<dt>Payout fee</dt><dd>0&nbsp;%</dd>" in page


def test_together_they_leave_something(partner_client, shop):
    typed = {"commission": "60", "logistics": "39", "payout": "1"}
    answer = partner_client.post(page_of(shop), typed)
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors().as_data()[0].code == "whole"
    assert not ShopRate.objects.exists()
    assert partner_client.post(page_of(shop), typed | {"payout": "0,5"}).status_code == 302


def test_the_database_holds_no_share_above_the_whole(shop):
    with pytest.raises(IntegrityError), transaction.atomic():
        ShopRate.objects.create(
            partner=shop.partner, connection=shop, step="payout", basis_points=10_001
        )
