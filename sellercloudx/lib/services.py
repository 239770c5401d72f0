"""Outside services that may be absent: asked once, at start."""

import logging
from pathlib import Path
from typing import Any
from urllib.parse import quote

from huey.serializer import SignedSerializer

logger = logging.getLogger(__name__)

QUEUE = "sellercloudx"


def redis_url_that_answers(*, url: str, host: str, port: int, password: str) -> str:
    """The address of Redis, or "" when none is configured or it does not answer within 0.5 s.

    Redis only makes things faster, so a missing one is reported and the database is used.
    """
    if not url and not host:
        return ""
    import redis

    address = url or f"redis://{f':{quote(password)}@' if password else ''}{host}:{port}/0"
    client = redis.Redis.from_url(address, socket_connect_timeout=0.5, socket_timeout=0.5)
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
