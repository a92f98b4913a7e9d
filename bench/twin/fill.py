"""Makes the twin's tables, its coach signed in with her two hundred clients, and one note with the text from standard input; prints where it is."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402  needs the settings

from bench.practice import cases, sponsors  # noqa: E402
from bench.twin.coach import signed_in, with_tables  # noqa: E402
from bench.twin.models import Client, Engagement, Note, Session, Sponsor  # noqa: E402

coach, session_key = signed_in(with_tables())
payers = [Sponsor.objects.create(coach=coach, **one) for one in sponsors()]
for one in cases():
    client = Client.objects.create(coach=coach, name=one.name, address=one.address, phone=one.phone, job=one.job)
    engagement = Engagement.objects.create(
        coach=coach, client=client, sponsor=payers[one.sponsor], title=one.title, objective=one.objective
    )
now = timezone.now()
session = Session.objects.create(engagement=engagement, number=1, starts_at=now - timedelta(days=3))
note = Note.objects.create(session=session, body=sys.stdin.read(), finished_at=now)
print(json.dumps({"session": session_key, "page": f"/coach/notes/{note.pk}/"}))
