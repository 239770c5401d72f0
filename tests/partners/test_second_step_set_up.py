"""The first login of our own people where a second step is asked for."""

import re
import time

import pytest
import time_machine
from django.core import mail
from django.test import Client

from partners import totp
from partners.models import AuditLog, RecoveryCode, TotpDevice
from partners.services import deliveries
from tests import factories
from tests.at_once import twice_at_once
from tests.partners.authenticator import (
    SECURITY,
    SET_UP,
    STEP,
    codes_on,
    is_inside,
    key_on,
    set_up,
    shown,
    staff_with_device,
    with_password,
    wrong,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on(settings):
    settings.STAFF_OTP = True


def test_the_first_login_leads_to_setting_it_up_and_then_where_one_wanted(staff):
    client = Client()
    wanted = "/admin-panel/audit/?page=2"
    first = client.post(
        "/login", {"login": staff.email, "password": factories.PASSWORD, "next": wanted}
    )
    assert first["Location"] == wanted
    page = client.get(wanted, follow=True)
    assert page.redirect_chain[-1][0].startswith(f"{SET_UP}?next=%2Fadmin-panel%2Faudit%2F")
    done = client.post(SET_UP, {"code": shown(key_on(page)), "next": page.context["next"]})
    assert f'href="{wanted}"' in done.content.decode()
    assert client.get(wanted).status_code == 200
    assert is_inside(client)


def test_djangos_pages_lead_there_and_back_too(staff):
    client = with_password(staff)
    page = client.get("/admin/partners/user/", follow=True)
    assert page.redirect_chain[-1][0] == f"{SET_UP}?next=%2Fadmin%2Fpartners%2Fuser%2F"


def test_the_page_shows_a_picture_and_the_key_by_four(staff):
    client = with_password(staff)
    text = client.get(SET_UP).content.decode()
    key = key_on(client.get(SET_UP))
    assert len(key) == 32 and totp.grouped(key) in text
    assert staff.email.replace("@", "%40") in text
    assert "<svg viewBox" in text and "style=" not in text
    assert 'autocomplete="one-time-code"' in text and 'inputmode="numeric"' in text


def test_the_picture_says_the_same_as_the_link(staff):
    """Drawn again from the path by hand: every dark module is where the library has it."""
    from qrcode.main import QRCode

    client = with_password(staff)
    page = client.get(SET_UP)
    code = QRCode(border=4)
    code.add_data(page.context["address"])
    drawn = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", page.context["path"]):
        drawn |= {(int(x) + at, int(y)) for at in range(int(width))}
    rows = code.get_matrix()
    assert page.context["side"] == len(rows)
    assert drawn == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


def test_a_code_that_does_not_match_sets_up_nothing_and_keeps_the_key(staff):
    client = with_password(staff)
    key = key_on(client.get(SET_UP))
    answer = client.post(SET_UP, {"code": wrong(key)})
    assert answer.status_code == 422 and answer.context["form"].errors["code"]
    assert key_on(answer) == key == key_on(client.get(SET_UP))
    assert not TotpDevice.objects.exists() and not is_inside(client)


@pytest.mark.parametrize("typed", ["", "abcdef", "12345", "1" * 41, "１２３", "\x00"])
def test_what_is_no_code_is_said_beside_the_field(staff, typed):
    client = with_password(staff)
    answer = client.post(SET_UP, {"code": typed})
    assert answer.status_code == 422 and answer.context["form"].errors["code"]


def test_another_session_is_shown_another_key(staff):
    """Who has stolen the password looks first; what the owner confirms later is another key."""
    thief, owner = with_password(staff), with_password(staff)
    seen = key_on(thief.get(SET_UP))
    assert key_on(owner.get(SET_UP)) != seen
    owner.post(SET_UP, {"code": shown(key_on(owner.get(SET_UP)))})
    assert TotpDevice.objects.get().key != seen
    assert thief.post(SET_UP, {"code": shown(seen)})["Location"] == STEP
    assert not is_inside(thief)


def test_ten_codes_are_shown_once_and_kept_as_hashes(staff):
    client, key, codes = set_up(staff)
    assert len(set(codes)) == 10
    assert is_inside(client)
    assert RecoveryCode.objects.filter(user=staff, used_at=None).count() == 10
    again = client.get(SET_UP, follow=True)
    assert codes_on(again) == [] and codes[0] not in again.content.decode()
    assert key not in client.get(SECURITY).content.decode()


def test_the_code_that_set_it_up_does_not_open_another_session(staff):
    now = time.time()
    # Held still: the code of the next half minute would be another one.
    with time_machine.travel(now, tick=False):
        _client, key, _codes = set_up(staff)
        other = with_password(staff)
        assert other.post(STEP, {"code": shown(key)}).status_code == 422
    with time_machine.travel(now + totp.SECONDS, tick=False):
        assert other.post(STEP, {"code": shown(key)}).status_code == 302


def test_it_is_audited_without_the_key_and_they_are_told(staff):
    _client, key, codes = set_up(staff)
    rows = AuditLog.objects.filter(action="SECOND_FACTOR_ENROLLED")
    assert [(row.actor, row.after) for row in rows] == [(staff, {})]
    deliveries.send_due("email")
    (letter,) = mail.outbox
    assert letter.to == [staff.email]
    assert not any(secret in letter.body for secret in (key, *codes))


def test_a_password_alone_does_not_replace_what_is_set_up():
    user, device = staff_with_device()
    client = with_password(user)
    assert client.get(SET_UP)["Location"] == STEP
    assert client.post(SET_UP, {"code": shown(device.key)})["Location"] == STEP
    assert TotpDevice.objects.get().pk == device.pk


@pytest.mark.django_db(transaction=True)
def test_two_who_set_it_up_at_once_make_one_device():
    for _ in range(3):
        user = factories.make_staff()
        clients = [with_password(user), with_password(user)]
        keys = {client: key_on(client.get(SET_UP)) for client in clients}

        def confirm(clients=clients, keys=keys):
            client = clients.pop()
            return client.post(SET_UP, {"code": shown(keys[client])})

        answers = twice_at_once(confirm)
        assert sorted(answer.status_code for answer in answers) == [200, 302]
        assert TotpDevice.objects.filter(user=user).count() == 1
        assert RecoveryCode.objects.filter(user=user).count() == 10


def test_partners_people_have_no_second_step(partner_client):
    for path in (STEP, SET_UP, SECURITY):
        assert partner_client.get(path).status_code == 403
    assert partner_client.get("/partner-dashboard/").status_code == 200


def test_nobody_is_asked_where_it_is_off(staff, settings):
    settings.STAFF_OTP = False
    client = with_password(staff)
    assert is_inside(client)
    assert client.get(STEP)["Location"] == "/admin-panel/"


def test_it_may_be_set_up_before_it_is_turned_on(staff, settings):
    settings.STAFF_OTP = False
    client, key, _codes = set_up(staff)
    settings.STAFF_OTP = True
    assert is_inside(client)
    assert not is_inside(with_password(staff))


def test_guesses_are_limited_here_too(staff):
    client = with_password(staff)
    key = key_on(client.get(SET_UP))
    for _ in range(5):
        assert client.post(SET_UP, {"code": wrong(key)}).status_code == 422
    assert client.post(SET_UP, {"code": shown(key)}).status_code == 429
    assert not TotpDevice.objects.exists()
