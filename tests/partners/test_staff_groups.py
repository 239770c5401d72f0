"""Our own people see the sections they may open, and no others."""

import re

import pytest
from django.contrib.auth.models import Group, Permission

from sellercloudx.pages.navigation import STAFF_SECTIONS
from sellercloudx.staff_groups import GROUPS, make_groups
from tests import factories

pytestmark = pytest.mark.django_db
ALWAYS = {"/admin/", "/admin-panel/components/"}
HOME = {"/admin-panel/", "/admin-panel/partners/"}
SECTIONS = {
    "support": HOME
    | {
        "/admin-panel/audit/",
        "/admin-panel/chat/",
        "/admin-panel/shops/",
        "/admin-panel/tickets/",
    },
    "moderator": HOME | {"/admin-panel/audit/"},
    "finance": HOME | {"/admin-panel/analytics/"},
    "ai_operator": HOME | {"/admin-panel/ai/"},
}


def sections(client) -> set[str]:
    page = client.get("/admin-panel/components/").content.decode()
    side = re.search(r'<nav class="side.*?</nav>', page, re.S)[0]
    items = side[side.index('<ul class="items">') :]
    return set(re.findall(r'href="(/[^"#]*)"', items))


def member_of(group):
    user = factories.make_staff(is_superuser=False)
    user.groups.add(Group.objects.get(name=group))
    return user


def test_every_permission_exists():
    for name, wanted in GROUPS.items():
        assert Group.objects.get(name=name).permissions.count() == len(wanted), name


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_sees_the_sections_it_may_open(client, group):
    client.force_login(member_of(group))
    shown = sections(client)
    assert shown == SECTIONS[group] | ALWAYS
    for address in shown:
        assert client.get(address).status_code == 200, address


def test_a_superuser_sees_all(staff_client):
    assert len(sections(staff_client)) == len(STAFF_SECTIONS)


def test_staff_without_rights_sees_only_what_opens(client):
    client.force_login(factories.make_staff(is_superuser=False))
    assert sections(client) == ALWAYS


def test_only_a_moderator_is_offered_decisions(client):
    partner = factories.make_partner(state="pending")
    for group in GROUPS:
        client.force_login(member_of(group))
        page = client.get(f"/admin-panel/partners/{partner.pk}/").content.decode()
        assert ("/approve/" in page) == (group == "moderator"), group


def test_another_migrate_keeps_what_a_superuser_gave():
    group = Group.objects.get(name="finance")
    more = Permission.objects.get(codename="view_product")
    group.permissions.add(more)
    before = set(group.permissions.all())
    make_groups()
    assert set(group.permissions.all()) == before
