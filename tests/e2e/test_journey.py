"""The main job from end to end: web, worker and sandbox as processes, a person at a browser."""

import pytest

from marketplaces.models import Connection
from products.models import Listing
from tests.e2e import arriving, leaks, selling

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.timeout(1800)]

WRONG_KEY = "ACMA:not-a-key-of-this-market:7f3a"
PARTNER_PAGES = {
    "products": "/partner-dashboard/products/",
    "product": "/partner-dashboard/products/{product}/",
    "product-price": "/partner-dashboard/products/{product}/price/",
    "product-count": "/partner-dashboard/products/{product}/adjust/",
    "category": "/partner-dashboard/listings/{listing}/category/",
    "card-edit": "/partner-dashboard/listings/{listing}/card/",
    "orders-all": "/partner-dashboard/orders/?tab=all",
    "referrals": "/partner-dashboard/referrals/",
    "notifications": "/partner-dashboard/notifications/",
}
STAFF_PAGES = {
    "staff-home": "/admin-panel/",
    "staff-ai": "/admin-panel/ai/",
    "staff-audit": "/admin-panel/audit/",
    "staff-notifications": "/admin-panel/notifications/",
}


def test_a_seller_goes_the_whole_way(
    bot, visitor, admin, inviter, sandbox, sandbox_key, photo, processes
):
    seller, staff = visitor(), visitor()
    arriving.finds_out_what_it_is(seller)
    arriving.registers(seller, code=inviter)
    arriving.links_telegram(seller, bot)
    arriving.is_approved_by(staff, admin, code=inviter)
    arriving.hears_of_it(seller, bot)
    arriving.starts_with_nothing(seller)
    arriving.connects_a_shop(seller, sandbox, sandbox_key, wrong_key=WRONG_KEY)
    sku, price = selling.adds_a_product(seller, photo)
    selling.reads_the_card(seller)
    selling.mends_what_is_missing(seller)
    selling.publishes(seller)
    selling.is_on_the_marketplace(sandbox.state(sandbox_key), sku, price)
    selling.acts_from_telegram(seller, bot, sandbox, sandbox_key, sku)
    selling.ships_an_order(seller, sandbox, sandbox_key, sku)
    selling.cancels_an_order(seller, sandbox, sandbox_key, sku)
    selling.sees_the_money(seller, price)
    selling.oversees(staff, price)
    numbers = numbers_of(sku)
    looks_around(seller, {n: address.format(**numbers) for n, address in PARTNER_PAGES.items()})
    looks_around(staff, STAFF_PAGES)
    seller.logs_out()
    seller.reads("You have logged out.")
    assert stored_key() == sandbox_key
    for secret in (sandbox_key, WRONG_KEY, arriving.APPLICANT.password):
        assert leaks.places_of(secret, processes.scratch) == []


def looks_around(visitor, pages):
    for name, address in pages.items():
        visitor.goes_to(address)
        visitor.looks_at(name)


def numbers_of(sku) -> dict[str, int]:
    """Other tests in this process may have made products before."""
    listing = Listing.objects.get(product__sku=sku)
    return {"listing": listing.pk, "product": listing.product_id}


def stored_key():
    return Connection.objects.get().credentials["api_key"]
