"""What we refuse before a marketplace is asked is said in the reader's language, and not quoted."""

import pytest
from django.urls import reverse

from marketplaces.connectors import own_words
from products.models import Listing
from tests import factories

pytestmark = pytest.mark.django_db
SAID = {
    "uz": "Yandex Market yangi kartochkani avval rus tilida qabul qiladi.",
    "ru": "Яндекс Маркет принимает новую карточку сначала на русском языке.",
    "en": own_words.NO_RUSSIAN_TEXT,
}


@pytest.fixture
def listing(partner):
    made = factories.make_listing(factories.make_product(partner), state=Listing.State.REFUSED)
    made.vendor_messages = [own_words.NO_RUSSIAN_TEXT, "Нет фото <b>"]
    made.save()
    return made


@pytest.mark.parametrize("language", SAID)
def test_ours_is_said_and_theirs_is_quoted(partner_client, listing, language):
    partner_client.cookies["django_language"] = language
    for address in (
        reverse("products:listing", kwargs={"pk": listing.pk}),
        reverse("products:shops", kwargs={"pk": listing.product_id}),
    ):
        page = partner_client.get(address, headers={"HX-Request": "true"}).content.decode()
        assert SAID[language] in page
        assert f">{SAID[language]}</q>" not in page
        assert '<q lang="ru">Нет фото &lt;b&gt;</q>' in page


def test_every_refusal_of_ours_is_known_as_one():
    named = {value for name, value in vars(own_words).items() if name.isupper() and name != "ALL"}
    assert named == own_words.ALL
