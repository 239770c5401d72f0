"""The tests of prices fail when a guard is taken away. `MUTANTS=all` takes every one, in turn."""

import os

import pytest

from scripts.mutate_guards import is_caught, stands_once
from scripts.mutate_price_guards import GUARDS

LONG = os.environ.get("MUTANTS") == "all"
QUICK = ["just before sending"]


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_is_where_the_script_looks_for_it(name):
    assert stands_once(GUARDS[name])


@pytest.mark.parametrize("name", GUARDS if LONG else QUICK)
def test_a_price_without_its_guard_is_noticed(name):
    assert is_caught(GUARDS[name])
