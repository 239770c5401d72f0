"""Of what a person is told, how, and not at night."""

from datetime import time

import pytest

from partners.models import Delivery, NoticeChoice
from partners.models.notice_choices import Topic
from partners.services import choices
from partners.services.notice_kinds import KINDS
from tests import factories
from tests.partners.telling import at, due_of, join, tell

pytestmark = pytest.mark.django_db
PATH = "/partner-dashboard/settings/notifications/"


def choose(user, topic, mode, channel="email"):
    choices.choose(user=user, wishes={(topic, channel): mode}, runs_it=True)


def quiet(user, begin, end):
    choices.set_quiet_hours(user=user, begin=time(*begin), end=time(*end))


def test_every_topic_begins_somehow():
    assert set(choices.DEFAULTS) == set(Topic)
    assert {kind.topic for kind in KINDS.values()} <= set(Topic)


@at("12:00")
def test_without_a_choice_trouble_comes_at_once_and_refusals_in_the_evening(partner):
    tell(partner, "sync_trouble")
    tell(partner, "listing_error")
    assert due_of(partner.owner) == [("due", "25 12:00"), ("digest", "25 21:00")]


@at("12:00")
@pytest.mark.parametrize(
    ("mode", "due"),
    [("at_once", [("due", "25 12:00")]), ("digest", [("digest", "25 21:00")]), ("off", [])],
)
def test_a_choice_is_kept_to(partner, mode, due):
    choose(partner.owner, "sync_trouble", mode)
    tell(partner, "sync_trouble")
    assert due_of(partner.owner) == due


def test_of_what_is_as_it_begins_nothing_is_kept(partner):
    choose(partner.owner, "sync_trouble", "off")
    assert NoticeChoice.objects.count() == 1
    choose(partner.owner, "sync_trouble", "at_once")
    assert not NoticeChoice.objects.exists()


@at("22:00")
def test_after_nine_the_evening_is_tomorrow_s(partner):
    tell(partner, "listing_error")
    assert due_of(partner.owner) == [("digest", "26 21:00")]


@pytest.mark.parametrize(
    ("clock", "due"),
    [("21:59", "25 21:59"), ("22:00", "26 08:00"), ("23:30", "26 08:00"), ("03:00", "25 08:00")],
)
def test_at_night_it_waits_for_the_morning(partner, clock, due):
    quiet(partner.owner, (22, 0), (8, 0))
    with at(clock):
        tell(partner, "sync_trouble")
        assert due_of(partner.owner) == [("due", due)]


@at("13:00")
def test_quiet_hours_may_lie_within_a_day(partner):
    quiet(partner.owner, (12, 0), (14, 30))
    tell(partner, "sync_trouble")
    assert due_of(partner.owner) == [("due", "25 14:30")]


@at("12:00")
def test_an_evening_message_that_falls_into_them_waits_too(partner):
    quiet(partner.owner, (20, 0), (7, 30))
    tell(partner, "listing_error")
    assert due_of(partner.owner) == [("digest", "26 07:30")]


@at("23:00")
@pytest.mark.parametrize("topic", ["account", "approval"])
def test_decisions_and_security_come_at_any_hour(partner, topic):
    quiet(partner.owner, (22, 0), (8, 0))
    tell(partner, topic)
    assert due_of(partner.owner) == [("due", "25 23:00")]


def test_letters_begin_with_those_who_run_it_and_others_may_ask_for_them(partner):
    viewer, asking = join(partner, "viewer"), join(partner, "operator")
    choices.choose(user=asking, wishes={("sync_trouble", "email"): "at_once"}, runs_it=False)
    tell(partner, "sync_trouble")
    told = Delivery.objects.filter(channel="email").values_list("notification__user", flat=True)
    assert set(told) == {partner.owner.pk, asking.pk}
    assert viewer.notifications.count() == 1


def test_what_waits_already_is_not_sent_after_it_was_turned_off(partner):
    tell(partner, "sync_trouble")
    tell(partner, "approval")
    choose(partner.owner, "sync_trouble", "off")
    states = Delivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["off", "due"]


class TestPage:
    def sent(self, client, **changes):
        page = client.get(PATH)
        form = page.context["form"]
        data = {name: form[name].value() or "" for name in form.fields}
        return client.post(PATH, data | changes)

    def test_it_keeps_what_was_chosen(self, partner_client, partner):
        changes = {"sync_trouble-email": "off", "quiet_from": "22:00", "quiet_until": "08:00"}
        assert self.sent(partner_client, **changes)["Location"] == PATH
        partner.owner.refresh_from_db()
        assert partner.owner.quiet_from == time(22, 0)
        (kept,) = NoticeChoice.objects.all()
        assert (kept.topic, kept.channel, kept.mode) == ("sync_trouble", "email", "off")
        form = partner_client.get(PATH).context["form"]
        assert form["sync_trouble-email"].value() == "off"

    def test_security_is_no_choice(self, partner_client):
        assert "account-email" not in partner_client.get(PATH).context["form"].fields
        self.sent(partner_client, **{"account-email": "off"})
        assert not NoticeChoice.objects.exists()

    @pytest.mark.parametrize(
        "changes",
        [
            {"quiet_from": "22:00"},
            {"quiet_from": "22:00", "quiet_until": "22:00"},
            {"quiet_from": "25:00", "quiet_until": "08:00"},
            {"sync_trouble-email": "sometimes"},
        ],
    )
    def test_nonsense_is_explained_and_changes_nothing(self, partner_client, partner, changes):
        assert self.sent(partner_client, **changes).status_code == 422
        partner.owner.refresh_from_db()
        assert partner.owner.quiet_from is None
        assert not NoticeChoice.objects.exists()

    def test_who_waits_for_approval_chooses_too(self, client):
        client.force_login(factories.make_partner(state="pending").owner)
        assert client.get(PATH).status_code == 200

    def test_our_people_choose_of_what_they_are_told(self, staff_client):
        page = staff_client.get("/admin-panel/settings/notifications/")
        topics = {topic.value for topic in page.context["form"].topics}
        assert {"approval", "sync_trouble"} <= topics
        assert "new_order" not in topics
