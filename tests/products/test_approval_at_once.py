"""What goes out with an approval is what was true when it was given."""

from decimal import Decimal

import pytest

from marketplaces.models import Operation
from products.models import Listing, Product
from products.services import cards, price_changes, publishing, stock
from tests import factories
from tests.at_once import ROUNDS, at_once

from .making import TEXTS, make_card, make_listing

State = Listing.State


def new_listing(partner, **fields):
    listing = make_card(
        make_listing(partner, account=str(Listing.objects.count()), **fields)
    ).listing
    # As a page reads it, before anything is locked.
    return Listing.objects.select_related("product", "connection", "partner").get(pk=listing.pk)


def approve(listing, version=1):
    return publishing.approve_card(listing=listing, by=listing.partner.users.get(), version=version)


def told(listing, kind):
    """What a kind of message says that will be sent; nothing where there is none."""
    subject = listing.subject
    last = Operation.objects.filter(subject=subject, kind=kind).order_by("-pk").first()
    return last and last.payload


@pytest.mark.django_db
def test_a_price_set_since_the_page_was_read_is_the_one_that_goes_out(partner):
    listing = new_listing(partner)
    price_changes.change_price(
        product=Product.objects.get(pk=listing.product_id), price=Decimal(120_000), by=partner.owner
    )
    approve(listing)
    assert Decimal(told(listing, "push_price")["price"]["amount"]) == 120_000
    assert Decimal(told(listing, "publish_card")["price"]["amount"]) == 120_000


@pytest.mark.django_db(transaction=True)
def test_a_price_changed_at_that_moment_reaches_the_shop(partner):
    for number in range(ROUNDS):
        listing = new_listing(partner)
        price = Decimal(120_000 + number)
        came = at_once(
            lambda: approve(listing),  # noqa: B023
            lambda: price_changes.change_price(
                product=listing.product,  # noqa: B023
                price=price,  # noqa: B023
                by=partner.owner,
            ),
        )
        assert not any(isinstance(one, Exception) for one in came), came
        assert Decimal(told(listing, "push_price")["price"]["amount"]) == price


@pytest.mark.django_db(transaction=True)
def test_a_card_edited_at_that_moment_waits_for_approval(partner):
    for _ in range(ROUNDS):
        listing = new_listing(partner)
        card = cards.latest_card(listing)
        texts = TEXTS | {"ru": TEXTS["ru"] | {"title": "Чайник"}}
        came = at_once(
            lambda: approve(listing),  # noqa: B023
            lambda: cards.edit_card(card=card, texts=texts, attributes=[]),  # noqa: B023
        )
        listing.refresh_from_db()
        assert listing.state == State.REVIEW
        assert cards.latest_card(listing).approved_at is None
        # Approved before the edit, or refused because of it.
        sent = told(listing, "publish_card")
        assert isinstance(came[0], publishing.AlreadyDecided) == (sent is None), came
        assert came[1].version == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_new", [False, True])
def test_pieces_that_move_at_that_moment_are_told(partner, is_new):
    for number in range(ROUNDS):
        product = None
        if is_new:
            product = factories.make_product(partner)
            product.levels.all().delete()
        listing = new_listing(partner, product=product)

        def move(number=number, product=listing.product):
            if is_new:
                return stock.receive(
                    partner=partner, product=product, quantity=3, source=f"receipt:{number}"
                )
            return stock.reserve(
                partner=partner, product=product, quantity=2, source=f"order_line:{number}"
            )

        came = at_once(lambda: approve(listing), move)  # noqa: B023
        assert not any(isinstance(one, Exception) for one in came), came
        assert told(listing, "push_stock")["quantity"] == 3
