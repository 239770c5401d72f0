"""A backup is one file with everything in it, and coming back from it is proven, not hoped for."""

import os
import tarfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from partners.models import StoredFile
from partners.services import files
from sellercloudx.backups import archive
from sellercloudx.backups.fingerprints import fingerprint
from sellercloudx.demo import people
from tests import databases
from tests.house.test_settings import PRODUCTION
from tests.partners.test_files import picture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop():
    shop = databases.fill(40)
    photo = files.read_image(SimpleUploadedFile("pot.png", picture()))
    files.store_image(partner=shop.partner, picture=photo, is_public=True)
    return shop


@pytest.fixture
def file(shop, tmp_path):
    file = tmp_path / "backup.tar"
    call_command("backup", str(file))
    return file


@pytest.fixture
def elsewhere(tmp_path):
    with databases.new_database(tmp_path) as env:
        yield env


def restored(file, env, *more):
    return databases.manage("restore", file, *more, folder=file.parent, **env)


def test_it_comes_back_the_same(file, elsewhere, tmp_path):
    came = restored(file, elsewhere)
    assert came.returncode == 0, came.stderr
    lines = dict(line.split(maxsplit=1) for line in came.stdout.splitlines() if "equal" in line)
    assert lines["products"].split()[0] == lines["orders"].split()[0] == "40"
    assert lines["stored_files"].split()[0] == str(StoredFile.objects.count()) == "1"
    again = databases.manage("backup", tmp_path / "again.tar", folder=tmp_path, **elsewhere)
    assert again.returncode == 0, again.stderr
    first, second = (
        archive.unpack(one, database=tmp_path / "database")
        for one in (file, tmp_path / "again.tar")
    )
    assert first.tables == second.tables
    print(f"{len(first.tables)} tables equal")  # noqa: T201


def test_it_goes_on_as_if_nothing_had_been(file, elsewhere, tmp_path):
    """Numbers of rows to come go on after the last one kept."""
    assert restored(file, elsewhere).returncode == 0
    program = "from tests import factories; print(factories.make_partner().pk)"
    made = databases.manage("shell", "-c", program, folder=tmp_path, **elsewhere)
    assert made.returncode == 0, made.stderr
    migrated = databases.manage("migrate", "--check", folder=tmp_path, **elsewhere)
    assert migrated.returncode == 0, migrated.stderr


def test_it_says_what_is_not_in_it(shop, tmp_path, capsys):
    call_command("backup", str(tmp_path / "backup.tar"))
    assert "Not in it: FIELD_KEYS" in capsys.readouterr().out


def test_no_key_is_in_it_and_nobody_else_may_read_it(file, settings, tmp_path):
    assert settings.SECRET_KEY.encode() not in file.read_bytes()
    assert settings.FIELD_KEYS[0] not in file.read_bytes()
    assert os.stat(file).st_mode & 0o077 == 0


def test_a_database_with_people_is_not_replaced_unasked(file, shop):
    with pytest.raises(CommandError, match="holds people already"):
        call_command("restore", str(file))
    assert type(shop).objects.get() == shop


def test_it_is_replaced_when_told(file, elsewhere):
    assert restored(file, elsewhere).returncode == 0
    assert restored(file, elsewhere).returncode == 1
    assert restored(file, elsewhere, "--replace").returncode == 0


def test_a_demo_restored_in_production_lets_nobody_in(tmp_path, elsewhere, settings):
    # As the other process reads them.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
    people.admin()
    call_command("backup", str(tmp_path / "backup.tar"))
    came = restored(tmp_path / "backup.tar", PRODUCTION | elsewhere)
    assert came.returncode == 0, came.stderr
    assert f"Closed, because the demo's password is public: {people.ADMIN['email']}." in came.stdout


def test_a_damaged_file_touches_nothing(file, elsewhere):
    whole = bytearray(file.read_bytes())
    with tarfile.open(file) as tar:
        middle = tar.getmember(archive.DATABASE).offset_data + 5000
    whole[middle] ^= 1
    file.write_bytes(whole)
    came = restored(file, elsewhere)
    assert (came.returncode, came.stdout) == (1, "")
    assert "does not match" in came.stderr or "do not match" in came.stderr


def test_what_is_no_backup_is_told_so(tmp_path, elsewhere):
    (tmp_path / "backup.tar").write_text("nothing")
    assert "is not a whole backup" in restored(tmp_path / "backup.tar", elsewhere).stderr
    assert "is not a whole backup" in restored(tmp_path / "none.tar", elsewhere).stderr


def test_an_older_backup_is_not_written_over(file):
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(file))


def test_without_the_client_programs_it_says_what_to_install(shop, tmp_path, monkeypatch):
    if not databases.is_postgres():
        pytest.skip("SQLite needs no program")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="postgresql-client"):
        call_command("backup", str(tmp_path / "backup.tar"))


def test_a_fingerprint_knows_every_row_but_not_their_order():
    rows = [b"one", b"two", b"three"]
    assert fingerprint(rows) == fingerprint(reversed(rows))
    assert fingerprint(rows) != fingerprint(rows[:2])
    assert fingerprint(rows) != fingerprint([*rows[:2], b"threE"])
    assert fingerprint([]).rows == 0
