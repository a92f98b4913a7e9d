"""What the pages about templates show of the library and of a coach's versions, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import Coach
from consent import differences, tailoring, wordings
from consent.models import Agreement, AgreementTemplate
from consent.tailoring import Content, Own, Situation
from consent.wordings.placeholders import Placeholder
from support.words import spoken

Kind, State = AgreementTemplate.Kind, AgreementTemplate.State
UNDER_WAY: Final = (Agreement.State.DRAFT, Agreement.State.SENT, Agreement.State.SIGNED)
WHY_LOCKED: Final[Mapping[Any, tuple[str, ...]]] = {
    gettext_lazy("It says who is bound, and to what the rest belongs."): (
        "parties", "coaching_parties", "three_way_parties", "amendment_subject", "amendment_rest",
    ),
    gettext_lazy("CoachVault keeps exactly this promise. Other words would promise something else than what happens."): (
        "promise_a", "promise_b", "naming_a", "naming_b", "organisation_b", "payer_absent_a", "payer_absent_b", "three_way_promise",
        "three_way_feedback", "three_way_attendance", "three_way_naming", "amendment_to_a", "amendment_follows_a", "amendment_to_b",
        "amendment_follows_b",
    ),
    gettext_lazy("It describes what CoachVault really does, in the same words for everybody."): (
        "notes", "special_data", "colleagues", "retention", "signature", "three_way_notes", "three_way_special_data",
        "three_way_colleagues", "three_way_retention", "three_way_signature",
    ),
    gettext_lazy("The law asks for it."): (
        "law", "your_data", "consumer_identity", "consumer_withdrawal", "consumer_begin", "consumer_mediator", "withdrawal_form",
        "three_way_law",
    ),
    gettext_lazy("The codes of the profession ask for it."): (
        "no_own_interest", "room", "code_of_conduct", "nature", "means", "three_way_nature", "three_way_goals", "three_way_room",
        "three_way_channels", "three_way_undertakings", "three_way_code",
    ),
    gettext_lazy("Without it, what was agreed would stay open. You fill in its facts for each agreement."): (
        "ending", "sessions", "period", "price_organisation", "price_shared", "cancelling", "three_way_sessions", "three_way_price",
        "three_way_cancelling", "three_way_ending",
    ),
}  # fmt: skip
REASONS: Final = {code: why for why, codes in WHY_LOCKED.items() for code in codes}
PAYERS: Final = {
    "private": gettext_lazy("your client pays, or nobody"),
    "paid": gettext_lazy("an organisation pays"),
    "shared": gettext_lazy("an organisation and your client pay"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One clause as it stands in a template: one of the library's, or the coach's own."""

    code: str
    title: str
    paragraphs: tuple[str, ...]
    own: Own | None = None
    why_locked: str = ""
    conditions: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    is_optional: bool = False
    is_chosen: bool = False
    replaces: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()

    @property
    def is_locked(self) -> bool:
        return bool(self.why_locked)


def lines(content: Content, kind: str, language: str) -> list[Line]:
    """Every clause of the library for this kind, and the coach's own ones each at its place."""
    clauses, chosen = tailoring.layout(kind, language), set(content.options)
    titles = {clause.code: clause.title for clause in clauses}
    instead = {code: clause for clause in clauses if clause.code in chosen for code in clause.instead_of}
    own: dict[str, list[Line]] = {}
    for one in tailoring.in_order(content, kind).own:
        own.setdefault(one.after, []).append(Line(one.key, one.title, tuple(filter(None, one.body.split("\n\n"))), own=one))
    found = []
    for clause in clauses:
        line = Line(
            clause.code,
            clause.title,
            clause.body,
            why_locked=str(REASONS.get(clause.code, "")) if clause.is_locked else "",
            conditions=conditions(clause),
            effects=tuple(wordings.effect_sentences(dict(clause.effect), language)),
            is_optional=clause.code in tailoring.options(kind),
            is_chosen=clause.code in chosen,
            replaces=tuple(titles[code] for code in sorted(clause.instead_of) if code in titles),
            replaced_by=(instead[clause.code].title,) if clause.code in instead else (),
        )
        found += [line, *own.get(clause.code, ())]
    return found


def conditions(clause: wordings.Clause) -> tuple[str, ...]:
    """When a clause stands, in words; nothing for one that always does."""
    wording = _("Wording %(wording)s") % {"wording": clause.wording} if clause.wording else ""
    paid = {True: _("If an organisation pays"), False: _("If no organisation pays"), None: ""}[clause.is_paid_for]
    consumer = {True: _("If your client pays as a private person"), False: _("Unless your client pays"), None: ""}[clause.is_consumer]
    return tuple(filter(None, (wording, paid, consumer)))


def labelled(kind: str) -> list[tuple[str, str]]:
    """The situations of a kind, as a choice."""
    return [(one.key, said(one)) for one in tailoring.SITUATIONS[kind]]


def said(situation: Situation) -> str:
    """A situation in words."""
    return _("Wording %(wording)s, %(payer)s") % {
        "wording": situation.wording,
        "payer": PAYERS[situation.key.partition("-")[2]],
    }


def situation(kind: str, key: str) -> Situation:
    """The situation of that name, else the kind's first."""
    return next((one for one in tailoring.SITUATIONS[kind] if one.key == key), tailoring.SITUATIONS[kind][0])


def fields(kind: str, language: str) -> list[tuple[str, str]]:
    """What may stand in braces in one's own clauses of this kind, and what it is called."""
    found: list[Placeholder] = [one for one in wordings.REGISTRY.values() if wordings.Kind(kind) in one.kinds]
    return [(f"{{{one.name}}}", one.labels[spoken(language)]) for one in found]


@dataclass(frozen=True, slots=True)
class Use:
    """How many agreements were made from a version, and stand or may still stand."""

    in_force: int = 0
    under_way: int = 0


def uses(coach: Coach) -> dict[UUID, Use]:
    """By version, how many agreements in force and under way use it."""
    rows = Agreement.objects.for_coach(coach).filter(template__isnull=False).order_by()
    counted: Counter[tuple[UUID, str]] = Counter()
    for pk, state, number in rows.values_list("template", "state").annotate(number=Count("pk")):
        counted[pk, "in_force" if state == Agreement.State.IN_FORCE else "under_way" if state in UNDER_WAY else "over"] += number
    return {pk: Use(counted[pk, "in_force"], counted[pk, "under_way"]) for pk in {pk for pk, _word in counted}}


@dataclass(frozen=True, slots=True)
class Series:
    """One template: its versions, newest first, with how they are used."""

    versions: list[tuple[AgreementTemplate, Use]] = field(default_factory=list)

    @property
    def newest(self) -> AgreementTemplate:
        return self.versions[0][0]

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is offered or being written."""
        return all(version.state == State.RETIRED for version, _use in self.versions)


def series(coach: Coach) -> Iterator[Series]:
    """The coach's templates, those in use first, then the newest."""
    used, found = uses(coach), dict[UUID, Series]()
    for version in AgreementTemplate.objects.for_coach(coach).order_by("-number"):
        found.setdefault(version.series, Series()).versions.append((version, used.get(version.pk, Use())))
    return iter(sorted(found.values(), key=lambda one: (one.is_over, -one.newest.made_at.timestamp())))


@dataclass(frozen=True, slots=True)
class Part:
    """One clause of a version, as differences are told."""

    code: str
    title: str
    paragraphs: tuple[str, ...]


def parts(content: Content, kind: str, language: str) -> list[Part]:
    """What stands in a version, its conditional clauses among it: the chosen ones and those in whose place nothing was chosen."""
    return [
        Part(line.code, line.title, line.paragraphs)
        for line in lines(content, kind, language)
        if (line.is_chosen or not line.is_optional) and not (line.replaced_by and _is_replaced_everywhere(line, content, kind, language))
    ]


def _is_replaced_everywhere(line: Line, content: Content, kind: str, language: str) -> bool:
    """Whether what takes this clause's place does so in every agreement in which it would stand."""
    clauses = {clause.code: clause for clause in tailoring.layout(kind, language)}
    here = clauses[line.code]
    others = [clauses[code] for code in content.options if code in clauses and line.code in clauses[code].instead_of]
    return any(
        other.wording in (None, here.wording)
        and other.is_paid_for in (None, here.is_paid_for)
        and other.is_consumer in (None, here.is_consumer)
        for other in others
    )


def changes(before: Content, after: Content, kind: str, language: str) -> list[differences.Changed]:
    """What leads from one version to the other; clauses that stayed as they were are left out."""
    old, new = (parts(_plain(content), kind, language) for content in (before, after))
    return [one for one in differences.parts(old, new) if one.kind != "same"]


def _plain(content: Content) -> Content:
    """The content with one way of ending lines, so that only words differ."""
    return replace(content, own=tuple(replace(one, body=one.body.replace("\r\n", "\n")) for one in content.own))
