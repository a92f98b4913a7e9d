"""Three engagements in full, so that each person has something of their own and there is something of others: for the house rules.

Camille coaches Anaïs (Hélène reads) and Karim (Marc reads), both at Horizon; Bruno, of the same practice, coaches Léa (Nadia reads) at Boréal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from clients import actions as clients
from clients.models import Barrier, Client, Coach, Engagement, Sponsor, SponsorContact
from consent.actions import consents, requests, summaries, wishes
from consent.models import (
    Agreement,
    AgreementTemplate,
    Consent,
    Destruction,
    Disclosure,
    Hold,
    InformationRequest,
    LegalDisclosure,
    Pledge,
    PledgeReceipt,
    Proposal,
    RightsRequest,
    Summary,
    Task,
    Wish,
)
from sessions import actions as sessions
from sessions.models import ClearedName, MarkedPerson, Note, OwnWords, PrivateEntry, Session, SharedEntry
from sessions.notebook import actions as notebooks
from sessions.people import actions as people
from tests.cast import Cast, person, root_key
from tests.consent import agreements, pledges, readings, register, rights, templates
from vault.models import Renewal
from vault.unlocked import Unlocked, public_keys


def vault_of(someone: Coach | Client | SponsorContact) -> Unlocked:
    """A fresh open vault of somebody of the cast."""
    assert someone.person is not None
    return Unlocked(someone.person.pk, root_key(someone.person))


@dataclass
class World:
    """One engagement with everything that can stand around it, each text with a phrase of its own."""

    coach: Coach
    client: Client
    contact: SponsorContact
    sponsor: Sponsor
    mark: str
    engagement: Engagement = field(init=False)
    agreement: Agreement = field(init=False)
    session: Session = field(init=False)
    note: Note = field(init=False)
    version: int = field(init=False)
    marked: MarkedPerson = field(init=False)
    cleared: ClearedName = field(init=False)
    disclosure: Disclosure = field(init=False)
    information: InformationRequest = field(init=False)  # asked by the contact
    consent: Consent = field(init=False)
    asked: Consent = field(init=False)  # waits for an answer
    proposal: Proposal = field(init=False)
    summary: Summary = field(init=False)
    wish: Wish = field(init=False)
    private: PrivateEntry = field(init=False)  # the client's own
    shared: SharedEntry = field(init=False)  # read by the coach; what is written since is not
    pledge: Pledge = field(init=False)
    draft: Pledge = field(init=False)  # of the pledge
    receipt: PledgeReceipt = field(init=False)
    handed: RightsRequest = field(init=False)  # a copy was handed over
    request: RightsRequest = field(init=False)  # for another, which waits
    correction: RightsRequest = field(init=False)  # waits too
    template: AgreementTemplate = field(init=False)  # published
    written: AgreementTemplate = field(init=False)  # a draft of one
    law: LegalDisclosure = field(init=False)  # an immediate danger with its papers, not told
    told: LegalDisclosure = field(init=False)  # a requisition that the client was told of
    task: Task = field(init=False)  # to take a name down
    destruction: Destruction = field(init=False)  # of a note, attested; this and the next two where a test asks for them
    renewal: Renewal = field(init=False)  # that it brought about
    hold: Hold = field(init=False)  # that stands since
    barrier: Barrier = field(init=False)  # by hand, from somebody who has not joined

    def __post_init__(self) -> None:
        """Bring the engagement there through the same actions as the pages."""
        self._vault = vault_of(self.coach)
        self.engagement = clients.open_engagement(
            coach=self.coach,
            vault=self._vault,
            client=self.client,
            sponsor=self.sponsor,
            wording="A",
            title=f"Accompagnement {self.mark}",
            objective=self.phrase("objective"),
            planned_sessions=6,
            by=self.coach,
        )
        self.agreement = agreements.completed(self.engagement, document=agreements.blank())
        self.signatory = self.agreement.signatories.get(role="client")
        self.tripartite = agreements.sent(self.engagement, kind="three_way", contacts=(self.contact,), document=agreements.blank())
        agreements.sign_next(self.tripartite)  # now it is the contact's turn
        self._meet()
        self._disclose()
        self.information = self._ask()
        self.proposal = self._propose("proposed")
        self.summary = self._draft("draft")
        self.wish = wishes.make_wish(
            engagement=self.engagement, contact=self.contact, text=self.phrase("wish"), vault=vault_of(self.client), by=self.client
        )
        self.asked = consents.ask(
            engagement=self.engagement,
            purpose="sponsor.listing",
            contact=self.contact,
            terms={"reason": self.phrase("reason")},
            by=self.coach,
        )
        self._promise()
        self._keep_a_notebook()
        self._ask_about_data()
        self.template = templates.published(templates.drafted(self.coach, self.phrase("template")))
        self.written = templates.drafted(self.coach, self.phrase("template"))
        self.law = register.completed(register.danger(self.engagement, self._vault, self.phrase("law")), self._vault, self.phrase("law"))
        self.told = register.requisition(self.engagement, self._vault, self.phrase("told"), less=self.phrase("law"), told=True)
        self.task = register.recall(self.engagement, self.phrase("law"))
        self._wall()

    @classmethod
    def of_anais(cls, cast: Cast) -> World:
        """Camille's engagement with Anaïs, whose summary Hélène reads."""
        return cls(cast.camille, cast.anais, cast.helene, cast.horizon, "anémone")

    @classmethod
    def of_karim(cls, cast: Cast) -> World:
        """Camille's engagement with Karim, whose summary Marc reads."""
        return cls(cast.camille, cast.karim, _contact(cast.horizon, "Marc Ondel"), cast.horizon, "bruyère")

    @classmethod
    def of_bruno(cls, cast: Cast) -> World:
        """Bruno's engagement with Léa, whose summary Nadia reads."""
        boreal = clients.add_sponsor(coach=cast.bruno, name="Boréal Conseil", domain="boreal.example", by=cast.bruno)
        lea = clients.add_client(
            coach=cast.bruno, name="Léa Morvan", address="lea@example.org", phone="", job="", language="fr", by=cast.bruno
        )
        user, _vault = person("Lea Morvan")
        clients.join(invited=lea, person=user, by=user)
        return cls(cast.bruno, lea, _contact(boreal, "Nadia Ferrat"), boreal, "coquelicot")

    def phrase(self, what: str) -> str:
        """A phrase that stands in this text of this engagement and nowhere else."""
        return f"phrase {what} {self.mark}"

    def readers(self) -> dict[str, set[Any]]:
        """Each phrase with the people (ids) who may read it."""
        coach, client, contact = self.coach.person_id, self.client.person_id, self.contact.person_id
        mine = ("agenda", "note", "earlier", "draft", "pledge", "template", "law", "barrier", "neighbour", "marked", "word")
        told = dict.fromkeys(mine, {coach})
        told |= dict.fromkeys(
            ("objective", "proposed", "reason", "told", "wish", "shared", "explained", "reply", "wrong", "put off"), {coach, client}
        )
        told |= dict.fromkeys(("private", "unshared"), {client})
        told |= dict.fromkeys(("disclosed", "question"), {coach, client, contact})
        names = dict.fromkeys((self.client.name, self.contact.name), {coach, client, contact})
        return {self.phrase(what): people for what, people in told.items()} | names

    def _meet(self) -> None:
        """A session of this morning and its note, with an earlier text."""
        by, vault = self.coach, self._vault
        facts = {"minutes": 60, "place": "office", "agenda": self.phrase("agenda")}
        self.session = sessions.plan_session(engagement=self.engagement, starts_at=timezone.now() - timedelta(hours=3), by=by, **facts)
        self.note = sessions.start_note(session=self.session, vault=vault, by=by)
        for what in ("earlier", "note"):
            self.note = sessions.write_note(
                note=self.note, text=self.phrase(what), expected_version=self.note.version, keep=True, vault=vault, by=by
            )
        self.version = self.note.version - 1
        facts = {"engagement": self.engagement, "vault": vault, "by": by}
        self.marked = people.mark_person(name=self.phrase("marked"), role="", **facts)
        self.cleared = people.clear_name(part="paul", clients=frozenset({self.client.pk}), **facts)
        if not OwnWords.objects.filter(coach=by).exists():
            people.write_words(typed=self.phrase("word"), expected=0, vault=vault, by=by)

    def _wall(self) -> None:
        """A barrier by hand between the client and a neighbour."""
        facts = {"address": "", "phone": "", "job": "", "language": "fr"}
        neighbour = clients.add_client(coach=self.coach, name=self.phrase("neighbour"), by=self.coach, **facts)
        self.barrier = clients.add_barrier(client=self.client, other=neighbour, reason=self.phrase("barrier"), by=self.coach)

    def _keep_a_notebook(self) -> None:
        """A private text, one that the coach may read, and what was written in it since."""
        facts: dict[str, Any] = {"by": self.client, "vault": vault_of(self.client)}
        facts["notebook"] = notebooks.make_notebook(**facts)
        self.shared = notebooks.start_shared(engagement=self.engagement, text="", **facts)
        notebooks.share(entry=self.shared, text=self.phrase("shared"), expected_version=1, **facts)
        notebooks.write_shared(entry=self.shared, text=self.phrase("unshared"), expected_version=2, **facts)
        self.private = notebooks.start_private(**facts)
        del facts["notebook"]
        for version in (1, 2):
            text = self.phrase("private") if version == 2 else "Un début"
            notebooks.write_private(entry=self.private, text=text, expected_version=version, keep=version == 2, **facts)

    def _promise(self) -> None:
        """The coach's pledge, published and acknowledged by this client; the next version is a draft of the coach alone."""
        mine = Pledge.objects.filter(coach=self.coach)
        self.pledge = mine.filter(state="published").first() or pledges.published(self.coach)
        self.draft = mine.filter(state="draft").first() or pledges.drafted(self.coach, own=self.phrase("pledge"))
        self.receipt = pledges.acknowledged(self.pledge, self.client)

    def _ask(self) -> InformationRequest:
        """A question of the contact, who sees the engagement by the text that is open to them."""
        deadline = timezone.localdate() + timedelta(days=20)
        return requests.ask_for_information(
            engagement=self.engagement, question=self.phrase("question"), purpose="Bilan", deadline=deadline, by=self.contact
        )

    def _ask_about_data(self) -> None:
        """A copy asked for and handed over, with the note and the agenda left out; one more asked for and put off; a correction asked for."""
        hers, vault = vault_of(self.client), self._vault
        self.handed = rights.asked(self.engagement, self.client, hers, text=self.phrase("wish"))
        gap = {"outcome": "left_out", "text": "", "reason": "others", "explained": self.phrase("explained")}
        rights.gone_through(self.handed, vault, {self.phrase(what): gap for what in ("note", "agenda", "draft")})
        rights.handed_over(self.handed, vault, self.phrase("reply"))
        self.request = rights.asked(self.engagement, self.client, hers, text=self.phrase("wish"))
        rights.put_off(self.request, vault, self.phrase("put off"))
        self.correction = rights.asked(self.engagement, self.client, hers, "rectification", wrong=self.phrase("wrong"), right="…")

    def _draft(self, what: str) -> Summary:
        return summaries.start_summary(
            engagement=self.engagement, contact=self.contact, text=self.phrase(what), vault=self._vault, by=self.coach
        )

    def _propose(self, what: str) -> Proposal:
        text = self.phrase(what)
        reading = readings.read(text, self.engagement, self._vault)
        return summaries.propose(summary=self._draft(what), text=text, reading=reading, vault=self._vault, by=self.coach)

    def _disclose(self) -> None:
        """A summary that the client approved and the contact can read already."""
        proposal = self._propose("disclosed")
        keys = public_keys(self.contact.person_id)  # type: ignore[arg-type]
        assert keys is not None
        self.disclosure = summaries.approve(
            proposal=proposal,
            fingerprint=bytes(proposal.fingerprint),
            contact=self.contact,
            keys=keys.fingerprint(),
            until=timezone.localdate() + timedelta(days=30),
            evidence={},
            vault=vault_of(self.client),
            by=self.client,
        )
        Disclosure.objects.filter(pk=self.disclosure.pk).update(opens_at=timezone.now() - timedelta(seconds=1))
        self.consent = self.disclosure.consent


def _contact(sponsor: Sponsor, name: str) -> SponsorContact:
    """A manager of an organisation, with a space."""
    user, _vault = person(name)
    rights = SponsorContact.Right.values
    contact = clients.add_contact(
        sponsor=sponsor, name=name, address=user.address, role="manager", language="fr", rights=rights, by=sponsor.coach
    )
    clients.join(invited=contact, person=user, by=user)
    return contact
