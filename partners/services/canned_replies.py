"""Texts that are sent often, our people's and a shop's: each change of one is written down."""

from django.db import IntegrityError, transaction

from partners import audit
from partners.models import ReadyAnswer, User


class TitleTaken(Exception):
    """There is one of this title."""


class Gone(Exception):
    """Somebody has removed it."""


def add(one: ReadyAnswer, *, by: User) -> None:
    """Raises TitleTaken."""
    _save(one, by, "CANNED_REPLY_ADDED", before={})


def change(one: ReadyAnswer, *, title: str, text: str, by: User) -> None:
    """Raises TitleTaken and Gone."""
    with transaction.atomic():
        now = _now(one)
        if now is None:
            raise Gone
        before = _words(now)
        now.title, now.text = title, text
        _save(now, by, "CANNED_REPLY_CHANGED", before=before)


def remove(one: ReadyAnswer, *, by: User) -> bool:
    """Whether it was there still."""
    with transaction.atomic():
        was = _now(one)
        if was is None or not type(was)._default_manager.filter(pk=was.pk).delete()[0]:
            return False
        before = _words(was)
        audit.record(
            "CANNED_REPLY_REMOVED", partner=one.partner, actor=by, entity=one, before=before
        )
    return True


def _now(one: ReadyAnswer) -> ReadyAnswer | None:
    rows = type(one)._default_manager.select_for_update(of=("self",))
    return rows.filter(pk=one.pk).first()


def _save(one: ReadyAnswer, by: User, action: str, *, before: dict[str, str]) -> None:
    try:
        with transaction.atomic():
            one.save()
            after = _words(one)
            audit.record(
                action, partner=one.partner, actor=by, entity=one, before=before, after=after
            )
    except IntegrityError as error:
        raise TitleTaken from error


def _words(one: ReadyAnswer) -> dict[str, str]:
    return {"title": one.title, "text": one.text}
