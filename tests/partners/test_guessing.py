"""Somebody who guesses passwords by the thousand. The long form: `TRIES=1000`."""

import os
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client

from partners.models import AuditLog
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
TRIES = int(os.environ.get("TRIES", "130"))


@pytest.fixture
def looked_at():
    """Each password that is compared with a stored one, which is what costs us."""
    with patch("django.contrib.auth.base_user.check_password", wraps=check_password) as compared:
        yield lambda: compared.call_count


def guess(number, login, address="10.0.0.1"):
    # Another browser each time: nothing is remembered in cookies.
    return Client().post(
        "/login", {"login": login, "password": f"guess {number}"}, REMOTE_ADDR=address
    )


def test_from_one_address_over_many_accounts(looked_at):
    people = [factories.make_user() for _ in range(20)]
    answers = [guess(n, people[n % 20].email).status_code for n in range(TRIES)]
    assert answers == [200] * 100 + [429] * (TRIES - 100)
    assert looked_at() == 100
    # What is refused leaves no row either: the trail does not grow with it.
    assert AuditLog.objects.filter(action="LOGIN_FAILED").count() == 100


def test_from_many_addresses_on_one_account(looked_at):
    person = factories.make_user()
    spellings = [person.email, person.email.upper(), f" {person.email} "]
    answers = [
        guess(n, spellings[n % 3], f"10.{n // 250}.{n % 250}.1").status_code for n in range(TRIES)
    ]
    assert answers == [200] * 10 + [429] * (TRIES - 10)
    assert looked_at() == 10


def test_the_others_come_in_meanwhile():
    for number in range(15):
        guess(number, factories.make_user().email, "10.0.0.1")
    other = factories.make_user()
    answer = Client().post(
        "/login", {"login": other.phone, "password": PASSWORD}, REMOTE_ADDR="10.0.0.1"
    )
    assert answer.status_code == 302


def test_forged_headers_make_no_other_address():
    def forged(number):
        return (
            Client()
            .post(
                "/login",
                {"login": f"user{number}@example.uz", "password": "x"},
                headers={"X-Forwarded-For": f"10.9.9.{number}", "X-Real-IP": f"10.9.8.{number}"},
            )
            .status_code
        )

    assert [forged(n) for n in range(105)] == [200] * 100 + [429] * 5
