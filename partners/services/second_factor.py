"""The second step of our own people: set up, shown at each login, and taken away when lost."""

import hashlib
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from partners import audit, limits, totp
from partners.models import RecoveryCode, TotpDevice, User
from partners.services import notices
from sellercloudx.lib import crypto

CODES = 10
# Digits alone: on a phone they need no other keyboard, and in no alphabet are they mistaken.
CODE_DIGITS = 16
# 53 bits are too few for a quick hash: whoever has the table works 30 ms on each guess instead.
_ROUNDS = 100_000
SECURITY = "/admin-panel/security/"


class WrongCode(Exception):
    """Mistyped, used already, too old, or nobody's: which of them is not said."""


class WrongNewCode(WrongCode):
    """Not what the new phone shows."""


class KeyLost(Exception):
    """What the phone shows cannot be compared: the FIELD_KEYS its key was kept with are gone."""


class SetUpAlready(Exception):
    """There is a device, perhaps since a moment ago; a password alone does not replace it."""


@dataclass(frozen=True)
class SetUp:
    """The new device, and the codes that are shown this once."""

    device: TotpDevice
    codes: list[str]


def device_of(user: User) -> TotpDevice | None:
    return TotpDevice.objects.filter(user=user.pk).first()


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def set_up(*, user: User, key: str, code: str) -> SetUp:
    """The first phone. Raises WrongNewCode, SetUpAlready."""
    step = _step_of_new(key, code)
    codes = _new_codes(user)
    try:
        with transaction.atomic():
            return _keep(user, key, step, codes, "SECOND_FACTOR_ENROLLED")
    except IntegrityError as error:
        raise SetUpAlready from error


def change_device(*, user: User, key: str, code: str, current: str) -> SetUp:
    """Another phone, by somebody who can still pass. Raises WrongNewCode, WrongCode, KeyLost."""
    step = _step_of_new(key, code)
    old = _checked_first(user, current)
    codes = _new_codes(user)
    with transaction.atomic():
        # Of two at once only one finds it.
        if not TotpDevice.objects.filter(pk=old.pk).delete()[0]:
            raise WrongCode
        return _keep(user, key, step, codes, "SECOND_FACTOR_CHANGED")


def come_in(*, user: User, code: str) -> TotpDevice:
    """After the password. Raises WrongCode, KeyLost."""
    with transaction.atomic():
        device = check(user=user, code=code)
        audit.record("SECOND_FACTOR_PASSED", actor=user, entity=user)
    return device


def check(*, user: User, code: str) -> TotpDevice:
    """What this code was of; it is used up with that. Raises WrongCode, KeyLost."""
    digits = totp.digits_in(code)
    device = device_of(user)
    if device is None:
        raise WrongCode
    if len(digits) == CODE_DIGITS:
        _use_recovery_code(user, digits)
    else:
        _use_step(device, digits)
    return device


def renew_codes(*, user: User, current: str) -> list[str]:
    """Ten new ones; the old ones open nothing any more. Raises WrongCode, KeyLost."""
    _checked_first(user, current)
    codes = _new_codes(user)
    with transaction.atomic():
        _keep_codes(user, codes)
        audit.record("RECOVERY_CODES_RENEWED", actor=user, entity=user)
    return list(codes)


def remove(*, user: User, by: User | None = None) -> bool:
    """They set it up anew at the next login. Whether there was one."""
    with transaction.atomic():
        if not TotpDevice.objects.filter(user=user).delete()[0]:
            return False
        RecoveryCode.objects.filter(user=user).delete()
        entry = audit.record("SECOND_FACTOR_RESET", actor=by, entity=user)
        _tell(user, "second_factor_removed", entry.pk)
    limits.forget_codes(user)
    return True


def note_guessing(*, user: User) -> None:
    """Somebody who knows the password has tried too many codes."""
    with transaction.atomic():
        entry = audit.record("SECOND_FACTOR_FAILED", actor=user, entity=user)
        _tell(user, "second_factor_guessed", entry.pk)


def _checked_first(user: User, code: str) -> TotpDevice:
    """A wrong code must not cost us the hashing of ten; a right one is used up already then."""
    with transaction.atomic():
        return check(user=user, code=code)


def _step_of_new(key: str, code: str) -> int:
    step = totp.step_of(key, totp.digits_in(code))
    if step is None:
        raise WrongNewCode
    return step


def _keep(user: User, key: str, step: int, codes: dict[str, str], action: str) -> SetUp:
    device = TotpDevice(user=user, last_step=step)
    device.key = key
    device.save(force_insert=True)
    _keep_codes(user, codes)
    entry = audit.record(action, actor=user, entity=user)
    _tell(user, "second_factor_set_up", entry.pk)
    return SetUp(device, list(codes))


def _keep_codes(user: User, codes: dict[str, str]) -> None:
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=digest) for digest in codes.values()
    )


def _new_codes(user: User) -> dict[str, str]:
    """Code and what is kept of it. Slow on purpose, so not inside a transaction."""
    codes = [f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}" for _ in range(CODES)]
    return {code: _digest(user, code) for code in codes}


def _digest(user: User, code: str) -> str:
    salt = f"recovery-code:{user.pk}".encode()
    return hashlib.pbkdf2_hmac("sha256", code.encode(), salt, _ROUNDS).hex()


def _use_step(device: TotpDevice, digits: str) -> None:
    try:
        key = device.key
    except crypto.CannotDecrypt as error:
        raise KeyLost from error
    step = totp.step_of(key, digits)
    if step is None:
        raise WrongCode
    # One statement: of two who type the same code at once, one comes in.
    unused = TotpDevice.objects.filter(pk=device.pk, last_step__lt=step)
    if not unused.update(last_step=step):
        raise WrongCode


def _use_recovery_code(user: User, digits: str) -> None:
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, digits), used_at=None)
    with transaction.atomic():
        if not unused.update(used_at=timezone.now()):
            raise WrongCode
        left = codes_left(user)
        entry = audit.record("RECOVERY_CODE_USED", actor=user, entity=user, after={"left": left})
        _tell(user, "recovery_code_used", entry.pk, left=left)


def _tell(user: User, kind: str, audited: int, **data: int) -> None:
    notices.notify(
        users=[user],
        partner=None,
        kind=kind,
        data=data,
        url=SECURITY,
        dedupe=f"{kind}:{audited}",
    )
