"""Makes the tables, the coach signed in with her two hundred clients and a permission on each row; prints how she is signed in."""

from __future__ import annotations

import json

import django

django.setup()

from guardian.shortcuts import assign_perm  # noqa: E402  needs the settings

from bench.practice import cases, sponsors  # noqa: E402
from bench.stock.models import Client, Engagement, Sponsor  # noqa: E402
from bench.twin.coach import signed_in, with_tables  # noqa: E402

coach, session_key = signed_in(with_tables())
payers = [Sponsor.objects.create(coach=coach, **one) for one in sponsors()]
for one in cases():
    client = Client.objects.create(coach=coach, name=one.name, address=one.address, phone=one.phone, job=one.job)
    facts = {"coach": coach, "sponsor": payers[one.sponsor], "title": one.title, "objective": one.objective}
    assign_perm("stock.view_client", coach, client)
    assign_perm("stock.view_engagement", coach, Engagement.objects.create(client=client, **facts))
print(json.dumps({"session": session_key}))
