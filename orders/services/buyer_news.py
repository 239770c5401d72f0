"""Telling people of a shop what its buyers write."""

from collections.abc import Sequence

from orders.models import Conversation, ConversationMessage
from partners.services import notices

Kind = Conversation.Kind
# So many stars and fewer are somebody's disappointment.
BAD_RATING = 3
EXCERPT = 120
KINDS = {Kind.CHAT: "buyer_wrote", Kind.QUESTION: "buyer_asked", Kind.REVIEW: "bad_review"}


def url_of(conversation: Conversation) -> str:
    return f"/partner-dashboard/inbox/{conversation.pk}/"


def tell(conversation: Conversation, added: Sequence[ConversationMessage]) -> None:
    """Once for each time somebody begins to wait; nothing of before the shop was connected."""
    waits = conversation.waits_since
    said = [one for one in added if one.sender == ConversationMessage.Sender.BUYER]
    first = next((one for one in said if one.at == waits), None)
    if waits is None or first is None or waits < conversation.connection.created_at:
        return
    if conversation.kind == Kind.REVIEW and not _is_bad(conversation):
        return
    notices.notify_partner(
        conversation.partner,
        kind=KINDS[Kind(conversation.kind)],
        data={
            "shop": conversation.connection.name,
            "text": " ".join(first.text.split())[:EXCERPT],
            "stars": str(conversation.rating or ""),
            "about": conversation.product.name if conversation.product else conversation.sku,
        },
        url=url_of(conversation),
        dedupe=f"conversation:{first.pk}",
    )


def _is_bad(conversation: Conversation) -> bool:
    return conversation.rating is not None and conversation.rating <= BAD_RATING


def tell_of_refusal(message: ConversationMessage, *, is_unclear: bool = False) -> None:
    """The answer did not reach the buyer, or nobody knows."""
    conversation = message.conversation
    notices.notify_partner(
        conversation.partner,
        kind="reply_unclear" if is_unclear else "reply_refused",
        data={
            "shop": conversation.connection.name,
            "text": " ".join(message.text.split())[:EXCERPT],
            "reason": message.detail[:300],
        },
        url=url_of(conversation),
        dedupe=f"reply:{message.pk}:{message.state}",
    )
