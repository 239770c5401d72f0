"""Texts that our people send often: kept, changed and removed, each written down once."""

from django.db import IntegrityError, transaction

from partners import audit
from partners.models import CannedReply, User


class TitleTaken(Exception):
    """There is one of this title."""


class Gone(Exception):
    """Somebody has removed it."""


def add(*, title: str, text: str, by: User) -> CannedReply:
    """Raises TitleTaken."""
    one = CannedReply(title=title, text=text)
    _save(one, by, "CANNED_REPLY_ADDED", before={})
    return one


def change(one: CannedReply, *, title: str, text: str, by: User) -> None:
    """Raises TitleTaken and Gone."""
    with transaction.atomic():
        now = CannedReply.objects.select_for_update().filter(pk=one.pk).first()
        if now is None:
            raise Gone
        before = _words(now)
        now.title, now.text = title, text
        _save(now, by, "CANNED_REPLY_CHANGED", before=before)


def remove(one: CannedReply, *, by: User) -> bool:
    """Whether it was there still."""
    with transaction.atomic():
        was = CannedReply.objects.select_for_update().filter(pk=one.pk).first()
        if was is None or not CannedReply.objects.filter(pk=one.pk).delete()[0]:
            return False
        audit.record("CANNED_REPLY_REMOVED", actor=by, entity=was, before=_words(was))
    return True


def _save(one: CannedReply, by: User, action: str, *, before: dict[str, str]) -> None:
    try:
        with transaction.atomic():
            one.save()
            audit.record(action, actor=by, entity=one, before=before, after=_words(one))
    except IntegrityError as error:
        raise TitleTaken from error


def _words(one: CannedReply) -> dict[str, str]:
    return {"title": one.title, "text": one.text}
