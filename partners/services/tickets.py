"""Tickets of partners: opened once, answered once, and decided about by one person at a time."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from partners import audit
from partners.models import ChatRoom, Partner, SupportTicket, TicketMessage, User
from partners.services import chat, notices
from partners.services.attachments import Attachment, store_attachment
from sellercloudx.lib.submissions import key_of
from sellercloudx.lib.text import fold

RIGHT = "partners.change_supportticket"
Status = SupportTicket.Status
# Where a ticket may go from where it stands. What is closed stays so: a new one is opened.
STEPS: dict[str, tuple[str, ...]] = {
    Status.OPEN: (Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED),
    Status.IN_PROGRESS: (Status.RESOLVED, Status.CLOSED),
    Status.RESOLVED: (Status.IN_PROGRESS, Status.CLOSED),
    Status.CLOSED: (),
}


class TicketClosed(Exception):
    """Nobody answers there any more."""


class ChangedMeanwhile(Exception):
    """Somebody else has decided about this ticket since it was looked at."""


class NoSuchStep(Exception):
    """A ticket in this status does not go there."""


def open_ticket(
    *,
    partner: Partner,
    by: User,
    subject: str,
    category: str,
    priority: str,
    text: str,
    client_id: uuid.UUID,
    attachment: Attachment | None = None,
    request_code: str = "",
) -> SupportTicket:
    """The same form sent again is the ticket there is; other words in it are another ticket."""
    asked = {"subject": subject, "category": category, "request_code": request_code}
    content = asked | {"priority": priority, "text": text, "file": _sha256(attachment)}
    key = key_of(client_id, **content)
    ChatRoom.objects.get_or_create(partner=partner)
    with transaction.atomic():
        # The partner's room is the lock: of two at once the second finds what the first made.
        ChatRoom.objects.select_for_update(no_key=True).get(pk=partner.pk)
        mine = SupportTicket.objects.for_partner(partner).filter(opened_by=by)
        if before := mine.filter(client_id=key).first():
            return before
        ticket = SupportTicket(partner=partner, opened_by=by, client_id=key, **asked)
        ticket.priority, ticket.folded = priority, fold(subject)
        ticket.save()
        said = _said(ticket, by, text=text, key=key, attachment=attachment, is_from_staff=False)
        _begin(ticket, said)
    return ticket


def _begin(ticket: SupportTicket, said: TicketMessage) -> None:
    ticket.last_id = ticket.last_public_id = ticket.waits_id = said.pk
    ticket.waits_since = said.created_at
    ticket.save(update_fields=["last_id", "last_public_id", "waits_id", "waits_since"])
    audit.record(
        "TICKET_OPENED",
        partner=ticket.partner,
        actor=said.author,
        entity=ticket,
        after={"subject": ticket.subject, "priority": ticket.priority},
    )
    _tell_staff(ticket, "ticket_opened", said)


def answer(
    *,
    ticket: SupportTicket,
    by: User,
    is_from_staff: bool,
    text: str,
    client_id: uuid.UUID,
    attachment: Attachment | None = None,
    is_private: bool = False,
) -> TicketMessage:
    """Say something once. Raises TicketClosed, but a note among our own people is always taken."""
    is_private = is_private and is_from_staff
    key = key_of(client_id, text=text, file=_sha256(attachment), is_private=is_private)
    with transaction.atomic():
        # Locked, so that numbers grow as they come to be seen and no status changes beneath.
        ticket = SupportTicket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
        if before := ticket.messages.filter(author=by, client_id=key).first():
            return before
        if ticket.is_closed and not is_private:
            raise TicketClosed
        how = {"is_from_staff": is_from_staff, "is_private": is_private}
        said = _said(ticket, by, text=text, key=key, attachment=attachment, **how)
        _note(ticket, said)
    return said


def _sha256(attachment: Attachment | None) -> str:
    return attachment.sha256 if attachment else ""


def _said(
    ticket: SupportTicket,
    by: User,
    *,
    text: str,
    key: uuid.UUID,
    attachment: Attachment | None,
    is_from_staff: bool,
    is_private: bool = False,
) -> TicketMessage:
    said = TicketMessage(
        ticket=ticket,
        partner=ticket.partner,
        author=by,
        is_from_staff=is_from_staff,
        is_private=is_private,
        text=text,
        folded=fold(f"{text} {attachment.name if attachment else ''}"),
        client_id=key,
        attachment_name=attachment.name if attachment else "",
    )
    if attachment:
        said.attachment = store_attachment(partner=ticket.partner, attachment=attachment)
    said.save()
    return said


def _note(ticket: SupportTicket, said: TicketMessage) -> None:
    """What is kept of the talk in its ticket, which the caller has locked."""
    news: dict[str, Any] = {"last_id": said.pk}
    if not said.is_private:
        news["last_public_id"] = said.pk
        news |= _of_ours(ticket, said) if said.is_from_staff else _of_theirs(ticket, said)
    SupportTicket.objects.filter(pk=ticket.pk).update(**news)


def _of_ours(ticket: SupportTicket, said: TicketMessage) -> dict[str, Any]:
    _move(ticket, said.author, before=Status.OPEN, after=Status.IN_PROGRESS)
    data = {"number": str(ticket.pk), "subject": ticket.subject, "text": _excerpt(said)}
    notices.notify_partner(
        ticket.partner,
        kind="ticket_answered",
        data=data,
        url=reverse("partners:ticket", args=[ticket.pk]),
        dedupe=f"ticket:{said.pk}",
    )
    first_answer_at = ticket.first_answer_at or said.created_at
    return {"first_answer_at": first_answer_at, "waits_id": 0, "waits_since": None}


def _of_theirs(ticket: SupportTicket, said: TicketMessage) -> dict[str, Any]:
    """An answer to what we took for resolved opens it again."""
    is_reopened = _move(ticket, said.author, before=Status.RESOLVED, after=Status.OPEN)
    _tell_staff(ticket, "ticket_reopened" if is_reopened else "ticket_partner_answered", said)
    # Whoever looked at the ticket before this answer does not decide over it unread.
    news = {"revision": F("revision") + 1}
    return news if ticket.waits_id else news | {"waits_id": said.pk, "waits_since": said.created_at}


def _move(ticket: SupportTicket, by: User, *, before: str, after: str) -> bool:
    """From this status to that one, where it stands in this one."""
    moved = SupportTicket.objects.filter(pk=ticket.pk, status=before).update(
        status=after, revision=F("revision") + 1, **_times(before, after)
    )
    if moved:
        audit.record(
            "TICKET_CHANGED",
            partner=ticket.partner,
            actor=by,
            entity=ticket,
            before={"status": before},
            after={"status": after},
        )
    return bool(moved)


def _times(before: str, after: str) -> dict[str, Any]:
    """What goes with a step: when it was solved, and that nobody waits any more.

    What is closed without having been resolved took until then.
    """
    now, answered = timezone.now(), {"waits_id": 0, "waits_since": None}
    if after == Status.RESOLVED:
        return answered | {"resolved_at": now}
    if after == Status.CLOSED:
        return answered | {"resolved_at": Coalesce("resolved_at", now), "closed_at": now}
    if before == Status.RESOLVED:
        return {"resolved_at": None, "reopened": F("reopened") + 1}
    return {}


def change(
    *,
    ticket: SupportTicket,
    by: User,
    revision: int,
    status: str,
    priority: str,
    assigned: User | None,
) -> bool:
    """Decide about a ticket as it was at `revision`; whether that is news.

    Raises ChangedMeanwhile and NoSuchStep.
    """
    with transaction.atomic():
        now = SupportTicket.objects.select_related("partner").get(pk=ticket.pk)
        wanted = {"status": status, "priority": priority, "assigned_id": assigned and assigned.pk}
        after = {name: value for name, value in wanted.items() if getattr(now, name) != value}
        if not after:
            return False
        if now.revision != revision:
            raise ChangedMeanwhile
        if "status" in after and status not in STEPS[now.status]:
            raise NoSuchStep
        times = _times(now.status, status) if "status" in after else {}
        here = SupportTicket.objects.filter(pk=now.pk, revision=revision, status=now.status)
        if not here.update(revision=revision + 1, **after, **times):
            raise ChangedMeanwhile
        _tell_of_change(now, by, after, assigned)
    return True


def _tell_of_change(
    ticket: SupportTicket, by: User, after: dict[str, Any], assigned: User | None
) -> None:
    """`ticket` is as it was before."""
    entry = audit.record(
        "TICKET_CHANGED",
        partner=ticket.partner,
        actor=by,
        entity=ticket,
        before={name: getattr(ticket, name) or "" for name in after},
        after={name: value or "" for name, value in after.items()},
    )
    _tell_of_end(ticket, after, dedupe=f"ticket-change:{entry.pk}")
    if "assigned_id" in after and assigned and assigned != by:
        _tell_assigned(ticket, assigned, dedupe=f"ticket-change:{entry.pk}")


def _tell_of_end(ticket: SupportTicket, after: dict[str, Any], *, dedupe: str) -> None:
    if after.get("status") in (Status.RESOLVED, Status.CLOSED):
        notices.notify_partner(
            ticket.partner,
            kind=f"ticket_{after['status']}",
            data=_named(ticket),
            url=reverse("partners:ticket", args=[ticket.pk]),
            dedupe=dedupe,
        )


def _tell_assigned(ticket: SupportTicket, assigned: User, *, dedupe: str) -> None:
    notices.notify(
        users=[assigned],
        partner=ticket.partner,
        kind="ticket_assigned",
        data=_named(ticket, company=ticket.partner.company_name),
        url=reverse("partners:staff_ticket", args=[ticket.pk]),
        dedupe=dedupe,
    )


def _named(ticket: SupportTicket, **more: str) -> dict[str, str]:
    return {"number": str(ticket.pk), "subject": ticket.subject} | more


def _tell_staff(ticket: SupportTicket, kind: str, said: TicketMessage) -> None:
    """Who answers; where nobody does, or may any more, everybody who may."""
    may = list(chat.colleagues(RIGHT))
    data = {"number": str(ticket.pk), "subject": ticket.subject, "text": _excerpt(said)}
    notices.notify(
        users=[one for one in may if one.pk == ticket.assigned_id] or may,
        partner=ticket.partner,
        kind=kind,
        data=data | {"company": ticket.partner.company_name},
        url=reverse("partners:staff_ticket", args=[ticket.pk]),
        dedupe=f"ticket:{said.pk}",
    )


def _excerpt(said: TicketMessage) -> str:
    return " ".join((said.text or said.attachment_name).split())[: chat.EXCERPT]
