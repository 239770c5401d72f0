"""Who may edit people in Django's own admin does not thereby become somebody else."""

import pytest
from django.contrib.auth.models import Group, Permission

from partners.models import AuditLog, User
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW = {"usable_password": "true", "password1": "Boshqa-parol-77", "password2": "Boshqa-parol-77"}


def address(user, page="change") -> str:
    return f"/admin/partners/user/{user.pk}/{page}/"


def data(user, **changes) -> dict[str, str]:
    return {
        "first_name": "A",
        "last_name": "B",
        "email": user.email,
        "phone": user.phone or "",
        "language": "uz",
        "is_active": "on",
    } | changes


@pytest.fixture
def clerk(client):
    """May change people, and everything else there is in these two apps."""
    clerk = factories.make_staff(is_superuser=False)
    ours = Permission.objects.filter(content_type__app_label__in=["partners", "auth"])
    clerk.user_permissions.set(ours)
    client.force_login(clerk)
    return clerk


@pytest.fixture
def colleague():
    return factories.make_staff(is_superuser=False)


@pytest.fixture
def master():
    return factories.make_staff()


def test_one_corrects_a_sellers_name_and_phone(client, clerk, partner):
    assert client.post(address(partner.owner), data(partner.owner)).status_code == 302
    partner.owner.refresh_from_db()
    assert partner.owner.first_name == "A"


def test_one_cannot_raise_oneself(client, clerk):
    wanted = data(clerk, is_staff="on", is_superuser="on")
    assert client.post(address(clerk), wanted).status_code == 302
    clerk.refresh_from_db()
    assert (clerk.first_name, clerk.is_superuser) == ("A", False)


@pytest.mark.parametrize("whose", ["colleague", "master"])
def test_other_people_of_ours_are_left_alone(client, clerk, whose, request):
    other = request.getfixturevalue(whose)
    assert client.post(address(other), data(other)).status_code == 403
    assert client.get(address(other)).status_code == 200
    other.refresh_from_db()
    assert other.first_name != "A"


@pytest.mark.parametrize("whose", ["clerk", "colleague", "master", "owner"])
def test_nobodys_password_is_set(client, clerk, partner, whose, request):
    other = partner.owner if whose == "owner" else request.getfixturevalue(whose)
    assert client.get(address(other, "password")).status_code == 403
    assert client.post(address(other, "password"), NEW).status_code == 403
    assert User.objects.get(pk=other.pk).check_password(PASSWORD)
    assert address(other, "password") not in client.get(address(other)).content.decode()


def test_rights_are_not_given_through_a_group(client, clerk):
    group = Group.objects.create(name="Clerks")
    clerk.groups.add(group)
    wanted = {"name": "Masters", "permissions": [Permission.objects.first().pk]}
    for path in ("add/", f"{group.pk}/change/", f"{group.pk}/delete/"):
        assert client.post(f"/admin/auth/group/{path}", wanted).status_code == 403
    assert Group.objects.filter(name__in=["Clerks", "Masters"]).get() == group
    assert not group.permissions.exists()


def test_a_superuser_does_all_of_it(staff_client, colleague, partner):
    for user in (colleague, partner.owner):
        assert address(user, "password") in staff_client.get(address(user)).content.decode()
        assert staff_client.post(address(user, "password"), NEW).status_code == 302
        assert User.objects.get(pk=user.pk).check_password(NEW["password1"])
    staff_client.post(address(colleague), data(colleague, is_staff="on", is_superuser="on"))
    assert User.objects.get(pk=colleague.pk).is_superuser
    wanted = {"name": "Clerks", "permissions": [Permission.objects.first().pk]}
    assert staff_client.post("/admin/auth/group/add/", wanted).status_code == 302
    assert Group.objects.get(name="Clerks").permissions.exists()
    assert AuditLog.objects.filter(action="ADMIN_ADDED", entity_type="group").exists()
