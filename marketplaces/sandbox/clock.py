"""Times as the vendors write them: Moscow time, whatever the machine's zone."""

from datetime import UTC, date, datetime, timedelta, timezone

MOSCOW = timezone(timedelta(hours=3))


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, MOSCOW).isoformat(timespec="milliseconds")


def parse(value: str) -> float:
    return datetime.fromisoformat(value).timestamp()


def day(at: float) -> date:
    return datetime.fromtimestamp(at, MOSCOW).date()


def day_start(value: str) -> float:
    year, month, number = map(int, value.split("-"))
    return datetime(year, month, number, tzinfo=MOSCOW).timestamp()


def old_style(at: float) -> str:
    """dd-MM-yyyy HH:mm:ss, as the older methods of Yandex Market answer."""
    return datetime.fromtimestamp(at, MOSCOW).strftime("%d-%m-%Y %H:%M:%S")


def old_style_day(at: float) -> str:
    return old_style(at)[:10]


def http_date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
