"""Is this installation well? For a load balancer and for the person on duty."""

import json
import math
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from email.utils import formatdate
from functools import cached_property, partial
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from marketplaces.models import Connection, Lease, Operation
from sellercloudx.clock import HEARTBEAT

PATH = "/health"
FIRST_LINE = b"GET /health HTTP/1.1"
HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store, private",
    "X-Content-Type-Options": "nosniff",
}
DEADLINE = 1.2
TIMEOUT = 1
# Seconds that an answer stands, in each process: asked 200 times a second, looking every time took
# more than a core of ours, and as many connections of the database.
FRESH = 0.7
# While one thread looks, the others tell what was found before, no older than this: whatever breaks
# is told within two seconds, and no thread of the pages waits for a look.
OLDEST = FRESH + DEADLINE
_looking = threading.Lock()
# A check that hangs keeps its thread until its own timeout; no pile of them may grow.
_places = threading.BoundedSemaphore(8)

Finding = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 0
    # By the monotonic clock.
    at: float = -math.inf

    @cached_property
    def headers(self) -> dict[str, str]:
        return HEADERS | {"Content-Length": str(len(self.body))}

    @cached_property
    def on_the_wire(self) -> bytes:
        headers = self.headers | {"Date": formatdate(usegmt=True)}
        lines = [f"HTTP/1.1 {STATUS[self.status]}", *(f"{n}: {v}" for n, v in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


_last = Answer()
STATUS = {200: "200 OK", 503: "503 Service Unavailable"}


class AnsweredFirst:
    """In front of Django: who asks whether we are well has no session, no language and no form.

    Of any host: a load balancer may ask by the address of the container, and the answer names none.
    Other methods go the way of every page, which refuses them.
    """

    # Whoever has to look for the answer does it in a thread that makes no pages.
    urgent = PATH

    def __init__(self, pages: WSGIApplication):
        self.pages = pages

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if environ.get("PATH_INFO") != PATH or method not in ("GET", "HEAD"):
            return self.pages(environ, start_response)
        answer = _answer()
        start_response(STATUS[answer.status], [*answer.headers.items()])
        return [answer.body] if method == "GET" else []

    def at_once(self, line: bytes) -> bytes | None:
        """For `lib.web_server`, whose loop must not wait: only when nobody has to look."""
        answer = _last
        if line != FIRST_LINE or not _may_be_told(answer):
            return None
        return answer.on_the_wire


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    answer = _answer()
    return HttpResponse(answer.body, status=answer.status, headers=answer.headers)


def _may_be_told(answer: Answer) -> bool:
    age = time.monotonic() - answer.at
    return age <= FRESH or (age <= OLDEST and _looking.locked())


def _answer() -> Answer:
    """One looks. Whoever comes meanwhile waits only where nothing recent is known."""
    global _last
    if _may_be_told(_last):
        return _last
    if not _looking.acquire(blocking=time.monotonic() - _last.at > OLDEST):
        return _last
    try:
        if time.monotonic() - _last.at > FRESH:
            _last = _found()
        return _last
    finally:
        _looking.release()


def _found() -> Answer:
    findings = _look({"database": _database, "cache": _cache})
    queue = findings["database"].pop("queue", {"ok": False})
    is_cached = findings["cache"]["ok"]
    # Redis only makes things faster: without it the pages are served, and a container that is
    # replaced for it would be no better off.
    is_well = findings["database"]["ok"] and (is_cached or bool(settings.REDIS_URL))
    answer = {
        "status": ("ok" if is_cached else "degraded") if is_well else "failing",
        **findings,
        "queue": queue,
        "version": settings.VERSION,
    }
    return Answer(json.dumps(answer).encode(), 200 if is_well else 503, time.monotonic())


def _look(checks: dict[str, Callable[[], Finding]]) -> dict[str, Finding]:
    """Run the checks beside each other; one that does not come back in time has failed."""
    findings = {name: {"ok": False, "error": "no answer in time"} for name in checks}
    threads = [
        threading.Thread(target=partial(_check, name, check, findings), daemon=True)
        for name, check in checks.items()
    ]
    deadline = time.monotonic() + DEADLINE
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    # A late thread writes into the old table, not into the answer.
    return dict(findings)


def _check(name: str, check: Callable[[], Finding], findings: dict[str, Finding]) -> None:
    if not _places.acquire(blocking=False):
        return
    try:
        findings[name] = {"ok": True} | check()
    except Exception as error:  # noqa: BLE001  whatever goes wrong is the finding
        # The text of the error may name hosts and users; its kind is enough here.
        findings[name] = {"ok": False, "error": type(error).__name__}
    finally:
        _places.release()


def _database() -> Finding:
    """Asked on a connection of its own: a full pool must not look like a dead database."""
    began = time.perf_counter()
    with closing(_own_connection()) as connection:
        # Only this thread sees it, and this thread ends with the check.
        connections[DEFAULT_DB_ALIAS] = connection
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        latency = round((time.perf_counter() - began) * 1000, 1)
        return {"engine": connection.vendor, "latency_ms": latency, "queue": queue_standing()}


def _own_connection() -> BaseDatabaseWrapper:
    connection = connections[DEFAULT_DB_ALIAS].copy()
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "postgresql":
        options.pop("pool", None)
        options["connect_timeout"] = TIMEOUT
        options["options"] = f"-c statement_timeout={TIMEOUT * 1000}"
    else:
        options["timeout"] = TIMEOUT
    return connection


def queue_standing() -> Finding:
    now = timezone.now()
    # Of shops a worker may speak for: the others wait for a person, not for us.
    due = Operation.objects.due(now).filter(connection__in=Connection.objects.working())
    oldest = due.aggregate(Min("due_at"))["due_at__min"]
    beat = Lease.objects.filter(name=HEARTBEAT).values_list("beaten_at", flat=True).first()
    return {
        "ok": beat is not None and (now - beat).total_seconds() < 60,
        "oldest_due_s": round((now - oldest).total_seconds(), 1) if oldest else None,
        "heartbeat_s": round((now - beat).total_seconds(), 1) if beat else None,
    }


def _cache() -> Finding:
    if settings.REDIS_URL:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=TIMEOUT, socket_timeout=TIMEOUT
        )
        with closing(client):
            client.ping()
        return {"kind": "redis"}
    cache.set("health", 1, timeout=60)
    return {"kind": "table", "ok": cache.get("health") == 1}
