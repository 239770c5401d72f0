"""An order in the vendor's two forms: the present one and the one of the older methods."""

from typing import Any

from marketplaces.sandbox.clock import day, iso, old_style, old_style_day

from . import stocks
from .order_book import Order
from .words import plain

DAY = 86_400
SERVICE_ID, SERVICE = 1_006_360, "Сортировочный центр (Ташкент)"
ADDRESS = {"country": "Узбекистан", "city": "Ташкент", "street": "Амира Темура", "house": "1"}
REGION = {"id": 10335, "name": "Ташкент", "type": "CITY"}


def _sum(value: float, currency: str) -> dict[str, Any]:
    return {"value": plain(value), "currencyId": currency}


def business_order(order: Order) -> dict[str, Any]:
    """As POST /v1/businesses/{id}/orders answers."""
    currency = order.doc["currency"]
    return {
        "orderId": order.id,
        "campaignId": order.campaign_id,
        "programType": "FBS",
        "status": order.status,
        "substatus": order.substatus,
        "creationDate": iso(order.created),
        "updateDate": iso(order.updated),
        "paymentType": "PREPAID",
        "paymentMethod": "YANDEX",
        "fake": order.doc["fake"],
        "items": [_business_item(item, currency) for item in order.doc["items"]],
        "prices": {"payment": _sum(order.total, currency), "delivery": {}},
        "delivery": _business_delivery(order),
        "buyerType": "PERSON",
        "cancelRequested": False,
        "sourcePlatform": "MARKET",
    }


def _business_item(item: dict[str, Any], currency: str) -> dict[str, Any]:
    marked = {"requiredInstanceTypes": ["CIS"]} if item.get("is_marked") else {}
    return {
        **marked,
        "id": item["id"],
        "offerId": item["offerId"],
        "offerName": item["offerName"],
        "count": item["count"],
        "prices": {"payment": _sum(item["price"] * item["count"], currency), "vat": "NO_VAT"},
    }


def _business_delivery(order: Order) -> dict[str, Any]:
    start = order.created
    return {
        "type": "PICKUP",
        "serviceName": SERVICE,
        "deliveryServiceId": SERVICE_ID,
        "warehouseId": str(stocks.warehouse_id(order.campaign_id)),
        "deliveryPartnerType": "YANDEX_MARKET",
        "dispatchType": "MARKET_BRANDED_OUTLET",
        "dates": {"fromDate": f"{day(start + 2 * DAY)}", "toDate": f"{day(start + 4 * DAY)}"},
        "shipment": {
            "id": order.id % 1_000_000,
            "shipmentDate": f"{day(start + DAY)}",
            "shipmentTime": "18:00:00",
        },
        "pickup": {"address": ADDRESS, "region": REGION},
    }


def old_order(order: Order) -> dict[str, Any]:
    """As PUT .../status answers."""
    return {
        "id": order.id,
        "status": order.status,
        "substatus": order.substatus,
        "creationDate": old_style(order.created),
        "updatedAt": old_style(order.updated),
        "currency": order.doc["currency"],
        "itemsTotal": plain(order.total),
        "deliveryTotal": 0,
        "buyerItemsTotal": plain(order.total),
        "buyerTotal": plain(order.total),
        "buyerItemsTotalBeforeDiscount": plain(order.total),
        "buyerTotalBeforeDiscount": plain(order.total),
        "paymentType": "PREPAID",
        "paymentMethod": "YANDEX",
        "fake": order.doc["fake"],
        "items": [_old_item(item) for item in order.doc["items"]],
        "delivery": _old_delivery(order),
        "buyer": {"type": "PERSON"},
        "taxSystem": "UNKNOWN_VALUE",
        "cancelRequested": False,
    }


def _old_item(item: dict[str, Any]) -> dict[str, Any]:
    price = plain(item["price"])
    return {
        "id": item["id"],
        "offerId": item["offerId"],
        "offerName": item["offerName"],
        "price": price,
        "buyerPrice": price,
        "buyerPriceBeforeDiscount": price,
        "priceBeforeDiscount": price,
        "count": item["count"],
        "vat": "NO_VAT",
        "shopSku": item["offerId"],
    }


def _old_delivery(order: Order) -> dict[str, Any]:
    start = order.created
    return {
        "type": "PICKUP",
        "serviceName": SERVICE,
        "price": 0,
        "deliveryPartnerType": "YANDEX_MARKET",
        "deliveryServiceId": SERVICE_ID,
        "dates": {
            "fromDate": old_style_day(start + 2 * DAY),
            "toDate": old_style_day(start + 4 * DAY),
        },
        "region": REGION,
    }
