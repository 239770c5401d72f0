"""Sessions as Django keeps them, but their keys as hashes: a stolen backup opens nobody's cabinet.

Only what the middleware calls under WSGI; the asynchronous methods are left as they are.
"""

import hashlib

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.utils import timezone

# As much of it as the column holds: 160 bits.
LENGTH = 40


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()[:LENGTH]


class SessionStore(DatabaseStore):
    def _get_session_from_db(self) -> Session | None:
        living = Session.objects.filter(expire_date__gt=timezone.now())
        kept = living.filter(session_key=hash_of(self.session_key or "")).first()
        if kept is None:
            self._session_key = None
        return kept

    def exists(self, session_key: str) -> bool:
        return super().exists(hash_of(session_key))

    def create_model_instance(self, data: dict[str, object]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.session_key = hash_of(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(hash_of(key))


def sweep() -> None:
    """Forget what has expired: nobody comes back to it."""
    SessionStore.clear_expired()
