"""Answers shaped as the document shapes them, and a connector over a script of them."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal

import httpx

from marketplaces.connectors import remote
from marketplaces.connectors.yandex.connector import Yandex
from sellercloudx.lib.money import Money
from tests.marketplaces.script import KEY, make_http

CREDENTIALS = {"api_key": KEY, "business_id": "900", "campaign_id": "700"}
MOMENT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def yandex(*answers, credentials=CREDENTIALS, naps=None):
    """A connector whose network is a script; `.sent` are the requests, `.body()` the last body."""
    connector = Yandex(make_http(*answers, naps=naps), credentials)
    script = connector.http.client._transport
    connector.sent, connector.body = script.requests, script.body
    return connector


def result(**content):
    return httpx.Response(200, json={"status": "OK", "result": content})


def page(token=None, **content):
    """A page as campaigns and orders give it: paging at the top."""
    paging = {"paging": {"nextPageToken": token}} if token else {"paging": {}}
    return httpx.Response(200, json={**content, **paging})


def as_read(data):
    """As the HTTP client hands it over: numbers with a point are Decimal."""
    return json.loads(json.dumps(data), parse_float=Decimal)


def without(data, path):
    """A copy of an answer with one field gone; the path is dotted, a number is an index."""
    data = deepcopy(data)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner = data
    for step in way:
        inner = inner[step]
    del inner[last]
    return data


TOKEN = {"apiKey": {"name": "SellerCloudX", "authScopes": ["ALL_METHODS"]}}
CAMPAIGN = {
    "id": 700,
    "domain": "Choynak do‘koni",
    "clientId": 1,
    "business": {"id": 900, "name": "Choynak MChJ"},
    "placementType": "FBS",
    "apiAvailability": "AVAILABLE",
}
SETTINGS = {
    "info": {"id": 900, "name": "Choynak MChJ"},
    "settings": {"onlyDefaultPrice": True, "currency": "UZS"},
    "subscriptionLevel": "NONE",
    "traits": ["MARKET_YANDEX_GO"],
}
ORDER = {
    "orderId": 5001,
    "campaignId": 700,
    "programType": "FBS",
    "status": "PROCESSING",
    "substatus": "STARTED",
    "creationDate": "2026-11-20T14:00:00+05:00",
    "updateDate": "2026-11-20T14:05:30+05:00",
    "paymentType": "PREPAID",
    "paymentMethod": "YANDEX",
    "fake": False,
    "items": [
        {
            "id": 1,
            "offerId": "MUG-1",
            "offerName": "Piyola",
            "count": 3,
            "prices": {
                "payment": {"value": 90000, "currencyId": "UZS"},
                "subsidy": {"value": 10000, "currencyId": "UZS"},
                "cashback": {"value": 10000, "currencyId": "UZS"},
            },
        },
        {
            "id": 2,
            "offerId": "POT-1",
            "offerName": "Choynak",
            "count": 1,
            "prices": {"payment": {"value": 120000.5, "currencyId": "UZS"}},
        },
    ],
    "prices": {"payment": {"value": 225000.5, "currencyId": "UZS"}},
    "delivery": {
        "type": "PICKUP",
        "serviceName": "Market",
        "deliveryServiceId": 99,
        "deliveryPartnerType": "YANDEX_MARKET",
        "dates": {"fromDate": "2026-11-23"},
        "shipment": {"id": 31, "shipmentDate": "2026-11-21"},
    },
    "sourcePlatform": "MARKET",
}
MAPPING = {
    "offer": {
        "offerId": "MUG-1",
        "name": "Пиала",
        "marketCategoryId": 91013,
        "cardStatus": "HAS_CARD_CAN_UPDATE",
        "basicPrice": {
            "value": 33000,
            "currencyId": "UZS",
            "updatedAt": "2026-11-20T14:00:00+05:00",
        },
        "archived": False,
    },
    "mapping": {"marketSku": 12345, "marketCategoryId": 91014, "marketCategoryName": "Пиалы"},
}
CONTENT = {
    "offerId": "MUG-1",
    "cardStatus": "HAS_CARD_CAN_UPDATE_ERRORS",
    "errors": [{"message": "Нет бренда", "comment": "Укажите бренд"}, {"message": "Фото"}],
    "warnings": [{"comment": "Добавьте видео"}],
}
PARAMETER = {
    "id": 301,
    "name": "Объем",
    "type": "NUMERIC",
    "unit": {
        "defaultUnitId": 5,
        "units": [{"id": 5, "name": "мл", "fullName": "миллилитр"}],
    },
    "required": True,
    "filtering": True,
    "distinctive": False,
    "multivalue": False,
    "allowCustomValues": False,
    "constraints": {"minValue": 0.5, "maxValue": 5000},
}
QUARANTINED = {
    "offerId": "MUG-1",
    "verdicts": [
        {
            "type": "PRICE_CHANGE",
            "params": [
                {"name": "CURRENT_PRICE", "value": "3300.50"},
                {"name": "LAST_VALID_PRICE", "value": "33000"},
                {"name": "CURRENCY", "value": "UZS"},
            ],
        }
    ],
}


def uzs(amount):
    return Money(Decimal(amount), "UZS")


def card(sku="MUG-1", **more):
    fields = {
        "category_id": "91013",
        "texts": (
            remote.CardText("ru", "Пиала", "Фарфоровая пиала"),
            remote.CardText("uz", "Piyola", "Chinni piyola"),
        ),
        **more,
    }
    return remote.CardDraft(sku=sku, **fields)


def stock_update(sku="MUG-1", quantity=5, at=MOMENT):
    return remote.StockUpdate(sku, quantity, at)
