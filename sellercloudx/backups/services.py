"""Keep everything in one file, and bring it back proven the same."""

import tempfile
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.db import connection
from django.utils import timezone

from sellercloudx.backups import archive, postgres, sqlite
from sellercloudx.backups.archive import BadBackup, Manifest
from sellercloudx.backups.fingerprints import Fingerprints, differences

IN_BUCKET = ", the pictures in the bucket of MEDIA_S3_URL"


def make_backup(*, file: Path) -> Manifest:
    """Write the whole database, stored files with it, into a new file. Raises BadBackup."""
    if file.exists():
        raise BadBackup(f"{file} is there already; choose another name.")
    if not file.parent.is_dir():
        raise BadBackup(f"There is no folder {file.parent}.")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as scratch:
        database = Path(scratch, archive.DATABASE)
        tables = _engine().dump(database)
        manifest = Manifest(
            engine=connection.vendor,
            version=settings.VERSION,
            made_at=timezone.now().isoformat(timespec="seconds"),
            sha256=archive.sha256_of(database),
            tables=tables,
            not_in_it=archive.NOT_IN_IT + IN_BUCKET * bool(settings.MEDIA_BUCKET),
        )
        archive.pack(file, database=database, manifest=manifest)
    return manifest


def restore_backup(*, file: Path, may_replace: bool) -> tuple[Manifest, Fingerprints]:
    """Put a backup into the database of the settings and compare table by table.

    Raises BadBackup; a file that is not whole is refused before anything is touched.
    """
    with tempfile.TemporaryDirectory(prefix="restore-") as scratch:
        database = Path(scratch, archive.DATABASE)
        manifest = archive.unpack(file, database=database)
        _must_fit(manifest, may_replace=may_replace)
        _engine().restore(database)
    found = _engine().fingerprints()
    if wrong := differences(manifest.tables, found):
        raise BadBackup("The restored database is not the one kept:\n  " + "\n  ".join(wrong))
    return manifest, found


def _must_fit(manifest: Manifest, *, may_replace: bool) -> None:
    if manifest.engine != connection.vendor:
        raise BadBackup(
            f"This backup is of {manifest.engine} and DATABASE_URL leads to {connection.vendor}. "
            "Restore it where it came from; python manage.py move_to_postgres moves it on."
        )
    if not may_replace and _engine().has_people():
        raise BadBackup(
            "This database holds people already. With --replace everything in it is replaced "
            "by the backup; make a backup of it first."
        )


def _engine() -> ModuleType:
    return postgres if connection.vendor == "postgresql" else sqlite
