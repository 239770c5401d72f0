"""Neither words nor time tell whether an account exists, with the hasher of production.

The long form: `LOGINS=30`.
"""

import os
import re
import statistics
import time

import pytest
from django.core.cache import cache

from sellercloudx import settings as production
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.timing]
LOGINS = int(os.environ.get("LOGINS", "5"))
NOBODY, SOMEBODY = "nobody@example.uz", "aziza@example.uz"


@pytest.fixture
def somebody(settings):
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS
    user = factories.make_user(email=SOMEBODY)
    user.set_password("togri-parol-2026")
    user.save()
    assert user.password.startswith("bcrypt_sha256$")


def refused(client, login: str) -> tuple[float, str]:
    # Not the limits are measured: each guess is the first.
    cache.clear()
    began = time.perf_counter()
    answer = client.post("/login", {"login": login, "password": "notogri-parol"})
    took = time.perf_counter() - began
    assert not answer.wsgi_request.user.is_authenticated
    page = answer.content.decode().replace(login, "")
    return took, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_an_account_that_exists_takes_as_long_and_is_told_the_same(client, somebody):
    times = {SOMEBODY: [], NOBODY: []}
    said = {SOMEBODY: set(), NOBODY: set()}
    # In turns, so that a busy machine is busy for both.
    for login in [SOMEBODY, NOBODY] * LOGINS:
        took, words = refused(client, login)
        times[login].append(took)
        said[login].add(words)
    there, not_there = (statistics.median(times[one]) for one in (SOMEBODY, NOBODY))
    print(  # noqa: T201
        f"\n{LOGINS} each: {there * 1000:.0f} ms where the account exists, "
        f"{not_there * 1000:.0f} ms where not"
    )
    assert said[SOMEBODY] == said[NOBODY]
    assert abs(there - not_there) < 0.25 * max(there, not_there)
