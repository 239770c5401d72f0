"""Sign in by phone or email."""

import re
import unicodedata

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q

from partners.models import User

# Spaces, dots, hyphens and brackets between the digits are for the eye only.
_BETWEEN = re.compile(r"[\s.()+\u2010-\u2015\u2212-]")


def normalise_phone(text: str) -> str | None:
    """E.164 of an Uzbek number typed in any usual way; None when it is not one."""
    digits = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).removeprefix("00")
    if re.fullmatch(r"[0-9]{9}", digits):
        digits = "998" + digits
    return f"+{digits}" if re.fullmatch(r"998[0-9]{9}", digits) else None


def find_user(login: str) -> User | None:
    login = login.strip()
    return User.objects.filter(
        Q(phone=normalise_phone(login) or "-") | Q(email=login.lower())
    ).first()


def masked(login: str) -> str:
    """Only what looks like a login is kept: people type their password into the wrong field."""
    if phone := normalise_phone(login):
        return f"{phone[:4]}*****{phone[-4:]}"
    name, at, host = login.partition("@")
    return f"{name[:1]}***@{host}"[:100] if at else ""


class PhoneOrEmailBackend(ModelBackend):
    def authenticate(self, request, username=None, password=None, **kwargs):
        login = (username or kwargs.get("email") or "").strip()
        if not login or password is None:
            return None
        user = find_user(login)
        if user is None:
            # Hash all the same, so that the time does not tell whether the account exists.
            User().set_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None
