"""By what a person logs in and is reached: phone and email, changed by themselves."""

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from partners import audit, contact_links
from partners.models import User
from partners.one_time_links import UsedLink
from partners.services import letters, notices
from partners.services.registration import AlreadyTaken
from sellercloudx.lib.queue import wake


class ChangedMeanwhile(Exception):
    """Somebody has changed them since they were looked at."""


def change(*, user: User, phone: str | None, email: str | None) -> None:
    """A phone, and an address that is taken away, at once; a new address by a link sent there.

    Where this installation sends no letters a new address holds at once, too. Raises AlreadyTaken
    and ChangedMeanwhile.
    """
    must_be_free(user, phone=phone, email=email)
    is_confirmed_first = bool(email and email != user.email and letters.is_on())
    set_now(user=user, phone=phone, email=user.email if is_confirmed_first else email)
    if is_confirmed_first:
        wake("partners.services.contacts.send_link", user.pk, email, is_urgent=True)


def confirm(*, token: str) -> User:
    """The address that the link went to is theirs now. Raises BadLink and AlreadyTaken."""
    user, email = contact_links.read(token)
    must_be_free(user, phone=user.phone, email=email)
    try:
        set_now(user=user, phone=user.phone, email=email)
    except ChangedMeanwhile as error:
        raise UsedLink from error
    return user


def set_now(*, user: User, phone: str | None, email: str | None) -> None:
    """Sessions stay: the password is the same. Raises AlreadyTaken and ChangedMeanwhile."""
    before, after = _of(user.phone, user.email), _of(phone, email)
    if before == after:
        return
    try:
        with transaction.atomic():
            _set(user, before, after)
    except IntegrityError:
        # Somebody else was a moment earlier; anything else is a mistake of ours.
        must_be_free(user, phone=phone, email=email)
        raise


def _set(user: User, before: dict[str, str], after: dict[str, str]) -> None:
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if _of(locked.phone, locked.email) != before:
        raise ChangedMeanwhile
    entry = audit.record("CONTACTS_CHANGED", actor=user, entity=user, before=before, after=after)
    # While the old address is still theirs: the letter of this goes there.
    notices.notify(
        users=[locked],
        partner=None,
        kind="contacts_changed",
        data={name: value or "—" for name, value in after.items()} | {"to": before["email"]},
        url="",
        dedupe=f"contacts_changed:{entry.pk}",
    )
    for one in (locked, user):
        one.phone, one.email = after["phone"] or None, after["email"] or None
    locked.save(update_fields=["phone", "email"])


def must_be_free(user: User, *, phone: str | None, email: str | None) -> None:
    others = User.objects.exclude(pk=user.pk)
    asked = {"phone": phone, "email": email}
    taken = [name for name, value in asked.items() if value and others.filter(**{name: value})]
    if taken:
        raise AlreadyTaken(taken)


def send_link(user_pk: int, email: str) -> None:
    """Called in the worker. Raises what the mail backend raises."""
    user = User.objects.get(pk=user_pk)
    with translation.override(user.language):
        text = _(
            "You, or somebody with your password, entered this address as yours. The link below "
            "makes it so; it works for one hour. If it was not you, do nothing."
        )
        title = _("Confirm this address for SellerCloudX")
        letters.send_to(email, user, title, text, contact_links.path_for(user, email))


def _of(phone: str | None, email: str | None) -> dict[str, str]:
    return {"phone": phone or "", "email": email or ""}
