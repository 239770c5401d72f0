"""A lost phone: recovery codes, another phone, and what colleagues and the server can do."""

import hashlib
import io
from unittest.mock import patch

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from partners import limits
from partners.models import AuditLog, RecoveryCode, TotpDevice
from partners.services import deliveries
from tests import factories
from tests.at_once import ROUNDS, twice_at_once
from tests.partners.authenticator import (
    SECURITY,
    SET_UP,
    STEP,
    codes_on,
    come_in,
    is_inside,
    key_on,
    set_up,
    shown,
    staff_with_device,
    with_password,
    wrong,
)

pytestmark = pytest.mark.django_db
CODES, PHONE = SECURITY + "codes/", SECURITY + "phone/"


@pytest.fixture(autouse=True)
def _on(settings):
    settings.STAFF_OTP = True


@pytest.fixture
def owner(staff):
    """Whose ten codes these are."""
    _client, _key, codes = set_up(staff)
    mail.outbox.clear()
    return staff, codes


def letters() -> list[list[str]]:
    deliveries.send_due("email")
    return [letter.to for letter in mail.outbox]


class TestACode:
    def test_it_opens_once_each(self, owner):
        staff, codes = owner
        for code in codes:
            client = with_password(staff)
            assert client.post(STEP, {"code": code}).status_code == 302
            assert is_inside(client)
        again = with_password(staff)
        assert again.post(STEP, {"code": codes[0]}).status_code == 422
        assert not is_inside(again)

    @pytest.mark.parametrize("between", ["", " ", "-", "\u2009"])
    def test_however_it_is_typed(self, owner, between):
        staff, codes = owner
        code = between.join(codes[3].split())
        assert with_password(staff).post(STEP, {"code": code}).status_code == 302

    def test_it_is_nobody_elses(self, owner):
        _staff, codes = owner
        other, _device = staff_with_device()
        assert with_password(other).post(STEP, {"code": codes[0]}).status_code == 422

    def test_its_use_is_audited_and_told_with_how_many_are_left(self, owner):
        staff, codes = owner
        with_password(staff).post(STEP, {"code": codes[0]})
        row = AuditLog.objects.get(action="RECOVERY_CODE_USED")
        assert (row.actor, row.after) == (staff, {"left": 9})
        assert letters()[-1] == [staff.email] and "9" in mail.outbox[-1].body
        assert codes[0] not in mail.outbox[-1].body

    def test_guesses_are_limited_like_those_of_the_app(self, owner):
        staff, codes = owner
        client = with_password(staff)
        guesses = [client.post(STEP, {"code": "0" * 16}).status_code for _ in range(5)]
        assert guesses == [422] * 5
        assert client.post(STEP, {"code": codes[0]}).status_code == 429

    @pytest.mark.django_db(transaction=True)
    def test_typed_twice_at_once_it_opens_once(self):
        user = factories.make_staff()
        _client, _key, codes = set_up(user)
        for code in codes[: min(ROUNDS, 10)]:
            # The one who came too late counts as a wrong try, of which there are five.
            limits.forget_codes(user)
            clients = [with_password(user), with_password(user)]
            came = twice_at_once(lambda c=clients, code=code: c.pop().post(STEP, {"code": code}))
            assert sorted(answer.status_code for answer in came) == [302, 422]
        assert RecoveryCode.objects.filter(used_at=None).count() == 10 - min(ROUNDS, 10)


class TestNewCodes:
    def test_the_old_ones_open_nothing_then(self, owner):
        staff, codes = owner
        client = with_password(staff)
        client.post(STEP, {"code": codes[0]})
        page = client.post(CODES, {"code": codes[1]})
        new = codes_on(page)
        assert len(set(new) - set(codes)) == 10
        assert f'href="{SECURITY}"' in page.content.decode()
        assert with_password(staff).post(STEP, {"code": codes[2]}).status_code == 422
        assert with_password(staff).post(STEP, {"code": new[0]}).status_code == 302
        assert AuditLog.objects.filter(action="RECOVERY_CODES_RENEWED", actor=staff).exists()

    def test_an_open_screen_alone_makes_none(self):
        user, device = staff_with_device()
        client = come_in(user, device)
        # The code that was shown at the login is used up.
        for code in (shown(device.key), wrong(device.key), ""):
            assert client.post(CODES, {"code": code}).status_code == 422
        assert not RecoveryCode.objects.exists()

    def test_guesses_are_limited(self):
        user, device = staff_with_device()
        client = come_in(user, device)
        for _ in range(5):
            client.post(CODES, {"code": wrong(device.key)})
        assert client.post(CODES, {"code": shown(device.key, steps=1)}).status_code == 429


@pytest.fixture
def hashed():
    """Each recovery code that is hashed, slowly on purpose."""
    with patch("hashlib.pbkdf2_hmac", wraps=hashlib.pbkdf2_hmac) as made:
        yield lambda: made.call_count


@pytest.mark.parametrize("page", [CODES, PHONE])
def test_a_wrong_code_costs_no_hashing_of_new_ones(hashed, page):
    user, device = staff_with_device()
    client = come_in(user, device)
    key = key_on(client.get(PHONE))
    typed = {"code": shown(key), "current": wrong(device.key)}
    if page == CODES:
        typed = {"code": wrong(device.key)}
    before = hashed()
    assert client.post(page, typed).status_code == 422
    assert hashed() == before


class TestTheServerHasLostItsKey:
    """FIELD_KEYS was lost: nobody's code of the phone can be compared any more."""

    @pytest.fixture
    def lost(self, owner, settings):
        settings.FIELD_KEYS = [b"x" * 32]
        return owner

    def test_it_says_what_to_do(self, lost):
        staff, _codes = lost
        client = with_password(staff)
        client.cookies["django_language"] = "en"
        page = client.post(STEP, {"code": "123456"})
        assert page.status_code == 422
        assert "the server has lost the key" in page.text and "reset_second_factor" in page.text

    def test_a_recovery_code_opens_all_the_same(self, lost):
        staff, codes = lost
        client = with_password(staff)
        assert client.post(STEP, {"code": codes[0]}).status_code == 302
        assert client.post(CODES, {"code": "123456"}).status_code == 422


class TestAnotherPhone:
    def test_the_new_one_opens_and_the_old_one_does_not(self):
        user, device = staff_with_device()
        client, elsewhere = come_in(user, device), with_password(user)
        elsewhere.post(STEP, {"code": shown(device.key, steps=1)})
        assert is_inside(elsewhere)
        TotpDevice.objects.update(last_step=0)
        key = key_on(client.get(PHONE))
        page = client.post(PHONE, {"code": shown(key), "current": shown(device.key)})
        assert len(codes_on(page)) == 10
        # This session goes on, every other one types a code of the new phone.
        assert is_inside(client) and not is_inside(elsewhere)
        assert elsewhere.post(STEP, {"code": shown(device.key)}).status_code == 422
        assert elsewhere.post(STEP, {"code": shown(key, steps=1)}).status_code == 302
        assert AuditLog.objects.filter(action="SECOND_FACTOR_CHANGED", actor=user).exists()

    def test_without_the_old_phone_a_recovery_code_does(self, owner):
        staff, codes = owner
        client = with_password(staff)
        client.post(STEP, {"code": codes[0]})
        key = key_on(client.get(PHONE))
        page = client.post(PHONE, {"code": shown(key), "current": codes[1]})
        assert len(codes_on(page)) == 10
        assert TotpDevice.objects.get().key == key

    @pytest.mark.parametrize("mistaken", ["code", "current"])
    def test_the_mistake_is_said_beside_its_field_and_uses_nothing_up(self, owner, mistaken):
        staff, codes = owner
        client = with_password(staff)
        client.post(STEP, {"code": codes[0]})
        key = key_on(client.get(PHONE))
        typed = {"code": shown(key), "current": codes[1]}
        answer = client.post(PHONE, typed | {mistaken: wrong(key)})
        assert answer.status_code == 422 and list(answer.context["form"].errors) == [mistaken]
        assert RecoveryCode.objects.filter(used_at=None).count() == 9
        assert client.post(PHONE, typed).status_code == 200


class TestAColleague:
    @pytest.fixture
    def boss(self):
        user, device = staff_with_device()
        return user, come_in(user, device)

    def address(self, user) -> str:
        return f"/admin-panel/staff/{user.pk}/second-step/"

    def test_a_superuser_removes_it_and_they_are_told(self, owner, boss):
        staff, codes = owner
        user, client = boss
        assert self.address(staff) in client.get(f"/admin/partners/user/{staff.pk}/change/").text
        assert client.get(self.address(staff)).status_code == 200
        assert client.post(self.address(staff)).status_code == 302
        row = AuditLog.objects.get(action="SECOND_FACTOR_RESET")
        assert (row.actor, row.entity_id) == (user, str(staff.pk))
        assert letters()[-1] == [staff.email]
        lost = with_password(staff)
        assert lost.post(STEP, {"code": codes[0]})["Location"] == SET_UP
        assert not RecoveryCode.objects.filter(user=staff).exists()
        assert is_inside(set_up(staff)[0])

    def test_what_they_had_open_closes(self, boss):
        user, device = staff_with_device()
        theirs = come_in(user, device)
        boss[1].post(self.address(user))
        assert not is_inside(theirs)

    def test_who_was_held_up_by_wrong_codes_may_go_on(self, boss):
        user, device = staff_with_device()
        for _ in range(6):
            with_password(user).post(STEP, {"code": wrong(device.key)})
        boss[1].post(self.address(user))
        device = factories.make_device(user)
        assert with_password(user).post(STEP, {"code": shown(device.key)}).status_code == 302

    def test_ones_own_is_not_removed_that_way(self, boss):
        user, client = boss
        assert client.post(self.address(user))["Location"] == SECURITY
        assert TotpDevice.objects.filter(user=user).exists()

    def test_who_has_none_loses_none(self, boss, staff):
        assert boss[1].get(self.address(staff)).status_code == 200
        boss[1].post(self.address(staff))
        assert not AuditLog.objects.filter(action="SECOND_FACTOR_RESET").exists()

    def test_partners_people_are_not_found_there(self, boss, partner):
        assert boss[1].get(self.address(partner.owner)).status_code == 404


class TestTheServer:
    def test_it_resets_by_email(self, owner):
        staff, _codes = owner
        out = io.StringIO()
        call_command("reset_second_factor", staff.email.upper(), stdout=out)
        assert "at the next login" in out.getvalue()
        assert AuditLog.objects.get(action="SECOND_FACTOR_RESET").actor is None
        assert letters()[-1] == [staff.email]
        assert is_inside(set_up(staff)[0])

    def test_who_is_not_known_or_has_none_is_said_so(self, staff):
        with pytest.raises(CommandError, match="Nobody here has the email"):
            call_command("reset_second_factor", "nobody@shop.uz")
        with pytest.raises(CommandError, match="has set up no second step"):
            call_command("reset_second_factor", staff.email)
