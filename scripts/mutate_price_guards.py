"""Take the guards of prices away, one at a time, and see whether the tests of prices notice.

`python -m scripts.mutate_price_guards` prints how many were caught; `NAME ...` takes only these.
"""

import sys
from functools import partial

from scripts.mutate_guards import Guard as AnyGuard
from scripts.mutate_guards import main

GUARD = "products/services/price_guard.py"
TESTS = " ".join((
    "tests/products/test_price_guard.py",
    "tests/products/test_price_floor.py",
    "tests/products/test_price_disasters.py",
    "tests/products/test_price_batches.py",
    "tests/products/test_price_undo.py",
))  # fmt: skip
Guard = partial(AnyGuard, noticed="test", tests=TESTS)
GUARDS = {
    "no price": Guard(
        GUARD, "    if not (amount.is_finite() and 0 < amount <= LARGEST):\n", "    if False:\n"
    ),
    "floor": Guard(GUARD, "    if price.amount < facts.floor:\n", "    if False:\n"),
    "nothing left": Guard(
        GUARD,
        "    if facts.floor is None:\n        return Refusal(Code.NOTHING_LEFT, *_of(price))\n"
        "    if price.amount",
        "    if facts.floor is not None and price.amount",
    ),
    "no cost": Guard(GUARD, "if facts.is_automatic else None", "if False else None"),
    "a rule accepts no loss": Guard(
        GUARD, "if LOSS in facts.accepted and not facts.is_automatic:", "if LOSS in facts.accepted:"
    ),
    "lowest price": Guard(GUARD, "price.amount < least", "False"),
    "highest price": Guard(GUARD, "price.amount > most", "False"),
    "step": Guard(GUARD, "    if step is not None and abs(", "    if False and abs("),
    "how often": Guard(
        GUARD, "        if limit is not None and told >= limit:\n", "        if False:\n"
    ),
    "quarantine": Guard(GUARD, "amount * jump.times_down < told", "False"),
    "currency": Guard(GUARD, "    if facts.currency != price.currency:\n", "    if False:\n"),
    "a bound that is none": Guard(
        "products/services/price_limits.py",
        "return amount if amount.is_finite() and 0 < amount <= LARGEST else None",
        "return amount",
    ),
    "just before sending": Guard(
        "marketplaces/sending.py",
        '    return resolve("PRICE_GUARD", operations[0].kind)(operations)\n',
        "    return {}\n",
    ),
    "the price in a card": Guard(
        "marketplaces/sending.py",
        "return card if has_price else replace(card, price=None)",
        "return card",
    ),
    "freeze": Guard(
        "products/services/price_batches.py",
        "    return low * HUNDRED > len(codes) * FREEZE_PERCENT\n",
        "    return False\n",
    ),
    "the first ones": Guard(
        "products/services/price_batches.py", '    if "wait" in verdicts:\n', "    if False:\n"
    ),
    "stale undo": Guard(
        "products/services/price_undo.py",
        "    if to is None or newest.pk != change.pk or product.price != change.after:\n",
        "    if to is None:\n",
    ),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], GUARDS))
