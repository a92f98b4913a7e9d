"""Hélène's space at Horizon, brought about as people bring it about: agreements, consents, texts, sessions."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone

from clients import actions as clients
from clients.models import Client, Engagement, SponsorContact
from consent.actions import consents, summaries
from consent.actions.requests import ask_for_information
from consent.models import Consent, Disclosure, InformationRequest, Proposal, Summary
from sessions import actions as sessions
from sessions.models import Session
from tests.cast import Cast, person, signed_in
from tests.consent.agreements import in_force
from tests.consent.readings import read
from tests.house.world import vault_of
from vault.unlocked import public_keys

DATES = frozenset({"dates"})
NUMBER = frozenset({"number"})
TOKEN = re.compile(rb"[A-Za-z0-9]{64}")
SECOND = re.compile(rb'data-(?:now|lock-at)="\d*"')


class Space:
    """Hélène, who pays at Horizon, and the two clients of Camille there."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.camille, self.helene, self.anais, self.karim = cast.camille, cast.helene, cast.anais, cast.karim
        self.horizon = cast.horizon

    def contact(self, name: str, role: str = "manager", rights: list[str] | None = None) -> SponsorContact:
        """Another contact of Horizon, with a space."""
        user, _vault = person(name)
        contact = clients.add_contact(
            sponsor=self.horizon, name=name, address=user.address, role=role, language="fr", rights=rights, by=self.camille
        )
        clients.join(invited=contact, person=user, by=user)
        return contact

    def hidden(self, client: Client | None = None, *, wording: str = "A") -> Engagement:
        """An engagement that Horizon pays, under a confidentiality agreement alone: nothing opens it to anybody."""
        engagement = self.cast.engagement(client or self.karim, wording=wording)
        in_force(engagement, wording=wording)
        return engagement

    def three_way(self, client: Client | None = None, *contacts: SponsorContact) -> Engagement:
        """An engagement that a three-way agreement alone stands for, signed by Hélène unless others sign."""
        engagement = self.cast.engagement(client or self.anais)
        in_force(engagement, kind="three_way", contacts=contacts or (self.helene,))
        return engagement

    def asked(
        self, engagement: Engagement, purpose: str, contact: SponsorContact | None = None, data: frozenset[str] = frozenset()
    ) -> Consent:
        """A question to the client, of their own accord: then nothing is too soon."""
        terms = {"data": sorted(data)} if data else {}
        return consents.ask(engagement=engagement, purpose=purpose, contact=contact or self.helene, terms=terms, by=engagement.client)

    def given(
        self, engagement: Engagement, purpose: str, contact: SponsorContact | None = None, data: frozenset[str] = frozenset()
    ) -> Consent:
        """A consent of this engagement's client."""
        question = self.asked(engagement, purpose, contact, data)
        until = timezone.localdate() + timedelta(days=90) if data else None
        client = engagement.client
        return consents.give(consent=question, data=data, until=until, evidence={}, vault=vault_of(client), by=client)

    def proposed(self, engagement: Engagement, asked: InformationRequest | None = None) -> Proposal:
        """A text for Hélène, proposed to the client."""
        vault = vault_of(self.camille)
        summary: Summary = summaries.start_summary(
            engagement=engagement, contact=self.helene, text="Un bilan", answers=asked, vault=vault, by=self.camille
        )
        return summaries.propose(
            summary=summary, text="Un bilan", reading=read("Un bilan", engagement, vault), vault=vault, by=self.camille
        )

    def shown(self, engagement: Engagement, asked: InformationRequest | None = None) -> Disclosure:
        """A text that the client authorised for Hélène, a minute ago."""
        proposal, keys = self.proposed(engagement, asked), public_keys(self.helene.person_id)  # type: ignore[arg-type]
        assert keys is not None
        row = summaries.approve(
            proposal=proposal,
            fingerprint=bytes(proposal.fingerprint),
            contact=self.helene,
            keys=keys.fingerprint(),
            until=timezone.localdate() + timedelta(days=30),
            evidence={},
            vault=vault_of(engagement.client),
            by=engagement.client,
        )
        Disclosure.objects.filter(pk=row.pk).update(opens_at=timezone.now() - timedelta(seconds=1))
        return row

    def session(self, engagement: Engagement, *, days_ago: int = 3, held: bool = True, minutes: int = 90) -> Session:
        """A session, held unless said otherwise."""
        facts: dict[str, Any] = {"minutes": minutes, "place": "office", "agenda": ""}
        starts_at = timezone.now() - timedelta(days=days_ago)
        session = sessions.plan_session(engagement=engagement, starts_at=starts_at, by=self.camille, **facts)
        if held:
            sessions.hold_session(session=session, by=self.camille)
        return session

    def question(self, engagement: Engagement, *, days: int = 14, at: datetime | None = None) -> InformationRequest:
        """A question of Hélène's."""
        deadline: date = timezone.localdate(at or timezone.now()) + timedelta(days=days)
        return ask_for_information(
            engagement=engagement, question="Où en est-elle ?", purpose="Point annuel", deadline=deadline, by=self.helene, at=at
        )

    def browser(self, contact: SponsorContact | None = None) -> Browser:
        """A browser in which this contact, else Hélène, is signed in."""
        return signed_in((contact or self.helene).person)


def plain(answer: HttpResponse) -> tuple[int, bytes, dict[str, str]]:
    """An answer without what differs by itself: its token and its second."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"Content-Security-Policy", "X-Lock-At"}}
    content = answer.content.replace(answer.request["PATH_INFO"].encode(), b"ADDRESS")
    return answer.status_code, SECOND.sub(b"SECOND", TOKEN.sub(b"TOKEN", content)), headers
