"""What is asked of Yandex Market about buyers: what they write, send back, and get in boxes."""

from datetime import UTC, datetime, timedelta

from marketplaces.connectors.conversations import BoxItem
from tests.conformance.yandex_shop import attempt


def iter_chats(shop):
    assert attempt(shop.yandex.iter_chats) == []
    for number in range(22):
        shop.talk("chat", f"Qachon keladi? {number}")
    chats = attempt(shop.yandex.iter_chats)
    assert len(chats) == 22 and chats[0].messages[0].text == "Qachon keladi? 0"
    assert int(chats[0].messages[0].external_id) > 2**53
    attempt(shop.yandex.iter_chats, updated_since=datetime.now(UTC) + timedelta(days=1))
    attempt(shop.with_key_of("PRICING").iter_chats)
    shop.fault("420")
    attempt(shop.yandex.iter_chats)


def iter_reviews(shop):
    since = datetime.now(UTC) - timedelta(days=3)
    assert attempt(shop.yandex.iter_reviews, since=since) == []
    first = shop.talk("review", "Zoʻr", sku="A", rating=2, minus="qutisi ezilgan")
    (review, *_) = attempt(shop.yandex.iter_reviews, since=since, ids=[first])
    assert (review.rating, review.sku, review.needs_answer) == (2, "A", True)
    assert review.messages[0].text == "Zoʻr\n− qutisi ezilgan"
    shop.aside.reply("review", first, "Rahmat")
    (review, *_) = attempt(shop.yandex.iter_reviews, since=since, ids=[first])
    assert not review.needs_answer and review.messages[1].text == "Rahmat"
    attempt(shop.with_key_of("PRICING").iter_reviews, since=since)


def iter_questions(shop):
    since = datetime.now(UTC) - timedelta(days=3)
    assert attempt(shop.yandex.iter_questions, since=since) == []
    first = shop.talk("question", "Mis boʻladimi?", sku="A")
    attempt(shop.yandex.iter_questions, since=since)
    shop.aside.reply("question", first, "Ha, boʻladi")
    (question, *_) = attempt(shop.yandex.iter_questions, since=since, ids=[first])
    assert [one.text for one in question.messages] == ["Mis boʻladimi?", "Ha, boʻladi"]
    attempt(shop.with_key_of("PRICING").iter_questions, since=since)


def seller_messages(shop):
    for kind in ("chat", "review", "question"):
        number = shop.talk(kind, "Savol", sku="A")
        assert attempt(shop.yandex.seller_messages, kind, number) == []
        shop.aside.reply(kind, number, "Javob")
        (said,) = attempt(shop.yandex.seller_messages, kind, number)
        assert said.text == "Javob"
        attempt(shop.yandex.seller_messages, kind, "1")


def reply(shop):
    for kind in ("chat", "review", "question"):
        number = shop.talk(kind, "Savol", sku="A")
        said = shop.yandex.reply(kind, number, "Javob " * 300)
        assert said.ok and bool(said.made_id) == (kind != "chat")
        assert not shop.yandex.reply(kind, "1", "Javob").ok
    assert not shop.yandex.reply("review", shop.talk("review", "a", sku="A"), "t.me/menga").ok
    attempt(shop.with_key_of("PRICING").reply, "chat", shop.talk("chat", "Savol"), "Javob")


def iter_returns(shop):
    since = datetime.now(UTC) - timedelta(days=3)
    assert attempt(shop.yandex.iter_returns, since=since) == []
    shop.stock_up()
    number = shop.send_back(shop.buy())
    (back,) = attempt(shop.yandex.iter_returns, since=since)
    assert back.external_id == number and back.items[0].reasons == ("DOES_NOT_FIT",)
    shop.sandbox.control("POST", f"returns/{number}/advance")
    attempt(shop.yandex.iter_returns, since=since)
    shop.send_back(shop.buy(), unredeemed=True)
    assert [one.is_unredeemed for one in attempt(shop.yandex.iter_returns, since=since)][1]
    attempt(shop.yandex.iter_returns, since=datetime.now(UTC) + timedelta(days=2))
    attempt(shop.with_key_of("PRICING").iter_returns, since=since)


def return_decisions(shop):
    shop.stock_up()
    for _ in range(2):
        order = shop.buy()
        number = shop.send_back(order)
        offered = attempt(shop.yandex.return_decisions, number)
        assert [one.code for one in offered] == ["REFUND_MONEY", "DECLINE_REFUND"]
        attempt(shop.with_key_of("PRICING").return_decisions, number)
        item = shop.sandbox.state(shop.key)["orders"][-1]["items"][0]["id"]
        shop.aside.decide_return(order, number, items=[str(item)], decision="REFUND_MONEY")
        assert attempt(shop.yandex.return_decisions, number) == []
    attempt(shop.yandex.return_decisions, "1")


def decide_return(shop):
    shop.stock_up()
    for reason in ("MECHANICAL_DAMAGE", ""):
        order = shop.buy()
        number = shop.send_back(order)
        item = str(shop.sandbox.state(shop.key)["orders"][-1]["items"][0]["id"])
        decision = "DECLINE_REFUND" if reason else "REFUND_MONEY"
        wish = {"items": [item], "decision": decision, "reason": reason, "comment": "Izoh"}
        assert shop.yandex.decide_return(order, number, **wish).ok
        assert not shop.yandex.decide_return(order, number, **wish).ok
    wish = {"items": [item], "decision": "REPAIR"}
    assert not shop.yandex.decide_return(order, "1", **wish).ok
    assert not shop.yandex.decide_return(order, shop.send_back(order), **wish).ok
    attempt(shop.with_key_of("PRICING").decide_return, order, number, **wish)


CODE = "010460780959150821sSBmxTYIFT(eq\x1d91FFD0\x1d92testtest"


def packed(shop, *codes, quantity=1):
    order = shop.buy(quantity=quantity, marked=True)
    line = shop.sandbox.state(shop.key)["orders"][-1]["items"][0]["id"]
    return order, [[BoxItem(str(line), quantity, codes)]]


def set_boxes(shop):
    shop.stock_up()
    order, boxes = packed(shop, CODE)
    assert not shop.yandex.ship(order).ok
    assert shop.yandex.set_boxes(order, boxes).ok
    assert shop.yandex.ship(order).ok
    assert not shop.yandex.set_boxes(order, boxes).ok
    order, boxes = packed(shop, quantity=2)
    assert shop.yandex.set_boxes(order, boxes).ok
    assert not shop.yandex.set_boxes(order, [[BoxItem(boxes[0][0].line_id, 1)]]).ok
    assert not shop.yandex.set_boxes("1", boxes).ok
    attempt(shop.with_key_of("PRICING").set_boxes, order, boxes)


def marking_answers(shop):
    shop.stock_up()
    order, boxes = packed(shop, CODE, "nonsense", quantity=2)
    assert attempt(shop.yandex.marking_answers, order) == {}
    assert shop.aside.set_boxes(order, boxes).ok
    said = attempt(shop.yandex.marking_answers, order)
    assert said == {CODE: ("OK", ""), "nonsense": ("FAILED", "CIS_VALIDATION_ERROR")}
    attempt(shop.yandex.marking_answers, "1")
    attempt(shop.with_key_of("PRICING").marking_answers, order)
    attempt(shop.as_key("revoked").marking_answers, order)


VERBS = {
    "iter_chats": iter_chats,
    "iter_reviews": iter_reviews,
    "iter_questions": iter_questions,
    "seller_messages": seller_messages,
    "reply": reply,
    "iter_returns": iter_returns,
    "return_decisions": return_decisions,
    "decide_return": decide_return,
    "set_boxes": set_boxes,
    "marking_answers": marking_answers,
}
