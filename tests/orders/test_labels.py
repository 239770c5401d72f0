import pytest

from marketplaces.connectors import errors
from marketplaces.models import Connection
from orders.models import Order
from orders.services import labels

from .fakes import receive, remote

pytestmark = pytest.mark.django_db


def test_it_brings_the_marketplaces_label(shop):
    label = labels.fetch(receive(shop, remote()))
    assert (label.content, label.content_type) == (b"%PDF-1.4 5001", "application/pdf")


def test_a_disconnected_shop_gives_none(shop):
    order = receive(shop, remote())
    Connection.objects.update(state=Connection.State.DISCONNECTED)
    order.refresh_from_db()
    order.connection.refresh_from_db()
    with pytest.raises(labels.NoLabel):
        labels.fetch(order)


def test_a_parcel_that_has_left_gives_none(shop):
    """It names the buyer, and nobody needs it any more."""
    order = receive(shop, remote())
    order.status = Order.Status.DELIVERED
    with pytest.raises(labels.NoLabel):
        labels.fetch(order)


def test_trouble_is_the_callers_to_word(shop, fake):
    order = receive(shop, remote())
    fake.failing = [(errors.RateLimited("slow down"), False)]
    with pytest.raises(errors.RateLimited):
        labels.fetch(order)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("5001", "label-5001.pdf"),
        ('46/13"\r\n..\\1', "label-46-13-1.pdf"),
        ("№ 7 «я»", "label-7.pdf"),
    ],
)
def test_its_name_is_safe_everywhere(shop, number, name):
    assert labels.filename(receive(shop, remote(number))) == name
