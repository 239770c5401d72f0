"""A password of somebody who is logged in and knows the old one."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from partners import audit
from partners.models import User
from partners.services import notices


class ChangedMeanwhile(Exception):
    """It is not the one any more that was shown a moment ago."""


def change(*, user: User, password: str) -> None:
    """Every session but the one that goes on by `update_session_auth_hash` ends with it."""
    made = make_password(password)
    with transaction.atomic():
        unchanged = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
        if not unchanged.update(password=made):
            raise ChangedMeanwhile
        entry = audit.record("PASSWORD_CHANGED", actor=user, entity=user)
        notices.notify(
            users=[user],
            partner=None,
            kind="password_changed_here",
            data={},
            url="",
            dedupe=f"password_changed:{entry.pk}",
        )
    user.password = made
