"""Ready to ship, cancel, label."""

import httpx
import pytest

from marketplaces.connectors import errors
from marketplaces.connectors.remote import ItemResult
from tests.marketplaces.script import ok, refusal
from tests.marketplaces.yandex.samples import yandex

PDF = b"%PDF-1.4\n..."


def pdf(content=PDF, content_type="application/pdf"):
    return httpx.Response(200, content=content, headers={"Content-Type": content_type})


def test_it_says_that_an_order_is_ready():
    connector = yandex(ok())
    assert connector.ship("5001") == ItemResult("5001", True)
    assert connector.sent[0].method == "PUT"
    assert connector.sent[0].url.path == "/v2/campaigns/700/orders/5001/status"
    assert connector.body() == {"order": {"status": "PROCESSING", "substatus": "READY_TO_SHIP"}}


@pytest.mark.parametrize("reason", ["out_of_stock", "damaged"])
def test_it_cancels_with_the_only_reason_an_fbs_shop_has(reason):
    connector = yandex(ok())
    assert connector.cancel_order("5001", reason) == ItemResult("5001", True)
    assert connector.body() == {"order": {"status": "CANCELLED", "substatus": "SHOP_FAILED"}}


def test_a_reason_nobody_knows_is_not_sent():
    connector = yandex()
    with pytest.raises(errors.Rejected):
        connector.cancel_order("5001", "bored")
    assert not connector.sent


def test_a_transition_they_refuse_is_the_items_own_result():
    wrong = refusal(400, "BAD_REQUEST", "Order 5001 with status DELIVERED is not allowed")
    assert yandex(wrong).ship("5001") == ItemResult(
        "5001", False, "BAD_REQUEST", "Order 5001 with status DELIVERED is not allowed"
    )
    assert not yandex(refusal(404, "NOT_FOUND", "no order")).ship("5001").ok


@pytest.mark.parametrize("answer", [refusal(500), httpx.ReadTimeout("slow"), refusal(503)])
def test_an_unclear_change_is_raised_and_not_repeated(answer):
    naps = []
    connector = yandex(answer, naps=naps)
    with pytest.raises(errors.Unavailable):
        connector.ship("5001")
    assert len(connector.sent) == 1
    assert naps == []


def test_a_change_refused_for_its_pace_is_repeated():
    connector = yandex(refusal(420), ok())
    assert connector.ship("5001").ok


@pytest.mark.parametrize("order_id", ["", "abc", "5001/labels", "-1", "١٢"])
def test_nothing_but_a_number_goes_into_an_address(order_id):
    connector = yandex()
    for verb in (connector.ship, connector.labels):
        with pytest.raises(errors.Rejected):
            verb(order_id)
    assert not connector.sent


def test_it_confirms_nothing_for_confirmation_is_implied():
    with pytest.raises(errors.Unsupported):
        yandex().confirm_order("5001")


def test_it_fetches_a_label():
    connector = yandex(pdf())
    label = connector.labels("5001")
    assert (label.content, label.content_type) == (PDF, "application/pdf")
    assert connector.sent[0].url.path == "/v2/campaigns/700/orders/5001/delivery/labels"
    assert connector.sent[0].headers["Accept"] == "application/pdf"


@pytest.mark.parametrize("content", [b"", b"string", b"<html></html>", b'{"status": "OK"}'])
def test_a_label_that_is_no_pdf_is_refused(content):
    with pytest.raises(errors.BadResponse) as caught:
        yandex(pdf(content)).labels("5001")
    assert caught.value.code == "not_pdf"


def test_a_label_not_ready_yet_is_told_in_their_words():
    with pytest.raises(errors.Rejected, match="no boxes"):
        yandex(refusal(400, message="order has no boxes")).labels("5001")
