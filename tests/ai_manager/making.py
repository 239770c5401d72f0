"""Short ways to facts, briefs and checks, for tests that need no marketplace."""

from decimal import Decimal

from ai_manager.services import facts, validation
from ai_manager.services.card_maker import Brief
from marketplaces.connectors.remote import Attribute, AttributeOption
from marketplaces.models import Connection
from products.models import Listing, Product

HOME = "Товары для дома / Чайники и заварники"


def told(name, brand="", said=None, **fields):
    """The facts of a product in no database; `said` holds the seller's own {label: value}."""
    rows = [{"name": label, "value": value} for label, value in (said or {}).items()]
    return facts.of_product(Product(name=name, brand=brand, facts=rows, **fields))


def brief(name, brand="", asked=(), path=HOME, **fields):
    listing = Listing(
        pk=1, connection=Connection(marketplace="yandex"), category_path=path, category_id=""
    )
    return Brief(listing, told(name, brand, **fields), list(asked))


def codes(found):
    return sorted({one["code"] for one in found})


def check(texts, *, name="Choynak «Paxta» oq 1 l", brand="Rishton", attributes=(), **more):
    return validation.check(
        texts=texts,
        attributes=list(attributes),
        facts=[fact.stored() for fact in told(name, brand)],
        marketplace="yandex",
        **more,
    )


def attribute(number, name, kind="text", options=(), **fields):
    listed = tuple(AttributeOption(str(place), text) for place, text in enumerate(options, 1))
    return Attribute(str(number), name, kind, fields.pop("is_required", False), listed, **fields)


def number(text):
    return Decimal(text)
