"""The talk between a partner and our people: nothing lost, nothing twice, notes kept apart."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from partners import audit
from partners.models import ChatMessage, ChatRead, ChatRoom, Partner, User
from partners.services import notices
from partners.services.attachments import Attachment, store_attachment
from sellercloudx.lib.submissions import key_of
from sellercloudx.lib.text import fold

# Whoever has not read what they were told of is told again after so long, and not of each message
# of a burst.
BURST = timedelta(minutes=15)
# The beginning of a message, as a notice quotes it.
EXCERPT = 120
RIGHT = "partners.change_chatroom"


def send(
    *,
    partner: Partner,
    by: User,
    is_from_staff: bool,
    text: str,
    client_id: uuid.UUID,
    attachment: Attachment | None = None,
    is_private: bool = False,
) -> ChatMessage:
    """Say something once: the same words with the same `client_id` are the message there is.

    The room is locked first, so that the numbers of its messages grow as they come to be seen: who
    asks for what came after a number misses none.
    """
    said = ChatMessage(
        partner=partner,
        author=by,
        is_from_staff=is_from_staff,
        is_private=is_private and is_from_staff,
        text=text,
        folded=fold(f"{text} {attachment.name if attachment else ''}"),
        client_id=client_id,
        attachment_name=attachment.name if attachment else "",
    )
    ChatRoom.objects.get_or_create(partner=partner)
    with transaction.atomic():
        return _keep(said, attachment)


def _keep(said: ChatMessage, attachment: Attachment | None) -> ChatMessage:
    room = ChatRoom.objects.select_for_update(no_key=True).get(pk=said.partner_id)
    if attachment:
        said.attachment = store_attachment(partner=said.partner, attachment=attachment)
    if before := _said_before(said):
        return before
    said.save()
    _note(room, said)
    return said


def _said_before(said: ChatMessage) -> ChatMessage | None:
    """A browser that went Back gives an old number to new words; those are another message."""
    of_author = ChatMessage.objects.for_partner(said.partner).filter(author=said.author)
    first = of_author.filter(client_id=said.client_id).first()
    if first is None or _content(first) == _content(said):
        return first
    said.client_id = key_of(said.client_id, **_content(said))
    return of_author.filter(client_id=said.client_id).first()


def _content(said: ChatMessage) -> dict[str, Any]:
    return {"text": said.text, "file": said.attachment_id, "is_private": said.is_private}


def _note(room: ChatRoom, said: ChatMessage) -> None:
    room.last_id = said.pk
    if not said.is_private:
        room.last_public_id = said.pk
        if said.is_from_staff:
            room.staff_wrote_at = said.created_at
        else:
            room.partner_wrote_id, room.partner_wrote_at = said.pk, said.created_at
        _note_told(room, said)
    room.save(
        update_fields=[
            *("last_id", "last_public_id", "partner_wrote_id", "partner_wrote_at"),
            *("staff_wrote_at", "partner_told_id", "staff_told_id"),
        ]
    )


def _note_told(room: ChatRoom, said: ChatMessage) -> None:
    """Whoever writes has nothing of ours before them any more; the other side may hear of this."""
    own, other = ("staff", "partner") if said.is_from_staff else ("partner", "staff")
    setattr(room, f"{own}_told_id", 0)
    told, read = getattr(room, f"{other}_told_id"), getattr(room, f"{other}_read_id")
    if read >= told or _is_long_ago(told, said):
        _tell_the_other_side(room, said)
        setattr(room, f"{other}_told_id", said.pk)


def _is_long_ago(told: int, said: ChatMessage) -> bool:
    before = ChatMessage.objects.for_partner(said.partner).get(pk=told)
    return said.created_at - before.created_at > BURST


def _tell_the_other_side(room: ChatRoom, said: ChatMessage) -> None:
    words = " ".join((said.text or said.attachment_name).split())[:EXCERPT]
    if said.is_from_staff:
        notices.notify_partner(
            said.partner,
            kind="chat",
            data={"text": words},
            url=reverse("partners:chat"),
            dedupe=f"chat:{said.pk}",
        )
        return
    notices.notify(
        users=[room.assigned] if room.assigned else colleagues(),
        partner=said.partner,
        kind="chat_partner",
        data={"company": said.partner.company_name, "text": words},
        url=reverse("partners:staff_chat_room", args=[said.partner_id]),
        dedupe=f"chat:{said.pk}",
    )


def colleagues(right: str = RIGHT) -> QuerySet[User]:
    """Our people who may answer."""
    app, codename = right.split(".")
    named = {"content_type__app_label": app, "codename": codename}
    own = Q(**{f"user_permissions__{key}": value for key, value in named.items()})
    groups = Q(**{f"groups__permissions__{key}": value for key, value in named.items()})
    may = Q(is_superuser=True) | own | groups
    return User.objects.filter(may, is_staff=True, is_active=True).order_by("pk").distinct()


def glance(partner_pk: int, user: User) -> Any:
    """The room with `my_read`, by one query; None where nothing was ever said."""
    return with_my_read(ChatRoom.objects.filter(pk=partner_pk), user).first()


def with_my_read(rooms: QuerySet[ChatRoom], user: User) -> QuerySet[Any]:
    marks = ChatRead.objects.filter(partner=OuterRef("pk"), user=user).values("up_to")
    return rooms.annotate(my_read=Coalesce(Subquery(marks, output_field=BigIntegerField()), 0))


def mark_read(*, room: Any, user: User, is_staff: bool, up_to: int) -> None:
    """`room` is what `glance` found; nothing is written where the mark stands there already."""
    up_to = min(up_to, room.last_id)
    if up_to <= room.my_read:
        return
    mark, is_new = ChatRead.objects.get_or_create(
        partner_id=room.pk, user=user, defaults={"up_to": up_to}
    )
    if not is_new:
        ChatRead.objects.filter(pk=mark.pk, up_to__lt=up_to).update(
            up_to=up_to, read_at=timezone.now()
        )
    side = "staff_read_id" if is_staff else "partner_read_id"
    ChatRoom.objects.filter(pk=room.pk, **{f"{side}__lt": up_to}).update(**{side: up_to})
    notices.mark_seen(user=user, partner=room.pk, url=_url_of(room.pk, is_staff=is_staff))


def _url_of(room: int, *, is_staff: bool) -> str:
    return (
        reverse("partners:staff_chat_room", args=[room]) if is_staff else reverse("partners:chat")
    )


def visible(partner: Partner | int, *, is_staff: bool) -> QuerySet[ChatMessage]:
    """What this side may read, oldest first."""
    said = ChatMessage.objects.for_partner(partner).order_by("pk")
    said = said if is_staff else said.filter(is_private=False)
    return said.select_related("author")


def found(said: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Every word of the search stands in it, or in the name of its file."""
    for word in fold(words).split():
        said = said.filter(folded__contains=word)
    return said


def assign(*, partner: Partner, to: User | None, by: User) -> bool:
    """Who answers this partner; whether that is news."""
    ChatRoom.objects.get_or_create(partner=partner)
    with transaction.atomic():
        room = ChatRoom.objects.select_for_update(no_key=True).get(pk=partner.pk)
        if room.assigned_id == (to.pk if to else None):
            return False
        audit.record(
            "CHAT_ASSIGNED",
            partner=partner,
            actor=by,
            entity=room,
            before={"assigned": room.assigned_id or ""},
            after={"assigned": to.pk if to else ""},
        )
        # What others were told of, this person was not.
        ChatRoom.objects.filter(pk=room.pk).update(assigned=to, staff_told_id=0)
    return True
