from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from products.models import Listing
from products.services import cards

from .making import make_card, make_listing


@pytest.mark.django_db
def test_each_card_is_the_next_version_and_waits_for_approval():
    listing = make_listing()
    assert [make_card(listing).version for _ in range(3)] == [1, 2, 3]
    assert listing.state == Listing.State.REVIEW
    assert cards.latest_card(listing).version == 3


@pytest.mark.django_db
def test_a_card_gives_back_what_it_was_made_of():
    card = make_card(facts=[{"text": "1 l", "source": "name"}], failed_attempts=["openai: timeout"])
    content = cards.content_of(card)
    assert (content.facts, content.failed_attempts) == (card.facts, ["openai: timeout"])
    assert cards.save_card(listing=card.listing, content=content).version == 2


@pytest.mark.django_db(transaction=True)
def test_two_makers_at_once_get_two_versions():
    listing = make_listing()

    def make(_):
        try:
            return make_card(Listing.objects.get(pk=listing.pk)).version
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(make, range(4))) == [1, 2, 3, 4]
