"""The pages open, show what they should, and to nobody else."""

import pytest
from django.urls import reverse

from products.models import Listing
from tests import factories

from .making import make_card, make_listing

pytestmark = pytest.mark.django_db
# So that a part of a page is drawn too.
AS_HTMX = {"HX-Request": "true"}


@pytest.fixture
def listing(partner, fake):
    return make_card(make_listing(partner), failed_attempts=["openai: timeout"]).listing


def pages_of(listing):
    product, own = [listing.product_id], [listing.pk]
    return {
        "detail": reverse("products:detail", args=product),
        "shops": reverse("products:shops", args=product),
        "edit": reverse("products:edit", args=product),
        "price": reverse("products:price", args=product),
        "adjust": reverse("products:adjust", args=product),
        "listing": reverse("products:listing", args=own),
        "edit_card": reverse("products:edit_card", args=own),
    }


@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_every_page_opens_in_every_language(partner_client, listing, language):
    partner_client.cookies["django_language"] = language
    for page in [reverse("products:list"), reverse("products:add"), *pages_of(listing).values()]:
        assert partner_client.get(page, headers=AS_HTMX).status_code == 200, page


def test_strangers_see_nothing(client, listing):
    client.force_login(factories.make_partner().owner)
    for page in pages_of(listing).values():
        assert client.get(page).status_code == 404, page


def test_who_is_not_signed_in_is_asked_to(client, listing):
    for page in [reverse("products:list"), *pages_of(listing).values()]:
        assert client.get(page).status_code == 302, page


def test_a_viewer_changes_nothing(client, listing):
    viewer = factories.make_user()
    listing.partner.members.create(user=viewer, role="viewer")
    client.force_login(viewer)
    pages = pages_of(listing)
    posts = [pages[name] for name in ("edit", "price", "adjust", "edit_card")]
    for page in [*posts, reverse("products:approve_card", args=[listing.pk])]:
        assert client.post(page).status_code == 403, page
    assert client.get(pages["detail"]).status_code == 200


def test_changes_come_by_post_only(partner_client, listing):
    for name, args in (("approve_card", [listing.pk]), ("open_listing", [listing.product_id, 1])):
        assert partner_client.get(reverse(f"products:{name}", args=args)).status_code == 405


def test_the_card_says_how_it_was_made(partner_client, listing):
    text = partner_client.get(pages_of(listing)["listing"]).content.decode()
    assert "no AI model was used" in text
    assert "OpenAI did not answer in time" in text
    assert "Чайник «Пахта»" in text and "Choynak «Paxta»" in text


def test_the_part_that_changes_stops_asking_when_nothing_will_come(partner_client, listing):
    page = pages_of(listing)["shops"]
    assert "hx-trigger" not in partner_client.get(page, headers=AS_HTMX).content.decode()
    Listing.objects.update(state=Listing.State.WANTED)
    assert 'hx-trigger="every 2s"' in partner_client.get(page, headers=AS_HTMX).content.decode()


def test_it_says_why_a_category_is_proposed(partner_client, listing):
    match = {"score": 50, "words": ["Choynak"], "others": []}
    Listing.objects.update(category_reason="words", category_match=match)
    for name in ("detail", "listing"):
        html = partner_client.get(pages_of(listing)[name]).content.decode()
        assert "Proposed by the words “Choynak” of the name: they cover 50% of its title." in html
    Listing.objects.update(category_id="", category_match={"others": []})
    html = partner_client.get(pages_of(listing)["detail"]).content.decode()
    assert "No word of the name fits a category. Choose one." in html
