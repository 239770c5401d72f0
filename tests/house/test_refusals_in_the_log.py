"""A page that is not open to somebody is one line of the log; what broke keeps its trace."""

import io
import logging

import pytest

from sellercloudx.lib.redact import ScrubFormatter

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    """What a handler behind the product's own configuration writes."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(ScrubFormatter("%(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_a_refusal_is_one_line(partner_client, log):
    assert partner_client.get("/admin-panel/audit/").status_code == 403
    assert log.getvalue() == "WARNING Forbidden (Permission denied): /admin-panel/audit/\n"


def test_a_mistake_keeps_its_trace(staff_client, log, monkeypatch):
    def breaks(*args, **kwargs):
        raise RuntimeError("broken")

    staff_client.raise_request_exception = False
    monkeypatch.setattr("partners.views.audit.newest_first", breaks)
    assert staff_client.get("/admin-panel/audit/").status_code == 500
    assert "Traceback" in log.getvalue()
