"""Encrypts every stored secret anew with the newest of FIELD_KEYS, while the house is at work."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from sellercloudx.lib import crypto

AT_ONCE = 200
# Somebody who saves a secret at the same moment goes first; the row is then looked at again.
TRIES = 5


@dataclass
class Counts:
    rotated: int = 0
    newest_already: int = 0
    # No key of FIELD_KEYS opens these, or they would not stay still.
    left: int = 0


def rotate(*models: type[Model]) -> Counts:
    """Of tables with `secret`, whose rows know their `secret_context`.

    May be broken off and run again at any time: each row is one conditional update.
    """
    counts = Counts()
    for rows in (model._default_manager for model in models):
        for pk in _with_a_secret(rows):
            outcome = _rotate(rows, pk)
            setattr(counts, outcome, getattr(counts, outcome) + 1)
    return counts


def _with_a_secret(rows: Any) -> Iterator[int]:
    last = 0
    while True:
        found = rows.filter(pk__gt=last).exclude(secret=b"").order_by("pk")
        batch = list(found.values_list("pk", flat=True)[:AT_ONCE])
        if not batch:
            return
        yield from batch
        last = batch[-1]


def _rotate(rows: Any, pk: int) -> str:
    for _ in range(TRIES):
        row = rows.filter(pk=pk).first()
        # Gone meanwhile: nothing of it needs a key any more.
        old = bytes(row.secret) if row else b""
        if not old or crypto.is_newest(old):
            return "newest_already"
        context = row.secret_context
        try:
            new = crypto.encrypt(crypto.decrypt(old, context=context), context=context)
        except crypto.CannotDecrypt:
            return "left"
        if rows.filter(pk=pk, secret=old).update(secret=new):
            return "rotated"
    return "left"
