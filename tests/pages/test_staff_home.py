"""The first page of our own people: what waits for a person, each thing with its page."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from marketplaces.models import Connection, Operation, Stream
from partners.models import Delivery, Notification, Partner, TelegramLink
from partners.services import chat
from tests import factories

pytestmark = pytest.mark.django_db
HOME = "/admin-panel/"
SHOPS = "/admin-panel/shops/"


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["django_language"] = "en"


def delivery(user, **fields) -> Delivery:
    notice = Notification.objects.create(user=user, kind="registered", dedupe=uuid.uuid4().hex)
    return Delivery.objects.create(notification=notice, channel="email", **fields)


def parked(shop, ago=timedelta(0), target="SKU-1") -> None:
    operation = Operation.objects.create(
        partner=shop.partner,
        connection=shop,
        kind="push_price",
        target=target,
        dedupe=uuid.uuid4().hex,
        state="parked",
        due_at=timezone.now(),
    )
    Operation.objects.filter(pk=operation.pk).update(created_at=timezone.now() - ago)


def trouble(rows: int = 1) -> None:
    """Some of everything that waits for a person."""
    for _ in range(rows):
        factories.make_partner(state="pending")
        partner = factories.make_partner()
        user = partner.owner
        chat.send(partner=partner, by=user, is_from_staff=False, text="?", client_id=uuid.uuid4())
        factories.make_connection(partner, state="parked", error_kind="config")
        parked(factories.make_connection(partner, state="degraded"), ago=timedelta(hours=5))
        delivery(user, state="failed")
        delivery(
            user, state="due", attempts=2, error="ConnectionRefusedError", due_at=timezone.now()
        )
        now = timezone.now()
        TelegramLink.objects.create(user=user, chat_id=user.pk, state="blocked", linked_at=now)


def tiles(client) -> dict[str, int]:
    return {str(tile["label"]): tile["count"] for tile in client.get(HOME).context["tiles"]}


def test_an_empty_home_says_so(staff_client, partner):
    factories.make_connection(partner)
    page = staff_client.get(HOME)
    assert page.context["tiles"] == []
    assert "Nothing needs a person now" in page.content.decode()


def test_each_thing_is_counted_with_the_age_of_its_oldest(staff_client):
    trouble(rows=2)
    Partner.objects.filter(state="pending").update(
        state_changed_at=timezone.now() - timedelta(minutes=7)
    )
    assert tiles(staff_client) == {
        "Applications": 2,
        "Unread chats": 2,
        "Shops: key refused": 2,
        "Shops: slowed down": 2,
        "Operations without an answer": 2,
        "Messages that did not arrive": 2,
        "Letters the mail server does not take": 2,
        "Bots that were blocked": 2,
    }
    page = staff_client.get(HOME).content.decode()
    for age in ("7 min ago", "5 h ago"):
        assert age in page


@pytest.mark.parametrize(
    ("group", "seen"),
    [
        (
            "support",
            {"Applications", "Unread chats", "Shops: key refused", "Shops: slowed down"}
            | {"Operations without an answer"},
        ),
        ("moderator", {"Applications", "Messages that did not arrive"}),
        ("finance", {"Applications"}),
        ("ai_operator", {"Applications"}),
    ],
)
def test_a_group_sees_what_it_may_open_and_no_link_is_refused(client, group, seen):
    trouble()
    client.force_login(factories.make_colleague(group))
    page = client.get(HOME)
    assert {str(tile["label"]) for tile in page.context["tiles"]} == seen
    for tile in page.context["tiles"]:
        assert client.get(tile["url"]).status_code == 200, tile["url"]
    assert (b"/again/" in page.content) == (group == "moderator")


def test_a_superusers_links_lead_to_what_is_counted(staff_client):
    trouble()
    for tile in staff_client.get(HOME).context["tiles"]:
        assert staff_client.get(tile["url"]).status_code == 200, tile["url"]


def test_the_longest_waiting_stands_first(staff_client):
    first, second = (factories.make_partner(state="pending") for _ in range(2))
    # Rejected once, and sent again after the other.
    Partner.objects.filter(pk=first.pk).update(state_changed_at=timezone.now())
    assert list(staff_client.get(HOME).context["pending"]) == [second, first]


def test_what_a_colleague_has_taken_over_or_i_have_read_does_not_wait_for_me(staff_client, staff):
    trouble(rows=3)
    mine, taken, read = (room.partner for room in chat.ChatRoom.objects.order_by("pk"))
    chat.ChatRoom.objects.filter(partner=taken).update(assigned=factories.make_staff())
    staff_client.get(f"/admin-panel/chat/{read.pk}/")
    assert tiles(staff_client)["Unread chats"] == 1


@pytest.mark.parametrize("rows", [0, 1, 12])
def test_eight_queries_at_most(staff_client, django_assert_max_num_queries, rows):
    trouble(rows)
    with django_assert_max_num_queries(8):
        staff_client.get(HOME)


class TestShops:
    def shown(self, client, show="") -> list[Connection]:
        return client.get(SHOPS, {"show": show}).context["page"].rows

    def test_each_view_shows_its_own(self, staff_client, partner):
        make = factories.make_connection
        well, refused, slow, stuck = (
            make(partner, state=state) for state in ("active", "parked", "degraded", "active")
        )
        parked(stuck)
        assert self.shown(staff_client) == [stuck, slow, refused]
        assert self.shown(staff_client, "parked") == [refused]
        assert self.shown(staff_client, "degraded") == [slow]
        assert self.shown(staff_client, "stuck") == [stuck]
        assert len(self.shown(staff_client, "nonsense")) == 3

    def test_shops_of_those_who_may_not_work_wait_for_nobody(self, staff_client):
        factories.make_connection(factories.make_partner(state="blocked"), state="parked")
        assert self.shown(staff_client) == []

    def test_it_says_what_is_wrong_and_since_when(self, staff_client, partner):
        shop = factories.make_connection(partner, state="parked", error_kind="config")
        read = timezone.now() - timedelta(hours=3)
        Stream.objects.create(connection=shop, name="orders", due_at=read, succeeded_at=read)
        page = staff_client.get(SHOPS).content.decode()
        for words in (partner.company_name, "The marketplace refused the key.", "3 h ago"):
            assert words in page

    def test_sixty_stand_on_two_pages(self, staff_client, partner):
        for _ in range(60):
            factories.make_connection(partner, state="parked")
        page = staff_client.get(SHOPS).context["page"]
        rest = staff_client.get(SHOPS, {"before": page.before}).context["page"]
        assert [len(page.rows), len(rest.rows)] == [50, 10]
