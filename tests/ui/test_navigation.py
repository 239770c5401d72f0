import pytest

from partners.models import Partner, User
from sellercloudx.pages import navigation
from tests import factories

pytestmark = pytest.mark.django_db


class Request:
    def __init__(self, path, *, partner=None, waiting=0):
        self.path = path
        self.partner = partner
        self.user = User(is_staff=True, is_superuser=True)
        self.user.waiting = waiting
        self.COOKIES = {}


def items(path, **fields):
    fields.setdefault("partner", factories.make_partner())
    return list(navigation.navigation(Request(path, **fields))["nav"])


def test_every_section_of_the_partner_and_of_staff_is_there():
    assert len(items("/partner-dashboard/")) == len(navigation.PARTNER_SECTIONS)
    assert len(items("/admin-panel/")) == len(navigation.STAFF_SECTIONS)


def test_the_section_one_is_in_is_marked_and_only_that():
    marked = [item["url"] for item in items("/partner-dashboard/orders/7/") if item["is_current"]]
    assert marked == ["/partner-dashboard/orders/"]


def test_it_shows_how_many_applications_wait():
    counted = items("/admin-panel/", waiting=12)
    assert [item["count"] for item in counted][:3] == [None, 12, None]


def test_those_who_wait_for_approval_get_no_sections():
    partner = factories.make_partner(state=Partner.State.PENDING)
    assert items("/partner-dashboard/", partner=partner) == []


def test_nobody_gets_sections_without_a_partner():
    assert items("/", partner=None) == []


def test_a_page_asks_the_database_nothing_for_its_frame(django_assert_num_queries):
    request = Request("/partner-dashboard/", partner=factories.make_partner())
    with django_assert_num_queries(0):
        list(navigation.navigation(request)["nav"])


def test_every_part_is_shown_to_staff_and_to_nobody_else(staff_client):
    assert staff_client.get("/admin-panel/components/").status_code == 200


def test_the_parts_are_not_for_partners(partner_client):
    assert partner_client.get("/admin-panel/components/").status_code == 403
