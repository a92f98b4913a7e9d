"""Forged, replayed and foreign requests about a summary, in each of its states; and what somebody does with psql."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from consent import policies
from consent.actions import copies
from consent.actions import summaries as actions
from consent.facts import facts_of, request_of
from consent.models import Consent, ConsentEvent, Disclosure, Proposal
from consent.standing import Changed
from support.jobs import run_pending
from tests.cast import PASSPHRASE, Cast, signed_in
from tests.consent.stages import OTHER, STATES, Stage, at
from tests.consent.test_summaries import TEXT, refused
from tests.databases import as_owner
from vault.models import DataKey, KeyGrant, LedgerEntry, PersonKeys
from vault.unlocked import public_keys

# What each state still lets coach and client do; everything else answers and changes nothing
MAY = {
    "waiting": {"approve", "refuse", "change"},
    "changes_asked": {"take_answer"},
    "approved": {"withdraw", "hold"},
    "authorised": {"withdraw"},
    "read": {"withdraw"},
    "superseded": {"hold"},  # the newer text, which nobody can read yet
}


def snapshot() -> dict[str, Any]:
    """Everything that a request could have changed."""
    return {
        "proposals": list(Proposal.objects.order_by("pk").values_list("pk", "state", "version", "contact")),
        "events": list(ConsentEvent.objects.order_by("consent", "number").values_list("consent", "kind")),
        "disclosures": list(Disclosure.objects.order_by("pk").values_list("pk", "closed_at", "contact", "series")),
        "keys": list(DataKey.objects.filter(kind="copy").order_by("pk").values_list("pk", "shredded_at")),
        "grants": list(KeyGrant.objects.filter(key__kind="copy").order_by("pk").values_list("key", "holder")),
    }


def shown(proposal: Proposal) -> dict[str, str]:
    """What the client's page would send with a yes."""
    return {
        "fingerprint": bytes(proposal.fingerprint).hex(),
        "keys": public_keys(proposal.contact.person_id).fingerprint().hex(),
        "contact": str(proposal.contact_id),
        "until": (timezone.localdate() + timedelta(days=20)).isoformat(),
        "password": PASSPHRASE,
    }


def requests(stage: Stage) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Every request there is about a proposal: whose, where, with what."""
    proposal, summary = stage.proposal, [stage.summary.pk]
    assert proposal is not None
    one = {"approve": shown(proposal), "refuse": {}, "change": {"text": "Autrement.", "comment": ""}}
    about = {name: ("anais", reverse(f"client_proposal_{name}", args=[proposal.pk]), data) for name, data in one.items()}
    return about | {
        "withdraw": ("anais", reverse("client_consent_withdraw", args=[stage.consent.pk]), {}),
        "hold": ("camille", reverse("summary_hold", args=summary), {}),
        "take_answer": ("camille", reverse("summary_take_answer", args=summary), {"proposal": str(proposal.pk)}),
        "propose_what_was": ("camille", reverse("summary_propose", args=summary), {"finish": "77", "contact": str(proposal.contact_id)}),
        "delete": ("camille", reverse("summary_delete", args=summary), {}),
    }


@pytest.mark.parametrize("state", [state for state in STATES if state != "draft"])
def test_a_forged_request_changes_nothing_in_a_state_that_does_not_let_it(cast: Cast, state: str) -> None:
    stage = at(cast, state)
    browsers = {"anais": signed_in(cast.anais.person), "camille": signed_in(cast.camille.person)}
    before = snapshot()

    for name, (who, address, data) in requests(stage).items():
        if name not in MAY.get(state, set()):
            answer = browsers[who].post(address, data)
            assert answer.status_code in {200, 302, 404}, name
            assert snapshot() == before, f"{name} in {state}"


@pytest.mark.parametrize(("state", "name"), [(state, name) for state, names in MAY.items() for name in sorted(names)])
def test_the_same_request_does_its_work_where_it_may(cast: Cast, state: str, name: str) -> None:
    stage = at(cast, state)
    who, address, data = requests(stage)[name]
    before = snapshot()

    signed_in(getattr(cast, who).person).post(address, data)

    assert snapshot() != before


@pytest.mark.parametrize("who", ["karim", "helene", "bruno", "dominique"])
def test_nobody_else_answers_for_the_client_or_the_coach(cast: Cast, who: str) -> None:
    stage = at(cast, "waiting")
    person = getattr(cast, who)
    browser, before = signed_in(getattr(person, "person", person)), snapshot()

    for _whose, address, data in requests(stage).values():
        assert browser.post(address, data).status_code == 404
    assert browser.get(reverse("client_proposal_pdf", args=[stage.proposal.pk])).status_code == 404
    assert browser.get(reverse("proposal_pdf", args=[stage.proposal.pk])).status_code == 404
    assert snapshot() == before


def test_ids_of_others_and_of_nobody_are_found_by_no_one(cast: Cast) -> None:
    stage = at(cast, "read")
    browser = signed_in(cast.helene.person)

    for pk in (stage.proposal.pk, stage.consent.pk, stage.summary.pk, uuid4()):
        assert browser.get(reverse("contact_summary", args=[pk])).status_code == 404
        assert browser.get(reverse("contact_summary_pdf", args=[pk])).status_code == 404


def approving(browser: Browser, proposal: Proposal, **lie: str) -> int:
    return browser.post(reverse("client_proposal_approve", args=[proposal.pk]), shown(proposal) | lie).status_code


@pytest.mark.parametrize("what", ["fingerprint", "contact", "keys"])
def test_a_yes_to_what_another_page_showed_approves_nothing(cast: Cast, what: str) -> None:
    stage = at(cast, "waiting")
    other = stage.proposed(stage.marc)
    hers = Proposal.objects.get(contact=stage.helene)

    approving(signed_in(cast.anais.person), hers, **{what: shown(other)[what]})

    assert not Consent.objects.filter(given_at__isnull=False).exists()
    assert DataKey.objects.filter(kind="copy").count() == 0


@pytest.mark.parametrize("until", ["2020-01-01", "2999-01-01", "", "x"])
def test_a_period_out_of_bounds_is_said_and_nothing_is_approved(cast: Cast, until: str) -> None:
    stage = at(cast, "waiting")
    browser = signed_in(cast.anais.person)

    assert approving(browser, stage.proposal, until=until) == 200
    assert not Consent.objects.filter(given_at__isnull=False).exists()


def test_a_replayed_yes_makes_no_second_copy_and_nothing_of_what_was_withdrawn_comes_back(cast: Cast) -> None:
    stage = at(cast, "waiting")
    browser, proposal = signed_in(cast.anais.person), stage.proposal
    approving(browser, proposal)

    approving(browser, proposal)
    assert Disclosure.objects.count() == 1
    browser.post(reverse("client_consent_withdraw", args=[stage.consent.pk]))
    before = snapshot()
    approving(browser, proposal)

    assert snapshot() == before
    assert stage.consent.state == "withdrawn"


def test_without_the_passphrase_nothing_is_approved(cast: Cast) -> None:
    stage = at(cast, "waiting")

    assert approving(signed_in(cast.anais.person), stage.proposal, password="not hers at all") == 200
    assert Disclosure.objects.count() == 0


@pytest.mark.parametrize("field", ["contact", "proposal", "fingerprint", "purpose", "period"])
def test_a_consent_for_another_text_contact_purpose_or_period_shows_nothing(own_databases, cast: Cast, field: str) -> None:
    """Each column written over by the owner of the database: signed by nobody, it counts as none."""
    stage = at(cast, "authorised")
    marc = stage.marc
    other = stage.proposed(marc, OTHER)
    lie = {
        "contact": {"contact": marc},
        "proposal": {"proposal": other},
        "fingerprint": {"fingerprint": bytes(other.fingerprint)},
        "purpose": {"purpose": "sponsor.attendance"},
        "period": {"until_date": timezone.localdate() + timedelta(days=400)},
    }[field]
    disclosure = stage.disclosure
    with as_owner():
        Consent.objects.filter(pk=disclosure.consent_id).update(**lie)

    with pytest.raises(Exception, match=r"^$") as no:
        stage.look(disclosure)
    assert no.value.code in {"no_consent", "another_consent", "purpose"}


@pytest.mark.parametrize("state", ["refused", "withdrawn", "lapsed"])
def test_a_state_that_psql_turns_back_opens_nothing(own_databases, cast: Cast, state: str) -> None:
    stage = at(cast, state)
    with as_owner():
        ConsentEvent.objects.filter(kind=state).delete()
        Proposal.objects.update(state="approved")
        Disclosure.objects.update(closed_at=None)
        DataKey.objects.filter(kind="copy").update(shredded_at=None)

    browser = signed_in(cast.helene.person)

    assert "Anaïs" not in browser.get("/contact/").content.decode() or state == "withdrawn"
    if stage.disclosure is not None:
        assert browser.get(reverse("contact_summary", args=[stage.disclosure.pk])).status_code == 404
        assert KeyGrant.objects.filter(key__series=stage.disclosure.series).count() == 0


def test_a_disclosure_moved_to_another_contact_by_psql_does_not_open(own_databases, cast: Cast) -> None:
    stage = at(cast, "authorised")
    marc = stage.marc
    with as_owner():
        Disclosure.objects.update(contact=marc)

    refused("another_consent", stage.look, stage.disclosure, "Marc Ondel")


def swap_keys(one: Any, other: Any) -> None:
    """Write somebody's public keys into another's row, as with psql."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update vault_personkeys k set sealing = o.sealing, signing = o.signing from vault_personkeys o where k.person = %s and o.person = %s",
            [one, other],
        )


def test_keys_written_over_with_psql_disclose_nothing_the_client_is_told_and_the_coach_too(cast: Cast, mailoutbox) -> None:
    stage = at(cast, "waiting")
    browser, proposal = signed_in(cast.anais.person), stage.proposal
    sent = shown(proposal)
    swap_keys(stage.helene.person_id, cast.camille.person_id)

    browser.post(reverse("client_proposal_approve", args=[proposal.pk]), sent)
    page = browser.get(reverse("client_proposal", args=[proposal.pk])).content.decode()

    assert Disclosure.objects.count() == DataKey.objects.filter(kind="copy").count() == 0
    assert "n’est pas celle qui vous a été présentée" in page
    assert 'id="approve"' not in page
    told = LedgerEntry.objects.get(event="summary.keys_differ")
    assert (told.about, told.subject, told.other) == (proposal.pk, stage.story.engagement.pk, stage.helene.person_id)
    camille = signed_in(cast.camille.person)
    assert "La clé d’un contact n’est pas valable" in camille.get("/coach/").content.decode()
    assert "Demandez de vive voix" in camille.get(reverse("summary_page", args=[stage.summary.pk])).content.decode()


def test_the_client_who_only_looks_is_told_too(cast: Cast) -> None:
    stage = at(cast, "waiting")
    browser = signed_in(cast.anais.person)
    swap_keys(stage.helene.person_id, cast.camille.person_id)

    pages = [browser.get(reverse("client_proposal", args=[stage.proposal.pk])).content.decode() for _ in range(2)]

    assert all("n’est pas celle qui vous a été présentée" in page for page in pages)
    assert LedgerEntry.objects.filter(event="summary.keys_differ").count() == 1
    assert stage.consent.state == "superseded"


def test_keys_that_changed_between_the_page_and_the_yes_void_the_question(cast: Cast) -> None:
    """As the operator could, with the instance's key: they open, yet are not those that were shown."""
    stage = at(cast, "waiting")
    browser, sent = signed_in(cast.anais.person), shown(stage.proposal)
    row, other = PersonKeys.objects.get(pk=stage.helene.person_id), PersonKeys.objects.get(pk=cast.camille.person_id)
    row.sealing, row.signing = bytes(other.sealing), bytes(other.signing)
    row.save()

    browser.post(reverse("client_proposal_approve", args=[stage.proposal.pk]), sent)

    stage.proposal.refresh_from_db()
    assert stage.proposal.state == "superseded"
    assert Disclosure.objects.count() == 0
    refused("not_waiting", copies.void_for_keys, proposal=stage.proposal, by=stage.anais)


def test_the_coach_cannot_propose_for_somebody_whose_keys_do_not_hold(cast: Cast) -> None:
    stage = Stage(cast)
    browser = signed_in(cast.camille.person)
    swap_keys(stage.helene.person_id, cast.camille.person_id)

    browser.post(reverse("summary_propose", args=[stage.summary.pk]), {"finish": "1"})
    page = browser.get(reverse("summary_page", args=[stage.summary.pk])).content.decode()

    assert Proposal.objects.count() == 0
    assert "n’est pas valable" in page


def test_a_letter_goes_to_the_coach_when_keys_do_not_hold(own_databases, cast: Cast, settings, tmp_path) -> None:
    from support import mail

    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path
    stage = at(cast, "waiting")
    run_pending()
    before = len(mail.inbox())
    copies.void_for_keys(proposal=stage.proposal, by=stage.anais)

    run_pending()

    assert len(mail.inbox()) == before + 1


def test_editing_after_approval_never_changes_what_the_contact_reads(cast: Cast) -> None:
    stage = at(cast, "authorised")

    stage.written(OTHER)

    assert stage.look(stage.disclosure) == TEXT
    request = request_of(stage.consent)
    assert request.fingerprint == bytes(stage.proposal.fingerprint)
    assert policies.decide(
        request, facts_of(stage.story.engagement, contact=stage.helene, consent=stage.consent), timezone.now()
    ).is_permitted


def test_an_answer_says_something(cast: Cast) -> None:
    stage = at(cast, "waiting")
    facts = {"proposal": stage.proposal, "vault": stage.vault("Anais Lefort"), "by": stage.anais}

    for text, comment in ((TEXT, ""), (TEXT, "  "), ("  ", "Rien.")):
        refused("nothing_asked", actions.ask_changes, text=text, comment=comment, **facts)
    actions.ask_changes(text=TEXT, comment="Pas avant mai.", **facts)

    with pytest.raises(Changed):
        actions.ask_changes(text=OTHER, **facts)
