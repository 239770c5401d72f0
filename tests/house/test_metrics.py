import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from ai_manager.models import AiUsageLog
from marketplaces.models import Lease, Operation
from sellercloudx import metrics
from tests import factories
from tests.permission_table import parked

pytestmark = pytest.mark.django_db
TOKEN = "t" * 40


@pytest.fixture(autouse=True)
def token(settings):
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch):
    for name in ("_requests", "_buckets"):
        monkeypatch.setattr(metrics, name, type(getattr(metrics, name))())
    monkeypatch.setattr(metrics, "_seconds", 0.0)


def ask(client, said=f"Bearer {TOKEN}"):
    return client.get("/metrics", headers={"Authorization": said} if said else {})


def figures(client) -> dict[str, float]:
    """By name and labels, without the number of the process."""
    text = re.sub(r',?process="\d+",?', "", ask(client).content.decode())
    rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


def test_without_the_variable_there_is_no_such_page(client, settings):
    settings.METRICS_TOKEN = ""
    assert ask(client).status_code == 404
    assert ask(client, "Bearer ").status_code == 404


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, "Bearer ’"])
def test_a_wrong_token_is_refused(client, said):
    assert ask(client, said).status_code == 401


def test_it_is_prometheus_text(client):
    answer = ask(client)
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    line = re.compile(r"# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+=\"[^\"]*\",?)+\})? [0-9.e+-]+")
    assert [one for one in answer.content.decode().splitlines() if not line.fullmatch(one)] == []


def test_requests_are_counted_by_view_and_status(client, partner_client, partner):
    client.get("/login")
    client.get("/nothing-here")
    product = factories.make_product(factories.make_partner())
    partner_client.get(f"/partner-dashboard/products/{product.pk}/")
    found = figures(client)
    of = "sellercloudx_requests_total"
    assert found[f'{of}{{view="partners:login",status="3xx"}}'] == 1
    assert found[f'{of}{{view="none",status="4xx"}}'] == 1
    assert found[f'{of}{{view="products:detail",status="4xx"}}'] == 1


def test_times_are_kept_in_buckets_that_add_up(client):
    for seconds in (0.001, 0.01, 0.3, 99):
        metrics._count("x", "2xx", seconds)
    found = figures(client)
    of = "sellercloudx_request_seconds"
    assert found[f'{of}_bucket{{le="0.01"}}'] == 2
    assert found[f'{of}_bucket{{le="0.5"}}'] == 3
    assert found[f'{of}_bucket{{le="+Inf"}}'] == found[f"{of}_count{{}}"] == 4
    assert found[f"{of}_sum{{}}"] == pytest.approx(99.311)


@pytest.mark.timing
def test_how_the_house_stands(client, partner):
    operation = Operation.objects.get(**parked(partner))
    late = timezone.now() - timedelta(seconds=90)
    Operation.objects.create(
        partner=partner,
        connection=operation.connection,
        kind=Operation.Kind.PUSH_STOCK,
        subject="x",
        dedupe="x",
        due_at=late,
    )
    Lease.objects.create(name="clock", until=late, beaten_at=late)
    for cost in (1_500_000, None):
        AiUsageLog.objects.create(
            partner=partner,
            request_group=uuid.uuid4(),
            attempt=1,
            provider="openai",
            latency_ms=100,
            outcome="answered",
            cost_micro_usd=cost,
        )
    found = figures(client)
    assert found["sellercloudx_parked_operations"] == 1
    assert 90 <= found["sellercloudx_queue_oldest_due_seconds"] < 100
    assert 90 <= found["sellercloudx_worker_heartbeat_seconds"] < 100
    assert found["sellercloudx_ai_cost_today_usd"] == 1.5


def test_it_names_no_partner_and_no_address(client, partner_client, partner):
    partner_client.get("/partner-dashboard/")
    partner_client.get("/partner-dashboard/orders/?q=secret")
    text = ask(client).content.decode()
    assert partner.company_name not in text
    assert "/" not in re.sub(r"# .*", "", text)
    assert "secret" not in text
