"""What buyers of Yandex Market write, and our answers to it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from marketplaces.connectors import reading, remote
from marketplaces.connectors.base import batches
from marketplaces.connectors.conversations import (
    RemoteMessage,
    RemoteThread,
    Sender,
    ThreadKind,
)
from marketplaces.connectors.errors import Rejected, Unreadable, Unsupported
from marketplaces.connectors.reading import Data

from . import mapping_buyers as mapping
from .calls import Calls, is_number, reading_answer
from .limits import CHATS_PAGE, HISTORY_PAGE, REVIEWS_PAGE

logger = logging.getLogger(__name__)

ID = "id"


class Buyers(Calls):
    """Chats, reviews and questions belong to the business; only chats may name a shop of it."""

    def iter_chats(self, *, updated_since: datetime | None = None) -> Iterator[RemoteThread]:
        """The document has no filter by time: the pages are walked, histories read of the new."""
        found = self.rows(
            "POST",
            f"{self.catalogue}/chats",
            "chats",
            "chats",
            lambda row: (mapping.chat(row, ()), mapping.shop_of(row), row),
            known_by="chatId",
            bodies=({},),
            limit=CHATS_PAGE,
        )
        for chat, shop, row in found:
            is_new = updated_since is None or chat.updated_at >= updated_since
            # A chat of a sister shop comes with that one's connection.
            if is_new and shop in ("", self.campaign_id):
                yield mapping.chat(row, self._history(chat.external_id))

    def _history(self, chat_id: str) -> list[RemoteMessage]:
        path = f"{self.catalogue}/chats/history"
        return self._said(
            path, "chat_history", "messages", mapping.chat_message, {}, chatId=_number(chat_id)
        )

    def _said(
        self,
        path: str,
        operation: str,
        key: str,
        read: Callable[[Data], Any],
        body: Data,
        **params: int,
    ) -> list[Any]:
        """All of it; one message that cannot be read hides no other."""
        limit = HISTORY_PAGE if params else REVIEWS_PAGE
        found: list[Any] = []
        rows = self.rows(
            *("POST", path, operation, key, read),
            known_by=ID,
            bodies=(body,),
            limit=limit,
            params=params,
        )
        try:
            found.extend(rows)
        except Unreadable as error:
            logger.error("%s: %s rows cannot be read: %s", operation, len(error.rows), error)
        return found

    def iter_reviews(self, *, since: datetime, ids: Sequence[str] = ()) -> Iterator[RemoteThread]:
        bodies: list[Data] = [
            {"dateTimeFrom": since.astimezone(UTC).isoformat(timespec="seconds")},
            {"reactionStatus": "NEED_REACTION"},
        ]
        numbers = [_number(one) for one in ids]
        bodies += [{"feedbackIds": batch} for batch in batches(numbers, REVIEWS_PAGE)]
        yield from self.rows(
            *("POST", f"{self.catalogue}/goods-feedback", "reviews", "feedbacks", self._review),
            known_by="feedbackId",
            bodies=bodies,
            limit=REVIEWS_PAGE,
        )

    def _review(self, row: Data) -> RemoteThread:
        has_comments = mapping.comments_count(row) > 0
        number = reading.identifier(row, "feedbackId")
        return mapping.review(row, self._comments(number) if has_comments else ())

    def _comments(self, feedback_id: str) -> list[RemoteMessage]:
        path = f"{self.catalogue}/goods-feedback/comments"
        body = {"feedbackId": _number(feedback_id)}
        return self._said(path, "review_comments", "comments", mapping.comment, body)

    def iter_questions(self, *, since: datetime, ids: Sequence[str] = ()) -> Iterator[RemoteThread]:
        bodies: list[Data] = [
            {"dateFrom": since.astimezone(UTC).date().isoformat()},
            {"needAnswer": True},
        ]
        numbers = [_number(one) for one in ids]
        bodies += [{"questionIds": batch} for batch in batches(numbers, REVIEWS_PAGE)]
        yield from self.rows(
            *("POST", f"{self._questions}", "questions", "questions", self._question),
            known_by=ID,
            bodies=bodies,
            limit=REVIEWS_PAGE,
        )

    @property
    def _questions(self) -> str:
        return f"/v1/businesses/{self.business_id}/goods-questions"

    def _question(self, row: Data) -> RemoteThread:
        number = reading.identifier(reading.part(row, "questionIdentifiers"), ID)
        return mapping.question(row, self._answers(number))

    def _answers(self, question_id: str) -> list[RemoteMessage]:
        path, body = f"{self._questions}/answers", {"questionId": _number(question_id)}
        found = self._said(path, "question_answers", "answers", mapping.answer, body)
        return [message for answer in found for message in answer]

    # Answering

    def seller_messages(self, kind: str, thread_id: str) -> list[RemoteMessage]:
        read = {
            ThreadKind.CHAT: self._history,
            ThreadKind.REVIEW: self._comments,
            ThreadKind.QUESTION: self._answers,
        }[ThreadKind(kind)]
        return [one for one in read(thread_id) if one.sender == Sender.SELLER]

    def reply(self, kind: str, thread_id: str, text: str) -> remote.ItemResult:
        say = {
            ThreadKind.CHAT: self._say,
            ThreadKind.REVIEW: self._comment,
            ThreadKind.QUESTION: self._answer,
        }[ThreadKind(kind)]
        try:
            return remote.ItemResult(thread_id, True, made_id=say(_number(thread_id), text))
        except Unsupported:
            raise
        except Rejected as error:
            return remote.ItemResult(thread_id, False, error.code, error.words or error.message)

    def _say(self, chat_id: int, text: str) -> str:
        """They give no number of the message."""
        self.call(
            "POST",
            f"{self.catalogue}/chats/message",
            operation="chat_message",
            params={"chatId": chat_id},
            json={"message": text},
        )
        return ""

    def _comment(self, feedback_id: int, text: str) -> str:
        data = self.call(
            "POST",
            f"{self.catalogue}/goods-feedback/comments/update",
            operation="review_answer",
            json={"feedbackId": feedback_id, "comment": {"text": text}},
        )
        with reading_answer("review_answer"):
            return reading.identifier(reading.part(data, "result"), ID)

    def _answer(self, question_id: int, text: str) -> str:
        data = self.call(
            "POST",
            f"{self._questions}/update",
            operation="question_answer",
            json={
                "operationType": "CREATE",
                "parentEntityId": {ID: question_id, "type": "QUESTION"},
                "text": text,
            },
        )
        with reading_answer("question_answer"):
            return reading.identifier(reading.part(reading.part(data, "result"), "entity"), ID)


def _number(thread_id: str) -> int:
    if not is_number(thread_id):
        raise Rejected(f"{thread_id} is not a number of theirs.", code="thread_id")
    return int(thread_id)
