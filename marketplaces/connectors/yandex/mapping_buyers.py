"""Chats, reviews, questions and returns in Yandex Market's JSON, and in our words.

A function that reads raises one of reading.DEFECTS when a field is missing or of a wrong type.
"""

from collections.abc import Iterable

from marketplaces.connectors.conversations import (
    RemoteMessage,
    RemoteReturn,
    RemoteReturnItem,
    RemoteThread,
    ReturnDecision,
    Sender,
    ThreadKind,
)
from marketplaces.connectors.reading import (
    Data,
    count,
    flag,
    identifier,
    maybe,
    moment,
    part,
    rows,
    text,
    whole,
    words,
)

from .mapping import money

SENDERS = {
    "PARTNER": Sender.SELLER,
    "CUSTOMER": Sender.BUYER,
    "MARKET": Sender.MARKETPLACE,
    "SUPPORT": Sender.MARKETPLACE,
}
AUTHORS = {"USER": Sender.BUYER, "BUSINESS": Sender.SELLER}
# Whether a chat waits for the shop; what is not here, their new words, says nothing of it.
WAITS = {
    "NEW": True,
    "WAITING_FOR_PARTNER": True,
    "WAITING_FOR_CUSTOMER": False,
    "WAITING_FOR_ARBITER": False,
    "WAITING_FOR_MARKET": False,
    "FINISHED": False,
}
HIDDEN = ("BANNED", "DELETED")
# The review and the question are themselves the first thing said in their threads.
FIRST = "first"


def chat(data: Data, messages: Iterable[RemoteMessage]) -> RemoteThread:
    context, status = part(data, "context"), text(data, "status")
    customer = maybe(part, context, "customer") or {}
    return RemoteThread(
        kind=ThreadKind.CHAT,
        external_id=identifier(data, "chatId"),
        vendor_status=status,
        created_at=moment(data, "createdAt"),
        updated_at=moment(data, "updatedAt"),
        messages=tuple(messages),
        needs_answer=WAITS.get(status),
        buyer_name=maybe(text, customer, "name") or "",
        order_id=maybe(identifier, context, "orderId") or "",
    )


def shop_of(chat: Data) -> str:
    """The campaign a chat is about; the business' own chats name none."""
    return maybe(identifier, part(chat, "context"), "campaignId") or ""


def chat_message(data: Data) -> RemoteMessage:
    return RemoteMessage(
        external_id=identifier(data, "messageId"),
        sender=SENDERS.get(text(data, "sender"), Sender.UNKNOWN),
        text=maybe(text, data, "message") or "",
        at=moment(data, "createdAt"),
        files=tuple(text(file, "name") for file in maybe(rows, data, "payload") or []),
    )


def review(data: Data, comments: Iterable[RemoteMessage]) -> RemoteThread:
    said, about = maybe(part, data, "description") or {}, part(data, "identifiers")
    created = moment(data, "createdAt")
    media = maybe(part, data, "media") or {}
    files = [f for name in ("photos", "videos") for f in maybe(words, media, name) or []]
    parts = (maybe(text, said, name) for name in ("comment", "advantages", "disadvantages"))
    first = RemoteMessage(
        FIRST,
        Sender.BUYER,
        "\n".join(_signed(parts)),
        created,
        tuple(address.rsplit("/", 1)[-1] for address in files),
    )
    return RemoteThread(
        kind=ThreadKind.REVIEW,
        external_id=identifier(data, "feedbackId"),
        vendor_status="NEED_REACTION" if flag(data, "needReaction") else "",
        created_at=created,
        updated_at=created,
        messages=(first, *comments),
        needs_answer=flag(data, "needReaction"),
        buyer_name=maybe(text, data, "author") or "",
        order_id=maybe(identifier, about, "orderId") or "",
        sku=maybe(text, about, "offerId") or "",
        rating=count(part(data, "statistics"), "rating"),
    )


def _signed(parts: Iterable[str | None]) -> list[str]:
    """The comment as it is; what pleased and what did not, with a sign before it."""
    return [sign + said for sign, said in zip(("", "+ ", "− "), parts, strict=True) if said]


def comments_count(review: Data) -> int:
    return whole(part(review, "statistics"), "commentsCount")


def comment(data: Data) -> RemoteMessage:
    """A comment to a review; the document gives it no date."""
    return RemoteMessage(
        external_id=identifier(data, "id"),
        sender=_author(data),
        text=text(data, "text"),
        at=None,
        is_hidden=text(data, "status") in HIDDEN,
    )


def question(data: Data, answers: Iterable[RemoteMessage]) -> RemoteThread:
    about = part(data, "questionIdentifiers")
    created, said = moment(data, "createdAt"), tuple(answers)
    first = RemoteMessage(FIRST, Sender.BUYER, text(data, "text"), created)
    return RemoteThread(
        kind=ThreadKind.QUESTION,
        external_id=identifier(about, "id"),
        vendor_status="",
        created_at=created,
        updated_at=max((created, *(one.at for one in said if one.at))),
        messages=(first, *said),
        buyer_name=maybe(text, part(data, "author"), "name") or "",
        sku=text(about, "offerId"),
    )


def answer(data: Data) -> list[RemoteMessage]:
    """An answer to a question, and the comments to it."""
    return [_said(data), *(_said(one) for one in maybe(rows, data, "comments") or [])]


def _said(data: Data) -> RemoteMessage:
    # Answers and comments are numbered apart.
    is_comment = "answerId" in data
    number = identifier(data, "id")
    return RemoteMessage(
        external_id=f"comment:{number}" if is_comment else number,
        sender=_author(data),
        text=text(data, "text"),
        at=moment(data, "createdAt"),
        is_hidden=text(data, "status") in HIDDEN,
    )


def _author(data: Data) -> Sender:
    author = maybe(part, data, "author") or {}
    return AUTHORS.get(maybe(text, author, "type") or "", Sender.UNKNOWN)


# Returns


def returned(data: Data) -> RemoteReturn:
    return RemoteReturn(
        external_id=identifier(data, "id"),
        order_id=identifier(data, "orderId"),
        is_unredeemed=text(data, "returnType") == "UNREDEEMED",
        refund_status=maybe(text, data, "refundStatus") or "",
        shipment_status=maybe(text, data, "shipmentStatus") or "",
        created_at=maybe(moment, data, "creationDate"),
        updated_at=maybe(moment, data, "updateDate"),
        amount=maybe(money, data, "amount"),
        items=tuple(_item(item) for item in rows(data, "items")),
        pickup_until=maybe(moment, data, "pickupTillDate"),
    )


def _item(data: Data) -> RemoteReturnItem:
    said = maybe(rows, data, "decisions") or []
    return RemoteReturnItem(
        sku=text(data, "shopSku"),
        quantity=count(data, "count"),
        item_ids=_of_all(said, "returnItemId"),
        reasons=_words_of(said, "reasonType"),
        comments=_words_of(said, "comment"),
        decisions=_words_of(said, "decisionType"),
    )


def _of_all(said: list[Data], key: str) -> tuple[str, ...]:
    return tuple(found for one in said if (found := maybe(identifier, one, key)))


def _words_of(said: list[Data], key: str) -> tuple[str, ...]:
    found = (maybe(text, one, key) for one in said)
    return tuple(dict.fromkeys(word for word in found if word and word != "UNKNOWN"))


def decision(data: Data) -> ReturnDecision:
    bounds = maybe(part, data, "partialCompensationBounds") or {}
    return ReturnDecision(
        code=text(data, "decisionType"),
        reasons=tuple(maybe(words, data, "decisionReasonTypes") or ()),
        least=maybe(money, bounds, "minAmount"),
        most=maybe(money, bounds, "maxAmount"),
    )


# Marking


def marking_answers(data: Data) -> dict[str, tuple[str, str]]:
    return {
        text(code, "value"): (text(code, "status"), maybe(text, code, "substatus") or "")
        for item in rows(data, "items")
        for code in maybe(rows, item, "cis") or []
    }
