"""Every name in the wiring leads to something that can be called."""

from collections.abc import Iterator

import pytest
from django.utils.module_loading import import_string

from marketplaces.models import Operation
from sellercloudx import wiring


def paths(table) -> Iterator[str]:
    """Every dotted path in a table, whether it stands for itself, in a list, or as a key."""
    if isinstance(table, str):
        if "." in table:
            yield table
    elif isinstance(table, dict):
        yield from paths([*table, *table.values()])
    elif isinstance(table, list):
        for part in table:
            yield from paths(part)


TABLES = {name: table for name, table in vars(wiring).items() if name.isupper()}
PATHS = list(paths(TABLES))


@pytest.mark.parametrize("path", PATHS)
def test_it_leads_to_a_function(path):
    assert callable(import_string(path))


@pytest.mark.parametrize("table", ["OPERATION_RESULT", "OPERATION_PARKED", "OPERATION_RETRIED"])
def test_every_kind_of_operation_has_somebody_waiting_for_it(table):
    assert set(getattr(wiring, table)) == set(Operation.Kind.values)


def test_every_stream_has_both_ends():
    assert set(wiring.INBOUND) == set(wiring.INBOUND_WANTED)
