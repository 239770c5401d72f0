"""The code after the password: which one opens, how often, and for how long."""

import time

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners import limits
from partners.models import AuditLog, Member, TotpDevice
from partners.services import deliveries
from sellercloudx import checks
from tests import factories
from tests.at_once import ROUNDS, twice_at_once
from tests.partners.authenticator import (
    STEP,
    come_in,
    is_inside,
    shown,
    staff_with_device,
    with_password,
    wrong,
)

pytestmark = pytest.mark.django_db
NEW = {"password1": "Boshqa-parol-77", "password2": "Boshqa-parol-77", "usable_password": "true"}


@pytest.fixture(autouse=True)
def _on(settings):
    settings.STAFF_OTP = True


@pytest.fixture
def known():
    return staff_with_device()


def answers(client, *codes) -> list[int]:
    came = [client.post(STEP, {"code": code}) for code in codes]
    assert not any(one.headers.get("Location", "").startswith("/login") for one in came)
    return [one.status_code for one in came]


def test_the_password_alone_opens_nothing_and_the_code_opens_all(known):
    user, device = known
    client = with_password(user)
    assert not is_inside(client)
    assert answers(client, shown(device.key)) == [302]
    assert is_inside(client)
    actions = AuditLog.objects.filter(actor=user).values_list("action", flat=True)
    assert list(actions) == ["LOGIN_SUCCESS", "SECOND_FACTOR_PASSED"]


def test_a_wrong_code_opens_nothing(known):
    user, device = known
    client = with_password(user)
    assert answers(client, wrong(device.key)) == [422]
    assert not is_inside(client)


@pytest.mark.parametrize("spelling", ["{0}{1}", "{0} {1}", " {0}-{1} ", "{0}\u2009{1}"])
def test_however_it_is_typed(known, spelling):
    user, device = known
    code = shown(device.key)
    assert answers(with_password(user), spelling.format(code[:3], code[3:])) == [302]


def test_the_code_of_somebody_else_opens_nothing(known):
    user, _device = known
    _other, theirs = staff_with_device()
    assert answers(with_password(user), shown(theirs.key)) == [422]


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 302), (0, 302), (1, 302), (2, 422)])
def test_the_clock_of_the_phone_may_be_off_by_one_step(known, steps, status):
    user, device = known
    with time_machine.travel(1_800_000_015, tick=False):
        assert answers(with_password(user), shown(device.key, steps=steps)) == [status]


def test_a_code_opens_once(known):
    user, device = known
    with time_machine.travel(1_800_000_015, tick=False):
        code = shown(device.key)
        assert answers(with_password(user), code) == [302]
        assert answers(with_password(user), code) == [422]


def test_after_a_newer_code_an_older_one_opens_nothing(known):
    user, device = known
    with time_machine.travel(1_800_000_015, tick=False):
        assert answers(with_password(user), shown(device.key, steps=1)) == [302]
        older = [shown(device.key, steps=steps) for steps in (-1, 0)]
        assert answers(with_password(user), *older) == [422, 422]


def test_wrong_used_and_old_read_the_same(known):
    user, device = known
    with time_machine.travel(1_800_000_015, tick=False):
        used = shown(device.key)
        assert answers(with_password(user), used) == [302]
        client = with_password(user)
        typed = (used, shown(device.key, steps=-1), wrong(device.key), "0" * 16)
        pages = [client.post(STEP, {"code": code}) for code in typed]
    words = {tuple(page.context["form"].errors["code"]) for page in pages}
    assert len(words) == 1 and {page.status_code for page in pages} == {422}


@pytest.mark.django_db(transaction=True)
def test_one_code_typed_twice_at_once_opens_once():
    for _ in range(ROUNDS):
        user, device = staff_with_device()
        clients, code = [with_password(user), with_password(user)], shown(device.key)
        came = twice_at_once(lambda c=clients, code=code: c.pop().post(STEP, {"code": code}))
        assert sorted(answer.status_code for answer in came) == [302, 422]


class TestGuessing:
    def test_the_sixth_code_is_refused_even_when_it_is_right(self, known):
        user, device = known
        client = with_password(user)
        assert answers(client, *[wrong(device.key)] * 5) == [422] * 5
        page = client.post(STEP, {"code": shown(device.key)})
        assert page.status_code == 429 and page.context["form"].non_field_errors()
        assert not is_inside(client)

    def test_another_session_is_the_same_account(self, known):
        user, device = known
        assert answers(with_password(user), *[wrong(device.key)] * 5) == [422] * 5
        assert answers(with_password(user), shown(device.key)) == [429]

    def test_colleagues_are_not_held_up(self, known):
        user, device = known
        answers(with_password(user), *[wrong(device.key)] * 6)
        other, theirs = staff_with_device()
        assert answers(with_password(other), shown(theirs.key)) == [302]

    def test_after_a_quarter_of_an_hour_it_goes_on(self, known):
        user, device = known
        client = with_password(user)
        answers(client, *[wrong(device.key)] * 6)
        with time_machine.travel(time.time() + 15 * 60 + 1):
            assert answers(client, shown(device.key)) == [302]

    def test_whoever_shows_the_right_one_is_forgiven(self, known):
        user, device = known
        assert answers(with_password(user), *[wrong(device.key)] * 4) == [422] * 4
        come_in(user, device)
        assert answers(with_password(user), *[wrong(device.key)] * 5) == [422] * 5

    def test_one_address_cannot_try_many_accounts(self, known, monkeypatch):
        monkeypatch.setattr(limits, "CODES_BY_ADDRESS", "2/5m")
        user, device = known
        assert answers(with_password(user), *[wrong(device.key)] * 2) == [422] * 2
        other, theirs = staff_with_device()
        client = with_password(other)
        assert answers(client, shown(theirs.key)) == [429]
        elsewhere = client.post(STEP, {"code": shown(theirs.key)}, REMOTE_ADDR="10.0.0.9")
        assert elsewhere.status_code == 302

    def test_it_is_audited_and_told_once(self, known):
        user, device = known
        answers(with_password(user), *[wrong(device.key)] * 9)
        row = AuditLog.objects.get(action="SECOND_FACTOR_FAILED")
        assert (row.entity_id, row.after) == (str(user.pk), {})
        deliveries.send_due("email")
        assert [letter.to for letter in mail.outbox] == [[user.email]]

    @pytest.mark.django_db(transaction=True)
    def test_guesses_at_the_same_moment_are_all_counted(self):
        user, device = staff_with_device()
        clients, code = [with_password(user) for _ in range(2)], wrong(device.key)
        came = twice_at_once(lambda: answers(clients.pop(), *[code] * 4))
        assert sorted(sum(came, [])) == [422] * 5 + [429] * 3


class TestTheMark:
    def test_the_session_gets_another_id(self, known):
        user, device = known
        client = with_password(user)
        before = client.cookies["sessionid"].value
        answers(client, shown(device.key))
        assert client.cookies["sessionid"].value != before
        thief = Client()
        thief.cookies["sessionid"] = before
        assert not is_inside(thief)

    def test_it_ends_with_logging_out(self, known):
        user, device = known
        client = come_in(user, device)
        client.post("/logout")
        with_password(user, client)
        assert not is_inside(client)

    def test_it_ends_with_the_password_changed_in_this_very_session(self, known):
        """Django lets the session live on then, with everything that is in it."""
        user, device = known
        client = come_in(user, device)
        path = f"/admin/partners/user/{user.pk}/password/"
        assert client.post(path, NEW).status_code == 302
        assert client.get("/admin-panel/")["Location"].startswith(STEP)
        assert not is_inside(client)

    def test_it_ends_with_the_password_changed_elsewhere(self, known):
        user, device = known
        client = come_in(user, device)
        user.set_password("Boshqa-parol-77")
        user.save()
        assert client.get("/admin-panel/")["Location"].startswith("/login?")

    def test_it_ends_with_the_device(self, known):
        user, device = known
        client = come_in(user, device)
        TotpDevice.objects.all().delete()
        factories.make_device(user)
        assert not is_inside(client)

    def test_it_is_nobody_elses(self, known):
        """A session in which somebody's device is named is not another person's."""
        user, device = known
        other, _theirs = staff_with_device()
        client = with_password(other)
        session, mine = client.session, come_in(user, device).session
        session["otp_device_id"] = mine["otp_device_id"]
        session["second_step"] = session["_auth_user_hash"]
        session.save()
        assert not is_inside(client)


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/admin-panel/audit/?q=1", "/admin-panel/audit/?q=1"),
        ("/admin/partners/user/", "/admin/partners/user/"),
        ("https://evil.example/", "/admin-panel/"),
        ("//evil.example/", "/admin-panel/"),
        ("/\\evil.example", "/admin-panel/"),
        ("javascript:alert(1)", "/admin-panel/"),
        ("pages:staff_home", "/admin-panel/"),
    ],
)
def test_it_leads_on_within_this_site_only(known, wanted, where):
    user, device = known
    client = with_password(user)
    page = client.get(STEP, {"next": wanted})
    is_kept = f'name="next" value="{wanted}"' in page.content.decode()
    assert is_kept == (where == wanted)
    assert client.post(STEP, {"code": shown(device.key), "next": wanted})["Location"] == where
    # Asked again, the page leads on by itself.
    assert client.get(STEP, {"next": wanted})["Location"] == where


def test_partners_members_are_not_asked(partner):
    client = with_password(partner.owner)
    assert client.get("/partner-dashboard/").status_code == 200


def test_a_person_of_ours_who_is_a_partners_member_too_is_asked_on_our_pages(known, partner):
    user, _device = known
    Member.objects.create(partner=partner, user=user, role=Member.Role.OWNER)
    client = with_password(user)
    assert client.get("/partner-dashboard/").status_code == 200
    assert not is_inside(client)


def test_the_operator_is_warned_where_production_goes_without(settings):
    settings.IS_PRODUCTION, settings.STAFF_OTP = True, False
    assert [warning.id for warning in checks.second_step(None)] == ["sellercloudx.W005"]
    settings.STAFF_OTP = True
    assert checks.second_step(None) == []


def test_a_session_past_both_steps_costs_one_query_more(settings):
    user, device = staff_with_device()
    counts = {}
    for is_on in (True, False):
        settings.STAFF_OTP = is_on
        client = come_in(user, device) if is_on else with_password(user)
        client.get("/admin-panel/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/admin-panel/").status_code == 200
        counts[is_on] = len(asked)
    assert counts[True] == counts[False] + 1


def test_the_page_of_the_code_asks_for_three_things(known):
    user, _device = known
    client = with_password(user)
    client.get(STEP)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(STEP).status_code == 200
    # The session, the person, the device.
    assert len(asked) == 3
