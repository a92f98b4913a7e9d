"""A pledge is published once and for all, reaches each client once, and is acknowledged as it was shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.act import Refused
from clients import actions as clients
from consent import actions, documents, receipts
from consent import pledges as texts
from consent.models import Pledge, PledgeReceipt
from support import mail
from support.jobs import run_pending
from tests.consent.pledges import FACTS, acknowledged, drafted, evidence, published, text, without_facts
from vault.models import LedgerEntry


def letters(settings: Any, folder: Any) -> list[str]:
    """To whom the worker wrote."""
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", folder
    run_pending()
    return sorted(letter.to for letter in mail.inbox())


def again(pledge: Pledge) -> Pledge:
    return Pledge.objects.get(pk=pledge.pk)


def refused(code: str, call: Any, **facts: Any) -> None:
    with pytest.raises(Refused) as no:
        call(**facts)
    assert no.value.code == code


def test_the_next_version_takes_the_place_of_the_one_before_and_its_address(cast) -> None:
    first = published(cast.camille, own="Une promesse")
    second = published(cast.camille, own="Une autre promesse")

    first = again(first)
    assert (first.state, first.number, first.token, first.replaced_at is not None) == ("replaced", 1, None, True)
    assert (second.state, second.number) == ("published", 2)
    assert texts.at_address(second.token) == {"fr": second}
    assert second.sha256 == documents.digest(b"%PDF-1.7 a pledge")
    assert "Une promesse" in str(texts.text_of(first).said)


def test_both_languages_stand_at_one_address_and_go_their_own_way(cast) -> None:
    french, english = published(cast.camille), published(cast.camille, language="en")
    next_french = published(cast.camille)

    assert french.token == english.token == next_french.token
    assert texts.at_address(english.token) == {"fr": next_french, "en": english}
    assert again(english).state == "published"


def test_a_new_address_leaves_the_one_before_leading_nowhere(cast) -> None:
    before = published(cast.camille).token

    after = actions.renew_address(coach=cast.camille, by=cast.camille)

    assert texts.at_address(before) == texts.at_address(uuid4()) == {}
    assert list(texts.at_address(after)) == ["fr"]


@pytest.mark.parametrize(
    "change",
    [
        {"details": {}},
        {"document": b"%PDF-1.7 another"},
        {"number": 7},
        {"language": "en"},
        {"published_at": timezone.now()},
        {"state": "draft", "document": None, "published_at": None, "token": None},
    ],
    ids=["text", "document", "number", "language", "time", "a draft again"],
)
@pytest.mark.parametrize("is_replaced", [False, True], ids=["published", "replaced"])
def test_the_database_refuses_to_change_what_was_published(cast, change: dict[str, Any], is_replaced: bool) -> None:
    row = published(cast.camille)
    if is_replaced:
        published(cast.camille)
    row = again(row)
    for name, value in change.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError, match="a published pledge never changes|pledge_state_facts"), transaction.atomic():
        row.save(update_fields=list(change))


def test_the_database_refuses_to_delete_what_was_published_and_lets_a_draft_go(cast) -> None:
    row, draft = published(cast.camille), drafted(cast.camille)

    with pytest.raises(IntegrityError, match="a published pledge stays"), transaction.atomic():
        row.delete()
    actions.discard_pledge(pledge=draft, by=cast.camille)

    assert [one.pk for one in Pledge.objects.all()] == [row.pk]


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "published"},
        {"state": "draft", "token": uuid4()},
        {"state": "replaced", "document": b"%PDF", "published_at": timezone.now()},
        {"state": "published", "document": b"%PDF", "published_at": timezone.now()},
    ],
    ids=["published without a document", "a draft with an address", "replaced without a time", "published without an address"],
)
def test_the_database_refuses_a_row_that_cannot_be(cast, broken: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="pledge_state_facts"), transaction.atomic():
        Pledge.objects.create(coach=cast.camille, language="fr", number=1, details={}, saved_at=timezone.now(), **broken)


def test_the_database_refuses_a_second_draft_a_second_published_one_and_a_second_receipt(cast) -> None:
    row = published(cast.camille)
    drafted(cast.camille)
    facts = {"coach": cast.camille, "language": "fr", "details": {}, "saved_at": timezone.now()}
    acknowledged(row, cast.anais)

    with pytest.raises(IntegrityError, match="one_pledge_draft"), transaction.atomic():
        Pledge.objects.create(**facts, number=8)
    with pytest.raises(IntegrityError, match="one_pledge_published"), transaction.atomic():
        Pledge.objects.create(**facts, number=9, state="published", document=b"%PDF", token=uuid4(), published_at=timezone.now())
    with pytest.raises(IntegrityError, match="one_receipt_per_client"), transaction.atomic():
        PledgeReceipt.objects.create(pledge=row, client=cast.anais, delivered_at=timezone.now())
    with pytest.raises(IntegrityError, match="receipt_acknowledged_pair"), transaction.atomic():
        PledgeReceipt.objects.create(pledge=row, client=cast.karim, delivered_at=timezone.now(), acknowledged_at=timezone.now())


def test_what_is_published_can_be_neither_published_again_nor_discarded(cast) -> None:
    row = published(cast.camille)
    facts = {"pledge": row, "by": cast.camille}

    refused("pledge_published", actions.discard_pledge, **facts)
    refused("pledge_published", actions.publish_pledge, text=texts.text_of(row), document=b"%PDF", expected=row.saved_at, **facts)


def test_two_windows_never_lose_a_word_of_a_draft(cast) -> None:
    draft = drafted(cast.camille)
    seen = draft.saved_at
    words = text(cast.camille, own="De la seconde fenêtre")
    actions.write_pledge(coach=cast.camille, text=words, expected=seen, by=cast.camille)

    for expected in (seen, None):
        refused("pledge_changed_meanwhile", actions.write_pledge, coach=cast.camille, text=words, expected=expected, by=cast.camille)
        refused(
            "pledge_changed_meanwhile",
            actions.publish_pledge,
            pledge=draft,
            text=words,
            document=b"%PDF",
            expected=expected,
            by=cast.camille,
        )
    assert "De la seconde fenêtre" in str(texts.text_of(again(draft)).said)


def test_a_text_with_a_gap_is_not_published(cast) -> None:
    whole = text(cast.camille)
    empty = replace(whole, parts=(*whole.parts, texts.Part("own_2", "Un titre seul", "  ", is_own=True)))

    for gap in (without_facts(whole), empty):
        found = Pledge.objects.filter(state="draft").first()
        draft = actions.write_pledge(coach=cast.camille, text=gap, expected=found.saved_at if found else None, by=cast.camille)
        refused(
            "pledge_incomplete", actions.publish_pledge, pledge=draft, text=gap, document=b"%PDF", expected=draft.saved_at, by=cast.camille
        )
    assert without_facts(whole).missing == list(FACTS)


def test_another_coach_of_the_practice_moves_nothing(cast) -> None:
    draft = drafted(cast.camille)
    words, by = texts.text_of(draft), cast.bruno

    refused("not_your_pledge", actions.write_pledge, coach=cast.camille, text=words, expected=draft.saved_at, by=by)
    refused("not_your_pledge", actions.publish_pledge, pledge=draft, text=words, document=b"%PDF", expected=draft.saved_at, by=by)
    refused("not_your_pledge", actions.discard_pledge, pledge=draft, by=by)
    refused("not_your_pledge", actions.renew_address, coach=cast.camille, by=by)
    published(cast.bruno)
    refused("not_your_client", actions.deliver_pledge, clients=[cast.anais], by=by)


def test_delivering_writes_once_and_says_nothing(cast, settings, tmp_path) -> None:
    published(cast.camille)

    actions.deliver_pledge(clients=[cast.anais, cast.karim], by=cast.camille)
    refused("pledge_delivered_already", actions.deliver_pledge, clients=[cast.anais], by=cast.camille)

    assert letters(settings, tmp_path) == ["anais@example.org", "karim@example.org"]
    said = "".join(letter.subject + letter.text for letter in mail.inbox())
    assert [word for word in ("charte", "Charte", "Camille", "Anaïs", "engagement") if word in said] == []


def test_nothing_is_delivered_that_is_not_published_nor_to_whom_has_no_space(cast) -> None:
    noe = clients.add_client(
        coach=cast.camille, name="Noé Arnal", address="noe@example.org", phone="", job="", language="fr", by=cast.camille
    )

    refused("no_pledge", actions.deliver_pledge, clients=[cast.anais], by=cast.camille)
    refused("no_pledge", actions.renew_address, coach=cast.camille, by=cast.camille)
    published(cast.camille)
    refused("no_space", actions.deliver_pledge, clients=[noe], by=cast.camille)
    assert not PledgeReceipt.objects.exists()


def test_each_client_has_it_in_their_language_if_there_is_one(cast) -> None:
    french, english = published(cast.camille), published(cast.camille, language="en")
    clients.change_client(client=cast.karim, details={}, language="en", by=cast.camille)
    cast.karim.refresh_from_db()

    made = actions.deliver_pledge(clients=[cast.anais, cast.karim], by=cast.camille)

    assert [receipt.pledge_id for receipt in made] == [french.pk, english.pk]


def test_an_acknowledgement_keeps_what_was_shown_and_when(cast) -> None:
    pledge = published(cast.camille)

    receipt = acknowledged(pledge, cast.anais)

    assert receipt.evidence["sha256"] == pledge.sha256
    assert receipt.evidence["statement"] == "J’ai reçu et lu cette charte."
    refused("acknowledged_already", actions.acknowledge_pledge, pledge=pledge, client=cast.anais, evidence=evidence(pledge), by=cast.anais)
    entry = LedgerEntry.objects.get(event="pledge.acknowledged")
    assert (entry.about, entry.by, entry.other, entry.version) == (receipt.pk, cast.anais.person_id, cast.anais.pk, 1)
    assert entry.digest is not None


def test_what_was_not_shown_is_not_acknowledged(cast) -> None:
    pledge = published(cast.camille)
    facts = {"pledge": pledge, "client": cast.anais, "by": cast.anais}

    refused("another_pledge", actions.acknowledge_pledge, evidence=evidence(pledge, sha256="0" * 64), **facts)
    published(cast.camille)
    refused("another_pledge", actions.acknowledge_pledge, evidence=evidence(pledge), **facts)
    draft = drafted(cast.camille)
    refused("another_pledge", actions.acknowledge_pledge, **{**facts, "pledge": draft}, evidence=evidence(draft))
    assert not PledgeReceipt.objects.exists()


def test_nobody_acknowledges_for_another_nor_what_is_not_theirs(cast) -> None:
    pledge, foreign = published(cast.camille), published(cast.bruno)

    refused("not_your_pledge", actions.acknowledge_pledge, pledge=pledge, client=cast.anais, evidence=evidence(pledge), by=cast.karim)
    refused("not_your_pledge", actions.acknowledge_pledge, pledge=foreign, client=cast.anais, evidence=evidence(foreign), by=cast.anais)


def test_an_update_asks_again_and_writes_only_to_whom_had_acknowledged(cast, settings, tmp_path) -> None:
    first = published(cast.camille)
    acknowledged(first, cast.anais)
    actions.deliver_pledge(clients=[cast.karim], by=cast.camille)
    assert letters(settings, tmp_path) == ["karim@example.org"]

    published(cast.camille)
    assert letters(settings, tmp_path) == ["anais@example.org", "karim@example.org"]
    assert {one.client.pk: one.state for one in receipts.holders(cast.camille)[0]} == {cast.anais.pk: "updated", cast.karim.pk: "waiting"}

    third = published(cast.camille)  # nobody has answered: nobody is written to again
    assert letters(settings, tmp_path) == ["anais@example.org", "karim@example.org"]
    acknowledged(third, cast.anais)
    hand = receipts.at_hand([cast.anais])[0]
    assert (hand.holder.state, [one.pledge_id for one in hand.earlier]) == ("acknowledged", [first.pk])


def test_everything_leaves_its_trace_in_the_ledger(cast) -> None:
    first = published(cast.camille)
    actions.deliver_pledge(clients=[cast.anais], by=cast.camille)
    acknowledged(first, cast.anais)
    published(cast.camille)
    actions.discard_pledge(pledge=drafted(cast.camille), by=cast.camille)
    actions.renew_address(coach=cast.camille, by=cast.camille)

    events = LedgerEntry.objects.filter(event__startswith="pledge.").order_by("position").values_list("event", "version")

    assert list(events) == [
        ("pledge.written", 1),
        ("pledge.published", 1),
        ("pledge.delivered", 1),
        ("pledge.acknowledged", 1),
        ("pledge.written", 2),
        ("pledge.replaced", 1),
        ("pledge.renewed", 2),
        ("pledge.published", 2),
        ("pledge.written", 3),
        ("pledge.discarded", 3),
        ("pledge.address_renewed", None),
    ]
