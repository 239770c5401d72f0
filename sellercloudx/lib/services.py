"""Outside services that may be absent: asked once, at start."""

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from huey.serializer import SignedSerializer

if TYPE_CHECKING:
    import redis

logger = logging.getLogger(__name__)

# A name, or an address of either kind.
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)
QUEUE = "sellercloudx"


NO_REDIS_URL = (
    "REDIS_URL must be redis://:password@host:6379/0 (or rediss://…). Write the address of your "
    "Redis, or remove the variable: the database does its work."
)
NO_REDIS_HOST = (
    "REDIS_HOST, REDIS_PORT and REDIS_PASSWORD give no address of a Redis. Write them anew, or "
    "remove them: the database does its work."
)


def redis_url_that_answers(*, url: str, host: str, port: int, password: str) -> str:
    """The address of Redis, or "" when none is configured or it does not answer within 0.5 s.

    Redis only makes things faster, so a missing one is reported and the database is used. Raises
    ImproperlyConfigured for what is no address.
    """
    if not url and not host:
        return ""
    import redis

    address = url or f"redis://{f':{quote(password)}@' if password else ''}{host}:{port}/0"
    try:
        client = _client_of(address)
    except ValueError:
        raise ImproperlyConfigured(NO_REDIS_URL if url else NO_REDIS_HOST) from None
    try:
        client.ping()
    except redis.RedisError as error:
        logger.warning(
            "Redis does not answer (%s); the database is used instead.", type(error).__name__
        )
        return ""
    finally:
        client.close()
    return address


def _client_of(address: str) -> "redis.Redis":
    """ValueError for what is no address; redis itself would look for a host named "..."."""
    import redis

    parts = urlsplit(address)
    is_socket = parts.scheme == "unix" and parts.path
    if not is_socket and not _HOST.fullmatch(parts.hostname or ""):
        raise ValueError
    return redis.Redis.from_url(address, socket_connect_timeout=0.5, socket_timeout=0.5)


def queue_settings(
    *, key: bytes, workers: int, redis_url: str, database_url: str, data_dir: Path
) -> dict[str, Any]:
    """For `HUEY`: Redis, or PostgreSQL, or a file of its own.

    A message is a pickle that names what to call, so only those signed with `key` are opened.
    """
    place: dict[str, Any]
    if redis_url:
        # Of another name than the plain list that stood there before: Redis mixes no types.
        place = {
            "huey_class": "huey.PriorityRedisHuey",
            "url": redis_url,
            "name": QUEUE + "-urgent",
        }
    elif database_url:
        place = {"huey_class": "huey.PostgresHuey", "dsn": database_url, "create_tables": False}
    else:
        filename = str(data_dir / "queue.db")
        place = {"huey_class": "huey.SqliteHuey", "filename": filename, "create_tables": False}
    # A container is stopped with SIGTERM, and may finish what it holds.
    consumer = {"workers": workers, "worker_type": "thread", "graceful_signal": "TERM"}
    # An idle worker of a queue without Redis looks again after this many seconds, not after ten.
    consumer |= {"max_delay": 1.0}
    common = {"name": QUEUE, "immediate": False, "results": False, "consumer": consumer}
    return common | place | {"serializer": SignedSerializer(key)}
