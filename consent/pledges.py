"""What a pledge says, as a page and as a PDF. Facts are put in by name; whatever else stands between braces is only text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from clients.models import Coach
from consent.models import Pledge
from consent.wordings import pledge_en, pledge_fr
from consent.wordings.pledge import ASKED, FACTS, PledgeTemplate
from support import pdf
from support.words import short_day, typographic

LANGUAGES: Final = {"fr": "Français", "en": "English"}
TEMPLATES: Final[Mapping[str, PledgeTemplate]] = {"fr": pledge_fr.PLEDGE_1, "en": pledge_en.PLEDGE_1}
FACT: Final = re.compile(r"\{(" + "|".join(FACTS) + r")\}")
MOST_PARTS: Final = 40


@dataclass(frozen=True, slots=True)
class Part:
    """One part as its coach has it. One that is left out stays in the draft, to be put back."""

    code: str
    title: str
    text: str
    is_locked: bool = False
    is_own: bool = False
    is_out: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it lacks its title or its text."""
        return not (self.title.strip() and self.text.strip())


@dataclass(frozen=True, slots=True)
class Said:
    """One part as it is read: facts put in, set as its language is."""

    code: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A pledge's words. Everything that the page and the PDF show of it."""

    template: str
    language: str
    title: str
    lead: str
    statement: str
    parts: tuple[Part, ...]
    facts: Mapping[str, str]

    def kept(self) -> dict[str, Any]:
        """The text as the pledge's details keep it."""
        return {**asdict(self), "parts": [asdict(part) for part in self.parts], "facts": dict(self.facts)}

    @property
    def opening(self) -> str:
        """The sentence under the title."""
        return self._filled(self.lead)

    @property
    def said(self) -> list[Said]:
        """The parts that stand, in order."""
        return [self._said(part) for part in self.parts if not part.is_out]

    @property
    def missing(self) -> list[str]:
        """The facts that it names and that nobody has filled in."""
        named = {name for part in self.parts if not part.is_out for name in FACT.findall(part.title + part.text)}
        return [name for name in ASKED if name in named and not self.facts.get(name, "").strip()]

    @property
    def is_complete(self) -> bool:
        """Whether it may be published: no fact is missing and no part is empty."""
        return not self.missing and not any(part.is_empty for part in self.parts if not part.is_out)

    def _said(self, part: Part) -> Said:
        paragraphs = (" ".join(lines.split()) for lines in re.split(r"\n\s*\n", part.text.replace("\r\n", "\n")))
        return Said(part.code, self._filled(part.title), tuple(self._filled(one) for one in paragraphs if one))

    def _filled(self, text: str) -> str:
        return typographic(FACT.sub(lambda found: self.facts.get(found[1], "").strip() or "…", text), self.language)


def text_of(pledge: Pledge) -> Text:
    """The text that this version keeps."""
    kept = {name: pledge.details[name] for name in Text.__dataclass_fields__}
    return Text(**{**kept, "parts": tuple(Part(**part) for part in kept["parts"])})


def write_text(*, coach: Coach, language: str, parts: Sequence[Part], facts: Mapping[str, str]) -> Text:
    """The pledge of this coach from today's template: its locked parts word for word, each in the place it was given, the others as given."""
    template = TEMPLATES[language]
    locked = {part.code: Part(part.code, part.title, part.text, is_locked=True) for part in template.parts if part.is_locked}
    given = {part.code: locked.get(part.code, part) for part in parts if part.code in locked or not part.is_locked}
    known = {"coach": coach.name, "practice": coach.practice.name or coach.name}
    return Text(
        template=template.version,
        language=language,
        title=template.title,
        lead=template.lead,
        statement=template.statement,
        parts=(*given.values(), *(part for code, part in locked.items() if code not in given)),
        facts={name: " ".join(facts.get(name, "").split()) for name in ASKED} | known,
    )


def first_text(coach: Coach, language: str, before: Pledge | None) -> Text:
    """What a new draft begins with: the version before, or the template."""
    if before is not None:
        text = text_of(before)
        return write_text(coach=coach, language=language, parts=text.parts, facts=text.facts)
    parts = [Part(part.code, part.title, part.text, part.is_locked) for part in TEMPLATES[language].parts]
    return write_text(coach=coach, language=language, parts=parts, facts={})


def of_today(draft: Pledge) -> Text:
    """What a draft says with today's names and locked parts. Needs coach.person, coach.practice."""
    text = text_of(draft)
    return write_text(coach=draft.coach, language=draft.language, parts=text.parts, facts=text.facts)


def moved(text: Text, code: str, *, up: bool) -> Text:
    """The text with one part a place higher or lower."""
    parts = list(text.parts)
    here = next((place for place, part in enumerate(parts) if part.code == code), None)
    there = None if here is None else here - 1 if up else here + 1
    if here is not None and there is not None and 0 <= there < len(parts):
        parts[here], parts[there] = parts[there], parts[here]
    return replace(text, parts=tuple(parts))


def with_own_part(text: Text, code: str) -> Text:
    """The text with an empty part of the coach's own at its end; as it is once there are many."""
    if len(text.parts) >= MOST_PARTS:
        return text
    return replace(text, parts=(*text.parts, Part(code, "", "", is_own=True)))


def without_own_part(text: Text, code: str) -> Text:
    """The text without one of the coach's own parts."""
    return replace(text, parts=tuple(part for part in text.parts if not (part.is_own and part.code == code)))


def render(text: Text, *, number: int, day: date | None) -> bytes:
    """The pledge as a PDF, the same bytes each time; takes its time, so never inside a transaction. No `day` is a draft. Raises `pdf.PdfFailed`."""
    with override(text.language):
        version = _("version %(number)s of %(day)s") % {"number": number, "day": short_day(day)} if day else _("draft, not published")
    context = {"text": text, "version": version}
    return pdf.document("consent/pdf_pledge.html", context, title=text.title, language=text.language)


def file_name(pledge: Pledge) -> str:
    """What its file is called: it tells nobody's name."""
    return f"pledge-{pledge.language}-{pledge.number}"


def at_address(token: UUID) -> dict[str, Pledge]:
    """What is published at a public address, by language; nothing at one that was replaced or never was."""
    rows = Pledge.objects.filter(token=token, state=Pledge.State.PUBLISHED).without_documents()
    return {pledge.language: pledge for pledge in rows}


def in_language(found: Mapping[str, Pledge], *wanted: str | None) -> Pledge | None:
    """The first of the languages wanted in which there is one, else any."""
    return next((found[language] for language in wanted if language is not None and language in found), next(iter(found.values()), None))
