"""A buyer writes to the sandbox's shop; two people of the seller answer, and one answer arrives."""

import pytest

from marketplaces import inbound
from partners.models import Member
from tests import factories
from tests.e2e.conftest import can_log_in
from tests.processes import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.timeout(600)]
INBOX = "/partner-dashboard/inbox/"


@pytest.fixture
def people(transactional_db, yandex_shop):
    """The owner of a shop that is read, and an operator."""
    owner = can_log_in(yandex_shop.partner.owner)
    operator = can_log_in(factories.make_user(first_name="Bobur"))
    partner = yandex_shop.partner
    Member.objects.create(partner=partner, user=operator, role=Member.Role.OPERATOR)
    inbound.open_streams(yandex_shop)
    return owner, operator


def test_two_people_answer_one_buyer(people, visitor, sandbox, sandbox_key):
    talk = sandbox.control(
        "POST", "talks", account=sandbox_key, kind="chat", text="Qachon <b>keladi</b>?"
    )
    owner, operator = visitor(), visitor(java_script_enabled=False)
    for who, person in zip((owner, operator), people, strict=True):
        who.logs_in(person.email, factories.PASSWORD)
    owner.goes_to(INBOX)
    wait_until(lambda: owner.page.reload() and "Nodira" in owner.page.content(), 60)
    owner.looks_at("inbox")
    owner.follows("Nodira")
    owner.reads("Qachon <b>keladi</b>?")
    owner.looks_at("conversation")
    operator.goes_to(INBOX)
    operator.follows("Nodira")
    operator.reads("has this open")
    operator.types("Your answer to the buyer", "Ertaga keladi.")
    operator.presses("Send to the buyer")
    operator.reads("Your answer is being sent.")
    owner.types("Your answer to the buyer", "Indinga keladi.")
    owner.presses("Send to the buyer")
    owner.reads("Bobur Karimova answered since you opened this.")
    assert owner.page.get_by_label("Your answer to the buyer").input_value() == "Indinga keladi."
    owner.looks_at("conversation-refused", refused=True)
    wait_until(lambda: len(sandbox.control("GET", f"talks/{talk['id']}")["said"]) == 2, 60)
    said = sandbox.control("GET", f"talks/{talk['id']}")["said"]
    assert [one["text"] for one in said] == ["Qachon <b>keladi</b>?", "Ertaga keladi."]
    for page in ("returns", "inbox/answers"):
        owner.goes_to(f"/partner-dashboard/{page}/")
        owner.looks_at(page.replace("/", "-"))
