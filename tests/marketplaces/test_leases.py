from datetime import timedelta

import pytest
from django.utils import timezone

from marketplaces import leases
from marketplaces.models import Connection
from partners.models import Partner
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection():
    return factories.make_connection()


def test_only_one_worker_gets_a_connection(connection):
    assert leases.take_connection(connection.pk)
    assert leases.take_connection(connection.pk) is None


def test_a_released_connection_is_free_at_once(connection):
    leases.take_connection(connection.pk).release()
    assert leases.take_connection(connection.pk)


def test_a_dead_workers_lease_runs_out_and_its_token_is_stale(connection):
    dead = leases.take_connection(connection.pk)
    Connection.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    alive = leases.take_connection(connection.pk)
    assert alive.token == dead.token + 1
    with pytest.raises(leases.LeaseLost):
        dead.renew()
    dead.release()
    assert leases.take_connection(connection.pk) is None


@pytest.mark.parametrize("state", ["pending", "rejected", "blocked"])
def test_nobody_speaks_for_a_partner_who_is_not_approved(connection, state):
    Partner.objects.update(state=state)
    assert leases.take_connection(connection.pk) is None


@pytest.mark.parametrize("state", ["untested", "parked", "disconnected"])
def test_nobody_speaks_with_a_key_that_is_out_of_use(connection, state):
    Connection.objects.update(state=state)
    assert leases.take_connection(connection.pk) is None


def test_a_turn_comes_once_per_period():
    later = timezone.now() + timedelta(seconds=5)
    assert leases.due_turns(["a", "b"]) == ["a", "b"]
    assert leases.take_turn("a", later)
    assert not leases.take_turn("a", later)
    assert leases.due_turns(["a", "b"]) == ["b"]
