"""Products and cards for the tests against the simulated marketplace."""

import time
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from marketplaces import categories, inbound, outbox
from marketplaces.connectors.remote import Attribute
from partners.services import files
from products.services import catalogue, publishing

from .making import make_card

PATIENCE = 15


def photo():
    out = BytesIO()
    Image.new("RGB", (600, 600), "teal").save(out, "PNG")
    upload = SimpleUploadedFile("a.png", out.getvalue(), content_type="image/png")
    return files.read_image(upload)


def add(shop, **fields):
    defaults = {
        "by": shop.partner.users.get(),
        "submission": "0d2b5a44-6f3c-4e8d-9c1f-2a4f0f0a4f11",
        "name": "Choynak",
        "quantity": 7,
        "cost": Decimal(60_000),
        "brand": "Paxta",
        "photo": photo(),
    }
    return catalogue.add_product(partner=shop.partner, **(defaults | fields))


def with_card(listing, **texts):
    """A card that fills everything its category asks for."""
    attributes = categories.attributes_of(listing.connection, listing.category_id)
    needed = [one for one in attributes if one.is_required]
    text = {
        "title": "Чайник заварочный Paxta",
        "description": "Заварочный чайник на один литр. " * 5,
        "bullets": [],
        "search_words": [],
    }
    make_card(listing, texts={"ru": text | texts}, attributes=[value_of(one) for one in needed])
    return listing


def value_of(attribute: Attribute):
    option = attribute.options[0]
    return {
        "attribute_id": attribute.id,
        "name": attribute.name,
        "value": option.value,
        "option_id": option.id,
        "unit_id": "",
        "source": "person",
    }


def read_until_judged(listing):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        inbound.hurry(listing.connection)
        inbound.poll(listing.connection_id, "cards")
        listing.refresh_from_db()
        if listing.remote_status in ("accepted", "rejected"):
            return
        time.sleep(0.2)
    raise AssertionError(f"not judged: {listing.vendor_status}")


def approve_and_send(listing):
    publishing.approve_card(listing=listing, by=listing.partner.users.get())
    assert outbox.drain(listing.connection_id) == 3
