"""What marketplaces take stands in rows with a source and days; staff change them."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from partners.models import AuditLog
from products.models import FeeSchedule
from products.services import fee_schedules, fees

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 26)


def row(**fields):
    known = {
        "marketplace": "yandex",
        "step": "commission",
        "basis_points": 1250,
        "valid_from": date(2026, 11, 1),
        "source": "a tariff",
        "as_of": date(2026, 10, 20),
    }
    made = FeeSchedule.objects.create(**(known | fields))
    fee_schedules.forget_read()
    return made


def test_it_begins_with_what_was_published():
    rate = fees.fee("payout", marketplace="uzum", on=TODAY)
    assert (rate.percent, rate.source, rate.as_of) == (
        0, "uz24.uz/uz/articles/uzum-26-3-19", "2026-03-19",
    )  # fmt: skip
    assert fees.fee("payout", marketplace="uzum", on=date(2026, 4, 6)) is None
    assert FeeSchedule.objects.count() == 4


def test_each_day_has_its_own_row():
    row(valid_to=date(2026, 11, 25))
    row(basis_points=1300, valid_from=TODAY)
    assert fees.fee("commission", marketplace="yandex", on=date(2026, 11, 25)).percent == 12.5
    assert fees.fee("commission", marketplace="yandex", on=TODAY).percent == 13
    assert fees.fee("commission", marketplace="ozon", on=TODAY) is None


@pytest.mark.parametrize(
    "wrong", [{"basis_points": 10_001}, {"source": ""}, {"valid_to": date(2026, 1, 1)}]
)
def test_what_cannot_be_is_not_kept(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        row(**wrong)


def test_staff_add_a_row_and_it_counts_at_once(staff_client):
    page = reverse("admin:products_feeschedule_add")
    given = {
        "marketplace": "ozon", "step": "commission", "basis_points": "1500", "terms": "",
        "is_default": "on", "valid_from": "2026-11-01", "source": "a tariff", "as_of": "2026-10-20",
    }  # fmt: skip
    assert staff_client.post(page, given).status_code == 302
    assert fees.fee("commission", marketplace="ozon", on=TODAY).percent == 15
    assert AuditLog.objects.filter(action="ADMIN_ADDED").count() == 1
