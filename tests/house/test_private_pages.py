"""What was drawn for one person is kept by nobody on the way, nor shown by Back after them."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db
KEPT_NOWHERE = "private, no-store"


@pytest.mark.parametrize(
    "path", ["/", "/partner-dashboard/", "/partner-dashboard/orders/", "/partner-dashboard/team/"]
)
def test_a_page_for_somebody_is_kept_nowhere(partner_client, path):
    assert partner_client.get(path)["Cache-Control"] == KEPT_NOWHERE


@pytest.mark.parametrize("path", ["/admin-panel/", "/admin/", "/admin/partners/user/"])
def test_nor_is_one_of_our_people_s(staff_client, path):
    assert "no-store" in staff_client.get(path)["Cache-Control"]


def test_a_page_for_everybody_may_be_kept(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert "Cache-Control" not in answer


def test_it_takes_no_query_more(partner_client, django_assert_num_queries):
    """A picture is drawn without a look at who asks, and stays so."""
    with django_assert_num_queries(1):
        answer = partner_client.get(f"/i/{'0' * 64}.jpg")
    assert answer.status_code == 404
    assert "Vary" not in answer or "Cookie" not in answer["Vary"]


def test_the_answer_to_a_form_is_kept_nowhere_either(partner_client):
    answer = partner_client.post("/partner-dashboard/products/add/", {"name": "x"})
    assert (answer.status_code, answer["Cache-Control"]) == (422, KEPT_NOWHERE)


def test_the_links_of_letters_are_kept_nowhere(client):
    factories.make_partner()
    assert "no-store" in client.get("/password-reset/none")["Cache-Control"]
    assert "no-store" in client.get(f"/join/{'x' * 43}/")["Cache-Control"]
