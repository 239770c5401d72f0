"""Batches within bounds, and one result for each item whatever is said to the batch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplaces.connectors.base import batches
from marketplaces.connectors.batching import loads, one_result_each
from marketplaces.connectors.errors import NotFound, Rejected, Unavailable, Unsupported
from marketplaces.connectors.remote import ItemResult


def taking(bad, sent):
    """A marketplace that refuses a whole batch for one bad item in it."""

    def send(items):
        sent.append(list(items))
        found = [item for item in items if item in bad]
        if found:
            raise Rejected(f"{found[0]} is bad", code="BAD")
        return [ItemResult(item, True) for item in items]

    return send


@given(st.lists(st.integers(0, 500), unique=True, max_size=300), st.sets(st.integers(0, 500)))
def test_each_item_gets_one_result_in_order(numbers, bad):
    items = [str(number) for number in numbers]
    bad = {str(number) for number in sorted(bad)[:3]}
    results = one_result_each(items, taking(bad, []), key=str, tries=64) if items else []
    assert [result.key for result in results] == items
    assert {result.key for result in results if not result.ok} == bad & set(items)


def test_a_good_batch_is_one_request():
    sent = []
    one_result_each(["a", "b", "c"], taking(set(), sent), key=str)
    assert sent == [["a", "b", "c"]]


def test_when_everything_is_refused_it_does_not_ask_for_each():
    sent = []
    items = [str(number) for number in range(2000)]
    results = one_result_each(items, taking(set(items), sent), key=str)
    assert len(sent) < 80
    assert [result.ok for result in results] == [False] * 2000
    assert {result.code for result in results} == {"BAD"}


def test_what_is_not_found_is_not_looked_for_by_halves():
    def send(items):
        raise NotFound("no such shop", code="NOT_FOUND")

    results = one_result_each(["a", "b"], send, key=str, tries=1)
    assert results == [ItemResult(key, False, "NOT_FOUND", "no such shop") for key in ("a", "b")]


@pytest.mark.parametrize("error", [Unavailable("busy"), Unsupported("never")])
def test_what_is_no_refusal_of_an_item_is_raised(error):
    def send(items):
        raise error

    with pytest.raises(type(error)):
        one_result_each(["a", "b"], send, key=str)


def test_a_load_keeps_to_size_weight_and_unique_keys():
    items = ["a", "b", "a", "cc", "dddd", "e"]
    found = list(loads(items, size=3, key=str, weight=len, heaviest=5))
    assert found == [["a", "b"], ["a", "cc"], ["dddd", "e"]]
    assert list(loads([], size=3, key=str)) == []
    assert list(loads(["xxxxxxxx"], size=3, key=str, weight=len, heaviest=5)) == [["xxxxxxxx"]]


def test_what_came_before_an_error_is_handed_out():
    def rows():
        yield from "abc"
        raise Unavailable("broke off")

    found = []
    with pytest.raises(Unavailable):
        for batch in batches(rows(), 2):
            found.append(batch)
    assert found == [["a", "b"], ["c"]]
