"""How often one address or one account may try, counted in the database by one statement."""

import hashlib
import ipaddress
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest
from django_ratelimit.core import get_usage

from partners import devices, request_context
from partners.login import find_user, normalise_phone
from partners.models import Partner, User

# Many phones share one address here, so a person is held by the account, a robot by the address.
LOGINS_BY_ADDRESS = "100/5m"
LOGINS_BY_ACCOUNT = "10/15m"
# A browser that came in before is counted apart, so that a stranger cannot lock its owner out.
LOGINS_BY_DEVICE = "10/15m"
# Whoever types codes knows the password, so fewer guesses are forgiven.
CODES_BY_ADDRESS = "100/5m"
CODES_BY_ACCOUNT = "5/15m"
REGISTRATIONS_BY_ADDRESS = "100/h"
# Each may be a letter to somebody who did not ask for it.
RESETS_BY_ADDRESS = "30/h"
RESETS_BY_ACCOUNT = "5/h"
JOINS_BY_ADDRESS = "100/h"
# Each may send a mail to an address that nobody has confirmed.
INVITATIONS_BY_PARTNER = "30/h"
# A page has up to 200 rows: the largest shop is read in minutes.
API_CALLS_BY_KEY = "120/m"
# Nobody guesses one; but each costs a look into the table.
WRONG_KEYS_BY_ADDRESS = "60/m"
# A photo is unpacked and made anew, which costs us more than sending it costs them.
UPLOADS_BY_PARTNER = "600/h"
# Nobody types so fast, and a bad line that sends everything anew stays below it.
MESSAGES_BY_PERSON = "120/m"
# Longer than any count of tries lasts.
GENERATION_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Tries:
    may_go_on: bool
    # Whether this is the first that is refused: who is told of it is told once.
    has_just_ended: bool


def may_register(request: HttpRequest) -> bool:
    return not _is_over(request, "register", _address(), REGISTRATIONS_BY_ADDRESS)


def may_upload(request: HttpRequest, partner: Partner) -> bool:
    return not _is_over(request, "upload", str(partner.pk), UPLOADS_BY_PARTNER)


def may_write(request: HttpRequest) -> bool:
    """One more message to our people, or to a partner."""
    return not _is_over(request, "message", str(request.user.pk), MESSAGES_BY_PERSON)


def may_ask_reset(request: HttpRequest, login: str) -> bool:
    is_over = [
        _is_over(request, "reset-address", _address(), RESETS_BY_ADDRESS),
        _is_over(request, "reset-account", _account(login), RESETS_BY_ACCOUNT),
    ]
    return not any(is_over)


def may_invite(request: HttpRequest, partner: Partner) -> bool:
    return not _is_over(request, "invite", str(partner.pk), INVITATIONS_BY_PARTNER)


def may_join(request: HttpRequest) -> bool:
    return not _is_over(request, "join", _address(), JOINS_BY_ADDRESS)


def may_try_login(request: HttpRequest, login: str) -> bool:
    """Counts this try, before the password is looked at."""
    user = find_user(login)
    account = _account_of(user, login)
    key = f"{account}:{_generation(account)}"
    is_over = _is_over(request, "login-address", _address(), LOGINS_BY_ADDRESS)
    device = devices.known_as(request, user)
    if device and not _is_over(request, "login-device", f"{key}:{device}", LOGINS_BY_DEVICE):
        return not is_over
    return not (_is_over(request, "login-account", key, LOGINS_BY_ACCOUNT) or is_over)


def tries_of_codes(request: HttpRequest, user: User) -> Tries:
    """Counts this code of the second step, before it is looked at."""
    account = f"codes-{user.pk}"
    is_over = _is_over(request, "code-address", _address(), CODES_BY_ADDRESS)
    usage = _counted(request, "code-account", f"{account}:{_generation(account)}", CODES_BY_ACCOUNT)
    return Tries(
        may_go_on=not (is_over or usage["should_limit"]),
        has_just_ended=usage["count"] == usage["limit"] + 1,
    )


def forget_codes(user: User) -> None:
    """Whoever shows the right one may come as often as they like."""
    _forget(f"codes-{user.pk}")


def api_pause(request: HttpRequest, caller: str) -> int:
    """Counts this call; how many seconds the caller has to wait, 0 when it may go on."""
    return _pause(_counted(request, "api", caller, API_CALLS_BY_KEY))


def wrong_key_pause(request: HttpRequest) -> int:
    """Counts a key that is none; as `api_pause`."""
    return _pause(_counted(request, "wrong-key", _address(), WRONG_KEYS_BY_ADDRESS))


def forget_tries(login: str) -> None:
    """Whoever knows the password may come as often as they like."""
    _forget(_account(login))


def _forget(account: str) -> None:
    """Begin another count. Of two at once none takes the other's back: the database adds."""
    key, guard = _generation_key(account), caches["guard"]
    if not guard.touch(key, timeout=GENERATION_SECONDS):
        guard.add(key, 0, timeout=GENERATION_SECONDS)
    guard.incr(key)


def _generation(account: str) -> int:
    return caches["guard"].get(_generation_key(account), 0)


def _generation_key(account: str) -> str:
    """Of logins and of codes alike."""
    return f"generation:{account}"


def _account(login: str) -> str:
    return _account_of(find_user(login), login)


def _account_of(user: User | None, login: str) -> str:
    """One name for everything that leads to the same account; short, and not readable.

    A phone and an email of one person would be twice the guesses. What leads to nobody is counted
    as it was typed, after the same look into the table.
    """
    name = f"account {user.pk}" if user else normalise_phone(login) or login.strip().lower()
    return hashlib.sha256(name.encode()).hexdigest()


def _address() -> str:
    """An IPv6 customer owns a whole /64."""
    address = ipaddress.ip_address(request_context.current().ip or "0.0.0.0")  # noqa: S104
    prefix = 64 if address.version == 6 else 32
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


def _is_over(request: HttpRequest, group: str, key: str, rate: str) -> bool:
    return _counted(request, group, key, rate)["should_limit"]


def _counted(request: HttpRequest, group: str, key: str, rate: str) -> dict[str, Any]:
    usage = get_usage(
        request, group=group, key=lambda group, request: key, rate=rate, increment=True
    )
    # What the answer says in Retry-After, should it be 429.
    request.pause = max(getattr(request, "pause", 0), _pause(usage))  # type: ignore[attr-defined]
    return usage


def _pause(usage: dict[str, Any]) -> int:
    """Seconds to wait, 0 where nobody has to."""
    return max(usage["time_left"], 1) if usage["should_limit"] else 0
