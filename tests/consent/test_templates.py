"""A coach's own templates: what is published never changes, locked clauses stand in every one, incompatible ones never meet, others' do not exist."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import combinations
from time import perf_counter
from uuid import uuid4

import pypdf
import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.act import Refused
from consent import actions, differences, documents, samples, tailoring, template_pages, wordings
from consent.models import Agreement, AgreementTemplate
from consent.tailoring import SITUATIONS, Content, Own, Situation
from tests.cast import signed_in
from tests.consent import agreements, templates
from tests.consent.templates import LATE, published, written
from vault.models import LedgerEntry

Kind, State = AgreementTemplate.Kind, AgreementTemplate.State
KINDS = [kind.value for kind in Kind]
FILLED = {
    "language": "fr",
    "wording": "A",
    "years": "3",
    "code_of_conduct": "ICF",
}


@pytest.fixture(autouse=True)
def _french():
    with translation.override("fr"):
        yield


def started(cast, **more) -> AgreementTemplate:
    """A draft of Camille's that holds the library's text alone."""
    return templates.started(cast.camille, **more)


def sent_form(template: AgreementTemplate, content: Content, **more) -> dict:
    """What the page's form sends for this content."""
    rows = {f"{one.key}-{name}": getattr(one, name) for one in content.own for name in ("title", "body", "after")}
    given = {
        "expected": template.saved_at.isoformat(),
        "name": content.name,
        "options": list(content.options),
        "own": [one.key for one in content.own],
    }
    return given | rows | more


def place(name: str, template: AgreementTemplate) -> str:
    return reverse(name, args=[template.pk])


# What is published


def test_a_published_version_never_changes_whatever_is_asked_of_it(cast) -> None:
    row = published(written(started(cast), LATE))
    details = AgreementTemplate.objects.values_list("details", flat=True).get(pk=row.pk)

    for act in (
        lambda: actions.write_template(template=row, content=Content("Autre"), expected=row.saved_at, by=cast.camille),
        lambda: actions.publish_template(template=row, expected=row.saved_at, by=cast.camille),
        lambda: actions.delete_draft(template=row, by=cast.camille),
    ):
        with pytest.raises(Refused, match="publiée"):
            act()

    assert AgreementTemplate.objects.values_list("details", flat=True).get(pk=row.pk) == details


@pytest.mark.parametrize("state", ["published", "retired"])
@pytest.mark.parametrize(
    "change",
    [
        {"number": 9},
        {"kind": "coaching"},
        {"series": uuid4()},
        {"language": "en"},
        {"state": "draft", "published_at": None, "retired_at": None},
    ],
)
def test_the_database_refuses_too_to_change_what_was_published(cast, state, change) -> None:
    row = published(started(cast))
    if state == "retired":
        actions.retire_template(template=row, by=cast.camille)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        AgreementTemplate.objects.filter(pk=row.pk).update(**change)


def test_the_database_refuses_to_offer_again_what_was_retired(cast) -> None:
    row = actions.retire_template(template=published(started(cast)), by=cast.camille)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        AgreementTemplate.objects.filter(pk=row.pk).update(state="published", retired_at=None)


def test_the_database_refuses_other_details_and_to_delete(cast) -> None:
    row = published(started(cast))
    row.details = {**row.details, "name": "Autre"}

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        row.save(update_fields=["details"])
    with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
        AgreementTemplate.objects.filter(pk=row.pk).delete()


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "published"},
        {"state": "retired", "published_at": "2026-01-01T00:00:00Z"},
        {"published_at": "2026-01-01T00:00:00Z"},
        {"retired_at": "2026-01-01T00:00:00Z"},
    ],
)
def test_the_database_refuses_a_state_without_its_facts(cast, facts) -> None:
    with pytest.raises(IntegrityError, match="template_state_facts"), transaction.atomic():
        AgreementTemplate.objects.filter(pk=started(cast).pk).update(**facts)


def test_there_is_one_draft_one_published_version_and_one_of_each_number(cast) -> None:
    row = published(started(cast))
    draft = actions.revise_template(template=row, by=cast.camille)
    now = timezone.now()
    same = {"series": row.series, "coach": cast.camille, "kind": row.kind, "language": "fr", "made_at": now, "saved_at": now}

    for name, facts in {
        "one_template_per_number": {"number": 1, "state": "retired", "published_at": now, "retired_at": now},
        "one_template_draft": {"number": 3},
        "one_template_published": {"number": 3, "state": "published", "published_at": now},
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            AgreementTemplate(**same, **facts, details=draft.details).save(force_insert=True)


def test_a_new_version_takes_the_place_of_the_one_before(cast) -> None:
    first = published(written(started(cast), LATE))
    draft = actions.revise_template(template=first, by=cast.camille)
    with pytest.raises(Refused, match="déjà"):
        actions.revise_template(template=first, by=cast.camille)

    second = published(written(draft, replace(LATE, body="Après dix minutes.")))

    first.refresh_from_db()
    assert (first.state, second.state, first.number, second.number, first.series) == ("retired", "published", 1, 2, second.series)
    assert tailoring.content_of(first).own[0].body.startswith("Après quinze minutes")
    assert list(AgreementTemplate.objects.for_coach(cast.camille).offered()) == [second]
    told = LedgerEntry.objects.filter(kind="template").order_by("position").values_list("event", "version")
    assert list(told) == [
        ("template.started", 1), ("template.written", 1), ("template.published", 1), ("template.revised", 2),
        ("template.written", 2), ("template.replaced", 1), ("template.published", 2),
    ]  # fmt: skip


def test_a_draft_is_deleted_and_what_was_published_stays(cast) -> None:
    first = published(started(cast))
    draft = actions.revise_template(template=first, by=cast.camille)

    actions.delete_draft(template=draft, by=cast.camille)

    assert list(AgreementTemplate.objects.for_coach(cast.camille)) == [first]
    assert LedgerEntry.objects.filter(event="template.deleted", about=draft.pk).exists()


def test_two_windows_lose_nothing(cast) -> None:
    draft = started(cast)
    written(draft, LATE)

    with pytest.raises(Refused, match="autre fenêtre"):
        written(draft, replace(LATE, body="Autre texte."))
    with pytest.raises(Refused, match="autre fenêtre"):
        published(draft)

    draft.refresh_from_db()
    assert tailoring.content_of(draft).own == (LATE,)
    assert draft.state == State.DRAFT


def test_another_coach_s_template_is_refused_by_every_action(cast) -> None:
    draft = started(cast)

    for act in (
        lambda: actions.write_template(template=draft, content=Content("Le mien"), expected=draft.saved_at, by=cast.bruno),
        lambda: actions.publish_template(template=draft, expected=draft.saved_at, by=cast.bruno),
        lambda: actions.revise_template(template=draft, by=cast.bruno),
        lambda: actions.retire_template(template=draft, by=cast.bruno),
        lambda: actions.delete_draft(template=draft, by=cast.bruno),
    ):
        with pytest.raises(Refused) as no:
            act()
        assert no.value.code == "not_your_template"


def test_a_template_has_a_known_kind_a_known_language_and_a_name(cast) -> None:
    for facts in ({"kind": "elsewhere"}, {"language": "de"}):
        with pytest.raises(Refused) as no:
            actions.start_template(**{"kind": "coaching", "language": "fr", "name": "Nom"} | facts, by=cast.camille)
        assert no.value.code == "no_such_kind"
    for name in ("", "   ", "n" * 81, "deux\nlignes", "\x00"):
        with pytest.raises(Refused):
            actions.start_template(kind="coaching", language="fr", name=name, by=cast.camille)


# What stands


@pytest.mark.no_database
@given(st.data())
def test_locked_clauses_stand_whatever_is_chosen_and_rivals_never_meet(data) -> None:
    kind, language = data.draw(st.sampled_from(KINDS)), data.draw(st.sampled_from(["fr", "en"]))
    chosen = data.draw(st.sets(st.sampled_from(sorted(tailoring.options(kind)))))
    own = [
        Own(f"o{n}", "Titre", "Texte", place)
        for n, place in enumerate(data.draw(st.lists(st.sampled_from(tailoring.anchors(kind)), max_size=4)))
    ]
    content = Content("Nom", tuple(sorted(chosen)), tuple(own))

    problems = tailoring.problems(content, kind, language, "fr")

    rivals = [pair for pair in combinations(chosen, 2) if pair[1] in wordings.find_clause(pair[0], "1", language).incompatible_with]
    meet = [pair for pair in rivals if len({wordings.find_clause(code, "1", language).wording for code in pair} - {None}) < 2]
    assert bool(problems) == bool(meet)
    for situation in SITUATIONS[kind] if not problems else ():
        options, mine = tailoring.fitted(content, kind, language, situation)
        choices = documents.Choices(kind, situation.wording, language, options=options, own=mine, client_pays=situation.client_pays)
        made = documents.clauses_for(choices, is_paid_for=situation.is_paid_for)
        plain = documents.clauses_for(
            documents.Choices(kind, situation.wording, language, client_pays=situation.client_pays), is_paid_for=situation.is_paid_for
        )
        codes = [clause.code for clause in made]
        always = [clause.code for clause in plain if clause.is_locked and "without_price" not in options]
        assert [code for code in codes if code in always] == always
        assert not any(other in one.incompatible_with for one in made for other in codes)
        assert [clause.title for clause in made if clause.version == "own"] == ["Titre"] * len(own)


@pytest.mark.no_database
def test_each_own_clause_stands_behind_the_nearest_clause_that_stands() -> None:
    content = Content(
        "Nom", (), (Own("a", "Après la promesse A", "…", "promise_a"), Own("b", "Pour l’organisation", "Voir {organisation}.", "room"))
    )

    def titles(situation: Situation) -> list[str]:
        options, own = tailoring.fitted(content, "confidentiality", "fr", situation)
        choices = documents.Choices("confidentiality", situation.wording, "fr", options=options, own=own)
        return [
            clause.code if clause.version != "own" else clause.title
            for clause in documents.clauses_for(choices, is_paid_for=situation.is_paid_for)
        ]

    under_a, under_b = titles(Situation("A", True)), titles(Situation("B", False))
    assert under_a.index("Après la promesse A") == under_a.index("promise_a") + 1
    assert under_b.index("Après la promesse A") == under_b.index("parties") + 1
    assert under_a.index("Pour l’organisation") == under_a.index("room") + 1
    assert "Pour l’organisation" not in under_b


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.no_database
def test_every_locked_clause_says_why(kind, language) -> None:
    lines = template_pages.lines(Content("Nom"), kind, language)
    locked = {clause.code for clause in tailoring.layout(kind, language) if clause.is_locked}

    assert {line.code for line in lines if line.is_locked} == locked
    assert template_pages.REASONS.keys() >= locked


def test_clauses_that_contradict_each_other_are_refused_with_the_library_s_sentence(cast) -> None:
    draft = started(cast)
    both = ("no_supervision_a", "pseudonymised_supervision_a")

    with pytest.raises(Refused, match="se contredisent"):
        written(draft, options=both)

    answer = signed_in(cast.camille.person).post(place("template_edit", draft), sent_form(draft, Content("Nom", both)))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert 'id="error-no_supervision_a"' in shown
    assert 'id="error-pseudonymised_supervision_a"' in shown
    assert "se contredisent" in shown


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        (replace(LATE, title=""), "titre"),
        (replace(LATE, body=" \n "), "texte"),
        (replace(LATE, title="t" * 121), "120"),
        (replace(LATE, body="x" * 8_001), "8000"),
        (replace(LATE, body="Vous { payez"), "accolade"),
        (replace(LATE, title="{client}"), "accolade"),
        (replace(LATE, body="{password}"), "password"),
        (replace(LATE, body="{total_price}"), "total_price"),  # of another kind
        (replace(LATE, body="Vous \x07 payez"), "invisible"),
        (replace(LATE, body="Vous \u202e payez"), "invisible"),
        (replace(LATE, body="Une plante 🌿, un mot 한국"), "🌿 한 국"),
        (replace(LATE, title="한국"), "한 국"),
        (replace(LATE, after="signature"), "place"),
        (replace(LATE, after="<script>"), "place"),
    ],
)
def test_a_clause_of_one_s_own_that_cannot_stand_is_refused_with_a_sentence(cast, own, sentence) -> None:
    with pytest.raises(Refused, match=sentence):
        written(started(cast), own)


def test_no_more_than_twenty_clauses_and_no_key_twice(cast) -> None:
    draft = started(cast)

    for own in ([replace(LATE, key=f"k{n}") for n in range(21)], [LATE, LATE]):
        with pytest.raises(Refused, match="20"):
            written(draft, *own)

    assert written(draft, *[replace(LATE, key=f"k{n}") for n in range(20)])


@pytest.mark.parametrize(
    "body",
    [
        '<script>alert(1)</script><b>gras</b> & <img src="file:///etc/passwd">',
        "Œuvre à 120 €, “entre” « nous » : Ω, Жизнь, Łódź, 1/2 → fin…",
        "x" * 8_000,
        "un mot " * 1_100,
    ],
)
def test_whatever_is_written_stays_text_on_the_page_and_in_the_pdf(cast, body) -> None:
    draft = written(started(cast), replace(LATE, body=body))
    browser = signed_in(cast.camille.person)

    page = browser.get(place("template_page", draft)).content.decode()
    document = browser.get(place("template_pdf", draft))

    assert "<script>alert" not in page
    assert "<img src=" not in page
    assert document.content.startswith(b"%PDF")
    text = "".join(part.extract_text() for part in pypdf.PdfReader(io.BytesIO(document.content)).pages)
    assert "Claire Exemple" in text
    assert "root:" not in text
    if "script" in body:
        assert "alert(1)" in text.replace("\n", "")


def test_a_value_that_looks_like_a_field_is_not_filled_again(cast) -> None:
    clause = Own("loop", "Boucle", "Avec {client}, {code_of_conduct}.", "room")
    template = published(written(started(cast), clause))
    engagement = cast.engagement(cast.anais)
    options, own = tailoring.applied(template, Situation("A", True))
    chosen = replace(
        agreements.choices(options=options, own=own, template=tailoring.reference(template)),
        values={**agreements.VALUES, "code_of_conduct": "{client} {coach}"},
    )

    text = documents.write_text(engagement=engagement, choices=chosen)

    assert next(clause for clause in text.clauses if clause["title"] == "Boucle")["paragraphs"] == ["Avec Anaïs Lefort, {client} {coach}."]


# Moving


@pytest.mark.no_database
@given(st.sampled_from(KINDS), st.data())
def test_up_and_down_go_one_place_and_back(kind, data) -> None:
    places = tailoring.anchors(kind)
    after = data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=5))
    content = tailoring.in_order(Content("Nom", (), tuple(Own(f"k{n}", "T", "B", place) for n, place in enumerate(after))), kind)
    key = data.draw(st.sampled_from([one.key for one in content.own]))

    def shown(one: Content) -> list[str]:
        return [line.code for line in template_pages.lines(one, kind, "fr")]

    for up in (True, False):
        there = tailoring.moved(content, kind, key, up=up)
        before, now = shown(content), shown(there)
        step = now.index(key) - before.index(key)
        is_edge = (
            before.index(key) == 1
            if up
            else before.index(key) == before.index(places[-1]) + sum(one.after == places[-1] for one in content.own)
        )
        assert step == (0 if is_edge else -1 if up else 1)
        assert [code for code in now if code != key] == [code for code in before if code != key]
        assert is_edge or shown(tailoring.moved(there, kind, key, up=not up)) == before


# Pages


def test_a_coach_writes_a_clause_sees_it_and_publishes_it(cast) -> None:
    browser = signed_in(cast.camille.person)
    begun = browser.post(reverse("template_new"), {"kind": "confidentiality", "language": "fr", "name": "Cadres"})
    draft = AgreementTemplate.objects.get()
    assert begun.url == place("template_edit", draft)
    edit = browser.get(begun.url).content.decode()
    assert edit.count('class="badge lock"') == sum(clause.is_locked for clause in tailoring.layout("confidentiality", "fr"))
    assert edit.count('name="options"') == len(tailoring.options("confidentiality"))

    added = browser.post(begun.url, sent_form(draft, Content("Cadres"), press="add")).content.decode()
    assert "-body" in added
    assert AgreementTemplate.objects.get().saved_at == draft.saved_at  # buttons save nothing
    content = Content("Cadres", ("no_recordings",), (LATE,))
    preview = browser.post(place("template_preview", draft), sent_form(draft, content, shown="b-private")).content.decode()
    assert "Claire Exemple peut déplacer la séance." in preview
    assert "Aucun enregistrement" in preview
    assert browser.post(begun.url, sent_form(draft, content, check="1")).url == place("template_page", draft)
    draft.refresh_from_db()
    browser.post(place("template_publish", draft), {"expected": draft.saved_at.isoformat()})

    draft.refresh_from_db()
    assert draft.state == State.PUBLISHED
    listed = browser.get(reverse("template_list")).content.decode()
    assert "Cadres" in listed
    assert browser.get(place("template_edit", draft)).status_code == 404


def test_buttons_move_and_take_out_without_saving(cast) -> None:
    draft = written(started(cast), LATE, replace(LATE, key="two", title="Le téléphone"))
    browser, content = signed_in(cast.camille.person), tailoring.content_of(draft)

    up = browser.post(place("template_edit", draft), sent_form(draft, content, press="up:two")).content.decode()
    gone = browser.post(place("template_edit", draft), sent_form(draft, content, press="remove:late")).content.decode()

    assert up.index('id="clause-two"') < up.index('id="clause-late"')
    assert "data-dirty" in up
    assert 'id="clause-late"' not in gone
    draft.refresh_from_db()
    assert tailoring.content_of(draft) == content


def test_a_save_from_an_older_page_shows_both_and_replaces_nothing(cast) -> None:
    draft = started(cast)
    old = sent_form(draft, Content("Mon contrat", (), (replace(LATE, body="De la seconde fenêtre."),)))
    saved = written(draft, LATE)
    browser = signed_in(cast.camille.person)

    answer = browser.post(place("template_edit", draft), old)

    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "De la seconde fenêtre." in shown
    assert "<del>" in shown
    assert "autre fenêtre" in shown
    assert tailoring.content_of(AgreementTemplate.objects.get()).own == (LATE,)
    assert browser.post(place("template_edit", draft), old | {"replace": saved.saved_at.isoformat()}).status_code == 302
    assert tailoring.content_of(AgreementTemplate.objects.get()).own[0].body == "De la seconde fenêtre."


def test_the_preview_shows_pages_or_the_pdf_or_what_is_wrong(cast) -> None:
    draft, browser = started(cast, kind="three_way"), signed_in(cast.camille.person)
    content = Content("Nom", (), (replace(LATE, after="three_way_room"),))

    pages = browser.post(place("template_preview", draft), sent_form(draft, content, view="pages")).content.decode()
    document = browser.post(place("template_preview", draft), sent_form(draft, content, pdf="1"))
    wrong = browser.post(place("template_preview", draft), sent_form(draft, replace(content, own=(replace(content.own[0], body="{"),))))

    assert pages.count("data:image/png;base64,") >= 3
    assert document["Content-Type"] == "application/pdf"
    assert "Hugo Exemple" in "".join(part.extract_text() for part in pypdf.PdfReader(io.BytesIO(document.content)).pages)
    assert "accolade" in wrong.content.decode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_situation_of_every_kind_is_filled_in_whole(cast, kind, language) -> None:
    for situation in SITUATIONS[kind]:
        text = samples.text(Content("Nom"), kind=kind, language=language, situation=situation, coach=cast.camille, number=1)

        assert not any("{" in paragraph for clause in text.clauses for paragraph in clause["paragraphs"])
        assert all(paragraph for clause in text.clauses for paragraph in clause["paragraphs"])


def test_what_is_another_coach_s_and_what_is_nobody_s_are_alike(cast) -> None:
    draft, browser = started(cast), signed_in(cast.bruno.person)
    gets = ["template_page", "template_edit", "template_pdf", "template_versions"]
    posts = ["template_edit", "template_preview", "template_publish", "template_revise", "template_retire", "template_delete"]

    for method, names in (("get", gets), ("post", posts)):
        for name in names:
            answers = [getattr(browser, method)(reverse(name, args=[pk])) for pk in (draft.pk, uuid4())]
            assert [answer.status_code for answer in answers] == [404, 404], name
    for person in (cast.anais.person, cast.helene.person, cast.dominique):
        assert signed_in(person).get(place("template_page", draft)).status_code == 404
    assert "Mon contrat" not in browser.get(reverse("template_list")).content.decode()


# Differences


def test_differences_say_in_words_what_was_added_left_out_moved_and_changed(cast) -> None:
    phone = Own("phone", "Le téléphone", "Il reste éteint.", "room")
    first = published(written(started(cast), LATE, phone, Own("tea", "Le thé", "Il est offert.", "room")))
    draft = actions.revise_template(template=first, by=cast.camille)
    newer = (replace(phone, after="promise_a"), replace(LATE, body="Après dix minutes, {client} peut déplacer la séance.\n\nSans frais."))
    second = written(draft, *newer, options=("no_recordings",))

    changes = {
        one.kind: one for one in template_pages.changes(tailoring.content_of(first), tailoring.content_of(second), "confidentiality", "fr")
    }

    assert changes.keys() == {"moved", "changed", "added", "left_out"}
    assert changes["moved"].after == "Ma promesse de confidentialité"
    assert [(piece.kind, piece.text) for piece in changes["changed"].paragraphs[0]][:3] == [
        ("same", "Après "),
        ("del", "quinze"),
        ("ins", "dix"),
    ]
    page = signed_in(cast.camille.person).get(place("template_versions", draft)).content.decode()
    for words in ("Ajoutée", "Déplacée", "Elle se trouve désormais après", "[+ ", "[− ", "Aucun enregistrement"):
        assert words in page, words


def test_any_two_versions_are_compared_and_none_of_another_series(cast) -> None:
    first = published(written(started(cast), LATE))
    second = published(actions.revise_template(template=first, by=cast.camille))
    browser, page = signed_in(cast.camille.person), place("template_versions", first)

    same = browser.get(page, {"older": "1", "newer": "2"})
    assert "Aucun mot" in same.content.decode()
    assert browser.get(page, {"older": "2", "newer": "1"}).status_code == 200
    for asked in ("3", "", str(second.pk)):
        assert browser.get(page, {"older": asked}).status_code == 404


@pytest.mark.no_database
@pytest.mark.parametrize(("before", "after"), [("a b " * 2_000, "b a b " * 1_333), ("x " * 4_000, "y x " * 2_000)])
def test_texts_of_few_words_are_compared_at_once(before, after) -> None:
    began = perf_counter()

    pieces = differences.words(before, after)

    assert perf_counter() - began < 2
    assert "".join(piece.text for piece in pieces if piece.kind != "del") == after


@pytest.mark.no_database
@given(st.text(max_size=80), st.text(max_size=80))
def test_what_stays_and_goes_is_the_older_text_what_stays_and_comes_the_newer(before, after) -> None:
    pieces = differences.words(before, after)

    assert "".join(piece.text for piece in pieces if piece.kind != "ins") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "del") == after


# Agreements


def test_an_agreement_is_made_from_a_template_and_keeps_its_text(cast) -> None:
    template = published(written(started(cast), LATE, options=("no_recordings", "pseudonymised_supervision_b")))
    engagement, browser = cast.engagement(cast.anais), signed_in(cast.camille.person)
    way = reverse("agreement_draft", args=[engagement.pk, "confidentiality"])
    assert "Mon contrat (1)" in browser.get(way).content.decode()

    assert browser.post(way, FILLED | {"template": str(template.pk)}).status_code == 302
    agreement = Agreement.objects.get()
    actions.retire_template(template=template, by=cast.camille)

    text = documents.text_of(Agreement.objects.get())
    assert agreement.template_id == template.pk
    assert text.template == {"id": str(template.pk), "number": 1, "name": "Mon contrat"}
    assert text.template_name == f"confidentiality 2 fr + {template.pk} 1"
    assert "Après quinze minutes, Anaïs Lefort peut déplacer la séance." in [
        line for clause in text.clauses for line in clause["paragraphs"]
    ]
    assert text.effects["recordings"] == "never"
    assert text.options == ["no_recordings"]  # the other one is for wording B
    assert "Mon contrat (1)" not in browser.get(way).content.decode()
    assert browser.post(way, FILLED | {"template": str(template.pk)}).status_code == 422
    with pytest.raises(ProtectedError):
        template.delete()


def test_a_template_of_another_language_kind_or_coach_makes_no_agreement(cast) -> None:
    engagement, browser = cast.engagement(cast.anais), signed_in(cast.camille.person)
    way = reverse("agreement_draft", args=[engagement.pk, "confidentiality"])
    english = published(started(cast, language="en"))
    others = [published(started(cast, kind="coaching")), published(templates.started(cast.bruno)), started(cast)]

    said = browser.post(way, FILLED | {"template": str(english.pk)})
    assert said.status_code == 422
    assert "une autre langue" in said.content.decode()
    for template in others:
        assert browser.post(way, FILLED | {"template": str(template.pk)}).status_code == 422
        with pytest.raises(Refused) as no:
            agreements.drafted(engagement, template=tailoring.reference(template))
        assert no.value.code == "template_not_offered"
    assert not Agreement.objects.exists()


def test_the_list_says_how_many_agreements_use_which_version(cast) -> None:
    first = published(written(started(cast), LATE))
    agreements.in_force(cast.engagement(cast.anais), template=tailoring.reference(first))
    second = published(actions.revise_template(template=first, by=cast.camille))
    agreements.drafted(cast.engagement(cast.karim), template=tailoring.reference(second))

    uses = template_pages.uses(cast.camille)

    assert (uses[first.pk].in_force, uses[first.pk].under_way) == (1, 0)
    assert (uses[second.pk].in_force, uses[second.pk].under_way) == (0, 1)
    assert template_pages.uses(cast.bruno) == {}
    assert "1 contrat en vigueur" in signed_in(cast.camille.person).get(reverse("template_list")).content.decode()


def test_the_next_agreement_begins_with_the_newest_version_of_the_same_template(cast) -> None:
    first = published(written(started(cast), LATE))
    agreements.in_force(cast.engagement(cast.karim), template=tailoring.reference(first))
    second = published(actions.revise_template(template=first, by=cast.camille))

    page = signed_in(cast.camille.person).get(reverse("agreement_draft", args=[cast.engagement(cast.anais).pk, "confidentiality"]))

    assert f'value="{second.pk}" selected' in page.content.decode()
    assert "Les retards" in page.content.decode()
