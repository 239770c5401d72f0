"""Anthropic's Messages API: POST /v1/messages with a JSON schema, GET /v1/models."""

from typing import Any

from marketplaces.sandbox.faults import Rule
from marketplaces.sandbox.messages import Request

from . import MODEL, answers
from .endpoint import Provider, Refusal

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}
STOPS = {"done": "end_turn", "cut": "max_tokens", "refused": "refusal"}


def _key(request: Request) -> str:
    """From either header: the SDK of 2026 sends the second, older callers the first."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return request.headers.get("x-api-key") or bearer.strip()


def _refused(refusal: Refusal) -> dict[str, Any]:
    kind = "billing_error" if refusal.kind == "quota" else refusal.kind
    return {"type": "error", "error": {"type": kind, "message": refusal.message}}


def _bad(message: str) -> Refusal:
    return Refusal(400, KINDS[400], message)


def messages(request: Request, body: dict[str, Any], rules: list[Rule]) -> dict[str, Any]:
    _check(request, body)
    schema = _schema(body)
    turns = [turn.get("content") for turn in body["messages"]]
    prompt = "\n".join(map(_text, [body.get("system"), *turns]))
    draft = answers.draft(prompt, schema, body["max_tokens"], rules)
    return {
        "id": answers.new_id("msg_"),
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": draft.text}],
        "stop_reason": STOPS[draft.ending],
        "stop_sequence": None,
        "usage": {
            "input_tokens": draft.tokens_in,
            "output_tokens": draft.tokens_out,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "service_tier": "standard",
        },
    }


def _check(request: Request, body: dict[str, Any]) -> None:
    if "anthropic-version" not in request.headers:
        raise _bad("anthropic-version: header is required")
    for name in ("model", "max_tokens", "messages"):
        if not body.get(name):
            raise _bad(f"{name}: Field required")
    turns = body["messages"]
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise _bad("messages: Input should be a valid list")
    if turns[0].get("role") != "user":
        raise _bad("messages: first message must use the user role")


def _schema(body: dict[str, Any]) -> dict[str, Any] | None:
    wish = (body.get("output_config") or {}).get("format")
    if not wish:
        return None
    if wish.get("type") != "json_schema":
        raise _bad("output_config.format.type: Input should be 'json_schema'")
    if problem := _open_object(wish.get("schema")):
        raise _bad(f"output_config.format.schema: {problem}")
    schema: dict[str, Any] = wish["schema"]
    return schema


def _open_object(schema: Any) -> str:
    problem = answers.schema_problem(schema)
    # Unlike the other provider, this one lets properties be optional.
    return "" if problem.startswith("'required'") else problem


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(part.get("text") or "" for part in parts if isinstance(part, dict))


def models(request: Request, body: dict[str, Any], rules: list[Rule]) -> dict[str, Any]:
    listed = {
        "type": "model",
        "id": MODEL,
        "display_name": "Demo, not a model",
        "created_at": "2026-01-01T00:00:00Z",
    }
    return {"data": [listed], "has_more": False, "first_id": MODEL, "last_id": MODEL}


PROVIDER = Provider(
    slug="anthropic",
    key=_key,
    routes={("POST", "/v1/messages"): messages, ("GET", "/v1/models"): models},
    refused=_refused,
    id_header="request-id",
    wrong_key="invalid x-api-key",
    kinds=KINDS,
)
