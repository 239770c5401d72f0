"""A card for its page: texts by language, facts and values with their sources."""

from collections.abc import Iterable
from typing import Any

from marketplaces.explain import unclear_words
from marketplaces.models import Operation
from products.models import Card
from products.services.cards import content_of
from products.wording import how_made
from sellercloudx.lib.wiring import resolve

LANGUAGE_NAMES = {"ru": "Русский", "uz": "Oʻzbekcha"}
OPERATION_TONES = {
    Operation.State.PENDING: "hold",
    Operation.State.SENDING: "warn",
    Operation.State.WAITING: "warn",
    Operation.State.DONE: "ok",
    Operation.State.REJECTED: "bad",
    Operation.State.PARKED: "bad",
    Operation.State.UNTOLD: "mute",
}


def describe(card: Card) -> dict[str, Any]:
    worded = resolve("CARD_CHECK", "attempt_worded")
    return {
        "how_made": how_made(card),
        "lacks_characteristics": content_of(card).lacks_characteristics,
        "failed_attempts": [worded(attempt) for attempt in card.failed_attempts],
        "texts": [
            {"language": language, "name": LANGUAGE_NAMES.get(language, language), **texts}
            for language, texts in sorted(card.texts.items())
        ],
    }


def operation_lines(operations: Iterable[Operation]) -> list[dict[str, Any]]:
    """The last of each kind of message to the marketplace, for the status table."""
    return [
        {
            "kind": operation.get_kind_display(),
            "state": operation.get_state_display(),
            "tone": OPERATION_TONES.get(operation.state, "mute"),
            "at": operation.finished_at or operation.created_at,
            "words": "" if unclear_words(operation) else operation.error_message,
            "why": unclear_words(operation),
            "parked": operation if operation.state == Operation.State.PARKED else None,
        }
        for operation in sorted(operations, key=lambda one: one.pk)
    ]
