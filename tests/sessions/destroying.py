"""A note destroyed with its attestation, and a hold, in as few words as possible: for the house's world."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from consent.actions.retention import keep_attestation, put_hold
from consent.models import Destruction
from sessions import actions as sessions
from sessions.destroying import actions, going_on
from tests.house.world import World, vault_of
from vault.models import Renewal


def one_note(world: World) -> None:
    """A note of this engagement that was destroyed and attested; since then a hold stands, with a reason for the coach alone."""
    vault, by = vault_of(world.coach), world.coach
    note = sessions.start_note(session=_session(world), vault=vault, by=by)
    gone = actions.destroy_note(note=note, vault=vault, by=by)
    while not (stand := going_on.go_on(Renewal.objects.get(pk=gone.renewal), vault, by)).is_done:
        pass  # each call goes on for a second, which is short on a busy machine
    world.renewal = stand.renewal
    keep_attestation(destruction=gone, record=b"{}", sha256="0" * 64, document=b"%PDF-1.7 attested", by=None)
    world.destruction = Destruction.objects.get(pk=gone.pk)
    until = timezone.localdate() + timedelta(days=30)
    world.hold = put_hold(engagement=world.engagement, ground="legal_claim", reason=world.phrase("law"), until=until, by=by)


def _session(world: World) -> sessions.Session:
    facts = {"minutes": 60, "place": "office", "agenda": ""}
    return sessions.plan_session(engagement=world.engagement, starts_at=timezone.now(), by=world.coach, **facts)
