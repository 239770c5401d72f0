"""The people of a partner: who decides about whom, and that an owner always remains."""

import pytest
from django.db import IntegrityError, transaction

from partners.models import AuditLog, Member
from partners.services import api_keys, team
from tests import factories
from tests.at_once import ROUNDS, at_once

Role = Member.Role
TEAM = "/partner-dashboard/team/"
db = pytest.mark.django_db


def join(partner, role, **user) -> Member:
    return Member.objects.create(partner=partner, user=factories.make_user(**user), role=role)


def role_of(member) -> str | None:
    return Member.objects.filter(pk=member.pk).values_list("role", flat=True).first()


@pytest.fixture
def as_role(client, partner):
    """A client signed in as a member of this role."""

    def sign_in(role):
        member = join(partner, role)
        client.force_login(member.user)
        return client

    return sign_in


def give(client, member, role):
    return client.post(f"{TEAM}{member.pk}/role/", {"role": role})


def remove(client, member):
    return client.post(f"{TEAM}{member.pk}/remove/")


@db
@pytest.mark.parametrize("role", Role.values)
def test_everybody_sees_who_is_in_the_team(as_role, partner, role):
    join(partner, Role.MANAGER, first_name="Dilnoza")
    page = as_role(role).get(TEAM).content.decode()
    assert "Dilnoza" in page and "Menejer" in page


@db
def test_the_section_stands_in_the_navigation(as_role):
    assert f'href="{TEAM}"' in as_role(Role.VIEWER).get("/partner-dashboard/").content.decode()


@db
def test_an_owner_changes_any_role(partner_client, partner):
    member = join(partner, Role.OPERATOR)
    for role in (Role.OWNER, Role.VIEWER, Role.MANAGER):
        assert give(partner_client, member, role).status_code == 302
        assert role_of(member) == role


@db
def test_a_role_nobody_knows_is_not_given(partner_client, partner):
    member = join(partner, Role.OPERATOR)
    for role in ("", "admin", "OWNER"):
        assert give(partner_client, member, role).status_code == 422
        assert role_of(member) == Role.OPERATOR
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.filter(pk=member.pk).update(role="admin")


@db
@pytest.mark.parametrize("target", [Role.OWNER, Role.MANAGER])
def test_a_manager_leaves_owners_and_managers_alone(as_role, partner, target):
    other, client = join(partner, target), as_role(Role.MANAGER)
    assert client.get(f"{TEAM}{other.pk}/").status_code == 403
    assert remove(client, other).status_code == 403
    give(client, other, Role.VIEWER)
    assert role_of(other) == target


@db
def test_a_manager_manages_those_below(as_role, partner):
    other, client = join(partner, Role.OPERATOR), as_role(Role.MANAGER)
    assert give(client, other, Role.VIEWER).status_code == 302
    assert role_of(other) == Role.VIEWER
    for above in (Role.MANAGER, Role.OWNER):
        give(client, other, above)
        assert role_of(other) == Role.VIEWER
    assert remove(client, other).status_code == 302
    assert role_of(other) is None


@db
def test_whoever_is_removed_is_out_at_once(client, partner):
    member, other = join(partner, Role.OPERATOR), type(client)()
    client.force_login(member.user)
    other.force_login(partner.owner)
    assert client.get(TEAM).status_code == 200
    remove(other, member)
    assert client.get(TEAM).status_code == 302


@db
def test_keys_that_somebody_made_are_named_on_the_page_and_end_with_them(partner_client, partner):
    member = join(partner, Role.MANAGER)
    other_partner = factories.make_partner(user=member.user)
    ask = {"name": "Ombor dasturi", "scopes": ["stock:read"], "expires_at": None}
    _key, token = api_keys.create_key(partner=partner, by=member.user, **ask)
    _key, kept = api_keys.create_key(partner=partner, by=partner.owner, **ask)
    _key, elsewhere = api_keys.create_key(partner=other_partner, by=member.user, **ask)
    page = partner_client.get(f"{TEAM}{member.pk}/").content.decode()
    assert page.count("Ombor dasturi") == 1 and token[:12] in page
    remove(partner_client, member)
    assert api_keys.find_key(token) is None
    assert api_keys.find_key(kept) and api_keys.find_key(elsewhere)
    assert AuditLog.objects.get(action="API_KEY_REVOKED").actor == partner.owner


@db
def test_the_last_owner_stays(partner_client, partner):
    owner = partner.members.get()
    join(partner, Role.OWNER, is_active=False)
    for answer in (give(partner_client, owner, Role.VIEWER), remove(partner_client, owner)):
        assert answer.status_code == 302
    assert "kompaniyaga egasi kerak" in partner_client.get(TEAM).content.decode()
    assert role_of(owner) == Role.OWNER


@db
def test_another_owner_lets_one_go(partner_client, partner):
    owner = partner.members.get()
    join(partner, Role.OWNER)
    remove(partner_client, owner)
    assert role_of(owner) is None


@db
def test_each_change_is_audited(partner_client, partner):
    member = join(partner, Role.OPERATOR)
    give(partner_client, member, Role.VIEWER)
    give(partner_client, member, Role.VIEWER)
    remove(partner_client, member)
    changed = AuditLog.objects.get(action="PERMISSION_CHANGED")
    assert (changed.partner, changed.actor) == (partner, partner.owner)
    assert (changed.before["role"], changed.after["role"]) == ("operator", "viewer")
    removed = AuditLog.objects.get(action="MEMBER_REMOVED")
    assert removed.before == {"role": "viewer", "user": member.user_id}


@db
def test_a_role_that_was_taken_away_decides_nothing(partner):
    """The page was opened before; the one who asks is looked at as they are now."""
    manager, other = join(partner, Role.MANAGER), join(partner, Role.OPERATOR)
    Member.objects.filter(pk=manager.pk).update(role=Role.VIEWER)
    with pytest.raises(team.NotYours):
        team.remove(member=other, by=manager)
    manager.delete()
    with pytest.raises(team.Gone):
        team.change_role(member=other, role=Role.VIEWER, by=Member(pk=10**9, partner=partner))


@db
def test_the_member_of_another_partner_decides_nothing(partner):
    stranger = factories.make_partner().members.get()
    with pytest.raises(team.Gone):
        team.remove(member=join(partner, Role.VIEWER), by=stranger)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("decision", ["demote", "remove"])
def test_two_owners_who_take_each_other_out_leave_one(decision):
    for _ in range(ROUNDS):
        partner = factories.make_partner()
        first, second = partner.members.get(), join(partner, Role.OWNER)

        def take_out(member, by):
            if decision == "remove":
                return lambda: team.remove(member=member, by=by)
            return lambda: team.change_role(member=member, role=Role.VIEWER, by=by)

        came = at_once(take_out(second, first), take_out(first, second))
        assert partner.members.filter(role=Role.OWNER).count() == 1
        assert [type(one) for one in came if one] in ([team.NotYours], [team.Gone])


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_the_same_moment_leave_one():
    for _ in range(ROUNDS):
        partner = factories.make_partner()
        first, second = partner.members.get(), join(partner, Role.OWNER)
        came = at_once(
            lambda first=first: team.remove(member=first, by=first),
            lambda second=second: team.change_role(member=second, role=Role.VIEWER, by=second),
        )
        assert partner.members.filter(role=Role.OWNER).count() == 1
        assert [type(one) for one in came if one] == [team.LastOwner]


@db
def test_nor_do_our_own_people_take_the_last_owner_away(staff_client, partner):
    owner = partner.members.get()
    page = f"/admin/partners/member/{owner.pk}"
    wanted = {"partner": partner.pk, "user": owner.user_id, "role": "viewer"}
    assert staff_client.post(f"{page}/change/", wanted).status_code == 403
    assert staff_client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": owner.pk, "post": "yes"}
    staff_client.post("/admin/partners/member/", chosen)
    assert role_of(owner) == Role.OWNER
    join(partner, Role.OWNER)
    assert staff_client.post(f"{page}/change/", wanted).status_code == 302
    assert role_of(owner) == Role.VIEWER
