"""Who asks comes with what every page shows of them, in one query."""

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.test import RequestFactory

from partners.models import Notification, User
from sellercloudx.middleware import current_partner
from sellercloudx.visitor import Backend, visitor
from tests import factories

pytestmark = pytest.mark.django_db


def tell(user, count: int, **fields):
    for number in range(count):
        Notification.objects.create(
            user=user, kind="registered", data={}, dedupe=f"{fields}{number}", **fields
        )


def test_the_companies_come_with_the_person(django_assert_num_queries):
    user = factories.make_user()
    first = factories.make_partner(user=user)
    second = factories.make_partner(user=user, role="viewer")
    factories.make_connection(second, is_sandbox=False)
    with django_assert_num_queries(1):
        found = visitor(user.pk)
        assert found == user
        assert [place.partner for place in found.places] == [first, second]
        assert [place.role for place in found.places] == ["owner", "viewer"]
        assert all(place.user is found for place in found.places)
    assert [place.has_sandbox for place in found.places] == [False, False]


def test_a_shop_of_the_sandbox_is_told_where_it_is(partner):
    other = factories.make_partner(user=partner.owner)
    factories.make_connection(other)
    factories.make_connection(partner, state="disconnected")
    assert [place.has_sandbox for place in visitor(partner.owner.pk).places] == [False, True]


def test_only_ones_own_unread_notices_are_counted(partner):
    tell(partner.owner, 3)
    tell(partner.owner, 2, read_at="2026-11-01T00:00:00Z")
    tell(factories.make_partner(user=partner.owner).owner, 1, url="/")
    tell(factories.make_user(), 5)
    assert visitor(partner.owner.pk).unread == 4


def test_our_own_people_are_told_how_many_applications_wait(staff, partner):
    for state in ("pending", "pending", "rejected"):
        factories.make_partner(state=state)
    assert (visitor(staff.pk).waiting, visitor(staff.pk).places) == (2, [])
    assert visitor(partner.owner.pk).waiting == 0


def test_nobody_comes_back_for_a_closed_account_or_an_unknown_number(partner):
    User.objects.filter(pk=partner.owner.pk).update(is_active=False)
    assert Backend().get_user(partner.owner.pk) is None
    assert Backend().get_user(0) is None


def test_who_has_just_signed_in_is_asked_for(partner, client):
    """Their user came from the login, not from a session."""
    request = RequestFactory().get("/")
    request.session, request.user = {}, User.objects.get(pk=partner.owner.pk)
    current_partner(lambda asked: None)(request)
    assert request.partner == partner


def test_a_visitor_without_an_account_has_no_company():
    request = RequestFactory().get("/")
    request.session, request.user = {}, AnonymousUser()
    current_partner(lambda asked: None)(request)
    assert not request.partner


def test_rights_of_a_person_and_of_their_groups_are_one_question(django_assert_num_queries):
    person = factories.make_user(is_staff=True)
    person.groups.add(Group.objects.get(name="moderator"))
    person.user_permissions.add(Permission.objects.get(codename="view_auditseal"))
    person = Backend().get_user(person.pk)
    with django_assert_num_queries(1):
        assert person.has_perm("partners.change_partner")
        assert person.has_perm("partners.view_auditseal")
        assert not person.has_perm("partners.delete_partner")
    assert person.get_all_permissions() == (
        person.get_user_permissions() | person.get_group_permissions()
    )
    person.is_active = False
    assert not person.has_perm("partners.change_partner")
    assert Backend().get_all_permissions(person) == set()


def test_a_session_finds_its_person_with_everything(partner_client, partner):
    request = RequestFactory().get("/")
    request.session = partner_client.session
    assert get_user(request).places[0].partner == partner
