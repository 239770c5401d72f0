"""What is typed into Django's own admin is held to what people may type of themselves."""

import pytest

from partners.models import User
from tests import factories

pytestmark = pytest.mark.django_db
TURNED = "Yulduz\u202e"


@pytest.mark.parametrize("words", [TURNED, "Yul\u200bduz", "<b>Yulduz</b>"])
def test_names_that_turn_hide_or_mark_up_are_refused(staff_client, staff, partner, words):
    pages = {
        f"/admin/partners/partner/{partner.pk}/change/": {
            "company_name": words,
            "legal_form": partner.legal_form,
            "tax_id": partner.tax_id,
        },
        f"/admin/partners/user/{partner.owner.pk}/change/": {
            "first_name": words,
            "last_name": "Karimova",
            "phone": partner.owner.phone,
            "language": "uz",
        },
        "/admin/partners/user/add/": {
            "first_name": words,
            "last_name": "Karimova",
            "phone": "+998901112233",
            "usable_password": "true",
            "password1": factories.PASSWORD,
            "password2": factories.PASSWORD,
        },
    }
    before = User.objects.count()
    for url, typed in pages.items():
        page = staff_client.post(url, {name: value or "" for name, value in typed.items()})
        assert page.status_code == 200
        name = "company_name" if "partner/" in url else "first_name"
        assert list(page.context["adminform"].form.errors) == [name], url
    assert User.objects.count() == before


def test_a_tax_number_is_one_of_its_legal_form(staff_client, partner):
    url = f"/admin/partners/partner/{partner.pk}/change/"
    typed = {"company_name": "Yulduz", "legal_form": "company"}
    for number, refused in {"123": True, "111111111": True, "301 234 567": False}.items():
        page = staff_client.post(url, typed | {"tax_id": number})
        assert (page.status_code == 200) is refused, number
    partner.refresh_from_db()
    assert partner.tax_id == "301234567"
