"""Moderation: it takes a moment, fetches the pictures, and refuses by the document's rules."""

import re
import zlib
from typing import Any

from marketplaces.sandbox.world import World

from . import catalogue, characteristics, pictures
from .catalogue import Offer

FIRST_MARKET_SKU = 101_000_000_000
# What the vendor forbids in a name and a description ("OfferName", "OfferDescription").
FORBIDDEN = re.compile(
    r"(?i)\b(скидк\w*|распродаж\w*|дешев\w*|бесплатн\w*|акци[яи]|специальная цена|новинк\w*|new"
    r"|подарок|аналог|заказ|хит|супер)\b"
)
CONTACTS = re.compile(r"(?i)(https?://|www\.|\bt\.me/|@\w{3,}|\+\d[\d\s()-]{8,}\d)")
SHOUTED = re.compile(r"\b[А-ЯЁ]{5,}\b")
REQUIRED = {
    "name": "название",
    "marketCategoryId": "категория",
    "pictures": "изображения",
    "vendor": "бренд",
    "description": "описание",
}
Message = dict[str, str]


def content(offer: Offer) -> Any:
    """What a moderator looks at; a change of price or of nothing is not looked at again."""
    ignored = {"purchasePrice", "additionalExpenses"}
    fields = {k: v for k, v in offer.fields.items() if k not in ignored}
    return fields, dict(offer.doc["uz"]), list(offer.doc["parameters"])


def submit(offer: Offer, at: float) -> None:
    """Put the offer into the moderators' queue."""
    offer.card_status = "HAS_CARD_CAN_UPDATE_PROCESSING" if offer.has_card else "NO_CARD_PROCESSING"
    offer.moderate_at = at
    urls = offer.fields.get("pictures") or []
    known = offer.doc["media"]
    offer.doc["media"] = {
        url: "UPLOADED" if known.get(url) == "UPLOADED" else "UPLOADING" for url in urls
    }


def work_off(world: World, now: float) -> int:
    """Judge every offer whose moment has come; pictures are fetched outside any lock."""
    due = catalogue.due_for_moderation(world.state, now)
    wanted = {
        url for offer in due for url, state in offer.doc["media"].items() if state != "UPLOADED"
    }
    fetched = pictures.fetch_all(wanted)
    for offer in due:
        _judge(world, offer.business_id, offer.offer_id, now, fetched)
    return len(due)


def _judge(
    world: World, business_id: int, offer_id: str, now: float, fetched: dict[str, str]
) -> None:
    with world.state.transaction():
        offer = catalogue.load(world.state, business_id, offer_id)
        if offer is None or offer.moderate_at is None or offer.moderate_at > now:
            return
        media = offer.doc["media"]
        if any(state == "UPLOADING" and url not in fetched for url, state in media.items()):
            return
        offer.doc["media"] = {url: fetched.get(url, state) for url, state in media.items()}
        offer.moderate_at = None
        _decide(offer)
        if offer.has_card and not offer.doc["market_sku"]:
            offer.doc["market_sku"] = _market_sku(offer)
        catalogue.save(world.state, offer)


def _market_sku(offer: Offer) -> int:
    return FIRST_MARKET_SKU + zlib.crc32(f"{offer.business_id}/{offer.offer_id}".encode())


def _decide(offer: Offer) -> None:
    had_card = offer.has_card
    errors = _errors(offer)
    offer.doc["errors"] = errors
    offer.doc["warnings"] = _warnings(offer)
    if errors:
        offer.card_status = "HAS_CARD_CAN_UPDATE_ERRORS" if had_card else "NO_CARD_ERRORS"
    else:
        offer.card_status = "HAS_CARD_CAN_UPDATE"


def _errors(offer: Offer) -> list[Message]:
    return [*_gaps(offer), *_failed_pictures(offer), *_text_errors(offer), *_value_errors(offer)]


def _gaps(offer: Offer) -> list[Message]:
    missing = [word for field, word in REQUIRED.items() if not offer.fields.get(field)]
    return [
        _message("Не хватает данных", f"Не заполнено обязательное поле: {word}") for word in missing
    ]


def _failed_pictures(offer: Offer) -> list[Message]:
    return [
        _message("Изображение не загружено", f"Не удалось загрузить изображение {url}")
        for url, state in offer.doc["media"].items()
        if state == "FAILED"
    ]


def _value_errors(offer: Offer) -> list[Message]:
    category_id = offer.fields.get("marketCategoryId")
    if not category_id:
        return []
    found = characteristics.moderation_problems(category_id, offer.doc["parameters"])
    return [_message("Ошибка в характеристиках", comment) for comment in found]


def _text_errors(offer: Offer) -> list[Message]:
    texts = {
        "названии": offer.fields.get("name"),
        "описании": offer.fields.get("description"),
        "названии на узбекском": offer.doc["uz"].get("name"),
        "описании на узбекском": offer.doc["uz"].get("description"),
    }
    found = []
    for where, text in texts.items():
        for match in FORBIDDEN.finditer(text or ""):
            comment = f"В {where} недопустимо слово «{match.group()}»"
            found.append(_message("Запрещенные слова", comment))
        if CONTACTS.search(text or ""):
            comment = f"В {where} недопустимы ссылки и контактные данные"
            found.append(_message("Ссылки и контакты", comment))
    vendor = offer.fields.get("vendor", "").upper()
    for match in SHOUTED.finditer(offer.fields.get("name", "")):
        if match.group() not in vendor:
            comment = f"В названии слово «{match.group()}» написано заглавными буквами"
            found.append(_message("Заглавные буквы", comment))
    return found


def _warnings(offer: Offer) -> list[Message]:
    found = []
    if len(offer.fields.get("name", "")) > 120:
        comment = "Оптимальная длина названия — 50–60 символов"
        found.append(_message("Длинное название", comment))
    if offer.fields.get("description") and len(offer.fields["description"]) < 100:
        comment = "Оптимальная длина описания — 400–600 символов"
        found.append(_message("Короткое описание", comment))
    return found


def _message(title: str, comment: str) -> Message:
    return {"message": title, "comment": comment}
