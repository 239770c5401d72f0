"""An answer to a buyer, said once: no marketplace tells repeats apart, so we look before one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from marketplaces.connectors.base import Connector
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Operation
from sellercloudx.lib.wiring import resolve


@dataclass(frozen=True)
class Before:
    """What we know of an answer before it is sent.

    `known` are numbers of messages that are others of ours; `unnumbered` how many more of the same
    words were taken before without a number.
    """

    is_there: bool = False
    refusal: str = ""
    known: frozenset[str] = field(default_factory=frozenset)
    unnumbered: int = 0


def send(connector: Connector, operations: Sequence[Operation]) -> list[ItemResult]:
    return [_send_one(connector, operation) for operation in operations]


def _send_one(connector: Connector, operation: Operation) -> ItemResult:
    before: Before = resolve("REPLY_CHECK", operation.kind)(operation)
    if before.refusal:
        return ItemResult(operation.target, False, before.refusal)
    if before.is_there:
        return ItemResult(operation.target, True, "already")
    kind, thread, text = (operation.payload[name] for name in ("kind", "thread", "text"))
    if operation.attempts > 1:
        found = _found(connector, kind, thread, text, before)
        if len(found) > before.unnumbered:
            return ItemResult(operation.target, True, "already", made_id=found[-1])
    return connector.reply(kind, thread, text)


def _found(connector: Connector, kind: str, thread: str, text: str, before: Before) -> list[str]:
    """Messages there of the same words that are none we know of."""
    said = connector.seller_messages(kind, thread)
    same = [one for one in said if same_words(one.text, text)]
    return [one.external_id for one in same if one.external_id not in before.known]


def same_words(one: str, other: str) -> bool:
    """They may come back with other spaces and line ends."""
    return one.split() == other.split()
