"""Tax regimes are rows: the one valid on the day, for the base the partner chose, is in a price."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db import connection as database
from huey.contrib.djhuey import HUEY

from partners.models import AuditLog, Partner, TaxRegime
from partners.services import tax_regimes
from products.models import PriceProposal
from products.services import fees, price_changes, price_proposals
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 26)
ADD = "/admin/partners/taxregime/add/"


def row(**fields) -> TaxRegime:
    known = {
        "legal_form": "company",
        "base": "turnover",
        "name": "Turnover tax",
        "basis_points": 500,
        "valid_from": date(2025, 1, 1),
        "valid_to": date(2025, 12, 31),
        "source": "a law",
        "as_of": date(2024, 12, 1),
    }
    return TaxRegime(**(known | fields))


@pytest.mark.parametrize(
    ("legal_form", "base", "rate", "limit"),
    [
        ("sole_proprietor", "turnover", 1, 10**9),
        ("individual", "turnover", 1, 10**9),
        ("company", "turnover", 4, 10**9),
        ("company", "vat", 12, None),
        ("sole_proprietor", "vat", 12, None),
    ],
)
def test_it_begins_with_the_law_of_2026(legal_form, base, rate, limit):
    regime = tax_regimes.valid(legal_form=legal_form, base=base, on=TODAY)
    assert (regime.rate, regime.turnover_limit, regime.valid_from.year) == (rate, limit, 2026)
    assert regime.source


def test_an_individual_pays_no_vat():
    assert tax_regimes.valid(legal_form="individual", base="vat", on=TODAY) is None


def test_each_day_has_its_own_row():
    row().save()
    tax_regimes.forget_read()
    assert fees.tax(legal_form="company", on=date(2025, 12, 31)).percent == 5
    assert fees.tax(legal_form="company", on=date(2026, 1, 1)).percent == 4
    assert fees.tax(legal_form="company", on=date(2024, 12, 31)) is None


def test_vat_is_within_the_price():
    """Of 112 that a buyer pays 12 are the tax."""
    rate = fees.tax(legal_form="company", base="vat", on=TODAY)
    assert rate.percent == Decimal("10.7143")


def test_a_price_counts_with_what_the_partner_chose(partner):
    product = factories.make_product(partner, cost=Decimal(60_000))
    by_turnover = price_changes.proposal_for(product)
    Partner.objects.update(tax_base="vat")
    product.partner.refresh_from_db()
    by_vat = price_changes.proposal_for(product)
    taxes = [
        next(step.percent for step in one.waterfall if step.step == "tax")
        for one in (by_turnover, by_vat)
    ]
    assert taxes == [4, Decimal("10.7143")]
    assert by_turnover.price < by_vat.price


def test_two_rows_never_hold_on_one_day():
    row().full_clean()
    with pytest.raises(ValidationError):
        row(valid_to=date(2026, 1, 1)).full_clean()
    with pytest.raises(ValidationError):
        row(valid_to=None).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        row(valid_to=None).save()


@pytest.mark.skipif(database.vendor != "postgresql", reason="a trigger of PostgreSQL")
def test_the_database_refuses_it_whoever_writes():
    with pytest.raises(IntegrityError), transaction.atomic():
        row(valid_to=date(2026, 1, 1)).save()


def test_an_admin_ends_one_and_adds_the_next(staff_client, staff):
    old = TaxRegime.objects.get(legal_form="company", base="turnover")
    typed = {name: getattr(old, name) for name in ("legal_form", "base", "name", "source")} | {
        "basis_points": 400,
        "turnover_limit": "1000000000.00",
        "valid_from": "2026-01-01",
        "as_of": "2026-11-23",
    }
    path = f"/admin/partners/taxregime/{old.pk}/change/"
    assert staff_client.post(path, typed | {"valid_to": "2026-12-31"}).status_code == 302
    new = typed | {"basis_points": 300, "valid_from": "2026-12-31", "valid_to": ""}
    assert staff_client.post(ADD, new).status_code == 200
    assert staff_client.post(ADD, new | {"valid_from": "2027-01-01"}).status_code == 302
    assert fees.tax(legal_form="company", on=date(2026, 12, 31)).percent == 4
    assert fees.tax(legal_form="company", on=date(2027, 1, 1)).percent == 3
    assert AuditLog.objects.filter(action="ADMIN_ADDED", actor=staff).count() == 1


def test_a_new_row_has_prices_looked_at_at_once(staff_client, django_capture_on_commit_callbacks):
    typed = {"legal_form": "company", "base": "turnover", "name": "Turnover tax", "source": "x"}
    typed |= {"basis_points": 900, "valid_from": "2001-01-01", "valid_to": "2001-12-31"}
    HUEY.flush()
    with django_capture_on_commit_callbacks(execute=True):
        assert staff_client.post(ADD, typed | {"as_of": "2001-01-01"}).status_code == 302
    woken = HUEY.dequeue()
    assert woken.args == ("products.services.price_proposals.wake_reviews",)


def test_a_worker_that_read_the_taxes_a_moment_before_knows_the_new_row(partner):
    product = factories.make_product(partner, price=None, created_by=partner.owner)
    price_changes.set_first(product=product, price=None, shops=[])
    assert price_proposals.review(partner.pk) == 0
    # By another process.
    TaxRegime.objects.filter(legal_form="company", base="turnover").update(basis_points=900)
    assert price_proposals.review(partner.pk) == 1
    assert "tax" in PriceProposal.objects.get().reasons
