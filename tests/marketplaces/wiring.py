"""The product's wiring without the guard of prices: these operations are of no product."""

from sellercloudx.wiring import *  # noqa: F403


def let_through(operations):
    return {}


PRICE_GUARD = dict.fromkeys(("push_price", "publish_card"), "tests.marketplaces.wiring.let_through")
