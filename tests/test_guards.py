"""Tests fail when a guard is taken away. `MUTANTS=all` takes every one, in turn."""

import os

import pytest

from scripts import mutate_stock
from scripts.mutate_guards import GUARDS, is_caught, stands_once

LONG = os.environ.get("MUTANTS") == "all"
QUICK = ["whose member"]


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_is_where_the_script_looks_for_it(name):
    assert stands_once(GUARDS[name])


@pytest.mark.parametrize("name", GUARDS if LONG else QUICK)
def test_a_page_without_its_guard_is_noticed(name):
    assert is_caught(GUARDS[name])


@pytest.mark.parametrize("name", mutate_stock.GUARDS)
def test_a_guard_of_the_stock_is_where_the_script_looks_for_it(name):
    assert stands_once(mutate_stock.GUARDS[name])


@pytest.mark.parametrize("name", mutate_stock.GUARDS if LONG else [])
def test_stock_without_its_guard_is_noticed(name):
    assert is_caught(mutate_stock.GUARDS[name])
