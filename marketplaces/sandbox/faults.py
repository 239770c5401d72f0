"""Faults on demand: rules that make chosen calls go wrong, as networks and vendors do."""

import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from .accounts import hash_key
from .clock import parse
from .messages import Answer, Delivery, as_json
from .state import State, pack

REPEATED_PAGE = "UkVQRUFU"
HTML = b"<!DOCTYPE html><html><body><h1>Service is being updated</h1></body></html>"
STATUSES = {"401": 401, "403": 403, "420": 420, "429": 429, "quota": 429, "5xx": 503}
# Kinds the AI simulators act out themselves.
AI_KINDS = {"refusal", "max_tokens", "invalid_json", "off_schema"}
KINDS = {
    *STATUSES,
    *AI_KINDS,
    *("timeout", "drop", "html", "half_body", "hold", "slow", "lost_answer", "rate_limit"),
    *("repeat_page_token", "duplicate_orders", "reorder_orders"),
    # The offers of this call are known a while later; orders are shown a while after they changed.
    *("late", "lag"),
    # The call is carried out twice, as a proxy that repeats it would.
    "twice",
    # One of MIXED, by seed.
    "mixed",
}
# What a `mixed` rule chooses from; often named, often chosen.
MIXED = (
    *("5xx", "5xx", "420", "429", "timeout", "drop", "drop"),
    *("lost_answer", "lost_answer", "lost_answer", "half_body", "half_body", "html", "html"),
)
NUMBERS = {"times", "probability", "seed", "ms", "status", "retry_after", "limit", "seconds"}
WORDS = {"kind", "account", "path", "method", "operation", "at"}


@dataclass
class Rule:
    """Fires for matching calls, `times` times or with a probability; None means always."""

    id: int
    kind: str
    account_hash: str = ""
    path: str = ""
    method: str = ""
    operation: str = ""
    at: str = "after"
    times: int | None = None
    probability: float | None = None
    seed: int = 1
    ms: int | None = None
    status: int | None = None
    retry_after: float | None = None
    limit: int | None = None
    seconds: float | None = None
    hits: int = 0
    chance: random.Random = field(init=False, repr=False)
    window: tuple[float, int] = field(default=(0.0, 0), init=False, repr=False)
    # Of a mixed rule: how many calls of each account and operation it has seen.
    seen: Counter[tuple[str, str]] = field(default_factory=Counter, init=False, repr=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        for _ in range(self.hits if self.probability is not None else 0):
            self.chance.random()

    def matches(self, account_hash: str, method: str, path: str, operation: str) -> bool:
        return (
            (self.times is None or self.hits < self.times)
            and self.account_hash in ("", account_hash)
            and self.method in ("", method)
            and self.operation in ("", operation)
            and (not self.path or re.search(self.path, path) is not None)
            and (self.kind == "mixed" or self._is_its_turn())
            and (self.kind != "rate_limit" or self._is_over())
        )

    def _is_its_turn(self) -> bool:
        return self.probability is None or self.chance.random() < self.probability

    def picked(self, account_hash: str, operation: str) -> "Rule | None":
        """What a mixed rule does to this call.

        By seed, account, operation and the how many-th of them it is: calls of other kinds that
        come sooner or later change nothing of it.
        """
        if self.kind != "mixed":
            return self
        number = self.seen[account_hash, operation]
        self.seen[account_hash, operation] += 1
        chance = random.Random(f"{self.seed}/{account_hash}/{operation}/{number}")
        if self.probability is not None and chance.random() >= self.probability:
            return None
        return replace(self, kind=chance.choice(MIXED), probability=None)

    def _is_over(self) -> bool:
        """Count one more call; true when the window has no room for it."""
        ends, seen = self.window
        now = time.time()
        if now >= ends:
            ends, seen = now + (self.seconds or 60), 0
        self.window = (ends, seen + 1)
        return seen >= (self.limit or 0)

    def shown(self) -> dict[str, Any]:
        hidden = {"chance", "account_hash", "window", "seen"}
        return {k: v for k, v in vars(self).items() if k not in hidden and v not in (None, "")}


class Faults:
    def __init__(self, state: State):
        self._state = state
        self._lock = threading.Lock()
        self.rules = [
            Rule(id=row["id"], hits=row["hits"], **json.loads(row["rule"]))
            for row in state.rows("SELECT * FROM faults ORDER BY id")
        ]

    def add(self, wish: dict[str, Any]) -> Rule:
        """A rule from the control API; ValueError in words when it makes no sense."""
        settings = {**wish.get("match", {}), **{k: v for k, v in wish.items() if k != "match"}}
        if unknown := settings.keys() - NUMBERS - WORDS:
            raise ValueError(f"unknown field {sorted(unknown)[0]}")
        if settings.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
        if wrong := [k for k in NUMBERS & settings.keys() if not _is_number(settings[k])]:
            raise ValueError(f"{wrong[0]} must be a number")
        try:
            re.compile(settings.get("path", ""))
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from error
        key = settings.pop("account", "")
        settings["account_hash"] = hash_key(key) if key else ""
        with self._lock:
            cursor = self._state.run("INSERT INTO faults (rule) VALUES (?)", pack(settings))
            rule = Rule(id=int(cursor.lastrowid or 0), **settings)
            self.rules.append(rule)
        return rule

    def remove(self, rule_id: int | None = None) -> int:
        with self._lock:
            gone = [rule for rule in self.rules if rule_id in (None, rule.id)]
            self.rules = [rule for rule in self.rules if rule not in gone]
            for rule in gone:
                self._state.run("DELETE FROM faults WHERE id = ?", rule.id)
        return len(gone)

    def fired(self, *, account: str, method: str, path: str, operation: str) -> list[Rule]:
        """The rules that apply to this call; asking uses them up."""
        if not self.rules:
            return []
        with self._lock:
            account_hash = hash_key(account) if account else ""
            fired = []
            for rule in self.rules:
                if not rule.matches(account_hash, method, path, operation):
                    continue
                if acted_out := rule.picked(account_hash, operation):
                    fired.append(acted_out)
                    rule.hits += 1
                    self._state.run("UPDATE faults SET hits = ? WHERE id = ?", rule.hits, rule.id)
        return fired


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or value is None


Refuse = Callable[[int, Rule], Answer]


def carry_out(rules: list[Rule], *, act: Callable[[], Answer], refuse: Refuse) -> Answer:
    """Run the call under its faults: what stops it comes first, what spoils the answer last."""
    for rule in rules:
        stopped = _before(rule, refuse)
        if stopped:
            return stopped
    for _ in [rule for rule in rules if rule.kind == "twice"]:
        act()
    answer = act()
    for rule in rules:
        answer = _after(rule, answer)
    return answer


def _before(rule: Rule, refuse: Refuse) -> Answer | None:
    if rule.kind in STATUSES:
        return refuse(rule.status or STATUSES[rule.kind], rule)
    if rule.kind == "rate_limit":
        return refuse(rule.status or 420, rule)
    if rule.kind == "html":
        return Answer(rule.status or 200, HTML, "text/html; charset=utf-8")
    if rule.kind == "drop":
        return Answer(delivery=Delivery.LOST)
    if rule.kind == "timeout":
        _sleep(rule, 120_000)
        return Answer(delivery=Delivery.LOST)
    if rule.kind == "hold" and rule.at == "before":
        _sleep(rule, 300)
    return None


def _after(rule: Rule, answer: Answer) -> Answer:
    if rule.kind == "hold" and rule.at == "after":
        _sleep(rule, 300)
    elif rule.kind == "lost_answer":
        answer.delivery = Delivery.LOST
    elif rule.kind == "half_body":
        answer.delivery = Delivery.HALF
    elif rule.kind == "slow":
        answer.delivery = Delivery.SLOW
    elif rule.kind in _REWRITES and answer.status == 200:
        answer = as_json(_REWRITES[rule.kind](json.loads(answer.body), rule))
    return answer


def lateness(rules: list[Rule]) -> float:
    """Seconds until what the call writes is known to other calls."""
    late = [rule.ms if rule.ms is not None else 3000 for rule in rules if rule.kind == "late"]
    return max(late, default=0) / 1000


def _sleep(rule: Rule, default_ms: int) -> None:
    time.sleep((rule.ms if rule.ms is not None else default_ms) / 1000)


def _repeat_page_token(data: dict[str, Any], rule: Rule) -> dict[str, Any]:
    holder = data["result"] if isinstance(data.get("result"), dict) else data
    holder["paging"] = {"nextPageToken": REPEATED_PAGE}
    return data


def _duplicate_orders(data: dict[str, Any], rule: Rule) -> dict[str, Any]:
    data["orders"] = [order for order in data.get("orders", []) for _ in range(2)]
    return data


def _reorder_orders(data: dict[str, Any], rule: Rule) -> dict[str, Any]:
    data["orders"] = data.get("orders", [])[::-1]
    return data


def _lag(data: dict[str, Any], rule: Rule) -> dict[str, Any]:
    """Of what has changed a moment ago they do not know yet: it comes with a later answer."""
    known = time.time() - (rule.ms if rule.ms is not None else 3000) / 1000
    data["orders"] = [one for one in data.get("orders", []) if parse(one["updateDate"]) <= known]
    return data


_REWRITES: dict[str, Callable[[dict[str, Any], Rule], dict[str, Any]]] = {
    "repeat_page_token": _repeat_page_token,
    "duplicate_orders": _duplicate_orders,
    "reorder_orders": _reorder_orders,
    "lag": _lag,
}
