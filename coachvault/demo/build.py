"""Makes the demo through the same actions as the web, in the order of its past, with each person's vault open in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from accounts import actions as accounts
from accounts.models import User
from clients import actions as clients
from clients.models import Client, Coach, Engagement, Practice, SponsorContact
from coachvault.demo import ROWS, notebooks, organisations, own_templates, promises, register, rights, texts, wishes
from coachvault.demo.agreements import Agreements
from coachvault.demo.people import PEOPLE, passphrase, recovery_code
from consent.actions import consents, summaries
from consent.models import Disclosure, Proposal, Summary
from pades.authority import refresh_crls
from sessions import actions as sessions
from sessions import leak_facts
from sessions.models import Note, Session
from sessions.people import actions as people
from vault import slots
from vault.unlocked import Unlocked, public_keys

DAY: Final = timedelta(days=1)
COACH_OF: Final = {"anais": "camille", "karim": "camille", "solene": "camille", "tanguy": "bruno", "oliver": "grace", "priya": "grace"}


class Demo:
    """The demo in the making. `now` is the moment that its past leads to."""

    def __init__(self, now: datetime) -> None:
        self.now = now.replace(minute=0, second=0, microsecond=0)
        self.users: dict[str, User] = {}
        self.vaults: dict[str, Unlocked] = {}
        self.coaches: dict[str, Coach] = {}
        self.clients: dict[str, Client] = {}
        self.contacts: dict[str, SponsorContact] = {}
        self.engagements: dict[str, Engagement] = {}
        self.notes: dict[tuple[str, int], Note] = {}
        self.summaries: dict[str, Summary] = {}
        self.agenda: list[tuple[datetime, Callable[[datetime], Any]]] = []

    def ago(self, days: float) -> datetime:
        """So many days before now."""
        return self.now - days * DAY

    def on(self, days: float, act: Callable[[datetime], Any]) -> None:
        """Let something happen so many days ago."""
        self.agenda.append((self.ago(days), act))

    def make(self) -> None:
        """Make everything, oldest first."""
        self._people()
        self._engagements()
        self._sessions()
        Agreements(self).plan()
        self._marks()
        self._summaries()
        self.on(115, self._barrier)
        wishes.planned(self)
        promises.planned(self)
        own_templates.planned(self)
        organisations.planned(self)
        register.planned(self)
        notebooks.planned(self)
        rights.planned(self)
        for at, act in sorted(self.agenda, key=lambda entry: entry[0]):
            act(at)
        refresh_crls(self.now)  # the authority's first lists are as old as the first agreement
        rows = {key: str(summary.pk) for key, summary in self.summaries.items()}
        path = Path(settings.DATA) / ROWS
        path.write_text(json.dumps(rows))
        path.chmod(0o600)

    def _people(self) -> None:
        at = self.ago(240)
        for person in PEOPLE.values():
            user, vault = accounts.make_person(
                address=person.address, name=person.name, language=person.language, passphrase=slots.stretched(passphrase(person)),
                by=None, is_demo=True, is_administrator=person.role == "admin", at=at,
            )  # fmt: skip
            accounts.set_recovery(person=user, vault=vault, code=recovery_code(person), by=user, at=at)
            self.users[person.key], self.vaults[person.key] = user, vault
        shared: Practice | None = None
        for key, name in (("camille", "Atelier Aubry Keller"), ("bruno", ""), ("grace", "Whitfield Coaching")):
            practice = shared if key == "bruno" else None
            coach = self.coaches[key] = clients.open_practice(person=self.users[key], name=name, practice=practice, by=None, at=at)
            shared = shared or coach.practice
        self._clients_and_contacts(at)

    def _clients_and_contacts(self, at: datetime) -> None:
        jobs = {
            "anais": "Responsable logistique",
            "karim": "Chef d’équipe de nuit",
            "solene": "",
            "tanguy": "Gérant",
            "oliver": "Regional manager",
            "priya": "Director",
        }
        for key, coach in COACH_OF.items():
            person, by = PEOPLE[key], self.coaches[coach]
            client = clients.add_client(
                coach=by, name=person.name, address=person.address, phone="", job=jobs[key], language=person.language, by=by, at=at
            )
            clients.join(invited=client, person=self.users[key], by=self.users[key], at=at)
            self.clients[key] = client
        camille, grace = self.coaches["camille"], self.coaches["grace"]
        horizon = clients.add_sponsor(coach=camille, name="Horizon Énergie", domain="horizon.example", by=camille, at=at)
        northgate = clients.add_sponsor(coach=grace, name="Northgate Logistics", domain="northgate.example", by=grace, at=at)
        for key, sponsor, role, may in (
            ("helene", horizon, "hr", None),
            ("marc", horizon, "manager", ("sign", "receive")),
            ("ruth", northgate, "hr", ("sign", "receive", "ask")),
        ):
            person = PEOPLE[key]
            contact = clients.add_contact(
                sponsor=sponsor, name=person.name, address=person.address, role=role, language=person.language, rights=may,
                by=sponsor.coach, at=at,
            )  # fmt: skip
            clients.join(invited=contact, person=self.users[key], by=self.users[key], at=at)
            self.contacts[key] = contact

    def _engagements(self) -> None:
        since = {
            "anais": 120,
            "karim": 100,
            "solene": 150,
            "solene2": 12,
            "tanguy": 110,
            "tanguy2": 6,
            "oliver": 60,
            "oliver2": 5,
            "priya": 140,
            "priya2": 8,
        }
        for key, days in since.items():
            who = key.rstrip("2")
            sponsor = {"anais": "helene", "karim": "helene", "oliver": "ruth", "priya": "ruth"}.get(who)
            wording = "B" if who in {"solene", "tanguy"} else "A"
            self.engagements[key] = clients.open_engagement(
                coach=self.coaches[COACH_OF[who]], vault=self.vaults[COACH_OF[who]], client=self.clients[who],
                sponsor=self.contacts[sponsor].sponsor if sponsor else None, wording=wording, title=texts.TITLES[key].text,
                objective=texts.OBJECTIVES[key].text, planned_sessions=6, by=self.coaches[COACH_OF[who]], at=self.ago(days),
            )  # fmt: skip

    def _barrier(self, at: datetime) -> None:
        """Anaïs and Karim are walled by the company that pays for both; Anaïs and Solène by hand."""
        one, other = self.clients["anais"], self.clients["solene"]
        clients.add_barrier(client=one, other=other, reason=texts.BARRIER.text, by=self.coaches["camille"], at=at)

    def _sessions(self) -> None:
        for key, notes in texts.NOTES.items():
            for index, note in enumerate(notes):
                self.on(70 - 18 * index - len(key), lambda at, key=key, index=index, note=note: self._held(key, index, note, at))
        for key in ("anais", "karim", "priya"):
            self.on(2, lambda at, key=key: self._planned(key, at))

    def _place(self, index: int) -> str:
        return str((Session.At.OFFICE, Session.At.VIDEO, Session.At.COMPANY)[index % 3])

    def _held(self, key: str, index: int, written: texts.Text, at: datetime) -> None:
        coach, vault = self.coaches[COACH_OF[key]], self.vaults[COACH_OF[key]]
        session = sessions.plan_session(
            engagement=self.engagements[key], starts_at=at, minutes=90, place=self._place(index), agenda="", by=coach, at=at - 7 * DAY
        )
        sessions.hold_session(session=session, by=coach, at=at + 2 * DAY / 24)
        note = sessions.start_note(session=session, vault=vault, by=coach, at=at)
        note = sessions.finish_note(note=note, text=written.text, expected_version=1, vault=vault, by=coach, at=at + 2 * DAY / 24)
        self.notes[key, index] = note
        if addition := texts.ADDITIONS.get((key, index)):
            row = sessions.amend_note(note=note, vault=vault, by=coach, at=at + DAY)
            sessions.finish_note(note=row, text=addition.text, expected_version=1, vault=vault, by=coach, at=at + DAY)

    def _planned(self, key: str, at: datetime) -> None:
        coach = self.coaches[COACH_OF[key]]
        starts = self.now.replace(hour=14) + {"anais": 0, "karim": 1, "priya": 3}[key] * DAY
        sessions.plan_session(
            engagement=self.engagements[key],
            starts_at=starts,
            minutes=90,
            place=Session.At.OFFICE,
            agenda=texts.AGENDAS[key].text,
            by=coach,
            at=at,
        )

    def _marks(self) -> None:
        for key, marked in texts.MARKS.items():
            for name, role in marked:
                self.on(3, lambda at, key=key, name=name, role=role: self._marked(key, name.text, role, at))
        for key, words in texts.OWN_WORDS.items():
            self.on(3, lambda at, key=key, words=words: self._listed(key, words.text, at))

    def _marked(self, key: str, name: str, role: str, at: datetime) -> None:
        coach = self.coaches[COACH_OF[key]]
        people.mark_person(engagement=self.engagements[key], name=name, role=role, vault=self.vaults[COACH_OF[key]], by=coach, at=at)

    def _listed(self, coach: str, words: str, at: datetime) -> None:
        people.write_words(typed=words, expected=0, vault=self.vaults[coach], by=self.coaches[coach], at=at)

    # Summaries: each state

    def _summaries(self) -> None:
        self._summary("shown", "anais", "helene", 30, ("approve", 28), ("view", 27), ("view", 9))
        self._summary("withdrawn", "anais", "marc", 24, ("approve", 23), ("view", 22), ("withdraw", 20))
        self._summary("draft", "anais", "helene", 1.5, propose=False)
        self._summary("to_mend", "anais", "marc", 0.5, propose=False)
        self._summary("proposed", "karim", "helene", 1)
        self._summary("refused", "karim", "marc", 15, ("refuse", 13))
        self._summary("lapsed", "karim", "helene", 80, ("lapse", 45))
        self._summary("changes", "priya", "ruth", 6, ("change", 4))
        self._summary("shown_en", "priya", "ruth", 26, ("approve", 25), ("view", 21))
        self._summary("expired", "priya", "ruth", 110, ("approve_briefly", 109), ("expire_consents", 70))

    def _summary(self, name: str, key: str, contact: str, started: float, *steps: tuple[str, float], propose: bool = True) -> None:
        made: list[Proposal] = []
        self.on(started, lambda at: self._started(name, key, contact, at))
        if propose:
            self.on(started - 0.1, lambda at: made.append(self.proposed(name, key, at)))
        for step, days in steps:
            self.on(days, lambda at, step=step: getattr(self, "_do_" + step)(key, contact, made[0], at))

    def _started(self, name: str, key: str, contact: str, at: datetime) -> None:
        coach = self.engagements[key].coach
        self.summaries[name] = summaries.start_summary(
            engagement=self.engagements[key],
            contact=self.contacts[contact],
            text=texts.SUMMARIES[name].text,
            vault=self.vaults[COACH_OF[key]],
            by=coach,
            at=at,
        )

    def proposed(self, name: str, key: str, at: datetime, contact: SponsorContact | None = None) -> Proposal:
        """A summary proposed to its client, for the contact it was begun for or for another; all that the reading asks is answered."""
        engagement, text, vault = self.engagements[key], texts.SUMMARIES[name].text, self.vaults[COACH_OF[key]]
        findings = leak_facts.found_in(text, engagement, vault, engagement.coach)
        facts = {"reading": leak_facts.reading(text, engagement, findings, {one.key for one in findings}), "contact": contact}
        return summaries.propose(summary=self.summaries[name], text=text, vault=vault, by=engagement.coach, at=at, **facts)

    def _do_approve(self, key: str, contact: str, proposal: Proposal, at: datetime, days: int = 365) -> None:
        public = public_keys(self.users[contact].pk)
        assert public is not None
        summaries.approve(
            proposal=proposal, fingerprint=bytes(proposal.fingerprint), contact=self.contacts[contact], keys=public.fingerprint(),
            until=timezone.localdate(at + days * DAY), evidence={"network": "192.0.2.7", "browser": "Demo/1.0"}, vault=self.vaults[key], by=self.clients[key], at=at,
        )  # fmt: skip

    def _do_approve_briefly(self, key: str, contact: str, proposal: Proposal, at: datetime) -> None:
        self._do_approve(key, contact, proposal, at, days=30)

    def _do_view(self, key: str, contact: str, proposal: Proposal, at: datetime) -> None:
        disclosure = Disclosure.objects.get(consent__proposal=proposal)
        summaries.view(disclosure=disclosure, vault=self.vaults[contact], by=self.contacts[contact], at=at)

    def _do_withdraw(self, key: str, contact: str, proposal: Proposal, at: datetime) -> None:
        consents.withdraw(consent=proposal.consents.get(), by=self.clients[key], at=at)

    def _do_refuse(self, key: str, contact: str, proposal: Proposal, at: datetime) -> None:
        summaries.refuse(proposal=proposal, by=self.clients[key], at=at)

    def _do_lapse(self, key: str, contact: str, proposal: Proposal, at: datetime) -> None:
        consents.expire(by=None, at=at)

    _do_expire_consents = _do_lapse

    def _do_change(self, key: str, contact: str, proposal: Proposal, at: datetime) -> None:
        summaries.ask_changes(
            proposal=proposal,
            text=texts.WANTED.text,
            comment=texts.WANTED_COMMENT.text,
            vault=self.vaults[key],
            by=self.clients[key],
            at=at,
        )
