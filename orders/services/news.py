"""What a marketplace says about an order, in the form we keep it."""

import re
from typing import Any

from marketplaces.connectors.remote import RemoteOrder
from sellercloudx.lib.redact import MASK, scrub

# Names of fields about people: the buyer, whoever receives, the courier. In small letters.
PERSONAL = {
    *("buyer", "recipient", "customer", "client", "user", "person", "notes", "comment"),
    *("address", "addresses", "gps", "street", "house", "apartment", "postcode"),
    *("fullname", "firstname", "lastname", "middlename", "phone", "phoneextension", "phones"),
    *("email", "vehiclenumber", "vehicledescription", "eac", "receivecode", "receivebarcode"),
    *("steamlink", "inn", "passport"),
}
# A phone, however it is grouped; with its plus, for bare digits are numbers of things.
_PHONE = re.compile(r"\+\d(?:[ ()-]{0,2}\d){8,14}")


def storable(text: str, limit: int | None = None) -> str:
    """Text as both databases take it: no NUL, no half of a letter, not too long."""
    if not text.isascii() or "\x00" in text:
        text = text.replace("\x00", "").encode("utf-8", "replace").decode()
    return text[:limit]


def without_personal_data(raw: Any) -> Any:
    """The vendor's answer without its people: their fields, and any phone or mail address."""
    if isinstance(raw, dict):
        return {
            storable(key): without_personal_data(value)
            for key, value in raw.items()
            if key.lower() not in PERSONAL
        }
    if isinstance(raw, list):
        return [without_personal_data(item) for item in raw]
    return _without_contacts(storable(raw)) if isinstance(raw, str) else raw


def _without_contacts(text: str) -> str:
    text = scrub(text)
    return _PHONE.sub(MASK, text) if "+" in text else text


def facts(remote: RemoteOrder) -> dict[str, Any]:
    """What is theirs to say, by the name of our field; without the raw answer."""
    known: dict[str, Any] = {
        "remote_status": remote.status.value,
        "vendor_status": storable(remote.vendor_status, 60),
        "vendor_substatus": storable(remote.vendor_substatus, 60),
        "payment": remote.payment,
        "fulfilment": storable(remote.fulfilment, 8),
        "changed_at": remote.updated_at,
        "ship_by": remote.ship_by,
        "cancel_requested": remote.cancel_requested,
        "is_test": remote.is_test,
    }
    # A sum they leave out is not known, or stands as they said it before.
    if remote.total is not None:
        known |= {"currency": remote.total.currency, "total": remote.total.amount}
    return known
