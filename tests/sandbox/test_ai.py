import json
import uuid

import anthropic
import httpx
import openai
import pytest
from pydantic import BaseModel, ConfigDict

FACTS = {
    "name": "Sopol piyola",
    "brand": "Rishton",
    "category": "Kosa va piyolalar",
    "attributes": {"material": "keramika", "volume": "250 ml"},
}
PROMPT = f"Write a card.\n<facts>\n{json.dumps(FACTS)}\n</facts>"


class Attribute(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    value: str


class Card(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title_uz: str
    title_ru: str
    description_uz: str
    description_ru: str
    bullets_uz: list[str]
    attributes: list[Attribute]
    brand: str | None
    warnings: list[str]


@pytest.fixture
def key():
    return f"sk-demo-{uuid.uuid4().int}"


@pytest.fixture
def gpt(sandbox, key):
    return openai.OpenAI(api_key=key, base_url=f"{sandbox.url}/openai/v1", max_retries=0, timeout=5)


@pytest.fixture
def claude(sandbox, key):
    base = f"{sandbox.url}/anthropic"
    return anthropic.Anthropic(api_key=key, base_url=base, max_retries=0, timeout=5)


@pytest.fixture
def fault(sandbox, key):
    def set_fault(kind, **wish):
        rule = {"kind": kind, "account": key, **wish}
        assert httpx.post(f"{sandbox.url}/_control/faults", json=rule).status_code == 200

    return set_fault


def ask_claude(claude, **more):
    schema = anthropic.transform_schema(Card)
    wish = {"format": {"type": "json_schema", "schema": schema}}
    turns = [{"role": "user", "content": [{"type": "text", "text": PROMPT}]}]
    return claude.messages.create(
        model="claude-haiku-5-5", messages=turns, output_config=wish, **{"max_tokens": 2000} | more
    )


def test_it_fills_the_schema_of_the_openai_sdk_and_says_it_is_no_model(gpt):
    answer = gpt.responses.parse(model="gpt-6-luna", input=PROMPT, text_format=Card)
    card = answer.output_parsed
    assert card.title_uz == "Sopol piyola Rishton"
    assert card.title_ru == "Керамический пиала Rishton"
    assert card.brand == "Rishton"
    assert Attribute(name="volume", value="250 ml") in card.attributes
    assert answer.model == "demo-not-a-model"
    assert answer.metadata["demo"] == "not a model"
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens


def test_it_fills_the_schema_of_the_anthropic_sdk_and_says_it_is_no_model(claude):
    answer = ask_claude(claude)
    card = Card.model_validate_json(answer.content[0].text)
    assert card.description_ru.startswith("Керамический пиала Rishton. Бренд: Rishton.")
    assert "Объем: 250 мл." in card.description_ru
    assert (answer.model, answer.stop_reason) == ("demo-not-a-model", "end_turn")
    assert answer.usage.input_tokens > 0 and answer._request_id


def test_it_gives_the_same_answer_for_the_same_facts(gpt):
    first, second = (
        gpt.responses.parse(model="gpt-6-luna", input=PROMPT, text_format=Card) for _ in range(2)
    )
    assert first.output_text == second.output_text


def test_it_marks_free_text(gpt, claude):
    turns = [{"role": "user", "content": PROMPT}]
    free = claude.messages.create(model="claude-haiku-5-5", messages=turns, max_tokens=500)
    for text in (gpt.responses.create(model="m", input=PROMPT).output_text, free.content[0].text):
        assert text.startswith("[demo, not a model] Sopol piyola")


def test_it_refuses_bad_keys(sandbox):
    gpt = openai.OpenAI(api_key="sk-bad", base_url=f"{sandbox.url}/openai/v1", max_retries=0)
    claude = anthropic.Anthropic(api_key="bad", base_url=f"{sandbox.url}/anthropic", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        gpt.models.list()
    with pytest.raises(anthropic.AuthenticationError):
        claude.models.list()


@pytest.mark.parametrize(
    ("kind", "more", "error"),
    [
        ("429", {"retry_after": 7}, "RateLimitError"),
        ("5xx", {}, "InternalServerError"),
        ("403", {}, "PermissionDeniedError"),
        ("drop", {}, "APIConnectionError"),
        ("timeout", {"ms": 3000}, "APITimeoutError"),
    ],
)
def test_it_fails_as_told(gpt, claude, fault, kind, more, error):
    fault(kind, **more)
    with pytest.raises(getattr(openai, error)):
        gpt.with_options(timeout=1).responses.create(model="m", input=PROMPT)
    with pytest.raises(getattr(anthropic, error)) as failed:
        ask_claude(claude.with_options(timeout=1))
    if kind == "429":
        assert failed.value.response.headers["retry-after"] == "7"


def test_it_refuses_cuts_and_breaks_answers_as_told(gpt, claude, fault):
    fault("refusal", times=2)
    refused = gpt.responses.parse(model="m", input=PROMPT, text_format=Card)
    assert refused.output_parsed is None and refused.output[0].content[0].type == "refusal"
    assert ask_claude(claude).stop_reason == "refusal"
    assert gpt.responses.create(model="m", input=PROMPT, max_output_tokens=4).status == "incomplete"
    assert ask_claude(claude, max_tokens=5).stop_reason == "max_tokens"
    fault("invalid_json", times=1)
    with pytest.raises(ValueError):
        json.loads(ask_claude(claude).content[0].text)


def test_it_refuses_a_schema_that_is_not_strict(gpt):
    loose = {"type": "object", "properties": {"title": {"type": "string"}}}
    wish = {"type": "json_schema", "name": "card", "schema": loose, "strict": True}
    with pytest.raises(openai.BadRequestError, match="additionalProperties"):
        gpt.responses.create(model="m", input=PROMPT, text={"format": wish})


def strict(properties):
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {"type": "json_schema", "name": "card", "schema": schema, "strict": True}


def of_values(lists, values, letter="v"):
    words = [f"{letter}{number}" for number in range(values)]
    return {f"p{number}": {"type": "string", "enum": words} for number in range(lists)}


def nested(levels):
    inner = {"type": "string"}
    for _ in range(levels):
        inner = strict({"inner": inner})["schema"]
    return {"top": inner}


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        (of_values(25, 41), "at most 1000 enum values in total .* but received 1025"),
        (of_values(1, 251, "v" * 60), "an enum of 251 values exceeds 15000 characters"),
        (of_values(8, 120, "v" * 130), "characters of names and values exceeds limit of 120000"),
        (of_values(1, 1, '15"'), "quotes and line breaks"),
        ({f"p{number}": {"type": "string"} for number in range(5001)}, "5001 object properties"),
        (nested(10), "11 levels of nesting exceeds limit of 10"),
    ],
)
def test_it_refuses_a_schema_larger_than_the_provider_takes(gpt, properties, message):
    with pytest.raises(openai.BadRequestError, match=message):
        gpt.responses.create(model="m", input=PROMPT, text={"format": strict(properties)})
    loose = strict(properties) | {"strict": False}
    assert gpt.responses.create(model="m", input=PROMPT, text={"format": loose}).output_text


def test_it_takes_the_largest_schema_the_provider_takes(gpt):
    wish = {"format": strict(of_values(25, 40) | nested(9))}
    assert gpt.responses.create(model="m", input=PROMPT, text=wish).output_text


def test_it_counts_calls_by_key(sandbox, gpt, key):
    gpt.responses.create(model="m", input=PROMPT)
    seen = httpx.get(f"{sandbox.url}/_control/calls", params={"account": key}).json()
    assert seen["calls"] == {"openai responses": 1}
