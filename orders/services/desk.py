"""Who of the shop looks after which conversation, and what they note about it."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from orders.models import Conversation, ConversationNote
from orders.services import conversations, replies
from partners import audit
from partners.models import Member, Partner, User
from products.models import Product
from sellercloudx.lib.submissions import key_of

# Whoever opened it so long ago has gone away.
PRESENT_FOR = timedelta(minutes=5)


def colleagues(partner: Partner) -> list[User]:
    """Those of a company who may answer."""
    members = partner.members.filter(user__is_active=True).select_related("user").order_by("pk")
    return [one.user for one in members if one.is_at_least(Member.Role.OPERATOR)]


def come(conversation: Conversation, user: User) -> User | None:
    """Somebody opens it to answer; who else has it open just now."""
    now = timezone.now()
    is_recent = conversation.opened_at and conversation.opened_at > now - PRESENT_FOR
    other = conversation.opened_by if is_recent and conversation.opened_by != user else None
    # The first who came stays named until they leave or their time is over.
    mine = Conversation.objects.filter(pk=conversation.pk).filter(
        Q(opened_by=None) | Q(opened_by=user) | Q(opened_at__lte=now - PRESENT_FOR)
    )
    mine.update(opened_by=user, opened_at=now)
    return other


def leave(conversation: Conversation, user: User) -> None:
    """They have answered."""
    Conversation.objects.filter(pk=conversation.pk, opened_by=user).update(opened_by=None)


def note(
    *, conversation: Conversation, by: User, text: str, client_id: uuid.UUID
) -> ConversationNote:
    """Among ourselves; sent twice it is one."""
    made, _ = ConversationNote.objects.get_or_create(
        author=by,
        client_id=key_of(client_id, conversation=conversation.pk, text=text),
        defaults={"conversation": conversation, "text": text},
    )
    return made


@transaction.atomic
def assign(*, conversation: Conversation, to: User | None, by: User) -> bool:
    """Who answers; whether that is news."""
    locked = replies.locked_for(conversation)
    if locked.assigned_id == (to.pk if to else None):
        return False
    Conversation.objects.filter(pk=locked.pk).update(assigned=to)
    audit.record(
        "CONVERSATION_ASSIGNED",
        partner=locked.partner,
        actor=by,
        entity=locked,
        before={"assigned": locked.assigned_id or ""},
        after={"assigned": to.pk if to else ""},
    )
    return True


@transaction.atomic
def dismiss(*, conversation: Conversation, by: User) -> None:
    """What was said so far needs no answer; what comes next does."""
    locked = replies.locked_for(conversation)
    locked.dismissed_at = locked.last_at
    locked.save(update_fields=["dismissed_at"])
    conversations.settle(locked)
    audit.record("CONVERSATION_DISMISSED", partner=locked.partner, actor=by, entity=locked)


@transaction.atomic
def link(*, conversation: Conversation, product: Product, by: User) -> int:
    """Say which product it is about; the shop's others of that SKU follow. How many did."""
    same = Conversation.objects.filter(
        connection=conversation.connection_id, sku=conversation.sku, product=None
    ).exclude(sku="")
    linked = same.update(product=product)
    if linked:
        audit.record(
            "CONVERSATION_LINKED",
            partner=conversation.partner,
            actor=by,
            entity=conversation,
            after={"sku": conversation.sku, "product": product.sku},
        )
    return linked
