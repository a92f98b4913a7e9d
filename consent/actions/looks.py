"""A contact's look at an engagement: decided while its consents and their own row are held, written down, then shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.act import Refused, act, person_of
from clients.models import Engagement, SponsorContact
from consent.listing import Listed, Seen, Sessions
from consent.models import Consent
from consent.promises import Promise
from vault import ledger


@dataclass(frozen=True, slots=True)
class Look:
    """What was decided at this look: the engagement and by what it is seen, what of its sessions, and what the agreements promise."""

    listed: Listed
    sessions: Sessions | None
    promise: Promise


@act
def look(*, engagement: Engagement, by: SponsorContact, at: datetime | None = None) -> Look:
    """This function will decide once more whether a contact sees an engagement, and write down that they did. Whoever has left waits, then sees nothing."""
    now = at or timezone.now()
    contact = SponsorContact.objects.select_for_update(of=("self",), no_key=True).select_related("sponsor__coach").get(pk=by.pk)
    held = Consent.objects.select_for_update(of=("self",), no_key=True).filter(engagement=engagement, contact=contact)
    list(held.order_by("pk").values_list("pk"))
    seen = Seen([contact], now)
    one = next((one for one in seen.listed if one.engagement.pk == engagement.pk), None)
    if one is None:
        raise Refused(code="not_seen")
    sessions = seen.sessions(one)
    rests_on = (*seen.rests_on(one), *(sessions.rests_on if sessions else ()))
    ledger.record(
        "engagement.viewed",
        chain=one.engagement.coach.practice_id,
        by=person_of(by),
        kind="engagement",
        about=one.engagement.id,
        subject=one.engagement.id,
        other=rests_on[-1] if rests_on else None,
        code=one.why,
        at=at,
    )
    return Look(one, sessions, seen.promise(one))
