"""What Yandex Market brings by itself: `notifications-openapi.yaml` of its document.

A body holds numbers only, and nothing signs it: so it is taken as a hint where to look.
"""

import json
from datetime import UTC, datetime
from ipaddress import IPv4Network

from marketplaces.connectors import reading, remote
from marketplaces.connectors.errors import BadResponse
from marketplaces.connectors.reading import DEFECTS, Data

# yandex.ru/dev/market/partner-api/doc/ru/push-notifications, read 2026-07. When they move,
# YANDEX_NOTIFICATION_SOURCES says where to.
SOURCES = tuple(map(IPv4Network, ("5.45.207.0/25", "141.8.142.0/25", "5.255.253.0/25")))
VERSION = "1.0.0"
NAME = "SellerCloudX"
LARGEST_NUMBER = 2**63 - 1

PING = "PING"
# Ours by the beginning of theirs; the longest that fits.
STREAMS = {
    "ORDER_": "orders",
    "ORDER_RETURN_": "returns",
    "CHAT_": "chats",
    "GOODS_FEEDBACK_": "reviews",
    "QUESTION_": "questions",
}


def read(body: bytes) -> remote.Notification:
    """Raises BadResponse. A type we do not know, theirs of tomorrow, tells us nothing."""
    try:
        data = json.loads(body)
        if not isinstance(data, dict):
            raise TypeError("not an object")
        return _read(data, reading.text(data, "notificationType"))
    except DEFECTS as error:
        raise BadResponse(
            f"not a notification: {error}", code="schema", operation="notification"
        ) from error


def _read(data: Data, kind: str) -> remote.Notification:
    stream = _stream(kind)
    if kind == PING or not stream:
        return remote.Notification()
    if stream in ("orders", "returns"):
        shop, order = _number(data, "campaignId"), _number(data, "orderId")
        return remote.Notification(stream, shop, order)
    _number(data, "businessId")
    return remote.Notification(stream)


def _stream(kind: str) -> str:
    fitting = [beginning for beginning in STREAMS if kind.startswith(beginning)]
    return STREAMS[max(fitting, key=len)] if fitting else ""


def _number(data: Data, key: str) -> str:
    value = reading.whole(data, key)
    if not 1 <= value <= LARGEST_NUMBER:
        raise ValueError(f"{key} is out of range")
    return str(value)


def answer(trouble: str) -> Data:
    if trouble:
        return {"error": {"type": "WRONG_EVENT_FORMAT", "message": trouble}}
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"version": VERSION, "name": NAME, "time": now}
