"""An invitation lets one person into one team once; whatever else happens has its sentence."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners import limits
from partners.models import AuditLog, Delivery, Invitation, Member, Notification, Partner, User
from partners.services import deliveries, invitations, team
from tests import factories
from tests.at_once import ROUNDS, at_once
from tests.partners.applications import PASSWORD

Role = Member.Role
TEAM, HOME = "/partner-dashboard/team/", "/partner-dashboard/"
db = pytest.mark.django_db
PERSON = {
    "first_name": "Dilnoza",
    "last_name": "Rahimova",
    "phone": "+998 90 765 43 21",
    "email": "dilnoza@example.uz",
    "password": PASSWORD,
    "accept_terms": "on",
}


def owner_of(partner) -> Member:
    return partner.members.get(user=partner.owner)


def make(partner, role=Role.OPERATOR, **about) -> Invitation:
    return invitations.invite(role=role, by=owner_of(partner), **about)


def link_in(answer) -> str:
    return re.search(r'value="[^"]*(/join/[^"]+)"', answer.content.decode())[1]


@pytest.fixture
def visitor():
    return Client()


@pytest.fixture
def somebody(visitor):
    """With an account and a company of their own."""
    own = factories.make_partner()
    visitor.force_login(own.owner)
    return own.owner


def invite(client, role=Role.OPERATOR, **more):
    return client.post(f"{TEAM}invite/", {"role": role} | more)


@db
def test_the_link_is_shown_once(partner_client):
    link = link_in(invite(partner_client, note="Dilnoza"))
    page = partner_client.get(TEAM).content.decode()
    assert "Dilnoza" in page and link not in page


@db
def test_the_database_does_not_tell_the_link(partner_client):
    token = link_in(invite(partner_client, email="a@example.uz")).split("/")[2]
    rows = [*Invitation.objects.values(), *AuditLog.objects.values()]
    rows += Notification.objects.values()
    assert token not in str(rows)


@db
def test_a_newcomer_makes_an_account_and_is_in(partner, visitor):
    path = make(partner, Role.MANAGER).path
    page = visitor.get(path).content.decode()
    assert partner.company_name in page and "Menejer" in page
    assert visitor.post(path, PERSON)["Location"] == HOME
    member = Member.objects.get(user__phone="+998907654321")
    assert (member.partner, member.role) == (partner, Role.MANAGER)
    assert member.user.check_password(PASSWORD)
    assert visitor.get(HOME).wsgi_request.partner == partner


@db
@pytest.mark.parametrize("missing", ["first_name", "phone", "password", "accept_terms"])
def test_an_account_needs_all_of_it_and_consent(partner, visitor, missing):
    invitation = make(partner)
    assert visitor.post(invitation.path, PERSON | {missing: ""}).status_code == 422
    assert not User.objects.filter(phone="+998907654321").exists()
    assert invitations.find(invitation.token)


@db
@pytest.mark.parametrize("field", ["phone", "email"])
def test_who_has_an_account_is_told_to_log_in(partner, visitor, field):
    factories.make_user(**{field: {"phone": "+998907654321", "email": PERSON["email"]}[field]})
    answer = visitor.post(make(partner).path, PERSON)
    assert answer.status_code == 422
    assert "hisob ochilgan" in answer.content.decode()
    assert partner.members.count() == 1


@db
def test_who_logs_in_comes_back_to_the_link(partner, visitor):
    user, path = factories.make_user(), make(partner).path
    assert f"{reverse('partners:login')}?next={path}" in visitor.get(path).content.decode()
    login = {"login": user.phone, "password": factories.PASSWORD, "next": path}
    assert visitor.post("/login/", login)["Location"] == path
    assert visitor.post(path)["Location"] == HOME
    assert partner.members.filter(user=user).exists()


@db
def test_a_person_is_then_in_several_companies(partner, somebody, visitor):
    visitor.post(make(partner).path)
    assert visitor.get(HOME).wsgi_request.partner == partner
    own = Partner.objects.get(members__user=somebody, members__role=Role.OWNER)
    visitor.post("/partner-dashboard/switch/", {"partner": own.pk})
    assert visitor.get(HOME).wsgi_request.partner == own


def use(invitation, user):
    invitations.accept(invitation=invitation, user=factories.make_user())


def expire(invitation, user):
    past = timezone.now() - timedelta(seconds=1)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=past)


def revoke(invitation, user):
    invitations.revoke(invitation=invitation, by=owner_of_invited(invitation))


def owner_of_invited(invitation) -> Member:
    return invitation.partner.members.get(role=Role.OWNER)


def block(invitation, user):
    Partner.objects.filter(pk=invitation.partner_id).update(state="blocked")


def be_in(invitation, user):
    Member.objects.create(partner=invitation.partner, user=user, role=Role.VIEWER)


@db
@pytest.mark.parametrize(
    ("what", "status", "words"),
    [
        (use, 410, "allaqachon ishlatilgan"),
        (expire, 410, "muddati oʻtgan"),
        (revoke, 410, "qaytarib olingan"),
        (block, 410, "hozir ishlay olmaydi"),
        (be_in, 409, "Siz bu jamoada borsiz"),
    ],
)
def test_each_trouble_has_its_sentence(partner, somebody, visitor, what, status, words):
    invitation = make(partner, Role.MANAGER)
    what(invitation, somebody)
    for method in ("get", "post"):
        answer = getattr(visitor, method)(invitation.path)
        assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert not Member.objects.filter(user=somebody, partner=partner, role=Role.MANAGER).exists()


@db
@pytest.mark.parametrize("token", ["x", "0" * 43, "%00", "ʼ" * 20])
def test_a_link_nobody_made_is_not_known(visitor, token):
    answer = visitor.get(f"/join/{token}/")
    assert answer.status_code == 404
    assert "Bunday taklif bizda yoʻq" in answer.content.decode()


@db
def test_a_manager_invites_only_those_below(client, partner):
    manager = Member.objects.create(partner=partner, user=factories.make_user(), role=Role.MANAGER)
    client.force_login(manager.user)
    assert invite(client, Role.VIEWER).status_code == 200
    for role in (Role.OWNER, Role.MANAGER, "", "admin"):
        assert invite(client, role).status_code == 422
    above = make(partner, Role.OWNER)
    assert client.post(f"{TEAM}invite/{above.pk}/revoke/").status_code == 403
    assert Invitation.objects.count() == 2


@db
@pytest.mark.parametrize("loses", ["demoted", "removed"])
def test_links_of_those_who_may_not_invite_any_more_end(partner, loses):
    manager = Member.objects.create(partner=partner, user=factories.make_user(), role=Role.MANAGER)
    invitation = invitations.invite(role=Role.VIEWER, by=manager, email="a@example.uz")
    if loses == "demoted":
        team.change_role(member=manager, role=Role.OPERATOR, by=owner_of(partner))
    else:
        team.remove(member=manager, by=owner_of(partner))
    with pytest.raises(invitations.Unusable) as refused:
        invitations.find(invitation.token)
    assert refused.value.reason == invitations.Reason.REVOKED
    assert deliveries.send_due("email") == 0


@db
def test_it_is_mailed_where_an_address_was_given(partner_client, partner):
    link = link_in(invite(partner_client, email="Yangi@Example.uz"))
    assert deliveries.send_due("email") == 1
    (letter,) = mail.outbox
    assert letter.to == ["yangi@example.uz"]
    assert partner.company_name in letter.subject
    assert link in letter.body
    assert "Salom!" in letter.body and "roʻyxat" not in letter.body


@db
def test_what_was_taken_back_is_not_mailed(partner):
    revoke(make(partner, email="a@example.uz"), None)
    assert deliveries.send_due("email") == 0
    assert mail.outbox == []


@db
def test_mail_that_cannot_be_sent_is_shown_to_staff(partner, staff_client):
    make(partner, email="a@example.uz")
    Delivery.objects.update(state="failed")
    assert "a@example.uz" in staff_client.get("/admin-panel/").content.decode()


@db
def test_who_invited_is_told(partner, somebody, visitor):
    visitor.post(make(partner).path)
    told = Notification.objects.get(kind="member_joined")
    assert told.user == partner.owner
    assert told.data["person"] == somebody.get_full_name()


@db
def test_it_is_audited(partner, somebody, visitor):
    visitor.post(make(partner).path)
    revoke(make(partner), None)
    entries = AuditLog.objects.for_partner(partner).order_by("pk")
    actions = entries.values_list("action", flat=True)
    made, ended = ["INVITATION_CREATED"], ["INVITATION_REVOKED"]
    assert [a for a in actions if "INV" in a] == made + ["INVITATION_ACCEPTED"] + made + ended


@db
def test_consent_of_a_newcomer_is_written_down(partner, visitor):
    visitor.post(make(partner).path, PERSON)
    entry = AuditLog.objects.get(action="INVITATION_ACCEPTED")
    assert entry.after["terms"] and entry.actor.phone == "+998907654321"


@db
def test_one_partner_does_not_mail_the_whole_world(partner_client, monkeypatch):
    monkeypatch.setattr(limits, "INVITATIONS_BY_PARTNER", "2/h")
    assert [invite(partner_client).status_code for _ in range(3)] == [200, 200, 429]
    assert Invitation.objects.count() == 2


@db
def test_one_address_does_not_try_for_ever(partner, visitor, monkeypatch):
    monkeypatch.setattr(limits, "JOINS_BY_ADDRESS", "2/h")
    path = make(partner).path
    assert [visitor.post(path).status_code for _ in range(3)] == [422, 422, 429]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_it_at_the_same_moment_one_is_in():
    for _ in range(ROUNDS):
        partner = factories.make_partner()
        invitation = make(partner)

        def come_in(user, invitation=invitation):
            return lambda: invitations.accept(invitation=invitation, user=user)

        came = at_once(come_in(factories.make_user()), come_in(factories.make_user()))
        assert sorted(type(one).__name__ for one in came) == ["Member", "Unusable"]
        assert partner.members.count() == 2
