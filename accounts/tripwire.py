"""Too many different notes or recordings shown in a short time: the passphrase is asked for again; at twice that every vault of the person shuts.

Counted from the ledger, one reading of a person after the other, in the transaction that writes the next one down: none is missed, and what is
refused was not shown. What the server opens without showing it writes no such event, and does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts import unlocking
from accounts.changes import actions
from accounts.doors import locked_answer, wants_a_page

IN_A_MINUTE: Final = 60
IN_AN_HOUR: Final = 300
COUNT: Final = """
with lately as (
  select event, about, at from vault_ledger
  where by = %(person)s and at > %(hour)s and event in ('note.read', 'recording.played', 'tripwire.asked', 'tripwire.locked')
  union all select 'note.read', %(about)s::uuid, 'infinity'::timestamptz
), since as (
  select coalesce(max(at) filter (where event in ('tripwire.asked', 'tripwire.locked')), '-infinity') as asked,
         coalesce(max(at) filter (where event = 'tripwire.locked'), '-infinity') as locked from lately
)
select count(distinct about) filter (where at > asked and at > %(minute)s), count(distinct about) filter (where at > asked),
       count(distinct about) filter (where at > locked and at > %(minute)s), count(distinct about) filter (where at > locked)
from lately, since where event in ('note.read', 'recording.played')
"""  # what was shown before the passphrase was last asked for counts towards twice that only


class Tripped(Exception):
    """More was shown than a person reads. `is_double`: twice that."""

    def __init__(self, is_double: bool) -> None:
        super().__init__("more was shown than a person reads")
        self.is_double = is_double


@dataclass(frozen=True, slots=True)
class Shown:
    """How many different notes and recordings were shown, in the last minute and in the last hour."""

    in_a_minute: int
    in_an_hour: int

    def is_over(self, times: int = 1) -> bool:
        """Whether that is more than so many times what a person reads."""
        return self.in_a_minute > times * IN_A_MINUTE or self.in_an_hour > times * IN_AN_HOUR


def check(person: UUID, about: UUID, at: datetime) -> None:
    """Raise `Tripped` when one more note or recording, shown now, is too much. In the transaction that writes it down; others of this person wait."""
    facts = {"person": person, "about": about, "minute": at - timedelta(minutes=1), "hour": at - timedelta(hours=1)}
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"shown:{person}"])
        cursor.execute(COUNT, facts)
        *since_asked, minute, hour = cursor.fetchone()
    if Shown(minute, hour).is_over(2):
        raise Tripped(is_double=True)
    if Shown(*since_asked).is_over():
        raise Tripped(is_double=False)


def answer(request: HttpRequest, tripped: Tripped) -> HttpResponse:
    """Shut the vault, or every one of this person's, and answer as for a locked one: what is on screen stays there."""
    person = request.user
    act = actions.shut_every_vault if tripped.is_double else actions.ask_for_passphrase
    act(person=person, by=person)  # type: ignore[arg-type]
    unlocking.lock(request)
    if wants_a_page(request):
        messages.warning(request, _("Much was opened in a short time, so your passphrase is asked for again. Nothing is lost."))
    return locked_answer(request)
