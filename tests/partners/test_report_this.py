"""A page that says what went wrong leads to a new ticket with its code in it."""

import html
import re
import uuid

import pytest
from django.template.loader import render_to_string
from django.test import override_settings
from django.urls import path
from django.utils import timezone

from partners import request_context
from partners.models import Activity
from sellercloudx.urls import handler500
from sellercloudx.urls import urlpatterns as ours
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "/partner-dashboard/support/tickets/new/"
handler = handler500


def broken(request):
    # As a page of the cabinet does before it breaks.
    bool(request.partner)
    raise RuntimeError


urlpatterns = [path("broken/", broken), *ours]


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["django_language"] = "en"


def report_in(answer) -> str:
    found = re.search(rf'href="({NEW}\?code=[^"]+)"', answer.content.decode())
    return found[1] if found else ""


def test_the_code_arrives_in_the_form(partner_client):
    answer = partner_client.get("/there-is-no-such-page")
    link = report_in(answer)
    assert link == f"{NEW}?code={answer['X-Request-ID']}"
    page = partner_client.get(link).content.decode()
    assert f'value="{answer["X-Request-ID"]}"' in page
    assert '<option value="technical" selected>' in page


@pytest.mark.parametrize("code", ["<b>", '"><script>', "a b", "a" * 33, "%00", "ё", ""])
def test_what_is_no_code_is_left_out(partner_client, code):
    page = partner_client.get(NEW, {"code": code}).content.decode()
    field = re.search(r'<input[^>]*name="request_code"[^>]*>', page)[0]
    assert "value=" not in field


@pytest.mark.parametrize("who", ["nobody", "viewer", "staff"])
def test_nobody_else_is_offered_a_form_that_would_not_open(client, who):
    if who == "viewer":
        client.force_login(factories.make_partner(role="viewer").owner)
    elif who == "staff":
        client.force_login(factories.make_staff())
    assert report_in(client.get("/there-is-no-such-page")) == ""


def test_who_is_signed_out_learns_how_to_name_it_and_arrives_at_the_form(client, partner):
    answer = client.get("/there-is-no-such-page")
    page, code = answer.content.decode(), answer["X-Request-ID"]
    assert code in page and "Our people find by this code what happened" in page
    link = html.unescape(re.search(r'href="(/login\?next=[^"]+)"', page)[1])
    login = client.get(link)
    typed = {"login": partner.owner.email, "password": factories.PASSWORD}
    came = client.post(link, typed | {"next": login.context["next"]})
    form = client.get(came["Location"]).content.decode()
    assert came["Location"].startswith(NEW) and f'value="{code}"' in form


def test_a_viewer_is_told_whom_to_ask(client):
    client.force_login(factories.make_partner(role="viewer").owner)
    page = client.get("/there-is-no-such-page").content.decode()
    assert "asks the owner of the account" in page and "Log in and report this" not in page


class TestNoticesWithinPages:
    """They lead to a ticket that names the thing in trouble."""

    def trouble(self, partner) -> dict[str, str]:
        """Address of a page -> the code its notice reports."""
        shop = factories.make_connection(partner, state="parked", error_kind="config")
        work = Activity.objects.create(
            partner=partner,
            kind="export_orders",
            state="failed",
            error="broke",
            started_by=partner.owner,
            submission=uuid.uuid4(),
            ended_at=timezone.now(),
        )
        return {
            f"/partner-dashboard/marketplaces/{shop.pk}/": f"shop-{shop.pk}",
            "/partner-dashboard/activity/": f"activity-{work.pk}",
        }

    def test_a_shop_and_long_work(self, partner_client, partner):
        for page, code in self.trouble(partner).items():
            link = report_in(partner_client.get(page))
            assert link == f"{NEW}?code={code}"
            assert f'value="{code}"' in partner_client.get(link).content.decode()

    def test_a_viewer_is_offered_none(self, client):
        partner = factories.make_partner(role="viewer")
        client.force_login(partner.owner)
        for page in self.trouble(partner):
            assert report_in(client.get(page)) == ""

    def test_what_is_well_has_nothing_to_report(self, partner_client, partner):
        shop = factories.make_connection(partner)
        for page in (f"/partner-dashboard/marketplaces/{shop.pk}/", "/partner-dashboard/activity/"):
            assert report_in(partner_client.get(page)) == ""


def test_also_of_what_is_not_allowed_too_large_or_unreadable(partner_client):
    too_large = {"CONTENT_LENGTH": str(10 * 1024**3)}
    unreadable = {"content_type": "multipart/form-data"}
    answers = {
        403: partner_client.get("/admin-panel/"),
        413: partner_client.post(NEW, {}, **too_large),
        400: partner_client.generic("POST", NEW, b"--x\r\n\r\n", **unreadable),
        405: partner_client.get("/partner-dashboard/switch/"),
    }
    for status, answer in answers.items():
        assert (answer.status_code, bool(report_in(answer))) == (status, True)


@override_settings(ROOT_URLCONF="tests.partners.test_report_this")
def test_also_of_what_broke(partner_client):
    partner_client.raise_request_exception = False
    answer = partner_client.get("/broken/")
    assert (answer.status_code, bool(report_in(answer))) == (500, True)


@pytest.mark.parametrize("page", ["500.html", "503.html"])
def test_they_are_drawn_without_a_database(page, django_assert_num_queries):
    with django_assert_num_queries(0), request_context.of(request_id="ab1", ip=None, user_agent=""):
        assert NEW not in render_to_string(page)
        request_context.note_partner(1, may_report=True)
        assert f"{NEW}?code=ab1" in render_to_string(page)
