"""The same job in a browser that runs no script, as behind a strict office proxy."""

import pytest

from tests.e2e import arriving, selling
from tests.e2e.arriving import APPLICANT

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.timeout(600)]


def test_everything_can_be_read_and_sent(visitor, admin, inviter, sandbox, sandbox_key, photo):
    seller, staff = (visitor(java_script_enabled=False) for _ in range(2))
    arriving.registers(seller, code=inviter)
    arriving.is_approved_by(staff, admin, code=inviter)
    seller.presses("Log out")
    seller.logs_in(APPLICANT.phone, APPLICANT.password)
    arriving.connects_a_shop(seller, sandbox, sandbox_key, wrong_key="ACMA:another-wrong-one")
    sku, price = selling.adds_a_product(seller, photo)
    selling.reads_the_card(seller)
    selling.mends_what_is_missing(seller)
    selling.publishes(seller)
    selling.is_on_the_marketplace(sandbox.state(sandbox_key), sku, price)
    selling.ships_an_order(seller, sandbox, sandbox_key, sku)
