"""A key pasted twice or a shop chosen twice at the same moment is one shop, the one it was."""

import pytest

from marketplaces import connecting
from marketplaces.models import Connection
from tests.fake_marketplace import remote_shop

from .test_at_once import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def save(partner):
    return connecting.save_key(
        partner=partner, by=partner.owner, marketplace="fake", credentials={"api_key": "k"}
    )


def choose(connection, partner):
    return connecting.choose_shop(connection=connection, by=partner.owner, shop_id="7001")


def test_it_is_saved_once_and_chosen_once(fake, partner):
    fake.opens = [remote_shop()]
    for _ in range(ROUNDS):
        assert at_once(*[lambda: save(partner)] * 2) == []
        unfinished = Connection.objects.get(state="untested")
        assert connecting.test(connection=unfinished, by=partner.owner)
        seen = [Connection.objects.get(pk=unfinished.pk) for _ in range(2)]
        raised = at_once(*[lambda one=one: choose(one, partner) for one in seen])
        assert raised == []
        shop = Connection.objects.get()
        assert (shop.state, shop.account) == ("active", "7001")
        connecting.disconnect(connection=shop, by=partner.owner)
