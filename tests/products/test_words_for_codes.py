"""A seller reads words; a code of the marketplace stands beside them, small."""

import pytest
from django.utils import translation

from marketplaces.explain import right
from products.models import StockMovement
from products.wording import movement_reason
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_the_ledger_words_why_pieces_of_an_order_were_written_off():
    movement = StockMovement(kind=StockMovement.Kind.WRITE_OFF, reason="5000014: out_of_stock")
    assert movement_reason(movement) == "5000014: The goods are not there"


def test_what_a_person_wrote_stays():
    movement = StockMovement(kind=StockMovement.Kind.ADJUSTMENT, reason="shelf 4: damaged")
    assert movement_reason(movement) == "shelf 4: damaged"


def test_the_status_of_a_card_is_words_and_then_their_code(client):
    listing = factories.make_listing(
        state="sent", remote_status="accepted", vendor_status="HAS_CARD_CAN_UPDATE"
    )
    client.force_login(listing.partner.owner)
    for page in (f"listings/{listing.pk}", f"products/{listing.product_id}"):
        html = client.get(
            f"/partner-dashboard/{page}/", headers={"accept-language": "en"}
        ).content.decode()
        assert 'On the marketplace <code class="tiny">HAS_CARD_CAN_UPDATE</code>' in html


def test_a_right_without_words_is_its_code_alone():
    assert right("PRICING") == "Prices"
    assert right("SOMETHING_NEW") == ""
