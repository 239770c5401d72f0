"""Calls fail, answers are lost, workers are killed: all ends as if nothing had happened.

Each seed is run twice with the same orders, prices and stocks: in peace, and shaken. The hash over
both sides must be the same. The short form is one small seed; the long one is asked for by
`SEEDS=20 ORDERS=10000 PRICES=5000 STOCKS=5000`.
"""

import os

import pytest
from django.conf import settings

from tests.chaos.digest import differences
from tests.chaos.plan import Plan, Size
from tests.chaos.rig import Run

SEEDS = int(os.environ.get("SEEDS", "1"))
FIRST_SEED = int(os.environ.get("FIRST_SEED", "1"))
SIZE = Size(
    int(os.environ.get("ORDERS", "60")),
    int(os.environ.get("PRICES", "30")),
    int(os.environ.get("STOCKS", "30")),
)
# So long the plan takes at least, so that there is a middle to be killed in.
SPREAD = float(os.environ.get("SPREAD", "6"))
KILL_EVERY = float(os.environ.get("KILL_EVERY", "4"))
PATIENCE = 120 + (SIZE.orders + SIZE.prices + SIZE.stocks) / 2
MOST_CALLS = 2.0
pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(int(300 + SEEDS * 3 * PATIENCE)),
]


@pytest.fixture
def run(transactional_db, tmp_path, monkeypatch):
    """Acts a plan out, in peace or shaken."""
    monkeypatch.setattr(settings, "MARKETPLACE_URLS", dict(settings.MARKETPLACE_URLS))

    def act(seed, *, shaken):
        name = f"{seed}-{'shaken' if shaken else 'clean'}"
        one = Run(Plan(seed, SIZE), tmp_path / name, shaken, SPREAD, KILL_EVERY, PATIENCE)
        try:
            one.begin()
            return one.act()
        finally:
            one.end()

    return act


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SEEDS))
def test_chaos_ends_as_peace_does(run, seed):
    clean, shaken = run(seed, shaken=False), run(seed, shaken=True)
    ratio = shaken.calls.total() / clean.calls.total()
    print(  # noqa: T201
        f"\nseed {seed}: {SIZE.orders} orders, {SIZE.prices} prices, {SIZE.stocks} stocks: "
        f"{clean.seconds / 60:.1f} min in peace, {shaken.seconds / 60:.1f} min shaken; "
        f"{shaken.kills} kills, {shaken.faults} calls failed; "
        f"calls {clean.calls.total()} and {shaken.calls.total()} ({ratio:.2f}x); "
        f"overruns {clean.overruns} and {shaken.overruns}; {clean.hash} {shaken.hash}"
    )
    assert clean.wrong == shaken.wrong == []
    assert differences(shaken.found, clean.found) == []
    assert shaken.hash == clean.hash
    assert clean.overruns == shaken.overruns == 0
    assert shaken.kills and shaken.faults
    assert ratio <= MOST_CALLS, (clean.calls, shaken.calls)
