from datetime import UTC, datetime
from decimal import Decimal

import pytest

from marketplaces.connectors.remote import OrderStatus, RemoteOrder
from sellercloudx.lib.money import Money

MOMENT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def operations_of_no_product(settings):
    settings.WIRING = "tests.marketplaces.wiring"


@pytest.fixture
def remote_order():
    def make(number, status=OrderStatus.CONFIRMED, updated_at=MOMENT):
        return RemoteOrder(
            external_id=number,
            shop_id="1",
            status=status,
            vendor_status="PROCESSING",
            vendor_substatus="STARTED",
            created_at=MOMENT,
            updated_at=updated_at,
            fulfilment="FBS",
            payment="paid",
            total=Money(Decimal("99000"), "UZS"),
            lines=(),
        )

    return make
