"""Test connection: what the key is, may do and opens."""

import httpx
import pytest

from marketplaces.connectors import errors
from tests.marketplaces.script import KEY, refusal
from tests.marketplaces.yandex.samples import (
    CAMPAIGN,
    SETTINGS,
    TOKEN,
    page,
    result,
    without,
    yandex,
)


def check(*answers):
    connector = yandex(*answers, credentials={"api_key": KEY})
    return connector, connector.check()


def test_it_shows_key_shops_and_businesses():
    other = {**CAMPAIGN, "id": 701, "placementType": "DBS", "apiAvailability": "MANUALLY_DISABLED"}
    connector, found = check(
        result(**TOKEN),
        page("next", campaigns=[CAMPAIGN]),
        page(campaigns=[other]),
        result(**SETTINGS),
    )
    assert (found.key_name, found.scopes, found.missing_scopes) == (
        "SellerCloudX",
        ("ALL_METHODS",),
        (),
    )
    assert [(s.id, s.business_id, s.placement, s.is_available) for s in found.shops] == [
        ("700", "900", "FBS", True),
        ("701", "900", "DBS", False),
    ]
    business = found.businesses[0]
    assert (business.id, business.currency) == ("900", "UZS")
    assert len(found.businesses) == 1
    assert [(r.method, r.url.raw_path.decode()) for r in connector.sent] == [
        ("POST", "/v2/auth/token"),
        ("GET", "/v2/campaigns?limit=100"),
        ("GET", "/v2/campaigns?limit=100&pageToken=next"),
        ("POST", "/v2/businesses/900/settings"),
    ]
    assert connector.sent[0].headers["Api-Key"] == KEY
    assert connector.sent[0].content == b""


def test_it_names_the_scopes_we_need_and_do_not_have():
    token = {"apiKey": {"name": "k", "authScopes": ["PRICING", "ALL_METHODS_READ_ONLY"]}}
    _, found = check(result(**token), page(campaigns=[]))
    assert found.missing_scopes == ("INVENTORY_AND_ORDER_PROCESSING", "OFFERS_AND_CARDS_MANAGEMENT")


def test_it_calls_the_rouble_by_its_present_code():
    russian = {
        "info": {"id": 900, "name": "OOO"},
        "settings": {"currency": "RUR", "onlyDefaultPrice": True},
    }
    _, found = check(result(**TOKEN), page(campaigns=[CAMPAIGN]), result(**russian))
    assert found.businesses[0].currency == "RUB"


def test_a_wrong_key_is_a_matter_of_configuration():
    with pytest.raises(errors.AuthFailed) as caught:
        check(refusal(401, "UNAUTHORIZED", "Api-Key token is invalid"))
    assert caught.value.code == "UNAUTHORIZED"


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ([result(**without(TOKEN, "apiKey.name"))], "name"),
        ([result(apiKey={"name": "k", "authScopes": "ALL"})], "authScopes"),
        ([result(**TOKEN), page(campaigns=[{**CAMPAIGN, "id": "700"}])], "id"),
        ([result(**TOKEN), httpx.Response(200, json={"shops": []})], "result"),
    ],
)
def test_a_changed_answer_is_told_by_its_field(answers, field):
    with pytest.raises(errors.BadResponse) as caught:
        check(*answers)
    assert caught.value.code == "schema"
    assert field in caught.value.message


def test_a_campaign_that_does_not_say_who_it_is_cannot_be_chosen():
    nameless = [without(CAMPAIGN, "id"), without(CAMPAIGN, "business")]
    _, found = check(result(**TOKEN), page(campaigns=[*nameless, CAMPAIGN]), result(**SETTINGS))
    assert [shop.id for shop in found.shops] == ["700"]


def test_a_business_that_does_not_say_who_it_is_is_the_one_we_asked_for():
    _, found = check(
        result(**TOKEN), page(campaigns=[CAMPAIGN]), result(**without(SETTINGS, "info"))
    )
    assert (found.businesses[0].id, found.businesses[0].currency) == ("900", "UZS")
