"""Keys of the API: made and shown once, found by their hash, revoked."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from partners import audit
from partners.models import ApiKey, Partner, User

MOST_LIVE = 20
SHOWN = 12
_TOKEN = re.compile(r"scx_[A-Za-z0-9_-]{43}")
_NOTED_EVERY = timedelta(minutes=1)


class TooMany(Exception):
    """The partner has as many working keys as anybody needs."""


@transaction.atomic
def create_key(
    *, partner: Partner, by: User, name: str, scopes: Sequence[str], expires_at: datetime | None
) -> tuple[ApiKey, str]:
    """The key's row and the key itself, which nobody can read again. Raises TooMany."""
    # Held, so that two at once do not both find room for the last one.
    Partner.objects.select_for_update().get(pk=partner.pk)
    if ApiKey.objects.for_partner(partner).live().count() >= MOST_LIVE:
        raise TooMany
    token = f"scx_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        partner=partner,
        name=name,
        prefix=token[:SHOWN],
        digest=_digest(token),
        scopes=list(scopes),
        expires_at=expires_at,
        created_by=by,
    )
    audit.record("API_KEY_CREATED", partner=partner, actor=by, entity=key, after=_for_audit(key))
    return key, token


@transaction.atomic
def revoke_key(*, key: ApiKey, by: User | None) -> bool:
    """Whether it was this call that closed it."""
    own = ApiKey.objects.filter(pk=key.pk, revoked_at=None)
    if not own.update(revoked_at=timezone.now()):
        return False
    audit.record(
        "API_KEY_REVOKED", partner=key.partner, actor=by, entity=key, before=_for_audit(key)
    )
    return True


def made_by(user: User, partner: Partner | None = None) -> QuerySet[ApiKey]:
    """The keys of this person that still open something, of this partner or of all."""
    keys = ApiKey.objects.for_partner(partner) if partner else ApiKey.objects.all()
    return keys.live().filter(created_by=user).select_related("partner").order_by("pk")


def revoke_made_by(*, user: User, by: User | None, partner: Partner | None = None) -> int:
    """How many were closed: whoever made a key has seen it, and may have kept it."""
    return sum(revoke_key(key=key, by=by) for key in made_by(user, partner))


def find_key(token: str) -> ApiKey | None:
    """The working key that this is, with its partner, who may be blocked by now."""
    if not _TOKEN.fullmatch(token):
        return None
    live = ApiKey.objects.live().select_related("partner")
    return live.filter(digest=_digest(token)).first()


def note_use(key: ApiKey) -> None:
    """That it is in use, for its owner to see; not more than one write a minute."""
    now = timezone.now()
    if key.last_used_at and key.last_used_at > now - _NOTED_EVERY:
        return
    not_noted = Q(last_used_at=None) | Q(last_used_at__lte=now - _NOTED_EVERY)
    ApiKey.objects.filter(not_noted, pk=key.pk).update(last_used_at=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _for_audit(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "expires_at": key.expires_at.isoformat() if key.expires_at else "",
    }
