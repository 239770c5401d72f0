"""Whatever is sent, the sandbox answers in the vendor's form and never breaks."""

import http.client
import json
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces.sandbox.yandex.api import ROUTER

ROUTES = [route for _, route in ROUTER._routes if route.body is not None]


def nearly(schema):
    """Values near the schema: mostly of its form, sometimes anything."""
    nonsense = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just([])
    )
    kind = schema["type"]
    if kind == "object":
        fields = {name: nearly(inner) for name, inner in schema["properties"].items()}
        needed = {name: fields.pop(name) for name in schema["required"]}
        good = st.fixed_dictionaries(needed, optional=fields)
    elif kind == "array":
        good = st.lists(nearly(schema["items"]), max_size=3)
    elif "enum" in schema:
        good = st.sampled_from(schema["enum"])
    elif kind == "string":
        good = st.sampled_from(["MUG-1", "2026-11-23T10:00:00Z", "x" * 300, "\ud800", "\x00", "5"])
    elif kind == "boolean":
        good = st.booleans()
    else:
        good = st.sampled_from([0, 1, 91101, 90401, 27141930, 10**30, -1, 1e308, 50_000])
    return st.integers(0, 9).flatmap(lambda die: nonsense if die == 0 else good)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_it_answers_every_nonsense_in_form(seller, data):
    route = data.draw(st.sampled_from(ROUTES))
    body = data.draw(nearly(route.body))
    path = route.path.format(
        businessId=seller.business,
        campaignId=seller.campaign,
        categoryId=91101,
        orderId=5,
        returnId=5,
    )
    headers = {"Content-Type": "application/json"}
    answer = seller.http.request(route.method, path, content=json.dumps(body), headers=headers)
    assert answer.status_code in (200, 400, 404), answer.text
    assert answer.status_code == 200 or answer.json()["errors"][0]["code"]


def test_the_control_api_answers_nonsense_in_words(seller):
    for wish in ({"quantity": "many"}, {"quantity": 0}, {"lines": 5}, {"campaign_id": 5}):
        answer = seller.control("POST", "/orders", sku="MUG-1", **wish)
        assert answer["http"] in (400, 404) and answer["error"]
    for rule in ({"times": "often"}, {"match": {"path": "("}}, {"match": 5}, {"colour": 1}):
        assert seller.fault("5xx", **rule)["http"] == 400


def test_the_ai_providers_answer_nonsense_in_form(sandbox):
    headers = {"Authorization": "Bearer sk-1", "anthropic-version": "2023-06-01"}
    bodies = ["{", "[]", "{}", '{"model": "m", "input": [5]}', '{"model": "m", "text": 5}']
    turns = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": [5]}]}
    bodies += ['{"model": "m", "input": "x", "text": {"format": 5}}', json.dumps(turns)]
    for body in bodies:
        for path in ("/openai/v1/responses", "/anthropic/v1/messages"):
            answer = httpx.post(sandbox.url + path, content=body, headers=headers)
            assert answer.status_code in (200, 400)
            assert answer.status_code == 200 or answer.json()["error"]["message"]


@pytest.mark.parametrize("length", ["-1", "1e9", "abc", "\xb2", "9" * 5000, str(10**12)])
def test_a_length_that_is_none_or_too_large_is_refused_unread(sandbox, length):
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=10)
    connection.putrequest("POST", "/yandex/v2/campaigns")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
