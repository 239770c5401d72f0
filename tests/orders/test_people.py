"""No buyer is kept, and none is shown, whoever looks."""

import pytest

from orders.models import Order
from orders.services.news import without_personal_data
from partners.models import Member
from sellercloudx.demo import scale
from tests import factories

pytestmark = pytest.mark.django_db
BUYER = {
    "buyer": {"firstName": "Gulbahor", "phone": "+998901234567"},
    "delivery": {"address": {"street": "Navoiy"}, "city": "Toshkent"},
    "remark": "call +998 90 123-45-67 or mail gulbahor@example.uz",
}
PERSONAL = ("Gulbahor", "901234567", "123-45-67", "Navoiy", "gulbahor@")


@pytest.mark.parametrize("role", Member.Role)
def test_a_page_shows_none_even_of_a_row_from_before(client, role):
    """Stored while a field was not yet known as one about people."""
    partner = factories.make_partner(role=role)
    order = scale.order(factories.make_connection(partner), 1)
    order.raw = BUYER
    order.save()
    client.force_login(partner.owner)
    page = client.get(f"/partner-dashboard/orders/{order.pk}/").content.decode()
    assert "Toshkent" in page
    assert [word for word in PERSONAL if word in page] == []


def test_our_own_people_see_no_answer_at_all(staff_client, partner):
    order = scale.order(factories.make_connection(partner), 1)
    order.raw = BUYER
    order.save()
    page = staff_client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    assert order.external_id in page
    assert [word for word in (*PERSONAL, "Toshkent") if word in page] == []


def test_an_order_whose_answer_was_removed_says_nothing_of_it(partner_client, partner):
    order = scale.order(factories.make_connection(partner), 1)
    order.save()
    assert Order.objects.get(pk=order.pk).raw == {}
    page = partner_client.get(
        f"/partner-dashboard/orders/{order.pk}/", headers={"accept-language": "en"}
    )
    assert page.status_code == 200
    assert "own answer" not in page.content.decode()


@pytest.mark.parametrize(
    "phone",
    [
        "+998901234567",
        "+998 90 123 45 67",
        "+998 (90) 123-45-67",
        "+7 912 345-67-89",
        "+79123456789",
    ],
)
def test_a_phone_in_a_field_of_another_name_is_masked(phone):
    assert without_personal_data({"remark": [f"tel. {phone}."]}) == {"remark": ["tel. ***."]}


@pytest.mark.parametrize(
    "text", ["4780012345678", "2026-11-25T11:02:00+05:00", "+20 dona", "12 345 678 901", "A+1"]
)
def test_numbers_of_things_stay(text):
    assert without_personal_data({"said": text}) == {"said": text}
