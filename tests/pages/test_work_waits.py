"""Of a partner that may not work nothing is sent, read or made; later it goes on where it was."""

import uuid

import pytest
from django.utils import timezone

from ai_manager.models import CardJob
from ai_manager.services import jobs
from marketplaces import inbound, leases
from marketplaces.models import Operation
from partners.services import approval
from tests import factories

pytestmark = pytest.mark.django_db
STOPS = [
    (approval.block, approval.unblock),
    (approval.deactivate, approval.reactivate),
]


@pytest.fixture
def work(staff):
    """Something to send, to read and to make."""
    listing = factories.make_listing(factories.make_product())
    shop = listing.connection
    operation = Operation.objects.create(
        partner=listing.partner,
        connection=shop,
        kind=Operation.Kind.PUSH_PRICE,
        target=listing.product.sku,
        dedupe=uuid.uuid4().hex,
        due_at=timezone.now(),
    )
    inbound.open_streams(shop)
    job = CardJob.objects.create(partner=shop.partner, listing=listing, due_at=timezone.now())
    return shop, operation, job


def is_taken(work) -> list[bool]:
    """Whether a worker may send, read and make."""
    shop, _operation, job = work
    orders = shop.streams.get(name="orders")
    readable = type(shop).objects.working().filter(streams=orders).exists()
    return [
        leases.take_connection(shop.pk) is not None,
        readable,
        jobs.take(job.pk) is not None,
    ]


@pytest.mark.parametrize(("stop", "go_on"), STOPS)
def test_it_waits_and_goes_on(work, staff, stop, go_on):
    shop, operation, _job = work
    stop(partner=shop.partner, by=staff, reason="Tekshiruv")
    assert is_taken(work) == [False, False, False]
    assert not inbound.poll(shop.pk, "orders")
    operation.refresh_from_db()
    assert operation.state == "pending"
    go_on(partner=shop.partner, by=staff)
    assert is_taken(work) == [True, True, True]


def test_what_is_being_sent_when_the_block_comes_stops_before_the_next_call(work, staff):
    shop, _operation, _job = work
    lease = leases.take_connection(shop.pk)
    approval.block(partner=shop.partner, by=staff, reason="Tekshiruv")
    with pytest.raises(leases.LeaseLost):
        lease.renew()
