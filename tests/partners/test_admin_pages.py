"""Django's own admin over every table: there, quick, read-only where history is kept, no secret."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from partners import audit
from partners.models import AuditLog, Member, Partner, TaxRegime, User
from partners.services import notices
from products.models import CurrencyRate, FeeSchedule
from referrals.services import link_referral
from tests import factories

pytestmark = pytest.mark.django_db
APPS = ["partners", "marketplaces", "products", "orders", "referrals", "ai_manager"]
MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]
EDITABLE = {User, Partner, Member, TaxRegime, FeeSchedule, CurrencyRate}


def address(model, page="") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{page}"


def fill(count: int) -> None:
    for number in range(count):
        partner = factories.make_partner()
        listing = factories.make_listing(factories.make_product(partner, stock=3))
        audit.record("LOGOUT", partner=partner, actor=partner.owner, entity=listing)
        link_referral(factories.make_partner(referred_by_code=partner.referral_code))
        notices.notify_partner(
            partner, kind="unblocked", data={"company": "x"}, url="", dedupe=str(number)
        )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_table_can_be_looked_at(staff_client, model):
    fill(1)
    assert staff_client.get(address(model)).status_code == 200
    assert staff_client.get(address(model), {"q": "' OR 1 🙂"}).status_code == 200
    if row := model._default_manager.first():
        assert staff_client.get(address(model, f"{row.pk}/change/")).status_code == 200


def test_a_longer_list_needs_no_more_queries(staff_client):
    def counted() -> dict[str, int]:
        counts = {}
        for model in MODELS:
            with CaptureQueriesContext(database) as queries:
                staff_client.get(address(model))
            counts[model.__name__] = len(queries)
        return counts

    fill(1)
    few = counted()
    fill(6)
    assert counted() == few


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_history_cannot_be_rewritten(staff_client, model):
    fill(1)
    table = admin.site._registry[model]
    row = model._default_manager.first()
    if model not in EDITABLE:
        assert staff_client.get(address(model, "add/")).status_code == 403
        if row:
            path = address(model, f"{row.pk}/change/")
            assert staff_client.post(path, {"x": "y"}).status_code == 403
    if row and model is not Member:
        assert staff_client.post(address(model, f"{row.pk}/delete/")).status_code == 403
    assert not table.list_editable


def test_no_secret_is_shown(staff_client, staff):
    connection = factories.make_connection(credentials={"api_key": "ACMA:very-secret-key"})
    pages = [
        staff_client.get(address(type(connection), f"{connection.pk}/change/")),
        staff_client.get(address(User, f"{staff.pk}/change/")),
        staff_client.get(address(User)),
    ]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert "very-secret" not in text
        assert bytes(connection.secret).hex() not in text
        assert staff.password not in text


def test_people_are_made_and_changed_here_and_that_is_audited(staff_client, staff):
    data = {
        "first_name": "Nodira",
        "last_name": "Aliyeva",
        "email": "Nodira@Example.UZ",
        "phone": "90 123-45-67",
        "usable_password": "true",
        "password1": "Paxta-choynak-1966",
        "password2": "Paxta-choynak-1966",
    }
    assert staff_client.post(address(User, "add/"), data).status_code == 302
    made = User.objects.get(first_name="Nodira")
    assert (made.email, made.phone) == ("nodira@example.uz", "+998901234567")
    assert made.folded.startswith("nodira aliyeva")
    entry = AuditLog.objects.get(action="ADMIN_ADDED")
    assert (entry.actor, entry.entity_id) == (staff, str(made.pk))


def test_a_company_is_renamed_here_but_not_approved(staff_client):
    partner = factories.make_partner(state="pending")
    data = {
        "company_name": "Yangi nom",
        "legal_form": "company",
        "tax_id": partner.tax_id,
        "state": "approved",
    }
    path = address(Partner, f"{partner.pk}/change/")
    assert staff_client.post(path, data).status_code == 302
    partner.refresh_from_db()
    assert (partner.company_name, partner.state) == ("Yangi nom", "pending")
    assert partner.folded.startswith("yangi nom")
    assert AuditLog.objects.get(action="ADMIN_CHANGED").partner == partner
