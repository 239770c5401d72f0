"""The schema tells the truth: it is valid, complete, and answers are as it says."""

import json
from typing import get_args

import pytest
from django.urls import reverse
from openapi_core import OpenAPI
from openapi_core.contrib.django import DjangoOpenAPIRequest, DjangoOpenAPIResponse
from openapi_spec_validator import validate

from orders import tabs as order_tabs
from products import tabs as product_tabs
from sellercloudx.api import orders, products
from sellercloudx.api.urls import api

pytestmark = pytest.mark.django_db
READS = ["products", "products/{id}", "stock", "prices", "orders", "orders/{id}", "analytics"]


@pytest.fixture
def schema(client) -> dict:
    """As everybody gets it, without a key."""
    response = client.get("/api/openapi.json")
    assert response["Content-Type"].startswith("application/json")
    return json.loads(response.content)


def operations(schema) -> list[tuple[str, dict]]:
    return [
        (path, operation)
        for path, methods in schema["paths"].items()
        for operation in methods.values()
    ]


def test_it_is_a_valid_schema(schema):
    validate(schema)


def test_it_has_every_operation_and_only_reads(schema):
    assert len(schema["paths"]) == len(READS)
    assert {method for methods in schema["paths"].values() for method in methods} == {"get"}


def test_every_operation_has_a_summary_a_model_and_an_example(schema):
    for path, operation in operations(schema):
        assert operation["summary"] and operation["description"], path
        for status, response in operation["responses"].items():
            reference = response["content"]["application/json"]["schema"]["$ref"]
            model = schema["components"]["schemas"][reference.rsplit("/", 1)[1]]
            assert model["example"], (path, status)


def test_every_operation_names_its_key_and_its_session(schema):
    for path, operation in operations(schema):
        assert [set(one) for one in operation["security"]] == [{"Key"}, {"Session"}], path
    kinds = schema["components"]["securitySchemes"]
    assert (kinds["Key"]["type"], kinds["Key"]["scheme"]) == ("http", "bearer")


@pytest.mark.parametrize("read", READS)
def test_answers_and_examples_are_as_the_schema_says(shop, reader, schema, read):
    thing = shop.partner.orders if read.startswith("orders") else shop.partner.products
    address = f"/api/v1/{read}".format(id=thing.first().pk)
    spec = OpenAPI.from_dict(schema)
    for asked in ({}, {"limit": "0"}):
        response = reader.get(address, asked)
        request = DjangoOpenAPIRequest(response.wsgi_request)
        spec.validate_response(request, DjangoOpenAPIResponse(response))


def test_the_tabs_are_those_of_the_pages():
    wanted = products.ProductsWanted.model_fields["tab"].annotation
    assert set(get_args(wanted)) == {tab.slug for tab in product_tabs.TABS}
    assert set(get_args(orders.Tab)) == set(order_tabs.BY_SLUG)


def test_its_page_loads_nothing_from_elsewhere(client):
    page = client.get(reverse("api:openapi-view")).content.decode()
    assert "swagger-ui-bundle" in page
    assert "//" not in page.replace("<!doctype html>", "")
    assert "<style" not in page


def test_it_is_put_together_once(client):
    """Everybody may ask for it, and it takes most of a second."""
    first, again = (client.get("/api/openapi.json").json() for _ in range(2))
    assert first == again
    assert api.get_openapi_schema() is api.get_openapi_schema()
