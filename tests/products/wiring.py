"""The product's wiring with this folder's own listeners, so that a test sees what was emitted."""

from sellercloudx.wiring import *  # noqa: F403

asked: list = []


def request_card(listing):
    asked.append(listing.pk)


ON_EVENT = {
    "taxes_changed": ["products.services.price_proposals.review_all_soon"],
    "connection_activated": [
        "products.services.listings.list_everything_on",
        "products.services.publishing.catch_up",
    ],
    "listing_wanted": ["tests.products.wiring.request_card"],
    "stock_changed": ["products.services.publishing.tell_stock"],
}
