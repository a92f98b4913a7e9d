"""The one person of a twin, signed in without a passphrase."""

from __future__ import annotations

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command

from bench.practice import COACH


def with_tables() -> User:
    """Every table, and the coach."""
    for with_ours in (False, True):
        call_command("migrate", run_syncdb=with_ours, interactive=False, verbosity=0)
    return User.objects.create(username=COACH)


def signed_in(coach: User) -> tuple[User, str]:
    """The coach, and the cookie of her sign-in."""
    login = SessionStore()
    login[SESSION_KEY], login[BACKEND_SESSION_KEY], login[HASH_SESSION_KEY] = (
        str(coach.pk),
        "django.contrib.auth.backends.ModelBackend",
        coach.get_session_auth_hash(),
    )
    login.create()
    return coach, str(login.session_key)
