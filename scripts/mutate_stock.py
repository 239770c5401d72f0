"""Take the guards of the stock away, one at a time, and see whether its tests notice.

`python -m scripts.mutate_stock` prints how many were caught; `NAME ...` takes only these.
"""

import sys

from scripts.mutate_guards import Guard, main

STOCK = "products/services/stock.py"
LEDGER = "products/services/stock_ledger.py"
LEVELS = "products/services/stock_levels.py"
SHARES = "products/services/stock_shares.py"
PARTS = "products/services/stock_parts.py"


def _guard(file: str, code: str, without: str, tests: str) -> Guard:
    return Guard(file, code, without, noticed="test", tests=f"tests/products/{tests}.py")


GUARDS = {
    "no more is promised than is free": _guard(
        STOCK, ', on_hand__gte=F("reserved") + quantity)', ")", "test_stock"
    ),
    "a promise grows only into what is free": _guard(
        STOCK, '.filter(on_hand__gte=F("reserved") + more)', "", "test_stock"
    ),
    "what is given back is given back once": _guard(
        STOCK, ".filter(source=source, state=State.LIVE)", ".filter(source=source)", "test_stock"
    ),
    "a count is not corrected below what is promised": _guard(
        LEDGER, '        on_hand__gte=F("reserved") - quantity,\n', "", "test_stock"
    ),
    "a count is not corrected beyond belief": _guard(
        LEDGER, "        on_hand__lte=LARGEST_QUANTITY - quantity,\n", "", "test_stock"
    ),
    "the same source moves once": _guard(
        LEDGER, "    if not is_new:\n        return movement, None\n", "", "test_stock"
    ),
    "nothing and less is no quantity": _guard(
        LEVELS, "    if quantity <= 0:\n", "    if False:\n", "test_stock_quantities"
    ),
    "what is kept back is not shown": _guard(
        SHARES, "available - rule.buffer, 0)", "available, 0)", "test_stock_limits"
    ),
    "no more is shown than the cap": _guard(
        SHARES, "min(most, rule.cap)", "most", "test_stock_limits"
    ),
    "a share counts what is unanswered": _guard(
        SHARES,
        "held = max([acked, *(quantity_of(one) for one in unanswered(share))])",
        "held = acked",
        "test_strict_stock",
    ),
    "a share grows only into what is free": _guard(
        SHARES, "min(shop.target, shop.share.held + free)", "shop.target", "test_strict_stock"
    ),
    "a refusal frees nothing that was shown": _guard(
        SHARES,
        "is_newest = operation.state == State.DONE and",
        "is_newest =",
        "test_strict_stock",
    ),
    "a sale before the answer leaves the share": _guard(
        SHARES, " and sale.at >= share.acked_at", "", "test_strict_stock"
    ),
    "a bundle is no part of itself": _guard(
        PARTS, "    if bundle in parts:\n", "    if False:\n", "test_bundles"
    ),
    "a bundle is no part of another": _guard(
        PARTS, "pk__in=_pks(parts)).first()", "pk__in=[]).first()", "test_bundles"
    ),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], GUARDS))
