"""A worker that claims what is due waits for nobody who is replacing some of it by newer news."""

import pytest
from django.db import transaction
from django.utils import timezone

from marketplaces import leases, outbox, payloads
from marketplaces.connectors.remote import StockUpdate
from marketplaces.models import Operation
from tests import databases, factories
from tests.at_once import at_once

State = Operation.State


def tell(shop, sku, number):
    update = StockUpdate(sku, number, timezone.now())
    return outbox.add(
        connection=shop,
        kind="push_stock",
        target=sku,
        payload=payloads.dump(update),
        dedupe=f"{sku}:{number}",
    )


@pytest.mark.django_db(transaction=True)
def test_a_claim_leaves_alone_what_is_being_replaced():
    if not databases.is_postgres():
        pytest.skip("a file has one writer at a time")
    shop = factories.make_connection(marketplace="fake")
    first, second = tell(shop, "A", 1), tell(shop, "B", 1)
    lease = leases.take_connection(shop.pk)
    with transaction.atomic():
        # Many prices in one transaction: not in the order of their numbers.
        tell(shop, "B", 2)
        [claimed] = at_once(lambda: outbox._claim(lease))
        assert [one.pk for one in claimed] == [first.pk]
        tell(shop, "A", 2)
    second.refresh_from_db()
    assert second.state == State.SUPERSEDED
    [claimed] = at_once(lambda: outbox._claim(lease))
    assert {one.dedupe for one in claimed} == {"A:1", "B:2"}
