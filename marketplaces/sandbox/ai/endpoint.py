"""The way of every AI call: key, faults, body; then the provider's own part."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marketplaces.sandbox import faults
from marketplaces.sandbox.accounts import hash_key
from marketplaces.sandbox.faults import Rule
from marketplaces.sandbox.messages import Answer, Request, as_json
from marketplaces.sandbox.world import World

from . import answers

Act = Callable[[Request, dict[str, Any], list[Rule]], dict[str, Any]]


class Refusal(Exception):
    def __init__(self, status: int, kind: str, message: str, *, param: str | None = None):
        super().__init__(message)
        self.status, self.kind, self.message, self.param = status, kind, message, param


@dataclass(frozen=True)
class Provider:
    """`routes` maps method and path to what answers it; `refused` words an error."""

    slug: str
    key: Callable[[Request], str]
    routes: dict[tuple[str, str], Act]
    refused: Callable[[Refusal], dict[str, Any]]
    id_header: str
    wrong_key: str
    kinds: dict[int, str]

    def respond(self, world: World, request: Request, path: str) -> Answer:
        key = self.key(request)
        act = self.routes.get((request.method, path))
        operation = f"{self.slug} {path.rsplit('/', 1)[-1]}" if act else f"{self.slug} unknown"
        caller = f"key {hash_key(key)}" if key else "nobody"
        with world.traffic.inside(caller, operation):
            try:
                answer = self._carry_out(world, request, path, key, act, operation)
            except Refusal as refusal:
                answer = self._refuse(refusal)
        answer.headers[self.id_header] = answers.new_id("req_")
        answer.headers["x-demo"] = "not-a-model"
        world.traffic.note(caller, operation, answer.status)
        return answer

    def _carry_out(
        self,
        world: World,
        request: Request,
        path: str,
        key: str,
        act: Act | None,
        operation: str,
    ) -> Answer:
        if not key or "bad" in key:
            raise Refusal(401, self.kinds[401], self.wrong_key)
        if act is None:
            raise Refusal(404, self.kinds[404], f"Unknown address {path}")
        rules = world.faults.fired(
            account=key, method=request.method, path=request.path, operation=operation
        )
        return faults.carry_out(
            rules,
            act=lambda: self._act(request, act, rules),
            refuse=lambda status, rule: self._fault(status, rule),
        )

    def _act(self, request: Request, act: Act, rules: list[Rule]) -> Answer:
        try:
            body = json.loads(request.body) if request.body else {}
            if not isinstance(body, dict):
                raise ValueError("not an object")
        except (ValueError, RecursionError) as error:
            text = "We could not parse the JSON body of your request."
            raise Refusal(400, self.kinds[400], text) from error
        try:
            return as_json(act(request, body, rules))
        except (AttributeError, TypeError, KeyError) as error:
            raise Refusal(400, self.kinds[400], f"Invalid type in the request: {error}") from error

    def _fault(self, status: int, rule: Rule) -> Answer:
        kind = "quota" if rule.kind == "quota" else self.kinds.get(status, self.kinds[500])
        answer = self._refuse(Refusal(status, kind, "The demo server was told to fail."))
        if rule.retry_after is not None:
            answer.headers["Retry-After"] = f"{rule.retry_after:g}"
        return answer

    def _refuse(self, refusal: Refusal) -> Answer:
        return as_json(self.refused(refusal), refusal.status)
