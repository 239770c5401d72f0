"""Whoever left a company, or was switched off, is told nothing of it, however long it waited."""

from datetime import time

import pytest

from partners.models import Delivery, Member, User
from partners.services import choices, deliveries, digests, evenings, team
from tests import factories
from tests.partners.talking import partner_says
from tests.partners.telegram.linking import link
from tests.partners.telling import at, due_of, join, tell

pytestmark = pytest.mark.django_db
CHAT = 55


@pytest.fixture
def reader(partner, telegram) -> User:
    user = join(partner, "operator")
    link(user, CHAT)
    choices.set_quiet_hours(user=user, begin=time(22), end=time(7))
    return user


def remove(user) -> None:
    """As the team's page does."""
    member = Member.objects.get(user=user)
    team.remove(member=member, by=Member.objects.get(partner=member.partner, role="owner"))


def lose(user) -> None:
    """By the tables, past every service."""
    Member.objects.filter(user=user).delete()


def switch_off(user) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


LEAVING = [remove, lose, switch_off]


@pytest.mark.parametrize("leave", LEAVING)
def test_what_quiet_hours_held_is_not_sent(partner, telegram, reader, leave):
    with at("23:00"):
        tell(partner, "new_order")
    leave(reader)
    with at("07:01", day=26):
        deliveries.send_due("telegram")
    assert telegram.said_to(CHAT) == []
    assert Delivery.objects.get(notification__user=reader, channel="telegram").state == "off"


@pytest.mark.parametrize("leave", LEAVING)
def test_the_summary_of_the_day_is_not_sent(partner, telegram, reader, leave):
    with at("20:30"):
        evenings.tell(partner.pk)
    leave(reader)
    with at("21:00"):
        assert not digests.send(reader.pk, "telegram")
    assert telegram.said_to(CHAT) == []


def test_what_waits_is_held_as_soon_as_they_are_removed(partner, reader):
    with at("23:00"):
        tell(partner, "new_order")
    remove(reader)
    assert [state for state, _ in due_of(reader, "telegram")] == ["off"]


def test_of_another_company_they_are_told_as_before(partner, telegram, reader):
    other = factories.make_partner()
    Member.objects.create(partner=other, user=reader, role="viewer")
    with at("12:00"):
        tell(partner, "new_order", 1)
        tell(other, "new_order", 2)
        remove_from_first = Member.objects.get(user=reader, partner=partner)
        team.remove(member=remove_from_first, by=Member.objects.get(partner=partner, role="owner"))
        deliveries.send_due("telegram")
    assert len(telegram.said_to(CHAT)) == 1


def test_our_people_are_told_of_every_company(partner, telegram, staff):
    link(staff, CHAT)
    with at("12:00"):
        partner_says(partner, "Salom")
        deliveries.send_due("telegram")
    assert len(telegram.said_to(CHAT)) == 1
