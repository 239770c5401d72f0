import httpx
import pytest


def test_it_refuses_wrong_keys_in_words(sandbox):
    url = f"{sandbox.url}/yandex/v2/auth/token"
    keys = {
        None: "missing",
        "secret": "format is invalid",
        "ACMA:unknown": "is invalid",
        "ACMA:sandbox-revoked-1": "is revoked",
    }
    for key, words in keys.items():
        answer = httpx.post(url, headers={"Api-Key": key} if key else {})
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["message"].endswith(words)


@pytest.mark.parametrize(
    ("kind", "reads", "prices", "orders"),
    [
        ("readonly", 200, 403, 200),
        ("offers", 200, 403, 403),
        ("pricing", 403, 400, 403),
        ("orders", 403, 403, 200),
    ],
)
def test_it_keeps_keys_to_their_scopes(new_seller, kind, reads, prices, orders):
    seller = new_seller(kind)
    assert seller.call("POST", "/v2/{b}/offer-mappings", {}).status_code == reads
    refused = seller.price("NONE", 5000)
    assert refused.status_code == prices
    assert seller.call("POST", "/v1/{b}/orders", {}).status_code == orders
    if prices == 403:
        message = refused.json()["errors"][0]["message"]
        assert message.startswith("Token does not have any of the scopes")


def test_it_tells_wrong_addresses_methods_and_bodies_apart(seller):
    seen = {
        404: seller.call("POST", "/v9/nothing"),
        405: seller.call("GET", "/v2/{b}/settings"),
        415: seller.http.post(
            f"/v1/businesses/{seller.business}/orders",
            content="{}",
            headers={"Content-Type": "text/plain"},
        ),
        400: seller.http.post(
            f"/v1/businesses/{seller.business}/orders",
            content="{",
            headers={"Content-Type": "application/json"},
        ),
    }
    assert {status: answer.status_code for status, answer in seen.items()} == {k: k for k in seen}
    assert all(answer.json()["status"] == "ERROR" for answer in seen.values())


def test_it_refuses_what_is_too_much(seller, mug):
    assert seller.send(mug | {"name": "x" * 257}).status_code == 400
    assert seller.send(mug | {"description": "x" * 6001}).status_code == 400
    assert seller.send(mug | {"description": "я" * 600_000}).status_code == 400
    assert seller.call("GET", "/v2/campaigns", limit=101).status_code == 400
    assert seller.call("POST", "/v2/{b}/offer-mappings", {}, language="EN").status_code == 400
    deep = seller.http.post(
        f"/v1/businesses/{seller.business}/orders",
        content="[" * 100_000,
        headers={"Content-Type": "application/json"},
    )
    assert deep.status_code == 400


def test_it_closes_the_api_of_an_inactive_shop(new_seller):
    seller = new_seller("inactive")
    [shop] = seller.call("GET", "/v2/campaigns").json()["campaigns"]
    assert shop["apiAvailability"] == "DISABLED_BY_INACTIVITY"
    assert seller.call("POST", "/v2/{c}/offers/stocks", {}).status_code == 403


def test_it_keeps_no_key_in_its_state_file(sandbox, seller):
    content = b"".join(
        path.read_bytes() for path in sandbox.world.config.state.parent.glob("state.db*")
    )
    assert seller.key.encode() not in content


def test_it_answers_control_calls_of_programs_only(sandbox):
    url = f"{sandbox.url}/_control/calls"
    assert httpx.get(url).status_code == 200
    assert httpx.get(url, headers={"Origin": "http://evil.example"}).status_code == 403


def test_its_page_shows_offers_escaped(sandbox, seller):
    account = {"Api-Key": "ACMA:sandbox-demo-key"}
    business = httpx.get(f"{sandbox.url}/yandex/v2/campaigns", headers=account).json()
    number = business["campaigns"][0]["business"]["id"]
    body = {"offerMappings": [{"offer": {"offerId": "X-1", "name": "<script>alert(1)</script>"}}]}
    path = f"{sandbox.url}/yandex/v2/businesses/{number}/offer-mappings/update"
    assert httpx.post(path, json=body, headers=account).status_code == 200
    page = httpx.get(sandbox.url)
    assert "&lt;script&gt;alert(1)" in page.text and "<script" not in page.text
    assert "nothing here is real" in page.text
