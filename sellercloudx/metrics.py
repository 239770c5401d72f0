"""Figures for a Prometheus server: what this process answered, and how the house stands.

The counters are this process's own: with several web processes a scrape meets one of them. That is
why each carries its number, and why nothing is written anywhere when a request is counted.
"""

import os
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ai_manager.services.usage import attempts_since
from marketplaces.models import Operation
from sellercloudx.health import queue_standing

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_lock = threading.Lock()
_requests: Counter[tuple[str, str]] = Counter()
_buckets: Counter[int] = Counter()
_seconds = 0.0

Line = tuple[str, dict[str, str], float]


def count_requests(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, the outermost: two additions for each request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        # The name of a view and never its address, which may name things of partners.
        name = (match.view_name if match else "") or "none"
        _count(name, f"{response.status_code // 100}xx", time.perf_counter() - began)
        return response

    return middleware


def _count(view: str, status: str, seconds: float) -> None:
    global _seconds
    with _lock:
        _requests[view, status] += 1
        _buckets[bisect_left(BUCKETS, seconds)] += 1
        _seconds += seconds


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    ):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    text = "".join(_written(*metric) for metric in (*_of_process(), *_of_house()))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


Metric = tuple[str, str, str, list[Line]]


def _of_process() -> Iterator[Metric]:
    process = {"process": str(os.getpid())}
    with _lock:
        requests, buckets, seconds = dict(_requests), dict(_buckets), _seconds
    name = "sellercloudx_requests_total"
    lines = [
        (name, {"view": view, "status": status} | process, float(count))
        for (view, status), count in sorted(requests.items())
    ]
    yield name, "counter", "Requests answered.", lines
    name = "sellercloudx_request_seconds"
    yield name, "histogram", "Time to answer.", _histogram(name, process, buckets, seconds)


def _histogram(
    name: str, labels: dict[str, str], buckets: dict[int, int], seconds: float
) -> list[Line]:
    lines, total = [], 0
    for place, most in enumerate((*map(str, BUCKETS), "+Inf")):
        total += buckets.get(place, 0)
        lines.append((f"{name}_bucket", labels | {"le": most}, float(total)))
    return [*lines, (f"{name}_sum", labels, seconds), (f"{name}_count", labels, float(total))]


def _of_house() -> Iterator[Metric]:
    queue = queue_standing()
    parked = Operation.objects.filter(state=Operation.State.PARKED).count()
    cost = attempts_since(timezone.localdate()).aggregate(sum=Sum("cost_micro_usd"))["sum"] or 0
    figures = {
        "queue_oldest_due_seconds": ("How late the oldest is due.", queue["oldest_due_s"] or 0),
        "parked_operations": ("Operations that wait for a person.", parked),
        "ai_cost_today_usd": ("What AI providers cost today.", cost / 1_000_000),
    }
    if queue["heartbeat_s"] is not None:
        text = "Since the worker's clock last ticked."
        figures["worker_heartbeat_seconds"] = (text, queue["heartbeat_s"])
    for name, (text, value) in figures.items():
        yield f"sellercloudx_{name}", "gauge", text, [(f"sellercloudx_{name}", {}, float(value))]


def _written(name: str, kind: str, text: str, lines: list[Line]) -> str:
    rows = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    for of, labels, value in lines:
        inner = ",".join(f'{key}="{said}"' for key, said in labels.items())
        rows.append(f"{of}{{{inner}}} {value:.12g}" if labels else f"{of} {value:.12g}")
    return "\n".join(rows) + "\n"
