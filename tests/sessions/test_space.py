"""What a client takes with them and reads in the log: everything that the space shows to them, and nothing else."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from consent.actions import consents, summaries
from consent.models import Disclosure
from sessions import access, space
from sessions import actions as notes
from tests.cast import PASSPHRASE, Cast, signed_in
from tests.consent.agreements import in_force
from tests.consent.test_summaries import TEXT, Story
from tests.databases import as_owner
from tests.house.world import World
from vault.models import LedgerEntry


@pytest.fixture
def world(cast: Cast) -> World:
    return World.of_anais(cast)


def gathered(cast: Cast, world: World) -> str:
    content = space.gathered([world.client], cast.vault("Anais Lefort"), language="fr", at=timezone.now())
    from sessions.views.client_space import Encoder

    return json.dumps(content, cls=Encoder, ensure_ascii=False)


def test_it_holds_every_phrase_that_is_hers_and_none_that_is_not(cast, world):
    text = gathered(cast, world)

    hers = {phrase: readers for phrase, readers in world.readers().items() if "readable" not in phrase}
    wrong = {phrase for phrase, readers in hers.items() if (phrase in text) != (world.client.person_id in readers)}
    assert wrong == set()


def test_it_holds_nothing_of_another_client_of_the_same_coach(cast, world):
    other = World.of_karim(cast)

    text = gathered(cast, world)

    assert [phrase for phrase in other.readers() if phrase in text] == []
    assert str(other.engagement.pk) not in text


def test_each_consent_is_its_record_and_each_agreement_has_its_sha256(cast, world):
    content = json.loads(gathered(cast, world))

    records = [one["record"] for one in content["consents"]]
    assert {one["schema_version"] for one in records} == {"ISO/IEC TS 27560:2023"}
    assert str(world.consent.pk) in {one["record_id"] for one in records}
    assert {one["sha256"] for one in content["agreements"]} == {world.agreement.sha256, world.tripartite.sha256}
    assert content["engagements"][0]["notes"]["count"] == 1
    assert content["pledges"][0]["acknowledged_at"]


def test_downloading_asks_for_the_passphrase_once_more_and_is_written_down(cast, world):
    browser = signed_in(world.client.person)

    for name in ("download/", "download.pdf"):
        answer = browser.get(f"/client/{name}")
        assert answer["Location"].startswith("/accounts/reauthenticate/"), name
    assert not LedgerEntry.objects.filter(event="space.downloaded").exists()

    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    answer = browser.get("/client/download/")
    written = LedgerEntry.objects.get(event="space.downloaded")
    assert (written.code, written.subject, written.by) == ("json", world.engagement.pk, world.client.person_id)
    assert answer["Cache-Control"] == "no-store"
    assert re.fullmatch(r'attachment; filename="[0-9a-f-]{36}\.json"', answer["Content-Disposition"])
    assert json.loads(answer.content)["schema"] == "coachvault.space.1"


def test_the_pdf_says_the_same(cast, world):
    import io

    from pypdf import PdfReader

    browser = signed_in(world.client.person)
    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})

    answer = browser.get("/client/download.pdf")

    assert answer["Cache-Control"] == "no-store"
    assert re.fullmatch(r'attachment; filename="[0-9a-f-]{36}\.pdf"', answer["Content-Disposition"])
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages))
    wrong = {
        phrase
        for phrase, readers in world.readers().items()
        if (phrase in text) != (world.client.person_id in readers) and phrase not in {world.client.name, world.phrase("reason")}
    }
    assert wrong == set(), "the reason of a question stands in its record alone"
    assert world.agreement.sha256 in text.replace(" ", "")


def test_before_the_shared_key_is_given_what_is_sealed_is_left_out(cast):
    from tests.cast import person

    story = Story(cast)
    story.proposal()
    user, stranger = person("Zoe Martin")

    content = space.gathered([story.anais], stranger, language="fr", at=timezone.now())

    assert content["texts"][0]["text"] is None
    assert content["requests"] == []
    assert user.pk


# The log


def sentences(cast: Cast, **more) -> list[str]:
    return [line.sentence for line in access.told([cast.anais], **more)[0]]


def test_each_look_of_a_contact_is_a_line_with_her_name(cast):
    story = Story(cast)
    disclosure = story.approved()
    Disclosure.objects.update(opens_at=timezone.now() - timedelta(seconds=1))
    for _ in range(2):
        summaries.view(disclosure=disclosure, vault=cast.vault("Helene Vasseur"), by=story.helene)

    said = sentences(cast)

    assert said[:2] == ["Hélène Vasseur a ouvert une synthèse que vous aviez autorisée."] * 2
    assert "Vous avez donné une autorisation\u00a0: Une synthèse pour un contact (Hélène Vasseur)." in said
    assert not [line for line in said if "Quelque chose" in line or "%" in line]
    assert TEXT not in " ".join(said)


def test_permissions_given_and_taken_back_are_lines(cast):
    engagement = cast.engagement(cast.anais)
    in_force(engagement)
    row = consents.ask(engagement=engagement, purpose="sponsor.listing", contact=cast.helene, terms={}, by=cast.camille)
    consents.give(consent=row, data=frozenset(), until=None, evidence={}, vault=cast.vault("Anais Lefort"), by=cast.anais)
    consents.withdraw(consent=row, by=cast.anais)

    said = sentences(cast)

    assert [line.split("\u00a0:")[0] for line in said[:3]] == [
        "Vous avez retiré une autorisation",
        "Vous avez donné une autorisation",
        "Une autorisation a été demandée",
    ]


def reads(cast: Cast, engagement, moments) -> None:
    """Camille opens a note at each of these moments."""
    vault = cast.vault("Camille Aubry")
    facts = {"starts_at": timezone.now(), "minutes": 60, "place": "office", "agenda": ""}
    session = notes.plan_session(engagement=engagement, by=cast.camille, **facts)
    note = notes.start_note(session=session, vault=vault, by=cast.camille)
    for at in moments:
        notes.read_note(note=note, vault=vault, by=cast.camille, at=at)


def test_the_coach_s_own_reads_are_counted_by_month_those_for_a_request_apart(own_databases, cast):
    engagement = cast.engagement(cast.anais)
    october, november = (timezone.make_aware(timezone.datetime(2026, month, 10, 12)) for month in (10, 11))
    with as_owner():
        reads(cast, engagement, [october, october + timedelta(days=3), november])

    said = [line for line in sentences(cast) if "notes vous concernant" in line]

    assert said == [
        "En novembre 2026, votre coach a ouvert ses notes vous concernant 1 fois.",
        "En octobre 2026, votre coach a ouvert ses notes vous concernant 2 fois.",
    ]


def test_fifty_a_page_none_twice_none_lost(own_databases, cast):
    engagement = cast.engagement(cast.anais)
    start = timezone.now() - timedelta(days=400)
    with as_owner(), connection.cursor() as cursor:
        for number in range(120):
            cursor.execute(
                "select ledger_append_at(%s, 'space.downloaded', 'engagement', %s, %s, null, %s, 'json', null, null, %s)",
                [cast.camille.practice_id, engagement.pk, engagement.pk, cast.anais.person_id, start + timedelta(days=number)],
            )
        reads(cast, engagement, [start + timedelta(days=30.5), start + timedelta(days=90.5)])

    pages, before = [], None
    while True:
        lines, before = access.told([cast.anais], before=before)
        pages.append(lines)
        if before is None:
            break

    every, nothing_after = access.told([cast.anais], most=None)
    assert [len(page) for page in pages] == [50, 50, len(every) - 100]
    assert [line for page in pages for line in page] == every
    assert nothing_after is None
    assert sum(line.is_count for line in every) == 2


def test_nothing_of_another_client_and_nothing_of_a_stranger_s_coach_is_told(cast):
    story = Story(cast)
    story.approved()
    karims = cast.engagement(cast.karim)

    lines, _after = access.told([cast.karim])

    assert {line.engagement.pk for line in lines} == {karims.pk}
    assert not [line for line in lines if "Hélène" in line.sentence]


def test_a_new_client_reads_that_nothing_happened_yet(cast):
    page = signed_in(cast.anais.person).get("/client/log/").content.decode()

    assert "Rien ne s’est encore passé" in page


def test_the_whole_log_is_found_in_few_statements(cast, django_assert_max_num_queries):
    story = Story(cast)
    story.approved()

    with django_assert_max_num_queries(12):
        access.told([cast.anais], most=None)
