from datetime import UTC, datetime, timedelta


def test_it_says_who_the_key_belongs_to(seller):
    token = seller.call("POST", "/v2/auth/token").json()["result"]["apiKey"]
    assert token["authScopes"] == ["ALL_METHODS"]
    settings = seller.call("POST", "/v2/{b}/settings").json()["result"]
    assert settings["settings"]["currency"] == "UZS"
    assert settings["traits"] == ["MARKET_YANDEX_GO"]


def test_it_takes_a_product_from_card_to_delivery(seller, mug):
    seller.publish(mug, price=45_000, count=5)
    order = seller.buys("MUG-1", 2)
    [found] = seller.orders(statuses=["PROCESSING"])
    assert found["orderId"] == order
    assert found["items"][0]["prices"]["payment"] == {"value": 90_000, "currencyId": "UZS"}
    assert seller.state()["offers"][0]["stock"] == {str(seller.campaign): 3}
    assert seller.to_status(order, "PROCESSING", "READY_TO_SHIP").status_code == 200
    for status in ("DELIVERY", "PICKUP", "DELIVERED"):
        assert seller.control("POST", f"/orders/{order}/advance")["status"] == status
    assert seller.orders(orderIds=[order])[0]["status"] == "DELIVERED"


def test_it_gives_orders_changed_since_a_moment(seller, mug):
    seller.publish(mug)
    first = seller.buys("MUG-1")
    changed = seller.orders(orderIds=[first])[0]["updateDate"]
    later = datetime.fromisoformat(changed) + timedelta(milliseconds=1)
    assert seller.orders(dates={"updateDateFrom": later.isoformat()}) == []
    assert len(seller.orders(dates={"updateDateFrom": changed})) == 1
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert seller.orders(dates={"updateDateFrom": tomorrow}) == []


def test_it_keeps_sellers_apart(new_seller, mug):
    one, other = new_seller(), new_seller()
    one.publish(mug)
    assert other.call("POST", "/v2/{b}/offer-mappings").json()["result"]["offerMappings"] == []
    foreign = other.http.post(f"/v2/businesses/{one.business}/offer-mappings", json={})
    assert foreign.status_code == 403
    order = one.buys("MUG-1")
    assert other.call("GET", f"/v2/{{c}}/orders/{order}/buyer").status_code == 404


def test_it_pages_orders(seller, mug):
    seller.publish(mug, count=100)
    placed = [seller.buys("MUG-1") for _ in range(5)]
    seen, token = [], ""
    for _ in range(3):
        page = seller.call("POST", "/v1/{b}/orders", {}, limit=2, pageToken=token).json()
        seen += [order["orderId"] for order in page["orders"]]
        token = page["paging"].get("nextPageToken")
    assert (seen, token) == (placed, None)


def test_it_keeps_uzbek_texts_beside_russian_ones(seller, mug):
    seller.publish(mug)
    uzbek = {"offerId": "MUG-1", "name": "Sopol piyola", "description": "Qoʻlda yasalgan"}
    assert seller.send(uzbek, language="UZ").json() == {"status": "OK"}
    names = []
    for language in ("RU", "UZ"):
        answer = seller.call("POST", "/v2/{b}/offer-mappings", {}, language=language).json()
        names.append(answer["result"]["offerMappings"][0]["offer"]["name"])
    assert names == [mug["name"], "Sopol piyola"]
