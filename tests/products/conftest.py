import pytest

from tests.products import wiring


@pytest.fixture(autouse=True)
def cards_asked_for(settings):
    """The listings a card was asked for, in order; no card is made here."""
    settings.WIRING = "tests.products.wiring"
    wiring.asked.clear()
    return wiring.asked


@pytest.fixture
def partner_client(partner_client):
    """Reads English, so that tests may look for words."""
    partner_client.cookies["django_language"] = "en"
    return partner_client
