"""Who is on the stage: a coach, clients, one contact; an engagement with a finished note, made through the product's own actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from bench.practice import Practice, made

PASSPHRASE = "seven plain words that open one vault"
PARAGRAPH = (
    "Elle décrit la réunion de lundi : trois décisions reportées, et le sentiment de porter seule ce que l’équipe pourrait décider. "
    "Nous revenons sur **ce qui lui appartient** et sur ce qu’elle garde par habitude.\n\n- nommer un responsable par sujet\n- ne plus relire\n\n"
)
TEXT = PARAGRAPH * 8  # 2 KB


@dataclass
class People:
    """The coach's side, made once for the run."""

    coach: Any = None
    vault: Any = None
    client: Any = None
    client_vault: Any = None
    contact: Any = None
    engagement: Any = None
    note: Any = None
    addresses: list[str] = field(default_factory=list)
    _busy: Practice | None = None

    def busy(self) -> Practice:
        """A practice of two hundred clients, made when the first row asks for it."""
        self._busy = self._busy or made()
        return self._busy


def person(name: str) -> tuple[Any, Any]:
    """A person with a vault, at the product's own cost."""
    from accounts import actions as accounts
    from vault import slots

    address = f"{name.split()[0].lower()}@bench.example"
    return accounts.make_person(address=address, name=name, language="fr", passphrase=slots.stretched(PASSPHRASE), by=None, is_demo=True)


def arrive() -> People:
    """Make everybody, the engagement under wording A, and the note."""
    from clients import actions as clients
    from vault.unlocked import public_keys

    made = {name.split()[0].lower(): person(name) for name in ("Camille Aubry", "Anais Lefort", "Helene Vasseur", "Bruno Keller")}
    people = People(addresses=[user.address for user, _ in made.values()])
    user, people.vault = made["camille"]
    coach = people.coach = clients.open_practice(person=user, name="Atelier Aubry", by=None)
    sponsor = clients.add_sponsor(coach=coach, name="Horizon Énergie", domain="horizon.example", by=coach)
    user, people.client_vault = made["anais"]
    client = people.client = clients.add_client(
        coach=coach, name="Anaïs Lefort", address=user.address, phone="", job="", language="fr", by=coach
    )
    clients.join(invited=client, person=user, by=user)
    user = made["helene"][0]
    contact = people.contact = clients.add_contact(
        sponsor=sponsor, name="Hélène Vasseur", address=user.address, role="hr", language="fr", by=coach
    )
    clients.join(invited=contact, person=user, by=user)
    assert public_keys(user.pk) is not None
    people.engagement = clients.open_engagement(
        coach=coach, vault=people.vault, client=client, sponsor=sponsor, wording="A", title="Prise de poste",
        objective="Déléguer sans perdre le fil", planned_sessions=6, by=coach,
    )  # fmt: skip
    people.note = finished_note(people)
    agreement_in_force(people)
    return people


def finished_note(people: People) -> Any:
    """A note of 2 KB on a session of three days ago."""
    from sessions import actions as sessions

    facts = {"minutes": 90, "place": "office", "agenda": ""}
    session = sessions.plan_session(engagement=people.engagement, starts_at=timezone.now() - timedelta(days=3), by=people.coach, **facts)
    note = sessions.start_note(session=session, vault=people.vault, by=people.coach)
    return sessions.finish_note(note=note, text=TEXT, expected_version=note.version, vault=people.vault, by=people.coach)


def agreement_in_force(people: People) -> None:
    """The agreement that lets a summary go, signed by both. Its documents are not looked at here."""
    agreement = sent(people, document=b"%PDF")
    for one in agreement.signatories.all():
        signed(people, agreement, one, document=(agreement.signed_document or agreement.document) + one.field.encode())
        agreement.refresh_from_db()


def sent(people: People, *, document: bytes | None = None) -> Any:
    """A confidentiality agreement that is with the client; the real document unless one is given."""
    from consent import actions, documents, fixing

    text = documents.write_text(engagement=people.engagement, choices=documents.Choices(kind="confidentiality", wording="A", language="fr"))
    agreement = actions.draft_agreement(engagement=people.engagement, text=text, by=people.coach)
    document = document or fixing.fix(agreement, text, at=timezone.now())
    return actions.send_agreement(agreement=agreement, text=text, document=document, pages=1, is_address_seen=True, by=people.coach)


def signed(people: People, agreement: Any, one: Any, *, document: bytes | None = None) -> None:
    """The next signature, in its place in the PDF unless a document is given."""
    from consent import actions, documents, fixing

    one.agreement = agreement
    evidence = signature(one)
    base = documents.digest(agreement.signed_document or agreement.document)
    document = document or fixing.sign(agreement, one, evidence, at=timezone.now()).document
    facts = {"agreement": agreement, "evidence": evidence, "document": document, "base": base}
    if one.role == "coach":
        actions.countersign_agreement(by=people.coach, **facts)
    else:
        actions.sign_agreement(signatory=one, link=None, by=people.client, **facts)


def signature(one: Any) -> dict[str, Any]:
    """The evidence of a signature, as a page gathers it."""
    return {
        "name": "Somebody",
        "statement": one.agreement.details["statements"][one.role],
        "at": timezone.now().isoformat(),
        "network": "192.0.2.1",
        "browser": "bench",
        "language": "fr",
        "way": "space",
        "sent_to": one.address,
        "sha256": one.agreement.sha256,
        "template": "confidentiality",
        "wording": "A",
        "method": "simple electronic signature",
    }
