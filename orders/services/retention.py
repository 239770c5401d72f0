"""What is kept of an order only as long as somebody may still need it."""

import logging
from datetime import timedelta

from django.utils import timezone

from marketplaces.models import Operation
from orders.models import Conversation, ConversationMessage, Order, ReturnItem
from sellercloudx.lib.batches import in_batches

logger = logging.getLogger(__name__)

# As long as an order is asked for again (intake.REREAD_FOR), counted from its last change.
ANSWER_KEPT = timedelta(days=90)

# As long as somebody may come back to what was said, counted from the last message.
TALKS_KEPT = timedelta(days=90)


def forget_answers() -> int:
    """Called by the clock: the marketplace's own answers; goods, sums and history stay."""
    old = Order.objects.filter(changed_at__lt=timezone.now() - ANSWER_KEPT).exclude(raw={})
    count = in_batches(old, lambda orders: orders.update(raw={}))
    logger.info("forgot the answers about %s orders", count)
    return count


def forget_buyers() -> int:
    """Called by the clock: names of buyers, and what was said in chats.

    Reviews and questions are public; their words stay, without a name of ours beside them.
    """
    old = Conversation.objects.filter(last_at__lt=timezone.now() - TALKS_KEPT)
    chats = old.filter(kind=Conversation.Kind.CHAT)
    said = ConversationMessage.objects.filter(conversation__in=chats).exclude(text="", files=[])
    in_batches(said, lambda rows: rows.update(text="", folded="", files=[], is_forgotten=True))
    _forget_words()
    named = old.exclude(buyer_name="")
    count = in_batches(named, lambda rows: rows.update(buyer_name="", folded=""))
    logger.info("forgot the buyers of %s conversations", count)
    return count


def _forget_words() -> None:
    """Where else a buyer's words, or ours to them, were kept."""
    since = timezone.now() - TALKS_KEPT
    returned = ReturnItem.objects.filter(parcel__changed_at__lt=since).exclude(comments=[])
    in_batches(returned, lambda rows: rows.update(comments=[]))
    told = Operation.objects.filter(kind=Operation.Kind.SEND_REPLY, finished_at__lt=since).exclude(
        payload={}
    )
    in_batches(told, lambda rows: rows.update(payload={}))
