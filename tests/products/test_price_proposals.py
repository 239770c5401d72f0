"""A price that earns less than it did: another is proposed, told once, and decided by a person."""

from decimal import Decimal

import pytest
from django.urls import reverse

from marketplaces.models import Operation
from partners.models import AuditLog, Member, Notification
from products.models import PriceProposal, Product
from products.services import price_changes, price_proposals, shop_rates
from products.services.price_proposals import NotOpen, Place
from sellercloudx.wiring import CLOCK
from tests import factories
from tests.at_once import ROUNDS, at_once, twice_at_once

from .making import make_card, make_listing
from .selling import approve_and_send

pytestmark = pytest.mark.django_db
PAGE = "/partner-dashboard/products/prices/"
CABINET = Place.CABINET


@pytest.fixture
def shop(partner):
    return factories.make_connection(partner)


@pytest.fixture
def product(partner, shop):
    return make_priced(partner)


def make_priced(partner, price=None, **fields) -> Product:
    """Priced by our rules, or at what a person says, with no rates known."""
    product = factories.make_product(partner, price=None, created_by=partner.owner, **fields)
    price_changes.set_first(product=product, price=price, shops=[])
    return product


def enter(shop, commission):
    rates = {"commission": Decimal(commission), "logistics": None, "payout": None}
    shop_rates.enter(connection=shop, rates=rates, by=shop.partner.owner)


def cost(product, amount):
    product.refresh_from_db()
    price_changes.change_price(
        product=product, price=product.price, cost=Decimal(amount), by=product.partner.users.get()
    )


def review(partner) -> int:
    return price_proposals.review(partner.pk)


@pytest.fixture
def proposal(partner, shop, product) -> PriceProposal:
    enter(shop, 15)
    assert review(partner) == 1
    return PriceProposal.objects.get()


def states() -> list[str]:
    return list(PriceProposal.objects.order_by("pk").values_list("state", flat=True))


class TestArises:
    def test_when_a_shop_takes_more(self, proposal, product):
        assert (proposal.before, proposal.after) == (79_000, 99_000)
        assert proposal.reasons == ["below_target", "commission"]
        assert sum(Decimal(line["amount"] or 0) for line in proposal.waterfall) == 99_000
        # 79 000 less cost, 4 % and 15 % of it.
        assert proposal.left == 79_000 - 60_000 - 3_160 - 11_850
        product.refresh_from_db()
        assert product.price == 79_000

    def test_when_the_cost_is_higher(self, partner, product):
        cost(product, 70_000)
        assert review(partner) == 1
        assert PriceProposal.objects.get().reasons == ["below_target", "cost"]

    def test_when_the_tax_is_higher(self, partner, shop, product):
        before = product.partner.legal_form
        product.partner.legal_form = "none"
        product.partner.save()
        untaxed = make_priced(partner, sku="untaxed")
        product.partner.legal_form = before
        product.partner.save()
        assert review(partner) == 1
        assert PriceProposal.objects.get().product == untaxed
        assert "tax" in PriceProposal.objects.get().reasons

    def test_a_price_below_its_floor_is_said_to_lose(self, partner, shop, product):
        enter(shop, 40)
        review(partner)
        assert PriceProposal.objects.get().reasons[0] == "below_floor"

    def test_one_open_for_a_product_however_often_it_is_looked_at(self, partner, proposal):
        assert review(partner) == 0
        assert states() == ["open"]

    def test_every_partner_with_prices_is_looked_at_each_night(
        self, product, django_capture_on_commit_callbacks
    ):
        factories.make_product(factories.make_partner(state="blocked"))
        with django_capture_on_commit_callbacks() as woken:
            price_proposals.wake_reviews()
        assert len(woken) == 1
        assert CLOCK["products.services.price_proposals.wake_reviews"]

    @pytest.mark.parametrize("price", [70_000, 61_000])
    def test_not_of_a_price_set_low_on_purpose(self, partner, shop, price):
        make_priced(partner, price=Decimal(price))
        assert review(partner) == 0

    def test_but_when_such_a_price_earns_still_less(self, partner, shop):
        make_priced(partner, price=Decimal(70_000))
        enter(shop, 5)
        assert review(partner) == 1

    @pytest.mark.parametrize("missing", ["cost", "price"])
    def test_not_where_a_figure_is_missing(self, partner, shop, product, missing):
        Product.objects.update(**{missing: None})
        enter(shop, 15)
        assert review(partner) == 0

    def test_not_where_no_price_would_do(self, partner, shop, product):
        enter(shop, 90)
        assert review(partner) == 0


class TestIsOutdated:
    def test_by_another_price(self, proposal, partner, product):
        price_changes.change_price(product=product, price=Decimal(120_000), by=partner.owner)
        assert states() == ["outdated"]

    def test_by_another_rate_and_a_better_one_comes(self, proposal, partner, shop):
        enter(shop, 20)
        assert review(partner) == 1
        assert states() == ["outdated", "open"]

    def test_by_a_rate_taken_back(self, proposal, partner, shop):
        enter(shop, 0)
        assert review(partner) == 0
        assert states() == ["outdated"]


class TestDecided:
    def test_accepted_it_is_set_as_by_hand(self, partner, shop, product, proposal, fake):
        listing = make_card(make_listing(partner, product=product)).listing
        approve_and_send(listing)
        price_proposals.accept(proposal=proposal, by=partner.owner, place=CABINET)
        product.refresh_from_db()
        assert product.price == 99_000
        change = product.price_changes.latest("pk")
        assert (change.before, change.after, change.actor) == (79_000, 99_000, partner.owner)
        assert (
            Operation.objects.filter(kind="push_price")
            .latest("pk")
            .payload["price"]["amount"]
            .startswith("99000")
        )
        proposal.refresh_from_db()
        assert (proposal.state, proposal.decided_in) == ("accepted", "cabinet")
        assert proposal.decided_by == partner.owner
        actions = set(AuditLog.objects.values_list("action", flat=True))
        assert {"PRICE_CHANGED", "PRICE_PROPOSAL_ACCEPTED"} <= actions

    def test_declined_it_does_not_come_again_until_more_is_taken(self, partner, shop, proposal):
        price_proposals.decline(proposal=proposal, by=partner.owner, place=CABINET)
        assert review(partner) == 0
        enter(shop, 16)
        assert review(partner) == 1
        assert states() == ["declined", "open"]

    def test_once(self, partner, proposal):
        price_proposals.decline(proposal=proposal, by=partner.owner, place=CABINET)
        for again in (price_proposals.accept, price_proposals.decline):
            with pytest.raises(NotOpen) as refused:
                again(proposal=proposal, by=partner.owner, place=CABINET)
            assert refused.value.proposal.state == "declined"
        assert Product.objects.get().price == 79_000

    def test_not_beside_another_price(self, partner, proposal):
        """Changed past the service, as an admin may."""
        Product.objects.update(price=80_000)
        with pytest.raises(NotOpen) as refused:
            price_proposals.accept(proposal=proposal, by=partner.owner, place=CABINET)
        assert refused.value.proposal.state == "outdated"
        assert Product.objects.get().price == 80_000
        assert_nobody_decided(proposal, partner)

    def test_not_where_it_would_lose_by_now(self, partner, shop, proposal):
        enter(shop, 50)
        with pytest.raises(NotOpen):
            price_proposals.accept(proposal=proposal, by=partner.owner, place=CABINET)
        assert (states(), Product.objects.get().price) == (["outdated"], 79_000)
        assert_nobody_decided(proposal, partner)

    def test_a_later_yes_takes_nothing_from_who_decided(self, partner, shop, proposal):
        price_proposals.accept(proposal=proposal, by=partner.owner, place=CABINET)
        colleague = factories.make_user()
        with pytest.raises(NotOpen):
            price_proposals.accept(proposal=proposal, by=colleague, place=Place.TELEGRAM)
        proposal.refresh_from_db()
        assert (proposal.state, proposal.decided_by) == ("accepted", partner.owner)


def assert_nobody_decided(proposal, partner):
    """It went out of date; that a person said yes to it, and when, is in the audit."""
    proposal.refresh_from_db()
    assert (proposal.decided_by, proposal.decided_in) == (None, "")
    entry = AuditLog.objects.get(action="PRICE_PROPOSAL_TOO_LATE")
    assert (entry.actor, entry.after) == (partner.owner, {"price": str(proposal.after)})
    assert not AuditLog.objects.filter(action="PRICE_PROPOSAL_ACCEPTED").exists()


class TestTold:
    def test_of_one_by_name(self, proposal, partner):
        notice = Notification.objects.get(kind="price_proposal")
        assert notice.data["product"] == proposal.product.name
        assert notice.data["proposal"] == proposal.pk
        review(partner)
        assert Notification.objects.count() == 1

    def test_of_many_in_one_message(self, partner, shop):
        for number in range(120):
            make_priced(partner, sku=f"N-{number}")
        enter(shop, 15)
        assert review(partner) == 120
        notice = Notification.objects.get()
        assert (notice.kind, notice.data, notice.url) == ("price_proposals", {"count": 120}, PAGE)

    def test_also_when_the_worker_died_before_it_told(self, partner, proposal):
        Notification.objects.all().delete()
        PriceProposal.objects.update(told_at=None)
        review(partner)
        assert Notification.objects.get().kind == "price_proposal"


class TestPage:
    def test_it_shows_and_decides(self, partner_client, proposal, product):
        page = partner_client.get(PAGE).content.decode()
        assert "Takes more than before: Commission." in page
        assert "The price leaves you less than the target." in page
        answer = partner_client.post(f"{PAGE}{proposal.pk}/accept/", follow=True)
        assert "The price is set and goes to the shops" in answer.content.decode()
        product.refresh_from_db()
        assert product.price == 99_000
        answer = partner_client.post(f"{PAGE}{proposal.pk}/decline/", follow=True)
        assert "Decided already: the price is set. Aziza Karimova" in answer.content.decode()

    def test_declining(self, partner_client, proposal):
        answer = partner_client.post(f"{PAGE}{proposal.pk}/decline/", follow=True)
        assert "The price stays as it is." in answer.content.decode()
        assert "No price is proposed" in answer.content.decode()

    def test_a_viewer_looks_and_has_no_buttons(self, client, partner, proposal):
        viewer = factories.make_user()
        Member.objects.create(partner=partner, user=viewer, role="viewer")
        client.force_login(viewer)
        page = client.get(PAGE)
        assert "/accept/" not in page.content.decode()
        assert client.post(f"{PAGE}{proposal.pk}/accept/").status_code == 403

    def test_the_product_and_the_list_lead_there(self, partner_client, proposal, product):
        detail = partner_client.get(reverse("products:detail", args=[product.pk]))
        assert PAGE in detail.content.decode()
        found = partner_client.get("/partner-dashboard/products/?tab=prices")
        assert [one.pk for one in found.context["products"]] == [product.pk]
        assert PAGE in found.content.decode()

    def test_page_by_page(self, partner_client, partner, shop):
        for number in range(25):
            make_priced(partner, sku=f"N-{number}")
        enter(shop, 15)
        review(partner)
        first = partner_client.get(PAGE).context
        rest = partner_client.get(PAGE, {"after": first["next_after"]}).context
        seen = [one.pk for one in [*first["proposals"], *rest["proposals"]]]
        assert len(seen) == len(set(seen)) == 25
        assert partner_client.get(PAGE, {"after": "9" * 30}).status_code == 200


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_accepted_twice_it_is_set_once(self, partner, shop):
        for number in range(ROUNDS):
            proposal = self.proposed(partner, shop, number)
            came = twice_at_once(
                lambda: price_proposals.accept(proposal=proposal, by=partner.owner, place=CABINET)  # noqa: B023
            )
            assert [type(one) for one in came].count(NotOpen) == 1
            assert proposal.product.price_changes.filter(after=99_000).count() == 1

    def test_accepted_and_declined_one_of_them_holds(self, partner, shop):
        for number in range(ROUNDS):
            proposal = self.proposed(partner, shop, number)
            came = at_once(
                lambda: price_proposals.accept(proposal=proposal, by=partner.owner, place=CABINET),  # noqa: B023
                lambda: price_proposals.decline(proposal=proposal, by=partner.owner, place=CABINET),  # noqa: B023
            )
            assert [type(one) for one in came].count(NotOpen) == 1
            proposal.refresh_from_db()
            is_set = Product.objects.get(pk=proposal.product_id).price == 99_000
            assert is_set == (proposal.state == "accepted")

    def test_accepted_while_the_price_is_changed_by_hand(self, partner, shop):
        for number in range(ROUNDS):
            proposal = self.proposed(partner, shop, number)
            at_once(
                lambda: price_proposals.accept(proposal=proposal, by=partner.owner, place=CABINET),  # noqa: B023
                lambda: price_changes.change_price(
                    product=proposal.product,  # noqa: B023
                    price=Decimal(120_000),
                    by=partner.owner,
                ),
            )
            assert Product.objects.get(pk=proposal.product_id).price == 120_000

    def test_reviewed_twice_there_is_one_and_it_is_told_once(self, partner, shop):
        enter(shop, 15)
        for number in range(ROUNDS):
            product = factories.make_product(partner, price=Decimal(79_000), sku=f"N-{number}")
            came = twice_at_once(lambda: price_proposals.review(partner.pk))
            assert sorted(came) == [0, 1]
            assert product.price_proposals.count() == 1
            assert Notification.objects.filter(user=partner.owner).count() == number + 1

    def proposed(self, partner, shop, number) -> PriceProposal:
        enter(shop, 15)
        product = factories.make_product(partner, price=Decimal(79_000), sku=f"N-{number}")
        price_proposals.review(partner.pk)
        return product.price_proposals.get()


def test_without_a_cost_nothing_is_proposed_any_more(partner, proposal, product):
    Product.objects.filter(pk=product.pk).update(cost=None)
    review(partner)
    proposal.refresh_from_db()
    assert proposal.state == PriceProposal.State.OUTDATED


def test_a_blocked_partner_is_proposed_nothing(partner, shop, product):
    enter(shop, 15)
    type(partner).objects.filter(pk=partner.pk).update(state="blocked")
    assert review(partner) == 0
    assert not PriceProposal.objects.exists()
