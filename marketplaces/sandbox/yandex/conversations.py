"""Chats, reviews and questions by the Partner API."""

import sqlite3
from typing import Any

from marketplaces.sandbox.clock import day_start, iso, parse
from marketplaces.sandbox.routing import Route
from marketplaces.sandbox.shapes import arr, boolean, choice, integer, obj, text

from . import talks
from .call import Call, Refusal, bad_request, ok
from .talks import CHAT, QUESTION, REVIEW
from .words import SKU, page_query

TALKING = ("COMMUNICATION",)
HALF_A_YEAR = 183 * 86_400
CHAT_STATUSES = (
    *("NEW", "WAITING_FOR_CUSTOMER", "WAITING_FOR_PARTNER"),
    *("WAITING_FOR_ARBITER", "WAITING_FOR_MARKET", "FINISHED"),
)


def _talk(call: Call, kind: str, talk_id: int) -> sqlite3.Row:
    row = talks.find(call.state, call.business_id, kind, talk_id)
    if row is None:
        raise Refusal(404, "NOT_FOUND", f"{kind} not found: {talk_id}")
    return row


def _author(is_buyer: int, row: sqlite3.Row) -> dict[str, Any]:
    name = talks.doc(row).get("name") or "Покупатель"
    if is_buyer:
        return {"type": "USER", "name": name}
    return {"type": "BUSINESS", "name": "Namuna"}


# Chats


def _context(row: sqlite3.Row) -> dict[str, Any]:
    doc = talks.doc(row)
    context = {
        "type": "ORDER" if doc.get("order_id") else "DIRECT",
        "campaignId": doc.get("campaign_id"),
        "orderId": doc.get("order_id"),
        "customer": {"name": doc["name"], "publicId": f"buyer-{row['id']}"},
    }
    return {key: value for key, value in context.items() if value}


def chats(call: Call) -> dict[str, Any]:
    wanted = call.body.get("statuses") or CHAT_STATUSES
    rows = [r for r in talks.of(call.state, call.business_id, CHAT) if r["status"] in wanted]
    page, paging = call.page(rows, 20)
    found = [
        {
            "chatId": row["id"],
            "context": _context(row),
            "type": "CHAT",
            "status": row["status"],
            "createdAt": iso(row["created"]),
            "updatedAt": iso(row["updated"]),
        }
        for row in page
    ]
    return ok({"chats": found, "paging": paging})


def _chat_id(call: Call) -> int:
    return int(call.request.query["chatId"])


def history(call: Call) -> dict[str, Any]:
    row = _talk(call, CHAT, _chat_id(call))
    said = talks.sayings(call.state, row["id"])
    page, paging = call.page(said, 20)
    messages = [
        {
            "messageId": one["id"],
            "createdAt": iso(one["at"]),
            "sender": "CUSTOMER" if one["is_buyer"] else "PARTNER",
            "message": one["text"],
        }
        for one in page
    ]
    return ok({"context": _context(row), "messages": messages, "paging": paging})


def send_message(call: Call) -> dict[str, Any]:
    row = _talk(call, CHAT, _chat_id(call))
    if row["status"] == "FINISHED":
        raise bad_request(f"Chat {row['id']} is finished", code="CHAT_FINISHED")
    with call.state.transaction():
        words = call.body["message"]
        talks.say(call.state, row["id"], text=words, is_buyer=False, now=call.now)
        call.effect(row["id"], call.body)
    return ok()


# Reviews


def reviews(call: Call) -> dict[str, Any]:
    body = call.body
    rows = talks.of(call.state, call.business_id, REVIEW)
    if ids := body.get("feedbackIds"):
        rows = [row for row in rows if row["id"] in ids]
    else:
        since = parse(body["dateTimeFrom"]) if body.get("dateTimeFrom") else call.now - HALF_A_YEAR
        rows = [row for row in rows if row["created"] >= since]
    if body.get("reactionStatus") == "NEED_REACTION":
        rows = [row for row in rows if not talks.is_answered(call.state, row["id"])]
    page, paging = call.page(rows, 20)
    return ok({"feedbacks": [_review(call, row) for row in page], "paging": paging})


def _review(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    doc = talks.doc(row)
    about = {"offerId": doc["sku"], "orderId": doc.get("order_id")}
    said = {
        "comment": doc["text"],
        "advantages": doc.get("plus"),
        "disadvantages": doc.get("minus"),
    }
    return {
        "feedbackId": row["id"],
        "createdAt": iso(row["created"]),
        "needReaction": not talks.is_answered(call.state, row["id"]),
        "identifiers": {key: value for key, value in about.items() if value},
        "author": doc["name"],
        "description": {key: value for key, value in said.items() if value},
        "statistics": {
            "rating": doc.get("rating", 5),
            "commentsCount": len(talks.sayings(call.state, row["id"])),
        },
    }


def _comment(row: sqlite3.Row, one: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": one["id"],
        "text": one["text"],
        "canModify": not one["is_buyer"],
        "author": _author(one["is_buyer"], row),
        "status": "PUBLISHED",
        "feedbackId": row["id"],
    }


def comments(call: Call) -> dict[str, Any]:
    row = _talk(call, REVIEW, call.body.get("feedbackId") or 0)
    page, paging = call.page(talks.sayings(call.state, row["id"]), 50)
    return ok({"comments": [_comment(row, one) for one in page], "paging": paging})


def add_comment(call: Call) -> dict[str, Any]:
    row, wish = _talk(call, REVIEW, call.body["feedbackId"]), call.body["comment"]
    if "t.me/" in wish["text"]:
        raise bad_request("Comment contains contacts", code="COMMENT_REJECTED")
    with call.state.transaction():
        number = talks.say(call.state, row["id"], text=wish["text"], is_buyer=False, now=call.now)
        call.effect(row["id"], wish)
    (made,) = (one for one in talks.sayings(call.state, row["id"]) if one["id"] == number)
    return ok(_comment(row, made))


# Questions


def questions(call: Call) -> dict[str, Any]:
    body, rows = call.body, talks.of(call.state, call.business_id, QUESTION)
    if ids := body.get("questionIds"):
        rows = [row for row in rows if row["id"] in ids]
    if body.get("dateFrom"):
        rows = [row for row in rows if row["created"] >= day_start(body["dateFrom"])]
    if body.get("needAnswer"):
        rows = [row for row in rows if not talks.is_answered(call.state, row["id"])]
    page, paging = call.page(rows, 50)
    found = [_question(call, row) for row in page]
    return ok({"questions": found, "paging": paging, "totalCount": len(rows)})


def _question(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    doc = talks.doc(row)
    return {
        "questionIdentifiers": {"id": row["id"], "offerId": doc["sku"]},
        "businessId": call.business_id,
        "text": doc["text"],
        "createdAt": iso(row["created"]),
        "votes": {"likes": 0, "dislikes": 0},
        "author": _author(1, row),
    }


def answers(call: Call) -> dict[str, Any]:
    row = _talk(call, QUESTION, call.body.get("questionId") or 0)
    page, paging = call.page(talks.sayings(call.state, row["id"]), 50)
    found = [
        {
            "id": one["id"],
            "text": one["text"],
            "canModify": not one["is_buyer"],
            "author": _author(one["is_buyer"], row),
            "status": "PUBLISHED",
            "questionId": row["id"],
            "createdAt": iso(one["at"]),
            "votes": {"likes": 0, "dislikes": 0},
        }
        for one in page
    ]
    return ok({"answers": found, "paging": paging})


def update_answer(call: Call) -> dict[str, Any]:
    parent = call.body.get("parentEntityId") or {}
    if call.body["operationType"] != "CREATE" or parent.get("type") != "QUESTION":
        raise bad_request("operationType: only an answer to a question can be created here")
    if not call.body.get("text"):
        raise bad_request("text must not be null")
    row = _talk(call, QUESTION, parent["id"])
    with call.state.transaction():
        number = talks.say(
            call.state, row["id"], text=call.body["text"], is_buyer=False, now=call.now
        )
        call.effect(row["id"], call.body)
    return ok({"entity": {"id": number, "type": "ANSWER"}})


LONG = integer(1)
ENTITY = obj("id type", id=LONG, type=choice("QUESTION", "ANSWER", "COMMENT"))
CHAT_QUERY = {"chatId": LONG}
BUSINESS, V1 = "/v2/businesses/{businessId}", "/v1/businesses/{businessId}"


def _route(path: str, operation: str, handler: Any, body: Any, **more: Any) -> Route:
    return Route("POST", path, operation, handler, scopes=TALKING, body=body, **more)


ROUTES = [
    _route(
        BUSINESS + "/chats",
        "getChats",
        chats,
        obj(
            orderIds=arr(integer()),
            contextTypes=arr(choice("ORDER", "RETURN", "DIRECT")),
            types=arr(choice("CHAT", "ARBITRAGE")),
            statuses=arr(choice(*CHAT_STATUSES)),
        ),
        is_body_required=True,
        query=page_query(20),
    ),
    _route(
        BUSINESS + "/chats/history",
        "getChatHistory",
        history,
        obj(messageIdFrom=LONG),
        is_body_required=True,
        query={**page_query(100, **CHAT_QUERY), "required": ["chatId"]},
    ),
    _route(
        BUSINESS + "/chats/message",
        "sendMessageToChat",
        send_message,
        obj("message", message=text(4096, min=1)),
        is_body_required=True,
        query=obj("chatId", **CHAT_QUERY),
        is_write=True,
    ),
    _route(
        BUSINESS + "/goods-feedback",
        "getGoodsFeedbacks",
        reviews,
        obj(
            feedbackIds=arr(integer(), 50),
            dateTimeFrom=text(format="date-time"),
            dateTimeTo=text(format="date-time"),
            reactionStatus=choice("ALL", "NEED_REACTION"),
            ratingValues=arr(integer(1, 5), 5),
            offerIds=arr(SKU, 20),
            paid=boolean(),
        ),
        query=page_query(50),
    ),
    _route(
        BUSINESS + "/goods-feedback/comments",
        "getGoodsFeedbackComments",
        comments,
        obj(feedbackId=integer(), commentIds=arr(integer(), 50)),
        is_body_required=True,
        query=page_query(50),
    ),
    _route(
        BUSINESS + "/goods-feedback/comments/update",
        "updateGoodsFeedbackComment",
        add_comment,
        obj(
            "feedbackId comment",
            feedbackId=integer(),
            comment=obj("text", id=integer(), parentId=integer(), text=text(4096, min=1)),
        ),
        is_body_required=True,
        is_write=True,
    ),
    _route(
        V1 + "/goods-questions",
        "getGoodsQuestions",
        questions,
        obj(
            questionIds=arr(LONG, 50),
            categoryIds=arr(integer(0)),
            dateFrom=text(format="date"),
            dateTo=text(format="date"),
            needAnswer=boolean(),
            sort=choice("CREATED_AT_DESC", "CREATED_AT_ASC"),
        ),
        query=page_query(50),
    ),
    _route(
        V1 + "/goods-questions/answers",
        "getGoodsQuestionAnswers",
        answers,
        obj(questionId=LONG, answerIds=arr(LONG, 50)),
        is_body_required=True,
        query=page_query(50),
    ),
    _route(
        V1 + "/goods-questions/update",
        "updateGoodsQuestionTextEntity",
        update_answer,
        obj(
            "operationType",
            operationType=choice("CREATE", "UPDATE", "DELETE"),
            entityId=ENTITY,
            parentEntityId=ENTITY,
            text=text(5000, min=1),
        ),
        is_body_required=True,
        is_write=True,
    ),
]
