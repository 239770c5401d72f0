"""The file of a backup: a manifest, and the database as its own tool wrote it."""

import hashlib
import json
import os
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from sellercloudx.backups.fingerprints import Fingerprint, Fingerprints

MANIFEST, DATABASE = "manifest.json", "database"
NOT_IN_IT = "FIELD_KEYS and SESSION_SECRET, the queue, the cache"


class BadBackup(Exception):
    """This file cannot be restored; the text says why."""


@dataclass(frozen=True)
class Manifest:
    engine: str
    version: str
    made_at: str
    sha256: str
    tables: Fingerprints
    not_in_it: str = NOT_IN_IT


def pack(file: Path, *, database: Path, manifest: Manifest) -> None:
    """Whole or not at all: the name appears when everything is on disk."""
    part = file.with_name(file.name + ".part")
    # It holds people's addresses and password hashes: for its owner's eyes.
    handle = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    told = database.with_name(MANIFEST)
    told.write_text(json.dumps(asdict(manifest), indent=1))
    with os.fdopen(handle, "wb") as output:
        with tarfile.open(fileobj=output, mode="w") as tar:
            tar.add(told, MANIFEST)
            tar.add(database, DATABASE)
        os.fsync(output.fileno())
    part.rename(file)


def unpack(file: Path, *, database: Path) -> Manifest:
    """Write the database out and prove it unharmed. Raises BadBackup."""
    try:
        with tarfile.open(file) as tar:
            manifest = _manifest(_member(tar, MANIFEST).read())
            with database.open("wb") as output:
                _copy(_member(tar, DATABASE), output)
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as error:
        raise BadBackup(f"{file} is not a whole backup ({type(error).__name__}).") from error
    if sha256_of(database) != manifest.sha256:
        raise BadBackup(f"{file} is damaged: its contents do not match its own hash.")
    return manifest


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(text: bytes) -> Manifest:
    said = json.loads(text)
    tables = {name: Fingerprint(**one) for name, one in said.pop("tables").items()}
    return Manifest(**said, tables=tables)


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    found = tar.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while block := source.read(1024 * 1024):
        target.write(block)
