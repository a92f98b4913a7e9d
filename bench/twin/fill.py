"""Makes the twin's tables, its coach signed in, and one note with the text from standard input; prints where it is."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402  needs the settings
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.twin.models import Client, Engagement, Note, Session  # noqa: E402

for with_ours in (False, True):
    call_command("migrate", run_syncdb=with_ours, interactive=False, verbosity=0)
coach = User.objects.create(username="Camille Aubry")
engagement = Engagement.objects.create(coach=coach, client=Client.objects.create(name="Anaïs Lefort"), title="Prise de poste")
now = timezone.now()
session = Session.objects.create(engagement=engagement, number=1, starts_at=now - timedelta(days=3))
note = Note.objects.create(session=session, body=sys.stdin.read(), finished_at=now)
login = SessionStore()
login[SESSION_KEY], login[BACKEND_SESSION_KEY], login[HASH_SESSION_KEY] = (
    str(coach.pk),
    "django.contrib.auth.backends.ModelBackend",
    coach.get_session_auth_hash(),
)
login.create()
print(json.dumps({"session": login.session_key, "page": f"/coach/notes/{note.pk}/"}))
