"""Login sessions at rest: the key as a digest, the data sealed under the key itself. A copy of the table signs nobody in and shows nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import SignIn
from vault import primitives
from vault.primitives import Closed

SEEN = "seen_at"  # under which stands, in a person's session, when their sign-in was last said to be seen
KEPT = 'SELECT * FROM "django_session" WHERE session_key = %s AND expire_date > %s'  # written out: every request asks it


def digest(key: str) -> str:
    """What stands in the table for a session key: 40 hex digits."""
    return hashlib.sha256(b"login:" + key.encode()).hexdigest()[:40]


def end(sessions: Iterable[str]) -> None:
    """End the login sessions that the table knows by these digests, and what is told of them."""
    ended = list(sessions)
    Session.objects.filter(session_key__in=ended).delete()
    SignIn.objects.filter(session__in=ended).delete()


class SessionStore(DatabaseStore):
    """Django's database store, with the key hashed and the data sealed."""

    def _get_session_from_db(self) -> Any:
        if self.session_key is None:
            return None
        row = next(iter(self.model.objects.raw(KEPT, [digest(self.session_key), timezone.now()])), None)
        if row is None:
            self._session_key = None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        key = self._get_or_create_session_key()
        return self.model(session_key=digest(key), session_data=self.encode(data), expire_date=self.get_expiry_date())

    def exists(self, session_key: str) -> bool:
        return super().exists(digest(session_key))

    def cycle_key(self) -> None:
        """Go on under a new key, as at each sign-in and change of passphrase. A sign-in that was ended meanwhile does not."""
        data, before = self._session, self.session_key
        self.create()
        self._session_cache = data
        if before is None:
            return
        if SEEN in data and not SignIn.objects.filter(session=digest(before)).update(session=digest(self.session_key)):
            self.flush()
        self.delete(before)

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            end([digest(key)])

    def _key(self, key: str) -> bytes:
        return primitives.derive(key.encode(), primitives.context("login data"))

    def encode(self, session_dict: dict[str, Any]) -> str:
        key = self._get_or_create_session_key()
        return primitives.seal(self._key(key), json.dumps(session_dict).encode(), b"login").hex()

    def decode(self, session_data: str) -> dict[str, Any]:
        try:
            data = json.loads(primitives.unseal(self._key(self.session_key or ""), bytes.fromhex(session_data), b"login"))
        except (Closed, ValueError):
            return {}
        return dict(data)
