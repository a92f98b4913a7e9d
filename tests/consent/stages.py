"""A summary brought to each of its states as people bring it there, for tests. Marc is a second contact at Horizon, who has a space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

import time_machine
from django.utils import timezone

from clients import actions as clients
from clients.models import SponsorContact
from consent.actions import consents, copies, engagements
from consent.actions import summaries as actions
from consent.models import Consent, Disclosure, Proposal, Summary
from tests.cast import Cast, person
from tests.consent.readings import read
from tests.consent.test_summaries import TEXT, Story
from vault import slots
from vault.unlocked import Unlocked, public_keys

OTHER = "Anaïs tient ses jalons. Le reste se dira plus tard."


@dataclass
class Stage:
    """Anaïs's engagement under wording A, one summary of it, and what became of it for each contact."""

    cast: Cast
    story: Story = field(init=False)
    summary: Summary = field(init=False)
    proposal: Proposal | None = None  # the last one
    disclosure: Disclosure | None = None  # the last one

    def __post_init__(self) -> None:
        self.story = Story(self.cast)
        self.helene, self.anais, self.camille = self.story.helene, self.story.anais, self.story.camille
        self.summary = self.story.summary()

    @cached_property
    def marc(self) -> SponsorContact:
        """Anaïs's manager."""
        self.marc_user, _vault = person("Marc Ondel")
        contact = clients.add_contact(
            sponsor=self.cast.horizon, name="Marc Ondel", address=self.marc_user.address, role="manager", language="fr", by=self.camille
        )
        clients.join(invited=contact, person=self.marc_user, by=self.marc_user)
        return contact

    def vault(self, name: str) -> Unlocked:
        """A fresh open vault, as a new request would have."""
        if name == "Marc Ondel":
            return Unlocked(self.marc_user.pk, slots.open_with_passphrase(self.marc_user.pk, "six plain words make a vault"))
        return self.story.vault(name)

    @property
    def consent(self) -> Consent:
        """The question of the last proposal, as it stands."""
        return Consent.objects.get(proposal=self.proposal)

    def written(self, text: str) -> Summary:
        """The draft with another text."""
        self.summary.refresh_from_db()
        facts = {"summary": self.summary, "text": text, "expected": self.summary.version}
        self.summary = actions.write_summary(**facts, vault=self.vault("Camille Aubry"), by=self.camille)
        return self.summary

    def proposed(self, contact: SponsorContact | None = None, text: str = TEXT) -> Proposal:
        """The summary as it stands, proposed for one contact."""
        summary = Summary.objects.select_related("engagement__coach", "engagement__client", "engagement__sponsor", "contact").get(
            pk=self.summary.pk
        )
        vault = self.vault("Camille Aubry")
        reading = read(text, summary.engagement, vault)
        self.proposal = actions.propose(
            summary=summary, text=text, reading=reading, contact=contact or self.helene, vault=vault, by=self.camille
        )
        return self.proposal

    def approved(self, proposal: Proposal | None = None, **changed: Any) -> Disclosure:
        """The client's yes to the last proposal, or to this one."""
        proposal = proposal or self.proposal
        assert proposal is not None
        shown = {
            "fingerprint": bytes(proposal.fingerprint),
            "contact": proposal.contact,
            "keys": public_keys(proposal.contact.person_id).fingerprint(),
            "until": timezone.localdate() + timedelta(days=60),
        }
        vault = self.vault("Anais Lefort")
        self.disclosure = actions.approve(proposal=proposal, evidence={}, vault=vault, by=self.anais, **{**shown, **changed})
        return self.disclosure

    def readable(self, disclosure: Disclosure | None = None) -> Disclosure:
        """A minute later."""
        disclosure = disclosure or self.disclosure
        assert disclosure is not None
        Disclosure.objects.filter(pk=disclosure.pk).update(opens_at=timezone.now() - timedelta(seconds=1))
        disclosure.refresh_from_db()
        return disclosure

    def disclosed(self, contact: SponsorContact | None = None, until: date | None = None) -> Disclosure:
        """Proposed, approved, and readable."""
        self.proposed(contact)
        self.approved(**({"until": until} if until else {}))
        return self.readable()

    def look(self, disclosure: Disclosure, name: str = "Helene Vasseur") -> str:
        """What the contact reads, or `Refused`."""
        by = self.helene if name == "Helene Vasseur" else self.marc
        return actions.view(disclosure=disclosure, vault=self.vault(name), by=by)


def _changes_asked(stage: Stage) -> None:
    actions.ask_changes(proposal=stage.proposed(), text=OTHER, comment="Mieux ainsi.", vault=stage.vault("Anais Lefort"), by=stage.anais)


def _refused(stage: Stage) -> None:
    actions.refuse(proposal=stage.proposed(), by=stage.anais)


def _lapsed(stage: Stage) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=31)):
        stage.proposed()
    consents.expire(by=None)


def _void(stage: Stage) -> None:
    stage.proposed()
    stage.written(OTHER)


def _keys_differ(stage: Stage) -> None:
    copies.void_for_keys(proposal=stage.proposed(), by=stage.anais)


def _approved(stage: Stage) -> None:
    stage.proposed()
    stage.approved()


def _held(stage: Stage) -> None:
    _approved(stage)
    actions.hold(consent=stage.consent, by=stage.camille)


def _read(stage: Stage) -> None:
    stage.look(stage.disclosed())


def _withdrawn(stage: Stage) -> None:
    stage.disclosed()
    consents.withdraw(consent=stage.consent, by=stage.anais)


def _expired(stage: Stage) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=62)):  # a day more than one day too many: summer time may end between
        stage.disclosed(until=timezone.localdate() + timedelta(days=60))
    consents.expire(by=None)


def _superseded(stage: Stage) -> None:
    old = stage.disclosed()
    stage.written(OTHER)
    stage.proposed(text=OTHER)
    stage.approved()
    stage.disclosure, stage.proposal = old, old.consent.proposal


def _ended(stage: Stage) -> None:
    stage.disclosed()
    engagements.end_engagement(engagement=stage.story.engagement, by=stage.camille)


STATES: Final[dict[str, Callable[[Stage], object]]] = {
    "draft": lambda stage: None,
    "waiting": lambda stage: stage.proposed(),
    "changes_asked": _changes_asked,
    "refused": _refused,
    "lapsed": _lapsed,
    "void": _void,
    "keys_differ": _keys_differ,
    "approved": _approved,
    "held": _held,
    "authorised": lambda stage: stage.disclosed(),
    "read": _read,
    "withdrawn": _withdrawn,
    "expired": _expired,
    "superseded": _superseded,
    "ended": _ended,
}


def at(cast: Cast, state: str) -> Stage:
    """A summary for Hélène in this state."""
    stage = Stage(cast)
    STATES[state](stage)
    return stage
