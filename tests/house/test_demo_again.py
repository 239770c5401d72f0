"""The demo of a second start: whoever tried it out has changed its people meanwhile."""

import io
import json
from dataclasses import replace

import pytest
from django.core.management import call_command

from partners.models import Member, Partner, User
from partners.services import approval, registration
from sellercloudx.demo import people, shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def real_marketplace(settings):
    """No shop to fill, so that the people alone are made."""
    urls = settings.MARKETPLACE_URLS | {"yandex": "https://example.test"}
    settings.MARKETPLACE_URLS = urls


def demo() -> dict:
    output = io.StringIO()
    call_command("demo", "--json", stdout=output)
    return json.loads(output.getvalue())


def members() -> tuple[User, Member, Member]:
    admin = people.admin()
    return admin, people.seller(approved_by=admin), people.applicant()


def corrected(admin, member, **changes):
    approval.reject(partner=member.partner, by=admin, reason="INN")
    registration.apply_again(member=member, application=replace(people.APPLICANT, **changes))


def approved(admin, member):
    approval.approve(partner=member.partner, by=admin)


def blocked(admin, member):
    approved(admin, member)
    approval.block(partner=member.partner, by=admin, reason="test")


def renamed(admin, member):
    corrected(admin, member, first_name="Botir", company_name="Boshqa nom")


@pytest.mark.parametrize(
    "change",
    [
        approved,
        blocked,
        renamed,
        lambda admin, member: corrected(admin, member, tax_id="512345678"),
        lambda admin, member: corrected(
            admin, member, tax_id="512345678", email="bekzod@boshqa.example"
        ),
        lambda admin, member: corrected(
            admin, member, tax_id="512345678", phone="+998901112233"
        ),
    ],
    ids=["approved", "blocked", "renamed", "other number", "other email", "other phone"],
)  # fmt: skip
def test_whatever_the_applicant_did_the_demo_knows_them(change):
    first = demo()
    admin, _seller, applicant = members()
    change(admin, applicant)
    before = User.objects.count(), Partner.objects.count()
    again = demo()
    assert (User.objects.count(), Partner.objects.count()) == before
    kept = User.objects.get(pk=applicant.user_id)
    assert again["pending"] == first["pending"] | {"email": kept.email, "phone": kept.phone}


@pytest.fixture
def sandbox_address(settings):
    settings.MARKETPLACE_URLS = settings.MARKETPLACE_URLS | {"yandex": "http://127.0.0.1:9/yandex"}


def test_a_blocked_sellers_shop_is_left_alone_and_the_logins_are_printed(sandbox_address):
    admin, seller, _applicant = members()
    approval.block(partner=seller.partner, by=admin, reason="test")
    told = demo()
    assert told["partner"]["password"] == people.PASSWORD
    assert "may not work at the moment" in told["note"]


def test_a_shop_that_cannot_be_filled_keeps_nobody_out(sandbox_address, monkeypatch):
    def breaks(member):
        raise RuntimeError("a shelf")

    monkeypatch.setattr(shop, "open_shop", breaks)
    told = demo()
    assert told["admin"]["password"] == told["pending"]["password"] == people.PASSWORD
    assert "RuntimeError" not in told["note"]
