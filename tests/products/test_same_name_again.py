"""A product of a name that is there already: asked first, never refused, never doubled unseen."""

import pytest

from products.models import Product
from tests import factories
from tests.products.test_add_form import form, send

pytestmark = pytest.mark.django_db
ASKED = "You have a product of this name already"
URL = "/partner-dashboard/products/add/"


@pytest.fixture
def teapot(partner):
    return factories.make_product(partner, name="Choynak «Paxta» 1 l")


@pytest.mark.parametrize(
    "name", ["Choynak «Paxta» 1 l", "CHOYNAK «paxta»  1 l", "Чойнак «Пахта» 1 л"]
)
def test_it_asks_and_leads_to_that_one(partner_client, teapot, name):
    answer = send(partner_client, name=name, quantity="7")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert ASKED in page and f'href="/partner-dashboard/products/{teapot.pk}/"' in page
    assert 'value="7"' in page
    assert Product.objects.count() == 1


def test_whoever_says_so_gets_another(partner_client, teapot):
    assert send(partner_client, name=teapot.name, is_another="on").status_code == 302
    assert Product.objects.filter(name=teapot.name).count() == 2


def test_the_same_form_sent_twice_is_no_question(partner_client, partner):
    same = form(name="Piyola 100 ml")
    answers = [partner_client.post(URL, same) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Product.objects.count() == 1


def test_a_longer_name_is_another_name(partner_client, teapot):
    assert send(partner_client, name=teapot.name + " qizil").status_code == 302


def test_what_others_sell_is_nobodys_business(partner_client):
    factories.make_product(factories.make_partner(), name="Piyola 100 ml")
    assert send(partner_client, name="Piyola 100 ml").status_code == 302
