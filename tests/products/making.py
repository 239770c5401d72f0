"""Cards and listings for this folder's tests."""

from products.models import Card
from products.services import cards
from products.services.cards import CardContent
from tests import factories

TEXTS = {
    "ru": {"title": "Чайник «Пахта»", "description": "Чайник на литр.", "bullets": ["1 литр"]},
    "uz": {"title": "Choynak «Paxta»", "description": "Bir litrlik choynak.", "bullets": []},
}


def make_card(listing=None, **fields) -> Card:
    listing = listing or make_listing()
    content = CardContent(**({"texts": TEXTS, "made_by": Card.Maker.RULES} | fields))
    card = cards.save_card(listing=listing, content=content)
    listing.refresh_from_db()
    return card


def make_listing(partner=None, *, stock=5, product=None, **connection):
    """A listing on the fake marketplace that lacks nothing but its card."""
    partner = partner or factories.make_partner()
    return factories.make_listing(
        product or factories.make_product(partner, stock=stock),
        factories.make_connection(partner, **({"marketplace": "fake"} | connection)),
        category_id="91105",
        category_path="Дом / Чайники",
    )
