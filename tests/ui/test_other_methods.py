"""A method that an address does not take is answered in words; HEAD is taken wherever GET is."""

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from sellercloudx.methods import head_as_get

pytestmark = pytest.mark.django_db
TITLES = {
    "uz": "Bu manzil shunday ochilmaydi",
    "ru": "Этот адрес так не открывается",
    "en": "This address cannot be opened like this",
}


@pytest.mark.parametrize("language", TITLES)
def test_an_address_for_a_button_says_so(client, language):
    client.cookies["django_language"] = language
    response = client.get("/logout")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    html = response.content.decode()
    assert f"<h1>{TITLES[language]}</h1>" in html
    assert f'<html lang="{language}"' in html
    assert response["X-Request-ID"] in html


def test_the_api_answers_json(client):
    response = client.post("/api/v1/products")
    assert response["Content-Type"].startswith("application/json")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/login", "/partner-registration", "/health", "/"])
def test_the_head_of_a_page_may_be_asked_for(client, path):
    response = client.head(path)
    assert response.status_code == 200
    assert int(response["Content-Length"]) > 100
    assert response.content == b""


def test_the_head_of_a_list_may_be_asked_for(partner_client):
    assert partner_client.head("/partner-dashboard/products/").status_code == 200


@pytest.mark.parametrize("answer", [HttpResponse("words"), StreamingHttpResponse(["words"])])
def test_no_body_is_left_for_the_server_to_send(answer):
    response = head_as_get(lambda request: answer)(RequestFactory().head("/"))
    assert b"".join(response) == b""


def test_what_may_be_got_says_that_its_head_may_be_asked_for(client):
    assert client.put("/login")["Allow"] == "GET, HEAD, POST"
