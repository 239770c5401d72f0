"""Between their calculator of services and our steps of a price."""

from collections.abc import Sequence
from decimal import Decimal

from marketplaces.connectors import remote
from marketplaces.connectors.reading import Data, amount, maybe, rows, text
from sellercloudx.lib.money import Money, round_money

from .mapping import json_number, our_currency, their_currency

# What is none of these is on the way of the parcel, or new: it is counted there, not left out.
STEPS = {"FEE": "commission", "AGENCY_COMMISSION": "commission", "PAYMENT_TRANSFER": "payout"}
HUNDRED = Decimal(100)


def request(campaign_id: str, questions: Sequence[remote.FeeQuestion]) -> Data:
    """About products of one currency, by the terms of this shop."""
    currency = their_currency(questions[0].price.currency)
    shop = {"campaignId": int(campaign_id), "currency": currency}
    return {"parameters": shop, "offers": [_offer(one) for one in questions]}


def _offer(question: remote.FeeQuestion) -> Data:
    return {
        "categoryId": int(question.category_id),
        "price": json_number(question.price.amount),
        "length": json_number(question.length),
        "width": json_number(question.width),
        "height": json_number(question.height),
        "weight": json_number(question.weight),
    }


def answers(questions: Sequence[remote.FeeQuestion], result: Data) -> list[remote.FeeAnswer]:
    """In the order of the request, without SKUs. ValueError where some are missing."""
    pairs = zip(questions, rows(result, "offers"), strict=True)
    return [
        remote.FeeAnswer(asked.sku, tuple(_line(asked, row) for row in rows(said, "tariffs")))
        for asked, said in pairs
    ]


def _line(question: remote.FeeQuestion, row: Data) -> remote.FeeLine:
    kind = text(row, "type")
    given = {text(one, "name"): text(one, "value") for one in rows(row, "parameters")}
    is_share = given.get("valueType") == "relative" and "value" in given
    percent = Decimal(given["value"]) if is_share else None
    sum_ = maybe(amount, row, "amount")
    if sum_ is None:
        value = Decimal(given["value"])
        sum_ = round_money(value if percent is None else question.price.amount * value / HUNDRED)
    currency = our_currency(maybe(text, row, "currency") or "RUR")
    return remote.FeeLine(STEPS.get(kind, "logistics"), Money(sum_, currency), percent, kind)
