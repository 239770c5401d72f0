import secrets
import threading
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections

from marketplaces.models import Connection
from partners.models import TotpDevice
from sellercloudx.lib import key_rotation
from sellercloudx.management.commands import rotate_field_keys
from tests import factories

pytestmark = pytest.mark.django_db
OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)


@pytest.fixture(autouse=True)
def old_key(settings):
    settings.FIELD_KEYS = [OLD]


def shops(count: int) -> list[Connection]:
    return [factories.make_connection(credentials={"api_key": f"ACMA:{n}"}) for n in range(count)]


def rotate() -> str:
    out = StringIO()
    call_command("rotate_field_keys", stdout=out)
    return out.getvalue()


def keys() -> list[str]:
    return [one.credentials["api_key"] for one in Connection.objects.order_by("pk")]


def test_the_old_key_may_be_removed_afterwards(settings, monkeypatch):
    monkeypatch.setattr(key_rotation, "AT_ONCE", 2)
    shops(5)
    settings.FIELD_KEYS = [NEW, OLD]
    assert rotate().startswith("5 keys encrypted anew, 0 had the newest already, 0 could not be.")
    settings.FIELD_KEYS = [NEW]
    assert keys() == [f"ACMA:{n}" for n in range(5)]


def test_the_second_step_of_our_people_is_rotated_with_them(settings):
    shops(1)
    device = factories.make_device(factories.make_staff())
    key = device.key
    settings.FIELD_KEYS = [NEW, OLD]
    assert rotate().startswith("2 keys encrypted anew, 0 had the newest already, 0 could not be.")
    settings.FIELD_KEYS = [NEW]
    assert TotpDevice.objects.get(pk=device.pk).key == key


def test_no_other_table_keeps_anything_encrypted():
    """A new one is either rotated with the rest, or lost with the old key."""
    kept = {model for model in apps.get_models() if hasattr(model, "secret_context")}
    assert kept == set(rotate_field_keys.SECRETS)


def test_a_second_run_changes_nothing(settings):
    shops(3)
    settings.FIELD_KEYS = [NEW, OLD]
    rotate()
    before = list(Connection.objects.values_list("secret", flat=True))
    assert rotate().startswith("0 keys encrypted anew, 3 had the newest already")
    assert list(Connection.objects.values_list("secret", flat=True)) == before


def test_a_shop_whose_key_was_erased_is_passed_over(settings):
    shops(2)
    Connection.objects.filter(pk=shops(1)[0].pk).update(secret=b"")
    settings.FIELD_KEYS = [NEW, OLD]
    assert rotate().startswith("2 keys encrypted anew, 0 had the newest already, 0 could not be.")


def test_what_no_key_opens_is_counted_and_left_as_it_is(settings):
    lost = shops(1)[0]
    settings.FIELD_KEYS = [secrets.token_bytes(32)]
    shops(1)
    with pytest.raises(CommandError, match="Keep the old FIELD_KEYS"):
        rotate()
    assert bytes(Connection.objects.get(pk=lost.pk).secret) == bytes(lost.secret)


@pytest.mark.django_db(transaction=True)
def test_sellers_who_save_keys_meanwhile_lose_none(settings):
    """Two writers replace keys all the while, one of them still with the old key in front."""
    made = shops(12)
    settings.FIELD_KEYS = [NEW, OLD]
    stopped, written = threading.Event(), {}

    def write(mine: list[Connection], key: bytes) -> None:
        try:
            for number in range(10_000):
                if stopped.is_set():
                    return
                shop = mine[number % len(mine)]
                value = f"ACMA:{shop.pk}-{number}"
                Connection.objects.filter(pk=shop.pk).update(
                    secret=encrypted_with(key, shop, value)
                )
                written[shop.pk] = value
        finally:
            connections.close_all()

    writers = [
        threading.Thread(target=write, args=args) for args in ((made[:4], NEW), (made[4:8], OLD))
    ]
    for writer in writers:
        writer.start()
    for _ in range(5):
        key_rotation.rotate(Connection)
    stopped.set()
    for writer in writers:
        writer.join()
    assert key_rotation.rotate(Connection).left == 0
    settings.FIELD_KEYS = [NEW]
    expected = [written.get(one.pk, f"ACMA:{n}") for n, one in enumerate(made)]
    assert keys() == expected


def encrypted_with(key: bytes, shop: Connection, value: str) -> bytes:
    """By a process that has this key in front, whatever ours has."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from sellercloudx.lib import crypto

    nonce = secrets.token_bytes(crypto.NONCE_BYTES)
    text = f'{{"api_key": "{value}"}}'.encode()
    sealed = AESGCM(key).encrypt(nonce, text, shop.secret_context.encode())
    return crypto._key_id(key) + nonce + sealed
