import threading

import pytest
from django.core.cache import caches
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners import limits
from partners.models import AuditLog
from tests import factories
from tests.at_once import at_once, twice_at_once
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


WRONG = "not this one"


def log_in(client, login, password=WRONG, **headers):
    return client.post("/login", {"login": login, "password": password}, **headers).status_code


def test_the_eleventh_try_in_a_row_is_refused_even_with_the_right_password(client, partner):
    phone = partner.owner.phone
    assert [log_in(client, phone) for _ in range(10)] == [200] * 10
    assert log_in(client, phone, PASSWORD) == 429
    assert AuditLog.objects.filter(action="LOGIN_FAILED").count() == 10


def test_a_browser_that_came_in_before_is_not_locked_out_by_a_stranger(client, partner):
    stranger, other = Client(), factories.make_partner().owner
    assert log_in(client, partner.owner.phone, PASSWORD) == 302
    client.post("/logout/")
    for _ in range(11):
        log_in(stranger, partner.owner.phone)
    refused = stranger.post("/login", {"login": partner.owner.phone, "password": PASSWORD})
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 900
    assert log_in(client, partner.owner.email, PASSWORD) == 302
    client.post("/logout/")

    # Ten guesses of its own, and then it is counted as everybody.
    assert [log_in(client, partner.owner.phone) for _ in range(20)] == [200] * 20
    assert log_in(client, partner.owner.phone, PASSWORD) == 429
    # For somebody else it is a stranger, too; and one that is made up is none.
    for _ in range(11):
        log_in(stranger, other.phone)
    assert log_in(client, other.phone, PASSWORD) == 429
    stranger.cookies["device"] = client.cookies["device"].value[:-1]
    assert log_in(stranger, partner.owner.phone, PASSWORD) == 429


def test_a_new_password_forgets_the_browsers_of_the_old_one(client, partner):
    assert log_in(client, partner.owner.phone, PASSWORD) == 302
    client.post("/logout/")
    partner.owner.set_password("another-password-7")
    partner.owner.save()
    for _ in range(11):
        log_in(Client(), partner.owner.phone)
    assert log_in(client, partner.owner.phone, "another-password-7") == 429


def test_other_spellings_are_the_same_account(client, partner):
    phone = partner.owner.phone
    for number in range(10):
        log_in(client, phone if number % 2 else phone.removeprefix("+998"))
    assert log_in(client, phone) == 429


def test_other_people_are_not_held_up(client, partner):
    for _ in range(11):
        log_in(client, partner.owner.phone)
    assert log_in(client, factories.make_partner().owner.phone, PASSWORD) == 302


def test_whoever_knows_the_password_may_come_as_often_as_they_like(partner):
    answers = [log_in(Client(), partner.owner.phone, PASSWORD) for _ in range(25)]
    assert answers == [302] * 25


def test_an_unknown_account_is_limited_like_a_known_one(client):
    assert [log_in(client, "nobody@example.uz") for _ in range(11)] == [200] * 10 + [429]


def test_one_address_cannot_try_many_accounts(client, monkeypatch):
    monkeypatch.setattr(limits, "LOGINS_BY_ADDRESS", "3/5m")
    answers = [log_in(client, f"user{n}@example.uz") for n in range(4)]
    assert answers == [200, 200, 200, 429]
    assert log_in(client, "user9@example.uz", REMOTE_ADDR="10.0.0.9") == 200


def test_an_ipv6_customer_is_one_address(client, monkeypatch):
    monkeypatch.setattr(limits, "LOGINS_BY_ADDRESS", "1/5m")
    first, second = "2001:db8:1:2::1", "2001:db8:1:2:ffff::2"
    assert log_in(client, "a@example.uz", REMOTE_ADDR=first) == 200
    assert log_in(client, "b@example.uz", REMOTE_ADDR=second) == 429
    assert log_in(client, "c@example.uz", REMOTE_ADDR="2001:db8:1:3::1") == 200


def test_an_emptied_redis_forgives_nobody(client, partner, settings):
    assert settings.CACHES[settings.RATELIMIT_USE_CACHE]["BACKEND"].endswith("TableCache")
    for _ in range(11):
        log_in(client, partner.owner.phone)
    # As if everything in it were gone, without touching what other tests keep there.
    caches["default"].key_prefix = "emptied"
    assert log_in(client, partner.owner.phone) == 429


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_all_counted(partner):
    """Six threads of five tries: ten are looked at, twenty are refused."""
    barrier, answers = threading.Barrier(6), []

    def run():
        barrier.wait()
        try:
            answers.extend(log_in(Client(), partner.owner.phone) for _ in range(5))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 10 + [429] * 20


def test_the_phone_and_the_email_of_one_person_are_one_account(client, partner):
    person = partner.owner
    logins = [person.email, person.phone, f" {person.email.upper()} "]
    assert [log_in(client, logins[number % 3]) for number in range(10)] == [200] * 10
    assert log_in(client, person.email, PASSWORD) == log_in(client, person.phone, PASSWORD) == 429


def test_whoever_came_in_by_phone_may_try_again_by_email(client, partner):
    for _ in range(9):
        log_in(client, partner.owner.email)
    assert log_in(Client(), partner.owner.phone, PASSWORD) == 302
    assert [log_in(client, partner.owner.email) for _ in range(10)] == [200] * 10


def test_a_known_and_an_unknown_account_are_told_the_same_after_the_same_queries(client, partner):
    """Of the table: what is asked before the password is looked at, and what is said."""
    seen = {}
    for login in (partner.owner.email, "nobody@example.uz"):
        for _ in range(10):
            log_in(client, login)
        with CaptureQueriesContext(connection) as queries:
            page = client.post("/login", {"login": login, "password": WRONG})
        words = page.context["form"].non_field_errors()
        seen[login] = (page.status_code, list(words), len(queries))
    assert seen[partner.owner.email] == seen["nobody@example.uz"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_anew_at_once_none_takes_the_others_back():
    user = factories.make_user()

    def generation():
        # Each thread has a cache of its own settings; the database behind is one.
        return at_once(lambda: limits._generation(f"codes-{user.pk}"))[0]

    before = generation()
    for number in range(1, 6):
        assert twice_at_once(lambda: limits.forget_codes(user)) == [None, None]
        assert generation() == before + 2 * number
