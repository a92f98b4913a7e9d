"""A practice at work: two hundred clients of twenty organisations. The words are the same for ours and for the twins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

CLIENTS, SPONSORS = 200, 20
COACH = "Perrine Salle"
FIRST = ("Anaïs", "Karim", "Léa", "Jean-Marc", "Inès", "Thomas", "Éloïse", "Samuel", "Chloé", "Malik")
LAST = ("Lefort", "Benali", "Morvan", "Dupuis-Caron", "Okafor", "Vasseur", "Ferrat", "Lindqvist", "Moreau", "Nguyen",
        "Arnal", "Keller", "Ondel", "Roche", "Sauvage", "Teixeira", "Ulmann", "Vernier", "Wagner", "Zidi")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One client with one engagement, in words."""

    name: str
    address: str
    phone: str
    job: str
    sponsor: int
    title: str
    objective: str


def sponsors() -> Iterator[dict[str, str]]:
    """Who pays."""
    for number in range(SPONSORS):
        yield {"name": f"Organisation {number + 1} et associés", "domain": f"organisation{number + 1}.example", "group": ""}


def cases() -> Iterator[Case]:
    """Everybody in the list."""
    for number in range(CLIENTS):
        first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
        yield Case(
            name=f"{first} {last}",
            address=f"personne{number}@clients.example",
            phone=f"+33 1 99 00 {number // 100:02} {number % 100:02}",
            job="Responsable de projets",
            sponsor=number % SPONSORS,
            title=f"Prise de poste {number + 1}",
            objective="Déléguer sans perdre le fil",
        )


@dataclass
class Practice:
    """The coach with her engagements, in the order of `cases`."""

    address: str
    coach: Any
    vault: Any
    engagements: list[Any]


@contextmanager
def not_waiting_for_the_disk() -> Iterator[None]:
    """What is only made ready here need not outlive a crash. Nothing that is measured runs inside."""
    from django.db import connections

    for one in connections.all():
        with one.cursor() as cursor:
            cursor.execute("set synchronous_commit = off")
    try:
        yield
    finally:
        connections.close_all()


def made() -> Practice:
    """The practice, through the product's own actions."""
    from bench.people import person

    user, vault = person(COACH)
    with not_waiting_for_the_disk():
        return opened(user, vault)


def opened(user: Any, vault: Any) -> Practice:
    """The practice of somebody."""
    from clients import actions

    coach = actions.open_practice(person=user, name="Salle et Cie", by=None)
    payers = [actions.add_sponsor(coach=coach, by=coach, **one) for one in sponsors()]
    engagements = []
    for one in cases():
        facts = {"name": one.name, "address": one.address, "phone": one.phone, "job": one.job}
        client = actions.add_client(coach=coach, language="fr", by=coach, **facts)
        about = {"title": one.title, "objective": one.objective, "wording": "A", "planned_sessions": 6}
        engagements.append(actions.open_engagement(coach=coach, vault=vault, client=client, sponsor=payers[one.sponsor], by=coach, **about))
    return Practice(user.address, coach, vault, engagements)


def write_notes(practice: Practice, engagements: int, each: int) -> Any:
    """So many finished notes in each of so many engagements, and one that is not finished, which is given back."""
    from django.utils import timezone

    from bench.people import TEXT
    from sessions import actions

    now, by = timezone.now(), {"vault": practice.vault, "by": practice.coach}
    note: Any = None
    with not_waiting_for_the_disk():
        for turn in range(engagements * each):
            if note is not None:
                actions.finish_note(note=note, text=TEXT, expected_version=note.version, **by)
            engagement, number = practice.engagements[turn // each], turn % each
            facts = {"starts_at": now - timedelta(days=7 * (each - number), hours=3), "minutes": 60, "place": "office", "agenda": ""}
            note = actions.start_note(session=actions.plan_session(engagement=engagement, by=practice.coach, **facts), **by)
    return note
