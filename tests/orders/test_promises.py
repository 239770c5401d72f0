"""Where a seller reads "we have been told", staff have been: once a day, connection and error."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from marketplaces import connecting, inbound, outbox
from marketplaces.connectors import errors
from marketplaces.models import Stream
from orders.services import fulfilment
from partners.models import Notification

from .fakes import receive, remote

pytestmark = pytest.mark.django_db
CIRCLE = {"code": "page", "operation": "orders"}


@pytest.fixture(autouse=True)
def _staff(staff):
    """Somebody to be told."""


def circle():
    return errors.BadResponse("The pages go in a circle.", **CIRCLE)


def told() -> list[dict]:
    notices = Notification.objects.filter(kind="needs_our_people").order_by("pk")
    assert all(notice.user.is_staff for notice in notices)
    return [notice.data for notice in notices]


def poll(shop):
    Stream.objects.filter(name="orders").update(due_at=timezone.now())
    inbound.poll(shop.pk, "orders")


def test_an_endless_page_token_in_a_read_is_told_once_a_day(shop, fake):
    inbound.open_streams(shop)
    for _ in range(3):
        fake.failing = [(circle(), False)]
        poll(shop)
    assert told() == [
        {
            "marketplace": "fake",
            "shop": "Yulduz Market",
            "of": "orders",
            "reason": "The pages go in a circle.",
        }
    ]
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        fake.failing = [(circle(), False)]
        poll(shop)
    assert len(told()) == 2


def test_our_own_mistake_in_a_read_is_told(shop, fake):
    inbound.open_streams(shop)
    fake.failing = [(RuntimeError("a slip"), False)]
    poll(shop)
    assert [data["reason"] for data in told()] == ["something broke on our side"]


def test_a_test_that_is_not_understood_is_told(shop, fake, partner, partner_client):
    fake.failing = [(circle(), False)]
    connecting.test(connection=shop, by=partner.owner)
    partner_client.cookies["django_language"] = "en"
    page = partner_client.get(reverse("marketplaces:detail", args=[shop.pk])).content.decode()
    assert "We have been told and will look into it." in page
    assert len(told()) == 1


@pytest.mark.parametrize("error", [circle(), RuntimeError("a slip")], ids=["theirs", "ours"])
def test_a_message_that_is_not_understood_is_told(shop, product, fake, partner, error):
    order = receive(shop, remote())
    fulfilment.mark_ready(order=order, by=partner.owner)
    fake.failing = [(error, False)]
    outbox.drain(shop.pk)
    assert len(told()) == 1


def test_a_label_that_is_not_understood_is_told(shop, product, fake, partner_client):
    order = receive(shop, remote())
    fake.failing = [(circle(), False)]
    partner_client.get(reverse("orders:label", args=[order.pk]))
    assert len(told()) == 1


@pytest.mark.parametrize(
    "error", [errors.Unavailable("502"), errors.BadResponse("", code="html", reason="html")]
)
def test_where_nothing_is_promised_nobody_is_disturbed(shop, fake, partner, error):
    fake.failing = [(error, False)]
    connecting.test(connection=shop, by=partner.owner)
    assert told() == []
