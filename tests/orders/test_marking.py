"""Marking codes: right in form, one for each piece, sent before the order is ready."""

from dataclasses import replace

import pytest
from django.utils import timezone

from marketplaces import outbox
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Operation
from orders.models import MarkingCode
from orders.parcel_forms import PackForm
from orders.services import fulfilment, marking
from tests.orders.fakes import line, receive, remote
from tests.orders.talking import TalkingShop

pytestmark = pytest.mark.django_db
# The sample code of GS1's own guide, with and without its tail.
FIRST = "010460780959150821sSBmxTYIFT(eq\x1d91FFD0\x1d92testtest"
SECOND = "010460780959150821sSBmxTYIFT(er"
CODES = (("]d2" + FIRST, FIRST), (FIRST.replace("\x1d", "<GS>"), FIRST), (f" {SECOND}\r", SECOND))


@pytest.fixture
def order(talking, product, monkeypatch):
    marked = replace(line("SKU-1", 2), needs_codes=True)
    boxes = []
    monkeypatch.setattr(
        TalkingShop,
        "set_boxes",
        lambda self, order_id, packed: boxes.append(packed) or ItemResult(order_id, True),
    )
    order = receive(talking, remote(lines=[marked, line("SKU-2", 1, number="2")]))
    order.boxes = boxes
    return order


def form(order, codes, boxes=(1, 1)):
    lines = list(order.lines.order_by("pk"))
    data = {f"box_{one.pk}": str(box) for one, box in zip(lines, boxes, strict=True)}
    return PackForm({**data, f"codes_{lines[0].pk}": codes}, lines=lines)


@pytest.mark.parametrize(("scanned", "code"), CODES)
def test_a_code_is_read_as_it_is_printed(scanned, code):
    assert marking.tidy(scanned) == code and marking.is_code(code)


@pytest.mark.parametrize("code", ["", "123", FIRST[:20], "02" + FIRST[2:], "01" + "1" * 14 + "21"])
def test_what_is_no_code_is_refused(code):
    assert not marking.is_code(code)
    assert not marking.is_code("010460780959150921" + "sSBmxTYIFT(eq")


@pytest.mark.parametrize(
    "typed", [FIRST, f"{FIRST}\n{FIRST}", "nonsense\n" + SECOND, "\n".join([FIRST, SECOND] * 2)]
)
def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(order, typed):
    sent = form(order, typed)
    assert not sent.is_valid()
    name = next(name for name in sent.fields if name.startswith("codes_"))
    assert sent.errors[name] and sent[name].value() == typed


def test_boxes_and_codes_are_sent_and_only_then_is_the_order_ready(order, partner):
    with pytest.raises(fulfilment.LacksCodes):
        fulfilment.mark_ready(order=order, by=partner.owner)
    sent = form(order, f"{FIRST}\n{SECOND}", boxes=(2, 5))
    assert sent.is_valid(), sent.errors
    marking.pack(order=order, by=partner.owner, boxes=sent.boxes, codes=sent.codes)
    fulfilment.mark_ready(order=order, by=partner.owner)
    for _ in range(2):
        Operation.objects.update(due_at=timezone.now())
        outbox.drain(order.connection_id)
    ((first, second),) = order.boxes
    assert first[0].codes == (FIRST, SECOND) and second[0].codes == ()
    assert ("ship", "5001", None) in TalkingShop.said


def test_a_code_stands_on_one_piece_only(order, talking, partner):
    sent = form(order, f"{FIRST}\n{SECOND}")
    assert sent.is_valid()
    marking.pack(order=order, by=partner.owner, boxes=sent.boxes, codes=sent.codes)
    other = receive(talking, remote("5002", lines=[line("SKU-1", 1, number="3")]))
    (its,) = other.lines.all()
    with pytest.raises(marking.CodeTaken):
        marking.pack(order=other, by=partner.owner, boxes={}, codes={its.pk: [FIRST]})
    # Packed anew without it, the piece lets it go.
    marking.pack(order=order, by=partner.owner, boxes={}, codes={})
    assert not MarkingCode.objects.exists()


def test_what_the_check_came_to_is_read_back(order, partner, monkeypatch):
    answers = {FIRST: ("OK", ""), SECOND: ("FAILED", "ITEM_SOLD")}
    monkeypatch.setattr(TalkingShop, "marking_answers", lambda self, order_id: answers)
    sent = form(order, f"{FIRST}\n{SECOND}")
    assert sent.is_valid()
    marking.pack(order=order, by=partner.owner, boxes=sent.boxes, codes=sent.codes)
    marking.look(order, within=5)
    found = dict(MarkingCode.objects.values_list("code", "state"))
    assert found == {FIRST: "good", SECOND: "bad"}
    with pytest.raises(fulfilment.LacksCodes):
        fulfilment.mark_ready(order=order, by=partner.owner)
