import pytest
from django.template.loader import render_to_string

from marketplaces.connectors.registry import CONNECTORS
from sellercloudx.pages import home


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_it_says_what_this_is_to_anybody(client, language):
    client.cookies["django_language"] = language
    response = client.get("/")
    html = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}"' in html
    assert html.count("<h1") == 1
    assert '<meta name="description" content="' in html


@pytest.mark.django_db
def test_it_promises_only_the_marketplaces_that_work(client):
    places = client.get("/").context["marketplaces"]
    assert sum(place["is_ready"] for place in places) == len(CONNECTORS)


def test_the_example_price_adds_up():
    lines = home.example_price()
    assert sum(line["amount"] for line in lines[:-1]) == lines[-1]["amount"]


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "405", "413", "500"])
def test_an_error_page_needs_no_context(code):
    html = render_to_string(f"{code}.html")
    assert code[:3] in html
    assert 'href="/"' in html


@pytest.mark.django_db
def test_an_error_page_gives_the_code_of_the_request(client):
    response = client.get("/there-is-no-such-page")
    assert response.status_code == 404
    assert f"{response['X-Request-ID']}</code>" in response.content.decode()
