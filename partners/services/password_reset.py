"""A new password for somebody who has lost the old one, by a link in a letter or in Telegram."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from partners import audit, one_time_links, reset_links
from partners.login import find_user, masked
from partners.models import AuditLog, User
from partners.services import notices
from sellercloudx.lib.queue import wake


def ask(*, login: str) -> AuditLog:
    """Somebody typed this login.

    The web does the same for every login: only the worker looks whether there is an account, so
    neither the page nor its time tells.
    """
    shown = masked(login)
    entry = audit.record("PASSWORD_RESET_ASKED", after={"login": shown})
    # Whatever else was typed, perhaps a password, is kept nowhere.
    if shown:
        wake("partners.services.password_reset.send_link", login, entry.pk)
    return entry


def send_link(login: str, asked: int) -> None:
    """Called in the worker: one message for one request, if there is anybody to write to."""
    user = find_user(login)
    if user is None or not user.is_active or not notices.can_reach(user, "password_reset"):
        return
    with transaction.atomic():
        notices.notify(
            users=[user],
            partner=None,
            kind="password_reset",
            data={},
            url="",
            dedupe=f"password_reset:{asked}",
        )
        audit.record("PASSWORD_RESET_SENT", entity=user, after={"asked": asked})


def set_new(*, token: str, password: str) -> User:
    """Every session of this person ends with the old password. Raises one_time_links.BadLink."""
    user = reset_links.user_of(token)
    with transaction.atomic():
        # Of two who use the link at once, one finds the password it was made for.
        unchanged = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
        if not unchanged.update(password=make_password(password)):
            raise one_time_links.UsedLink
        entry = audit.record("PASSWORD_RESET", actor=user, entity=user)
        notices.notify(
            users=[user],
            partner=None,
            kind="password_changed",
            data={},
            url="",
            dedupe=f"password_changed:{entry.pk}",
        )
    return user
