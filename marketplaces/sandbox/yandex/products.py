"""The catalogue: adding and changing offers, reading them back."""

import re
from typing import Any

from marketplaces.sandbox import accounts
from marketplaces.sandbox.routing import Route
from marketplaces.sandbox.shapes import arr, boolean, choice, integer, number, obj, text

from . import cards, catalogue, categories, characteristics, moderation, prices
from .call import Call, bad_request, ok
from .catalogue import Offer
from .words import CARD_STATUSES, CATALOG, PRICE, SHOP_STATUSES, SKU, page_query, skus

LANGUAGES = ("RU", "UZ")
# Sent beside the fields of the card and kept apart from them.
APART = {"offerId", "parameterValues", "basicPrice", "deleteParameters"}
SUMS = ("purchasePrice", "additionalExpenses")


def update(call: Call) -> dict[str, Any]:
    """All offers are taken; with an error in one of them none is, and `results` names those."""
    language = call.request.query.get("language", "RU")
    wishes = [
        wish["offer"] | {"offerId": wish["offer"]["offerId"].strip()}
        for wish in call.body["offerMappings"]
    ]
    sku_list = [wish["offerId"] for wish in wishes]
    if len(set(sku_list)) < len(sku_list):
        raise bad_request("Duplicate offers in request", code="DUPLICATE_OFFER")
    for index, wish in enumerate(wishes):
        if wish.get("basicPrice"):
            prices.check(call, wish["basicPrice"], f"offerMappings[{index}].offer.basicPrice")
    if refused := characteristics.refused(wishes, _problems):
        return refused
    with call.state.transaction():
        known = catalogue.load_many(call.state, call.business_id, sku_list)
        for wish in wishes:
            offer = known.get(wish["offerId"]) or _new(call, wish)
            _apply(call, offer, wish, language)
            call.effect(offer.offer_id, {"language": language, "offer": wish})
    return ok()


def _new(call: Call, wish: dict[str, Any]) -> Offer:
    return catalogue.blank(call.business_id, wish["offerId"], known_at=call.now + call.late)


def _problems(wish: dict[str, Any]) -> list[dict[str, Any]]:
    values = wish.get("parameterValues") or []
    if wish.get("marketCategoryId") is None and not values:
        found = []
    else:
        found = characteristics.category_problems(wish.get("marketCategoryId"), values)
    for code in wish.get("commodityCodes") or []:
        if code["type"] == "IKPU_CODE" and not re.fullmatch(r"\d{17}", code["code"]):
            message = "Код ИКПУ должен состоять из 17 цифр"
            found.append(characteristics.problem("INVALID_COMMODITY_CODE", message))
    return found


def _apply(call: Call, offer: Offer, wish: dict[str, Any], language: str) -> None:
    before = moderation.content(offer)
    fields = {k: v for k, v in wish.items() if k not in APART and v is not None}
    for name in SUMS:
        if name in fields:
            fields[name] = {**fields[name], "at": call.now}
    if language == "UZ":
        texts = {name: fields.pop(name) for name in ("name", "description") if name in fields}
        offer.doc["uz"] |= texts
    offer.fields.update(fields)
    for name in wish.get("deleteParameters") or []:
        _forget(offer, name)
    values = wish.get("parameterValues") or []
    offer.doc["parameters"] = characteristics.merge(offer.doc["parameters"], values)
    if wish.get("basicPrice"):
        prices.put(offer, wish["basicPrice"], call.now)
    if moderation.content(offer) != before:
        moderation.submit(offer, call.now + call.world.config.moderation_seconds)
    catalogue.save(call.state, offer)


def _forget(offer: Offer, name: str) -> None:
    """deleteParameters: MANUFACTURER_COUNTRIES -> manufacturerCountries."""
    first, *rest = name.lower().split("_")
    field = first + "".join(word.capitalize() for word in rest)
    offer.fields.pop(field, None)
    if name == "PARAMETERS":
        offer.doc["parameters"] = []


def listing(call: Call) -> dict[str, Any]:
    offers, paging = prices.pick(call, 50)
    language = call.request.query.get("language", "RU")
    shops = [row["id"] for row in accounts.campaigns(call.state, call.business_id)]
    mappings = [_mapping(call, offer, language, shops) for offer in offers]
    return ok({"offerMappings": mappings, "paging": paging})


def _mapping(call: Call, offer: Offer, language: str, shops: list[int]) -> dict[str, Any]:
    shown: dict[str, Any] = {"offerId": offer.offer_id, **offer.fields}
    if language == "UZ":
        shown = {**shown, **offer.doc["uz"]}
    for name in SUMS:
        if name in shown:
            shown[name] = prices.shown(shown[name])
    if offer.price:
        shown["basicPrice"] = prices.shown(offer.price)
    shown["cardStatus"] = offer.card_status
    shown["campaigns"] = [
        {"campaignId": shop, "status": catalogue.shop_status(call.state, offer, shop)}
        for shop in shops
    ]
    shown["sellingPrograms"] = [{"sellingProgram": "FBS", "status": "FINE"}]
    if media := _media(offer):
        shown["mediaFiles"] = media
    shown["archived"] = offer.is_archived
    return {"offer": shown, "mapping": cards.mapping(offer)}


def _media(offer: Offer) -> dict[str, Any]:
    pictures = [
        {"url": url, "uploadState": offer.doc["media"].get(url, "UPLOADING")}
        for url in offer.fields.get("pictures") or []
    ]
    return {"pictures": pictures} if pictures else {}


def shop_offers(call: Call) -> dict[str, Any]:
    """The offers as one shop shows them."""
    offers, paging = prices.pick(call, 100)
    listed = [_shop_offer(call, offer) for offer in offers]
    if statuses := call.body.get("statuses"):
        listed = [offer for offer in listed if offer["status"] in statuses]
    return ok({"offers": listed, "paging": paging})


def _shop_offer(call: Call, offer: Offer) -> dict[str, Any]:
    status = catalogue.shop_status(call.state, offer, call.campaign_id)
    shown: dict[str, Any] = {
        "offerId": offer.offer_id,
        "status": status,
        "available": status == "PUBLISHED",
    }
    if offer.price:
        shown["basicPrice"] = prices.shown(offer.price)
    if own := offer.place(call.campaign_id)["price"]:
        shown["campaignPrice"] = prices.shown(own)
    if errors := list(offer.doc["errors"]):
        shown["errors"] = errors
    elif offer.price is None:
        comment = "Укажите цену товара"
        shown["errors"] = [{"message": "Нет цены", "comment": comment}]
    return shown


def archive(call: Call) -> dict[str, Any]:
    return _set_archived(call, archived=True)


def unarchive(call: Call) -> dict[str, Any]:
    return _set_archived(call, archived=False)


def _set_archived(call: Call, *, archived: bool) -> dict[str, Any]:
    with call.state.transaction():
        wanted = call.body["offerIds"]
        for offer in catalogue.load_many(call.state, call.business_id, wanted).values():
            offer.doc["archived"] = archived
            catalogue.save(call.state, offer)
            call.effect(offer.offer_id, {"archived": archived})
    return ok({})


def delete(call: Call) -> dict[str, Any]:
    """For good; what is not there was not deleted, and is said."""
    with call.state.transaction():
        wanted = [sku.strip() for sku in call.body["offerIds"]]
        found = catalogue.load_many(call.state, call.business_id, wanted)
        for sku in found:
            catalogue.remove(call.state, call.business_id, sku)
            call.effect(sku, {"deleted": True})
    missing = [sku for sku in wanted if sku not in found]
    return ok({"notDeletedOfferIds": missing} if missing else {})


PERIOD = obj(
    "timePeriod timeUnit",
    timePeriod=integer(),
    timeUnit=choice("HOUR", "DAY", "WEEK", "MONTH", "YEAR"),
    comment=text(500),
)
URL = text(2000, min=1)
SUM = {**PRICE, "properties": {k: v for k, v in PRICE["properties"].items() if k != "discountBase"}}
DELETABLE = (
    "ADDITIONAL_EXPENSES",
    "ADULT",
    "AGE",
    "BARCODES",
    "BOX_COUNT",
    "CERTIFICATES",
    "COMMODITY_CODES",
    "CONDITION",
    "CUSTOMS_COMMODITY_CODE",
    "DESCRIPTION",
    "DOWNLOADABLE",
    "GUARANTEE_PERIOD",
    "LIFE_TIME",
    "MANUALS",
    "MANUFACTURER_COUNTRIES",
    "PARAMETERS",
    "PICTURES",
    "PURCHASE_PRICE",
    "SHELF_LIFE",
    "TAGS",
    "TYPE",
    "VENDOR_CODE",
    "VIDEOS",
)
OFFER = obj(
    "offerId",
    offerId=SKU,
    name=text(256),
    marketCategoryId=integer(0),
    category=text(),
    pictures=arr(URL, 30),
    videos=arr(URL, 6),
    manuals=arr(obj("url", url=URL, title=text(500)), 6),
    vendor=text(),
    barcodes=arr(text(), unique=True),
    description=text(6000),
    manufacturerCountries=arr(text(), unique=True),
    weightDimensions=obj(
        "length width height weight",
        length=number(),
        width=number(),
        height=number(),
        weight=number(),
    ),
    vendorCode=text(),
    tags=arr(text(), 50, unique=True),
    shelfLife=PERIOD,
    lifeTime=PERIOD,
    guaranteePeriod=PERIOD,
    customsCommodityCode=text(),
    commodityCodes=arr(
        obj("code type", code=text(), type=choice("CUSTOMS_COMMODITY_CODE", "IKPU_CODE"))
    ),
    certificates=arr(text(), 6, unique=True),
    boxCount=integer(1),
    downloadable=boolean(),
    adult=boolean(),
    age=obj("value ageUnit", value=number(), ageUnit=choice("YEAR", "MONTH")),
    params=arr(obj("name value", name=text(200), value=text())),
    parameterValues=arr(cards.PARAMETER_VALUE, 300),
    basicPrice=PRICE,
    purchasePrice=SUM,
    additionalExpenses=SUM,
    firstVideoAsCover=boolean(),
    deleteParameters=arr(choice(*DELETABLE), unique=True),
)
FILTERS: dict[str, Any] = {
    "categoryIds": arr(integer(0), unique=True),
    "vendorNames": arr(text(), unique=True),
    "tags": arr(text(), unique=True),
}
LANGUAGE = choice(*LANGUAGES)

ROUTES = [
    *categories.ROUTES,
    *cards.ROUTES,
    Route(
        "POST",
        "/v2/businesses/{businessId}/offer-mappings/update",
        "updateOfferMappings",
        update,
        scopes=CATALOG,
        body=obj(
            "offerMappings",
            offerMappings=arr(obj("offer", offer=OFFER, mapping=obj(marketSku=integer(1))), 500),
            onlyPartnerMediaContent=boolean(),
        ),
        is_body_required=True,
        query=obj(language=LANGUAGE),
        is_write=True,
    ),
    Route(
        "POST",
        "/v2/businesses/{businessId}/offer-mappings",
        "getOfferMappings",
        listing,
        scopes=CATALOG,
        body=obj(
            offerIds=skus(100),
            cardStatuses=arr(choice(*CARD_STATUSES), unique=True),
            archived=boolean(),
            **FILTERS,
        ),
        query=page_query(100, language=LANGUAGE),
    ),
    Route(
        "POST",
        "/v2/campaigns/{campaignId}/offers",
        "getCampaignOffers",
        shop_offers,
        scopes=CATALOG,
        body=obj(offerIds=skus(200), statuses=arr(choice(*SHOP_STATUSES), unique=True), **FILTERS),
        is_body_required=True,
        query=page_query(200),
    ),
    Route(
        "POST",
        "/v2/businesses/{businessId}/offer-mappings/archive",
        "addOffersToArchive",
        archive,
        scopes=CATALOG,
        body=obj("offerIds", offerIds=skus(200)),
        is_body_required=True,
        is_write=True,
    ),
    Route(
        "POST",
        "/v2/businesses/{businessId}/offer-mappings/unarchive",
        "deleteOffersFromArchive",
        unarchive,
        scopes=CATALOG,
        body=obj("offerIds", offerIds=skus(200)),
        is_body_required=True,
        is_write=True,
    ),
    Route(
        "POST",
        "/v2/businesses/{businessId}/offer-mappings/delete",
        "deleteOffers",
        delete,
        scopes=CATALOG,
        body=obj("offerIds", offerIds=skus(500)),
        is_body_required=True,
        is_write=True,
    ),
]
