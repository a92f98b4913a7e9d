"""Who reads a summary in which state: the table of the design (consent.md, "The summary"), through the pages of coach, client and contact."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse

from consent import readers
from tests.cast import Cast, signed_in
from tests.consent.stages import OTHER, STATES, Stage, at
from tests.consent.test_summaries import TEXT
from vault.models import DataKey, KeyGrant

# state: does the client read the text, does the contact, does the contact hold a key; and what coach and client are told of it
TABLE = {
    "draft": (False, False, False, ""),
    "waiting": (True, False, False, "Attend la réponse du client"),
    "changes_asked": (True, False, False, "Modification demandée"),
    "refused": (True, False, False, "Refusée"),
    "lapsed": (True, False, False, "Restée sans réponse"),
    "void": (True, False, False, "Caduque : le texte a changé"),
    "keys_differ": (True, False, False, "Caduque : clé non valable"),
    "approved": (True, False, True, "Autorisée, pas encore lisible"),
    "held": (True, False, False, "Terminée"),
    "authorised": (True, True, True, "Autorisée, pas encore ouverte"),
    "read": (True, True, True, "Autorisée et lue"),
    "withdrawn": (True, False, False, "Retirée"),
    "expired": (True, False, False, "Échue"),
    "superseded": (True, False, False, "Remplacée par un texte plus récent"),
    "ended": (True, False, False, "Terminée"),
}


def read(browser: Browser, *addresses: str) -> str:
    """Everything that these pages say, on one line."""
    return " ".join(
        " ".join(browser.get(address).content.decode().replace("\u202f", " ").replace("\xa0", " ").split()) for address in addresses
    )


def test_the_table_is_about_every_state() -> None:
    assert TABLE.keys() == STATES.keys()
    assert readers.LABELS.keys() - TABLE.keys() == {"not_asked", "left", "overtaken"}


@pytest.mark.parametrize("state", TABLE)
def test_in_each_state_each_reads_what_the_table_says(cast: Cast, state: str) -> None:
    client_reads, contact_reads, holds_key, label = TABLE[state]
    stage = at(cast, state)
    summary = reverse("summary_page", args=[stage.summary.pk])
    proposal = [] if stage.proposal is None else [stage.proposal.pk]

    coach = read(signed_in(cast.camille.person), summary, *(reverse("proposal_page", args=[pk]) for pk in proposal))
    client = read(signed_in(cast.anais.person), "/client/", *(reverse("client_proposal", args=[pk]) for pk in proposal))
    helene = signed_in(cast.helene.person)
    contact = read(helene, "/contact/")
    if stage.disclosure is not None:
        address = reverse("contact_summary", args=[stage.disclosure.pk])
        contact += read(helene, address)
        assert helene.get(address).status_code == (200 if contact_reads else 404)
        assert helene.get(reverse("contact_summary_pdf", args=[stage.disclosure.pk])).status_code == (200 if contact_reads else 404)

    assert TEXT in coach or OTHER in coach
    assert label in coach
    assert (TEXT in client) == client_reads
    assert (TEXT in contact) == contact_reads
    assert ("Anaïs" in contact) == contact_reads, "a contact learns of the engagement with what is open to them"
    held = KeyGrant.objects.filter(holder=stage.helene.person_id, key__series=stage.disclosure.series) if stage.disclosure else []
    assert bool(held) == holds_key
    assert holds_key or not DataKey.objects.filter(series=stage.disclosure.series if stage.disclosure else None, shredded_at=None).exists()


def test_a_draft_is_not_even_named_to_the_client(cast: Cast) -> None:
    stage = at(cast, "draft")

    browser = signed_in(cast.anais.person)

    home = read(browser, "/client/")
    log = read(browser, reverse("client_log", args=[stage.story.engagement.pk]))

    assert "Rien n’a été proposé" in home
    assert "synthèse" not in (home + log).lower()


def test_the_contact_s_empty_page_is_the_same_in_every_state_in_which_they_read_nothing(cast: Cast) -> None:
    pages = set()
    stage = Stage(cast)
    browser = signed_in(cast.helene.person)
    for step in (lambda: None, stage.proposed, stage.approved, lambda: stage.written(OTHER)):
        step()
        pages.add(read(browser, "/contact/").partition("<main")[2].partition("</main>")[0])

    assert len(pages) == 1


def test_what_is_approved_is_disclosed_by_the_clock_alone_so_that_nothing_lapses_after_a_yes(cast: Cast) -> None:
    stage = at(cast, "approved")

    waits = stage.disclosure.opens_at - stage.disclosure.made_at

    assert waits.total_seconds() == settings.HOLD_SECONDS
    assert DataKey.objects.get(series=stage.disclosure.series).shredded_at is None
    stage.readable()
    assert stage.look(stage.disclosure) == TEXT
