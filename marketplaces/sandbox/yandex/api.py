"""The Partner API as a whole: who may call what, in which form, how often at once."""

import json
import time
from typing import Any

from marketplaces.sandbox import accounts, faults
from marketplaces.sandbox.accounts import Account
from marketplaces.sandbox.clock import http_date
from marketplaces.sandbox.faults import Rule
from marketplaces.sandbox.messages import Answer, Request, as_json
from marketplaces.sandbox.routing import Route, Router
from marketplaces.sandbox.shapes import problems
from marketplaces.sandbox.world import World

from . import (
    conversations,
    orders,
    prices,
    products,
    recommendations,
    returns,
    shop,
    stocks,
)
from .call import Call, Refusal, bad_request
from .limits import BUCKETS

ROOMS = (shop, products, prices, recommendations, stocks, orders, conversations, returns)
ROUTER = Router([route for room in ROOMS for route in room.ROUTES])
MOST_PARALLEL = 4
LARGEST_BODY = 512 * 1024
FULL_ACCESS = "ALL_METHODS"
FAULT_WORDS = {
    401: ("UNAUTHORIZED", "Api-Key token is invalid"),
    403: ("FORBIDDEN", "Token does not have any of the scopes"),
    420: ("LIMIT_EXCEEDED", "Hit rate limit of requests per minute"),
    429: ("TOO_MANY_REQUESTS", "Too many requests"),
}


def respond(world: World, request: Request, path: str) -> Answer:
    """`path` is the request's path behind the prefix this API is mounted at."""
    key = request.headers.get("api-key", "")
    route, params, is_known = ROUTER.find(request.method, path)
    operation = route.operation if route else "unknown"
    caller = accounts.hash_key(key) if key else "nobody"
    try:
        if route is None:
            raise _no_route(is_known, request)
        account = _authenticate(world, key)
        caller = f"business {account.business_id}"
        _count(world, caller, operation, request)
        with world.traffic.inside(caller, operation, request.is_gone) as parallel:
            _check_parallel(parallel, account, params)
            answer = _under_faults(world, request, route, params, account, key, path)
    except Refusal as refusal:
        answer = refusal.answer()
    world.traffic.note(caller, operation, answer.status)
    return answer


def _count(world: World, caller: str, operation: str, request: Request) -> None:
    if bucket := BUCKETS.get(operation):
        world.traffic.spend(caller, bucket, _listed(request), time.time())


def _listed(request: Request) -> Any:
    try:
        return json.loads(request.body or b"null")
    except (ValueError, RecursionError):
        return None


def _no_route(is_known: bool, request: Request) -> Refusal:
    if is_known:
        return Refusal(405, "METHOD_NOT_ALLOWED", f"Method {request.method} is not allowed")
    return Refusal(404, "NOT_FOUND", f"Method not found: {request.path}")


def _authenticate(world: World, key: str) -> Account:
    if not key:
        raise Refusal(401, "UNAUTHORIZED", "Api-Key token is missing")
    if not key.startswith("ACMA:") or len(key) > 200:
        raise Refusal(401, "UNAUTHORIZED", "Api-Key token format is invalid")
    account = accounts.find_or_open(world.state, world.config, key)
    if account is None:
        raise Refusal(401, "UNAUTHORIZED", "Api-Key token is invalid")
    if account.is_revoked:
        raise Refusal(401, "UNAUTHORIZED", "Api-Key token is revoked")
    return account


def _check_parallel(parallel: int, account: Account, params: dict[str, int]) -> None:
    if parallel <= MOST_PARALLEL:
        return
    named = next(iter(params), "businessId")
    entity = f"{named} {params.get(named, account.business_id)}"
    text = f"Hit rate limit of {MOST_PARALLEL} parallel requests for {entity}"
    raise Refusal(420, "LIMIT_EXCEEDED", text)


def _under_faults(
    world: World,
    request: Request,
    route: Route,
    params: dict[str, int],
    account: Account,
    key: str,
    path: str,
) -> Answer:
    rules = world.faults.fired(
        account=key, method=request.method, path=path, operation=route.operation
    )
    call = Call(
        world, request, route, account, params, {}, time.time(), late=faults.lateness(rules)
    )
    return faults.carry_out(rules, act=lambda: _act(call), refuse=_fault_answer)


def _fault_answer(status: int, rule: Rule) -> Answer:
    code, message = FAULT_WORDS.get(status, ("INTERNAL_ERROR", "Internal server error"))
    answer = Refusal(status, code, message).answer()
    if rule.retry_after is not None:
        answer.headers["Retry-After"] = str(rule.retry_after)
    if rule.kind == "rate_limit":
        answer.headers["X-RateLimit-Resource-Limit"] = str(rule.limit)
        answer.headers["X-RateLimit-Resource-Remaining"] = "0"
        answer.headers["X-RateLimit-Resource-Until"] = http_date(rule.window[0])
    return answer


def _act(call: Call) -> Answer:
    try:
        _check_scope(call)
        _check_place(call)
        _check_query(call)
        call.body = _read_body(call)
        result = call.route.handler(call)
    except Refusal as refusal:
        return refusal.answer()
    return result if isinstance(result, Answer) else as_json(result)


def _check_scope(call: Call) -> None:
    held, needed = set(call.account.scopes), call.route.scopes
    allowed = {FULL_ACCESS, *needed}
    if not call.route.is_write:
        allowed |= {f"{FULL_ACCESS}_READ_ONLY", *(f"{scope}_READ_ONLY" for scope in needed)}
    # A method that names no scope is open to every key.
    if needed and not held & allowed:
        listed = ", ".join(sorted(allowed))
        raise Refusal(403, "FORBIDDEN", f"Token does not have any of the scopes: {listed}")


def _check_place(call: Call) -> None:
    business_id = call.params.get("businessId", call.business_id)
    if business_id != call.business_id:
        raise Refusal(403, "FORBIDDEN", f"Access to business {business_id} is denied")
    if "campaignId" in call.params:
        call.shop = accounts.campaign(call.state, call.campaign_id)
        if call.shop is None or call.shop["business_id"] != call.business_id:
            text = f"Campaign {call.campaign_id} not found"
            raise Refusal(404, "CAMPAIGN_NOT_FOUND", text)
        if call.shop["availability"] != "AVAILABLE":
            raise Refusal(403, "FORBIDDEN", "API is disabled: " + call.shop["availability"])


def _check_query(call: Call) -> None:
    if call.route.query is None:
        return
    values: dict[str, Any] = dict(call.request.query)
    for name, schema in call.route.query["properties"].items():
        if schema["type"] == "integer" and values.get(name, "").lstrip("-").isdigit():
            values[name] = int(values[name])
    if found := problems(call.route.query, values):
        raise bad_request(*found, code="INVALID_QUERY_PARAMETER")


def _read_body(call: Call) -> dict[str, Any]:
    raw, schema = call.request.body, call.route.body
    if schema is None:
        return {}
    if len(raw) > LARGEST_BODY:
        raise bad_request("Request body is larger than 512 KB")
    if not raw and not call.route.is_body_required:
        return {}
    if not call.request.headers.get("content-type", "").startswith("application/json"):
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise bad_request("Request body is not a valid JSON") from error
    if found := problems(schema, body):
        raise bad_request(*found[:20])
    return body
