"""Two requests that are released at the same moment make one account."""

import threading

import pytest
from django.db import connections
from django.test import Client

from partners.models import Member, Partner, User
from tests.partners.applications import typed

ROUNDS = 50


def at_once(*calls):
    """Run them in threads that wait for each other; what each returned."""
    barrier = threading.Barrier(len(calls))
    results = [None] * len(calls)

    def run(index, call):
        barrier.wait()
        try:
            results[index] = call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def post(data):
    return lambda: Client().post("/partner-registration", data)


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch):
    monkeypatch.setattr("partners.limits.REGISTRATIONS_BY_ADDRESS", "100000/h")


@pytest.mark.django_db(transaction=True)
def test_a_double_press_makes_one_partner():
    for _ in range(ROUNDS):
        data = typed()
        answers = at_once(post(data), post(data))
        assert sorted(answer.status_code for answer in answers) == [200, 302]
        (refused,) = [answer for answer in answers if answer.status_code == 200]
        assert set(refused.context["form"].errors) <= {"phone", "email", "tax_id"}
        assert refused.context["form"].errors
    assert Partner.objects.count() == User.objects.count() == Member.objects.count() == ROUNDS


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("shared", ["phone", "email", "tax_id"])
def test_two_sellers_with_one_number_are_told_apart(shared):
    first, second = typed(), typed()
    second[shared] = first[shared]
    answers = at_once(post(first), post(second))
    (refused,) = [answer for answer in answers if answer.status_code == 200]
    assert list(refused.context["form"].errors) == [shared]
    assert Partner.objects.count() == User.objects.count() == 1
