"""Answers that remember which of their fields were looked at."""

import json
from decimal import Decimal

from marketplaces.connectors.http import Http


class Traced(dict):
    """Looking a field up records its path; copying the whole does not."""

    def __init__(self, data, path, seen):
        super().__init__((key, trace(value, (*path, key), seen)) for key, value in data.items())
        self.path, self.seen = path, seen

    def __getitem__(self, key):
        self.seen.add((*self.path, key))
        return super().__getitem__(key)

    def get(self, key, default=None):
        self.seen.add((*self.path, key))
        return super().get(key, default)


def trace(value, path, seen):
    if isinstance(value, dict):
        return Traced(value, path, seen)
    if isinstance(value, list):
        return [trace(item, (*path, "[]"), seen) for item in value]
    return value


class TracingHttp(Http):
    """Answers every call from `answer(method, path)` and keeps what was read of each, by call."""

    def __init__(self, answer):
        super().__init__("http://market.test", headers={})
        self.answer = answer
        self.reads = {}

    def json(self, method, path, *, json=None, params=None, operation, idempotent=False):
        seen = self.reads.setdefault((method, path), set())
        return trace(as_decimal(self.answer(method, path)), (), seen)


def as_decimal(data):
    return json.loads(json.dumps(data), parse_float=Decimal)
