"""Texts that a shop sends to buyers often."""

from django.db import IntegrityError, transaction

from orders.models import ReplyTemplate
from partners import audit
from partners.models import Partner, User


class TitleTaken(Exception):
    """There is one of this title."""


def save(
    *, partner: Partner, title: str, text: str, by: User, pk: int | None = None
) -> ReplyTemplate | None:
    """A new one, or other words for one there is; None where somebody has removed that one.

    Raises TitleTaken.
    """
    try:
        with transaction.atomic():
            return _save(partner, title, text, by, pk)
    except IntegrityError as error:
        raise TitleTaken from error


def _save(
    partner: Partner, title: str, text: str, by: User, pk: int | None
) -> ReplyTemplate | None:
    one = ReplyTemplate(partner=partner)
    if pk is not None:
        found = ReplyTemplate.objects.for_partner(partner).select_for_update().filter(pk=pk).first()
        if found is None:
            return None
        one = found
    one.title, one.text = title, text
    one.save()
    audit.record(
        "REPLY_TEMPLATE_SAVED", partner=partner, actor=by, entity=one, after={"title": title}
    )
    return one


@transaction.atomic
def remove(*, template: ReplyTemplate, by: User) -> None:
    audit.record(
        "REPLY_TEMPLATE_REMOVED",
        partner=template.partner,
        actor=by,
        entity=template,
        before={"title": template.title},
    )
    ReplyTemplate.objects.filter(pk=template.pk).delete()
