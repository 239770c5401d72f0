import pytest

from marketplaces import connecting, inbound
from marketplaces.models import Connection, Stream
from partners.models import AuditLog
from sellercloudx import wiring
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch):
    monkeypatch.setitem(wiring.ON_EVENT, "connection_activated", [])


def save(partner, key):
    return connecting.save_key(
        partner=partner, by=partner.owner, marketplace="yandex", credentials={"api_key": key}
    )


@pytest.fixture
def connection(partner, use_sandbox, sandbox_key):
    return save(partner, sandbox_key)


def test_a_good_key_shows_scopes_businesses_and_shops(connection, partner):
    assert connecting.test(connection=connection, by=partner.owner)
    connection.refresh_from_db()
    seen = connecting.seen_by(connection)
    assert "ALL_METHODS" in " ".join(seen.scopes).upper()
    assert seen.businesses[0].currency == "UZS"
    assert seen.shops[0].business_id == seen.businesses[0].id


def test_choosing_a_shop_starts_the_work(connection, partner):
    connecting.test(connection=connection, by=partner.owner)
    shop = connecting.seen_by(connection).shops[0]
    connecting.choose_shop(connection=connection, by=partner.owner, shop_id=shop.id)
    connection.refresh_from_db()
    assert (connection.state, connection.account) == ("active", shop.id)
    assert connection.currency == "UZS"
    assert connection.is_sandbox
    assert set(Stream.objects.values_list("name", flat=True)) == set(inbound.READERS)
    assert AuditLog.objects.filter(action="MARKETPLACE_CONNECTED").count() == 1


def test_a_shop_the_key_does_not_open_is_refused(connection, partner):
    with pytest.raises(connecting.NoSuchShop):
        connecting.choose_shop(connection=connection, by=partner.owner, shop_id="1")
    connecting.test(connection=connection, by=partner.owner)
    with pytest.raises(connecting.NoSuchShop):
        connecting.choose_shop(connection=connection, by=partner.owner, shop_id="1")


def test_the_same_shop_is_connected_once(connection, partner, sandbox_key):
    connecting.test(connection=connection, by=partner.owner)
    shop = connecting.seen_by(connection).shops[0]
    connecting.choose_shop(connection=connection, by=partner.owner, shop_id=shop.id)
    again = save(partner, sandbox_key)
    connecting.test(connection=again, by=partner.owner)
    with pytest.raises(connecting.AlreadyConnected):
        connecting.choose_shop(connection=again, by=partner.owner, shop_id=shop.id)


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("401", "config", "UNAUTHORIZED"),
        ("403", "config", "FORBIDDEN"),
        ("420", "transient", None),
        ("html", "internal", "html"),
        ("half_body", "transient", "half_body"),
    ],
)
def test_each_trouble_is_kept_with_its_own_kind(
    connection, partner, use_sandbox, sandbox_key, fault, kind, code
):
    use_sandbox.control("POST", "faults", kind=fault, path="/v2/auth/token", account=sandbox_key)
    assert not connecting.test(connection=connection, by=partner.owner)
    connection.refresh_from_db()
    assert connection.error_kind == kind
    assert code is None or connection.error_code == code
    assert connection.state == Connection.State.UNTESTED


def test_the_key_is_encrypted_and_bound_to_its_row(connection, partner, sandbox_key):
    assert sandbox_key.encode() not in bytes(connection.secret)
    other = factories.make_connection(partner)
    other.secret = connection.secret
    with pytest.raises(Exception, match="marketplace_integrations"):
        other.credentials  # noqa: B018


def test_disconnecting_erases_the_key(connection, partner):
    connecting.disconnect(connection=connection, by=partner.owner)
    connection.refresh_from_db()
    assert (connection.state, bytes(connection.secret)) == ("disconnected", b"")
    assert AuditLog.objects.filter(action="MARKETPLACE_DISCONNECTED").count() == 1


def test_what_an_earlier_version_saw_can_still_be_read(db):
    shop = {"id": "1", "name": "", "business_id": "9", "placement": "FBS", "is_available": True}
    business = {"id": "9", "name": "", "currency": "UZS", "is_uzbek": True}
    seen = {"key_name": "k", "scopes": [], "shops": [shop], "businesses": [business]}
    connection = factories.make_connection(seen=seen | {"expires_at": None})
    assert connecting.seen_by(connection).businesses[0].id == "9"
