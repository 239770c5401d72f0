"""What goes out in boxes with marking codes, and what comes back, on Yandex Market."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from marketplaces.connectors import reading, remote
from marketplaces.connectors.conversations import BoxItem, RemoteReturn, ReturnDecision
from marketplaces.connectors.errors import Rejected, Unsupported
from marketplaces.connectors.reading import Data

from . import mapping_buyers as mapping
from .calls import Calls, order_number, reading_answer
from .limits import RETURNS_PAGE


class Parcels(Calls):
    def iter_returns(self, *, since: datetime) -> Iterator[RemoteReturn]:
        yield from self.rows(
            *("GET", f"{self.campaign}/returns", "returns", "returns", mapping.returned),
            known_by="id",
            limit=RETURNS_PAGE,
            params={"fromDate": since.astimezone(UTC).date().isoformat()},
        )

    def return_decisions(self, return_id: str) -> list[ReturnDecision]:
        data = self.call(
            "POST",
            f"/v1/businesses/{self.business_id}/returns/decisions",
            operation="return_decisions",
            json={"campaignId": int(self.campaign_id), "returnId": order_number(return_id)},
            idempotent=True,
        )
        with reading_answer("return_decisions"):
            found = reading.rows(reading.part(data, "result"), "availableDecisions")
            return [mapping.decision(one) for one in found]

    def decide_return(
        self,
        order_id: str,
        return_id: str,
        *,
        items: Sequence[str],
        decision: str,
        reason: str = "",
        comment: str = "",
    ) -> remote.ItemResult:
        numbers = f"orders/{order_number(order_id)}/returns/{order_number(return_id)}"
        said = {"decisionType": decision, "decisionReasonType": reason, "comment": comment}
        said = {name: value for name, value in said.items() if value}
        decisions = [{"returnItemId": order_number(one), **said} for one in items]
        return self._ask_for(
            return_id,
            "POST",
            f"{self.campaign}/{numbers}/decision/submit",
            "return_decision",
            {"returnItemDecisions": decisions},
        )

    def set_boxes(self, order_id: str, boxes: Sequence[Sequence[BoxItem]]) -> remote.ItemResult:
        path = f"{self.campaign}/orders/{order_number(order_id)}/boxes"
        body = {"boxes": [{"items": [_box_item(item) for item in box]} for box in boxes]}
        # The layout is set to what we send: sent twice it is the same.
        return self._ask_for(order_id, "PUT", path, "boxes", body, idempotent=True)

    def _ask_for(
        self,
        key: str,
        method: str,
        path: str,
        operation: str,
        body: Data,
        *,
        idempotent: bool = False,
    ) -> remote.ItemResult:
        try:
            self.call(method, path, operation=operation, json=body, idempotent=idempotent)
        except Unsupported:
            raise
        except Rejected as error:
            return remote.ItemResult(key, False, error.code, error.words or error.message)
        return remote.ItemResult(key, True)

    def marking_answers(self, order_id: str) -> dict[str, tuple[str, str]]:
        data = self.call(
            "POST",
            f"{self.campaign}/orders/{order_number(order_id)}/identifiers/status",
            operation="marking_answers",
            idempotent=True,
        )
        with reading_answer("marking_answers"):
            return mapping.marking_answers(reading.part(data, "result"))


def _box_item(item: BoxItem) -> Data:
    body: Data = {"id": order_number(item.line_id), "fullCount": item.quantity}
    if item.codes:
        body["instances"] = [{"cis": code} for code in item.codes]
    return body
