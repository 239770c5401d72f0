"""OpenAI's Responses API: POST /v1/responses with structured output, GET /v1/models."""

import time
from typing import Any

from marketplaces.sandbox.faults import Rule
from marketplaces.sandbox.messages import Request

from . import MODEL, answers, limits
from .answers import Draft
from .endpoint import Provider, Refusal

KINDS = {
    400: "invalid_request_error",
    401: "invalid_request_error",
    403: "invalid_request_error",
    404: "invalid_request_error",
    429: "rate_limit_exceeded",
    500: "server_error",
}


def _key(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _refused(refusal: Refusal) -> dict[str, Any]:
    kind = "insufficient_quota" if refusal.kind == "quota" else refusal.kind
    code = "invalid_api_key" if refusal.status == 401 else None if refusal.status < 429 else kind
    error = {"message": refusal.message, "type": kind, "param": refusal.param, "code": code}
    return {"error": error}


def _bad(message: str, param: str) -> Refusal:
    return Refusal(400, KINDS[400], message, param=param)


def responses(request: Request, body: dict[str, Any], rules: list[Rule]) -> dict[str, Any]:
    for name in ("model", "input"):
        if not body.get(name):
            raise _bad(f"Missing required parameter: '{name}'.", name)
    wish = (body.get("text") or {}).get("format") or {"type": "text"}
    schema = _schema(wish)
    prompt = f"{body.get('instructions') or ''}\n{_prompt(body['input'])}"
    draft = answers.draft(prompt, schema, body.get("max_output_tokens"), rules)
    return _response(body, wish, draft)


def _schema(wish: dict[str, Any]) -> dict[str, Any] | None:
    if wish.get("type") != "json_schema":
        return None
    if not wish.get("name"):
        raise _bad("Missing required parameter: 'text.format.name'.", "text.format.name")
    if problem := _problem(wish):
        text = f"Invalid schema for response_format '{wish['name']}': {problem}."
        raise _bad(text, "text.format.schema")
    return wish.get("schema") or {}


def _problem(wish: dict[str, Any]) -> str:
    """Only a strict schema is looked at, as the provider does."""
    schema = wish.get("schema") or {}
    return (answers.schema_problem(schema) or limits.breach(schema)) if wish.get("strict") else ""


def _prompt(given: Any) -> str:
    """Every text of the input, in order; pictures count for nothing here."""
    if isinstance(given, str):
        return given
    texts = []
    for message in given if isinstance(given, list) else []:
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, str):
            texts.append(content)
        for part in content if isinstance(content, list) else []:
            texts.append(part.get("text") or "")
    if not texts:
        raise _bad("Invalid type for 'input': expected text or messages.", "input")
    return "\n".join(texts)


def _response(body: dict[str, Any], wish: dict[str, Any], draft: Draft) -> dict[str, Any]:
    is_cut = draft.ending == "cut"
    message = _message(draft)
    return {
        "id": answers.new_id("resp_"),
        "object": "response",
        "created_at": int(time.time()),
        "status": message["status"],
        "model": MODEL,
        "output": [message],
        "text": {"format": wish},
        "usage": _usage(draft),
        "incomplete_details": {"reason": "max_output_tokens"} if is_cut else None,
        "metadata": {**(body.get("metadata") or {}), "demo": "not a model"},
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        **NOTHING_SPECIAL,
    }


def _message(draft: Draft) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "refusal", "refusal": draft.text}
    if draft.ending != "refused":
        part = {"type": "output_text", "text": draft.text, "annotations": [], "logprobs": []}
    return {
        "id": answers.new_id("msg_"),
        "type": "message",
        "role": "assistant",
        "status": "incomplete" if draft.ending == "cut" else "completed",
        "content": [part],
    }


def _usage(draft: Draft) -> dict[str, Any]:
    return {
        "input_tokens": draft.tokens_in,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": draft.tokens_out,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": draft.tokens_in + draft.tokens_out,
    }


NOTHING_SPECIAL: dict[str, Any] = {
    "error": None,
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "store": False,
    "temperature": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
}


def models(request: Request, body: dict[str, Any], rules: list[Rule]) -> dict[str, Any]:
    listed = {"id": MODEL, "object": "model", "created": 1_700_000_000, "owned_by": "sandbox"}
    return {"object": "list", "data": [listed]}


PROVIDER = Provider(
    slug="openai",
    key=_key,
    routes={("POST", "/v1/responses"): responses, ("GET", "/v1/models"): models},
    refused=_refused,
    id_header="x-request-id",
    wrong_key="Incorrect API key provided.",
    kinds=KINDS,
)
