"""A bucket of an S3-compatible store, where MEDIA_S3_URL names one.

The libraries cost much memory and a second to import: only who really has a bucket pays for them.
"""

import ipaddress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.files.base import ContentFile

TIMEOUTS = {"connect_timeout": 3, "read_timeout": 10, "retries": {"max_attempts": 2}}


class BucketAway(Exception):
    """The store does not answer, or does not do what it is asked."""


@dataclass(frozen=True)
class Bucket:
    endpoint: str
    name: str
    key: str
    # Never shown, should one of these be printed.
    secret: str
    region: str

    def __repr__(self) -> str:
        return f"<Bucket {self.name} at {self.endpoint}>"

    def write(self, name: str, content: bytes) -> None:
        """Raises BucketAway."""
        try:
            _storage(self).save(name, ContentFile(content))
        except _failures() as error:
            raise BucketAway(type(error).__name__) from error

    def read(self, name: str) -> bytes:
        """Raises BucketAway."""
        try:
            with _storage(self).open(name) as file:
                return file.read()
        except _failures() as error:
            raise BucketAway(type(error).__name__) from error


def bucket_from(url: str) -> Bucket | None:
    """None without an address; ValueError for one that cannot be meant."""
    if not url:
        return None
    address = urlsplit(url)
    name = address.path.strip("/")
    is_whole = address.hostname and address.username and address.password
    if address.scheme != "s3" or not is_whole or not name or "/" in name:
        raise ValueError("it should be s3://KEY:SECRET@host/bucket?region=REGION")
    where = address.netloc.rpartition("@")[2]
    return Bucket(
        endpoint=f"{'http' if _is_this_machine(address.hostname or '') else 'https'}://{where}",
        name=name,
        key=unquote(address.username or ""),
        secret=unquote(address.password or ""),
        region=parse_qs(address.query).get("region", ["us-east-1"])[0],
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@cache
def _storage(bucket: Bucket) -> Any:
    from botocore.config import Config
    from storages.backends.s3 import S3Storage

    return S3Storage(
        access_key=bucket.key,
        secret_key=bucket.secret,
        bucket_name=bucket.name,
        endpoint_url=bucket.endpoint,
        region_name=bucket.region,
        # A name is the content's own hash: the same name is the same content.
        file_overwrite=True,
        default_acl=None,
        client_config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            # Amazon's newer checksums are refused by most other stores.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            **TIMEOUTS,
        ),
    )


def _failures() -> tuple[type[Exception], ...]:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    return (Boto3Error, BotoCoreError, ClientError, OSError)
