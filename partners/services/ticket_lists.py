"""Tickets as they are looked at: what a side may read, what is found, in which order."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from partners.models import SupportTicket, TicketMessage
from partners.models.tickets import PLACE
from partners.services import chat
from sellercloudx.lib.keyset import number
from sellercloudx.lib.text import fold


def visible(said: QuerySet[TicketMessage], *, is_staff: bool) -> QuerySet[TicketMessage]:
    """What of it this side may read."""
    said = said if is_staff else said.filter(is_private=False)
    return said.select_related("author")


def glance(tickets: QuerySet[SupportTicket]) -> QuerySet[SupportTicket]:
    """What a page that polls needs to know of one."""
    return tickets.only("partner_id", "status", "last_id", "last_public_id")


def found(
    tickets: QuerySet[SupportTicket], words: str, *, is_staff: bool
) -> QuerySet[SupportTicket]:
    """Its number, or every word in its subject (and company), or all of them in one message."""
    if not fold(words):
        return tickets
    in_subject = Q()
    for word in fold(words).split():
        here = Q(folded__contains=word)
        in_subject &= here | Q(partner__folded__contains=word) if is_staff else here
    said = visible(TicketMessage.objects.filter(ticket=OuterRef("pk")), is_staff=is_staff)
    by_number = Q(pk=number(words.strip(" №#")) or 0)
    return tickets.filter(by_number | in_subject | Exists(chat.found(said, words)))


def in_queue(tickets: QuerySet[SupportTicket]) -> QuerySet[Any]:
    """With `place`, by which a list of our people falls."""
    return tickets.annotate(place=PLACE)
