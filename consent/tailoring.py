"""A coach's template and the library put together: what of it stands in which agreement, and whether it may stand at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from consent import documents, wordings
from consent.models import AgreementTemplate
from consent.wordings import Incompatible, OwnClause
from support import fonts

MOST_OWN: Final = 20
MOST_NAME: Final = 80
MOST_SHOWN: Final = 10  # characters that a sentence names
ORGANISATION: Final = "{organisation}"
Kind = AgreementTemplate.Kind


@dataclass(frozen=True, slots=True)
class Own:
    """A clause that the coach wrote. `key` names it through all versions; `after`: the library's clause behind which it stands."""

    key: str
    title: str = ""
    body: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What a template holds beside the library's own clauses, which stand in it anyway."""

    name: str
    options: tuple[str, ...] = ()
    own: tuple[Own, ...] = ()

    def kept(self) -> dict[str, Any]:
        """The content as the template's details keep it."""
        return asdict(self)


def content_of(template: AgreementTemplate) -> Content:
    """What this version holds."""
    kept = template.details
    return Content(kept["name"], tuple(kept["options"]), tuple(Own(**one) for one in kept["own"]))


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides which conditional clauses stand: the wording, and who pays."""

    wording: str
    is_paid_for: bool
    client_pays: bool = False  # a part, beside the organisation

    @property
    def key(self) -> str:
        return f"{self.wording.lower()}-{'shared' if self.client_pays else 'paid' if self.is_paid_for else 'private'}"


PRIVATE_OR_PAID: Final = tuple(Situation(wording, is_paid_for) for wording in "AB" for is_paid_for in (False, True))
SITUATIONS: Final[Mapping[str, tuple[Situation, ...]]] = {
    Kind.CONFIDENTIALITY: PRIVATE_OR_PAID,
    Kind.COACHING: (*PRIVATE_OR_PAID, Situation("A", True, client_pays=True), Situation("B", True, client_pays=True)),
    Kind.THREE_WAY: (Situation("A", True),),
    Kind.AMENDMENT: PRIVATE_OR_PAID,
}


def layout(kind: str, language: str) -> list[wordings.Clause]:
    """Every clause that an agreement of this kind may hold, in order."""
    template = wordings.current(wordings.Kind(kind), language)
    return [wordings.find_clause(item.code, item.version, template.language) for item in template.clauses]


def anchors(kind: str) -> list[str]:
    """The clauses behind which one of the coach's own may stand, in order: the closing ones stay at the end."""
    template = wordings.current(wordings.Kind(kind), "fr")
    codes = [item.code for item in template.clauses]
    return codes[: codes.index(template.own_before)] if template.own_before else []


def options(kind: str) -> frozenset[str]:
    """The codes of the clauses that may be chosen."""
    return wordings.current(wordings.Kind(kind), "fr").options


def in_order(content: Content, kind: str) -> Content:
    """The same content, its own clauses in the order in which they are read; one that names no place stands last."""
    places = {code: number for number, code in enumerate(anchors(kind))}
    last = anchors(kind)[-1]
    own = [one if one.after in places else replace(one, after=last) for one in content.own]
    return replace(content, own=tuple(sorted(own, key=lambda one: places[one.after])))


def moved(content: Content, kind: str, key: str, *, up: bool) -> Content:
    """One's own clause a place further up or down: past another of one's own, else past a clause of the library."""
    own, places = list(in_order(content, kind).own), anchors(kind)
    here = next((number for number, one in enumerate(own) if one.key == key), None)
    if here is None:
        return content
    there = here - 1 if up else here + 1
    if 0 <= there < len(own) and own[there].after == own[here].after:
        own[here], own[there] = own[there], own[here]
    else:
        place = places.index(own[here].after) + (-1 if up else 1)
        if not 0 <= place < len(places):
            return content
        one = replace(own.pop(here), after=places[place])
        behind = [number for number, other in enumerate(own) if places.index(other.after) < place + up]
        own.insert(len(behind), one)
    return replace(content, own=tuple(own))


def with_own(content: Content, kind: str, key: str) -> Content:
    """One more clause of one's own, still empty, before the closing ones."""
    return replace(content, own=(*content.own, Own(key, after=anchors(kind)[-1]))) if len(content.own) < MOST_OWN else content


def without(content: Content, key: str) -> Content:
    """The same without one of one's own clauses."""
    return replace(content, own=tuple(one for one in content.own if one.key != key))


def fitted(content: Content, kind: str, language: str, situation: Situation) -> tuple[frozenset[str], list[OwnClause]]:
    """The options and own clauses that stand in such an agreement. Raises `Incompatible`.

    An option for another wording or another payer is left out; an own clause that names the organisation stands only where one pays;
    each stands behind the nearest clause that stands.
    """
    chosen = _chosen(content, kind, language, situation)
    standing = {
        clause.code for clause in documents.clauses_for(_choices(kind, language, situation, chosen), is_paid_for=situation.is_paid_for)
    }
    codes = [clause.code for clause in layout(kind, language)]
    own = []
    for one in in_order(content, kind).own:
        if situation.is_paid_for or ORGANISATION not in one.body:
            before = [code for code in codes[: codes.index(one.after) + 1] if code in standing]
            own.append(OwnClause(one.title, one.body, after=before[-1] if before else None))
    return chosen, own


def _chosen(content: Content, kind: str, language: str, situation: Situation) -> frozenset[str]:
    """The options that fit the situation. Raises `Incompatible` for one that the library no longer has."""
    if set(content.options) - options(kind):
        raise Incompatible(_("This template chooses a clause that is no longer offered. Make a new version of it."))
    by_code = {clause.code: clause for clause in layout(kind, language)}
    return frozenset(
        code
        for code in content.options
        if by_code[code].wording in (None, situation.wording) and by_code[code].is_paid_for in (None, situation.is_paid_for)
    )


def _choices(kind: str, language: str, situation: Situation, chosen: frozenset[str], own: Sequence[OwnClause] = ()) -> documents.Choices:
    return documents.Choices(
        kind=kind, wording=situation.wording, language=language, options=chosen, own=own, client_pays=situation.client_pays
    )


def problems(content: Content, kind: str, language: str, speech: str) -> dict[str, str]:
    """What is wrong, one sentence for each place: `name`, `options`, an option's code, the key of an own clause. Empty: it may be published.

    `language` is the agreement's, in which its clauses are called; `speech` the language of whoever reads about own clauses.
    """
    found = {}
    if sentence := _wrong_name(content.name):
        found["name"] = sentence
    keys = [one.key for one in content.own]
    if len(keys) > MOST_OWN or len(set(keys)) < len(keys):
        found["own"] = _("A template holds at most %(most)s clauses of your own.") % {"most": MOST_OWN}
    for one in content.own:
        if wrong := wordings.check_own_text(one.title, one.body, wordings.Kind(kind), speech):
            found[one.key] = wrong[0]
        elif lacking := fonts.unshown(one.title + one.body):
            found[one.key] = _("The document cannot show these characters: %(characters)s. Write the passage without them.") % {
                "characters": " ".join(lacking[:MOST_SHOWN])
            }
        elif one.after not in anchors(kind):
            found[one.key] = _("Choose where this clause stands.")
    for situation in SITUATIONS[kind]:
        if clash := _clash(content, kind, language, situation):
            found |= clash
    return found


def _wrong_name(name: str) -> str:
    if not name.strip():
        return _("Give the template a name.")
    if len(name) > MOST_NAME or any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        return _("Choose a name of at most %(most)s characters, on one line.") % {"most": MOST_NAME}
    return ""


def _clash(content: Content, kind: str, language: str, situation: Situation) -> dict[str, str]:
    """Why the options cannot stand together in this situation, by the options that clash."""
    try:
        fitted(replace(content, own=()), kind, language, situation)
    except Incompatible as no:
        chosen = set(content.options) & options(kind)
        rivals = [clause.code for clause in layout(kind, language) if clause.code in chosen and clause.incompatible_with & chosen]
        return dict.fromkeys(rivals or ["options"], str(no))
    return {}


def applied(template: AgreementTemplate, situation: Situation) -> tuple[frozenset[str], list[OwnClause]]:
    """What a published version brings into an agreement. Raises `Incompatible`, also where the library has changed under it."""
    content = content_of(template)
    chosen, own = fitted(content, template.kind, template.language, situation)
    for one in own:
        if wrong := wordings.check_own_text(one.title, one.body, wordings.Kind(template.kind), template.language):
            raise Incompatible(wrong[0])
    return chosen, own


def reference(template: AgreementTemplate) -> dict[str, Any]:
    """How an agreement names the version it was made from."""
    return {"id": str(template.pk), "number": template.number, "name": template.name}
