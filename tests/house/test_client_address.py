"""From which address somebody comes: what limits and the audit go by."""

import pytest
from django.test import RequestFactory

from partners import limits
from partners.models import AuditLog
from sellercloudx.middleware import client_address

HERE = "10.0.0.7"


def address(**headers) -> str:
    return client_address(RequestFactory().get("/", REMOTE_ADDR=HERE, **headers))


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9 ", "203.0.113.9"),
        ("2001:DB8::1", "2001:db8::1"),
        # All of IPv4 would be one customer of IPv6.
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", HERE),
        ("nonsense", HERE),
        ("203.0.113.9, 10.0.0.1", HERE),
        ("203.0.113.9:80", HERE),
        ("fe80::1%eth0", HERE),
        ("' OR 1=1 --", HERE),
    ],
)
def test_the_proxy_says_it_and_nonsense_is_nobodys(settings, told, taken):
    settings.IS_BEHIND_PROXY = True
    assert address(HTTP_X_REAL_IP=told) == taken


@pytest.mark.parametrize("is_production", [True, False])
def test_without_a_proxy_nobody_says_it_themselves(settings, is_production):
    settings.IS_PRODUCTION, settings.IS_BEHIND_PROXY = is_production, False
    assert address(HTTP_X_REAL_IP="203.0.113.9") == HERE


@pytest.mark.django_db
@pytest.mark.parametrize("is_behind_proxy", [True, False])
def test_a_made_up_address_breaks_no_login_and_escapes_no_limit(
    client, settings, monkeypatch, is_behind_proxy
):
    settings.IS_PRODUCTION, settings.IS_BEHIND_PROXY = True, is_behind_proxy
    monkeypatch.setattr(limits, "LOGINS_BY_ADDRESS", "2/5m")
    answers = [
        client.post("/login", {"login": f"a{n}@example.uz", "password": "x"}, HTTP_X_REAL_IP=told)
        for n, told in enumerate(["nonsense", "more nonsense", "1.2.3.4.5"])
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert set(AuditLog.objects.values_list("ip", flat=True)) == {"127.0.0.1"}
