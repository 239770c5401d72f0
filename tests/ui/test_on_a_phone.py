"""Pages at 360 px: what belongs together stands together, and nothing has to be searched for."""

import pytest

from partners.models import Notification, Partner
from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

BROKEN_VALUES = """() => [...document.querySelectorAll('dd')].filter((value) => {
  const range = document.createRange();
  range.selectNodeContents(value);
  return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1;
}).map((value) => value.textContent)"""


@pytest.fixture
def applicant():
    return factories.make_partner(
        user=factories.make_user(email="nigora@test-savdo.example"),
        state=Partner.State.PENDING,
    )


def session_of(client, user) -> str:
    client.force_login(user)
    return client.cookies["sessionid"].value


@pytest.mark.parametrize("language", ["uz", "ru"])
def test_the_values_of_an_application_are_whole(visit, client, applicant, language):
    session = session_of(client, applicant.owner)
    page = visit("/partner-registration/waiting", width=360, session=session, locale=language)
    assert page.locator("dd").count() >= 7
    assert page.evaluate(BROKEN_VALUES) == []


def test_the_button_of_a_filter_is_on_the_screen(visit, client):
    page = visit(
        "/admin-panel/audit/", width=360, session=session_of(client, factories.make_staff())
    )
    button = page.locator(".filters button").bounding_box()
    assert button["x"] >= 0
    assert button["x"] + button["width"] <= 360


def test_both_decisions_about_an_application_stand_together(visit, client, applicant):
    session = session_of(client, factories.make_staff())
    page = visit(f"/admin-panel/partners/{applicant.pk}/", width=360, session=session)
    approve = page.locator("form[action$='/approve/'] button").bounding_box()
    reject = page.locator("details:has(form[action$='/reject/']) summary").bounding_box()
    assert 0 < reject["y"] - (approve["y"] + approve["height"]) < 40


@pytest.mark.parametrize("news", [9, 16, 120])
def test_the_number_of_news_stands_on_one_line(visit, client, news):
    partner = factories.make_partner(company_name="Namuna Savdo va hamkorlari")
    Notification.objects.bulk_create(
        Notification(user=partner.owner, partner=partner, kind="approved", dedupe=f"{n}")
        for n in range(news)
    )
    page = visit("/partner-dashboard/", width=360, session=session_of(client, partner.owner))
    count = page.locator(".top .count.hot")
    assert count.evaluate("it => it.getClientRects().length") == 1
    assert count.bounding_box()["height"] < 26


@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_no_page_of_products_moves_sideways(visit, client, language):
    product = factories.make_product(stock=3)
    session = session_of(client, product.partner.owner)
    page = visit("/nowhere", width=360, session=session, locale=language)
    own = f"{product.pk}/"
    moves = []
    for path in (
        "",
        "prices/many/",
        "prices/limits/",
        "import/",
        own,
        f"{own}stock/",
        f"{own}price/",
    ):
        page.goto(f"{visit.origin}/partner-dashboard/products/{path}")
        moves += [path] if page.evaluate("document.documentElement.scrollWidth > 360") else []
    assert moves == []
