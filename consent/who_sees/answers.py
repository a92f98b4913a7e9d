"""Who can read something and why, in the reader's words. Pure: what is known comes in, sentences go out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.models import Consent
from support import words
from vault.encrypted import EncryptedField
from vault.fields import SealedField


class Reader(StrEnum):
    """Whose page it is."""

    COACH = "coach"
    CLIENT = "client"


class Can(StrEnum):
    """How far somebody can read something."""

    YES = "yes"
    PART = "part"
    LATER = "later"
    NO = "no"
    STRAY = "stray"  # a row says that they could, and nothing opens


class Tier(StrEnum):
    """How a column keeps its value."""

    SEALED = "sealed"
    ENCRYPTED = "encrypted"
    PLAIN = "plain"


ICONS: Final = {Can.YES: "check", Can.PART: "split", Can.LATER: "clock", Can.NO: "minus", Can.STRAY: "triangle-alert"}
BADGES: Final = {Can.YES: "ok", Can.PART: "wait", Can.LATER: "wait", Can.NO: "off", Can.STRAY: "warn"}
LABELS: Final = {
    Can.YES: gettext_lazy("Yes"),
    Can.PART: gettext_lazy("In part"),
    Can.LATER: gettext_lazy("Not yet"),
    Can.NO: gettext_lazy("No"),
    Can.STRAY: gettext_lazy("No, but look into this"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One person and one thing: how far, and the reason in a sentence."""

    can: Can
    why: str
    label: str = ""

    @property
    def says(self) -> str:
        """The answer in a word or two."""
        return self.label or str(LABELS[self.can])

    @property
    def icon(self) -> str:
        return ICONS[self.can]

    @property
    def badge(self) -> str:
        return BADGES[self.can]


@dataclass(frozen=True, slots=True)
class Column:
    """Somebody who could read: by name, or by what they are."""

    kind: str  # coach, client, contact, organisation, practice, instance, thief
    name: str
    role: str = ""
    is_person: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One thing with an answer for each column."""

    code: str
    label: str
    answers: tuple[Answer, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Things that belong together."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """One answer that holds for several things."""

    answer: Answer
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One column by itself: what is open to it, now or later, and what is not."""

    column: Column
    open_to: list[Shared]
    closed: list[Shared]


@dataclass(frozen=True, slots=True)
class Table:
    """Everything of one engagement, for one reader at one moment."""

    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    promise: str
    more: tuple[str, ...] = ()  # whatever else the agreements in force say
    others: tuple[str, ...] = ()  # who else learns something, outside these columns
    alarms: tuple[str, ...] = field(default=())

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def people(self) -> list[Person]:
        """The same by person."""
        return [self._person(number, column) for number, column in enumerate(self.columns)]

    def _person(self, number: int, column: Column) -> Person:
        same: dict[Answer, list[str]] = {}
        for row in self.rows:
            same.setdefault(row.answers[number], []).append(row.label)
        shared = [Shared(answer, tuple(dict.fromkeys(labels))) for answer, labels in same.items()]
        closed = [one for one in shared if one.answer.can == Can.NO]
        return Person(column, [one for one in shared if one.answer.can != Can.NO], closed)

    @property
    def things(self) -> list[tuple[Row, list[tuple[Column, Answer]]]]:
        """The same by thing."""
        return [(row, list(zip(self.columns, row.answers, strict=True))) for row in self.rows]


def yes(why: str, until: Any = None) -> Answer:
    """They can."""
    label = _("Until %(day)s") % {"day": words.short_day(until)} if until else ""
    return Answer(Can.YES, str(why), label)


def no(why: str) -> Answer:
    """They cannot."""
    return Answer(Can.NO, str(why))


def later(why: str, at: datetime) -> Answer:
    """They will be able to."""
    return Answer(Can.LATER, str(why), _("From %(time)s on") % {"time": words.clock(at)})


def stray() -> Answer:
    """Somebody put a key there."""
    return Answer(Can.STRAY, _("Somebody put a key here that nobody gave. It opens nothing; please tell whoever runs this instance."))


# How columns keep their values

WORST: Final = (Tier.PLAIN, Tier.ENCRYPTED, Tier.SEALED)


def tier_of(columns: Iterable[tuple[type[Model], str]]) -> Tier:
    """How these columns keep what they hold: as the least protected of them."""
    found = {_tier(model._meta.get_field(name)) for model, name in columns}
    return next(tier for tier in WORST if tier in found)


def _tier(column: Any) -> Tier:
    if isinstance(column, SealedField):
        return Tier.SEALED
    return Tier.ENCRYPTED if isinstance(column, EncryptedField) else Tier.PLAIN


def for_the_thief(tier: Tier) -> Answer:
    """What a stolen database tells."""
    if tier == Tier.SEALED:
        return no(_("Sealed: nothing in the database opens it."))
    if tier == Tier.ENCRYPTED:
        return no(_("Encrypted: the instance’s key is kept elsewhere."))
    return Answer(Can.PART, _("Dates, numbers and states stand there without names."))


def for_the_instance(tier: Tier) -> Answer:
    """What whoever runs the instance can reach."""
    if tier == Tier.SEALED:
        return no(_("Sealed: nothing that the instance has opens it."))
    if tier == Tier.ENCRYPTED:
        return Answer(Can.PART, _("No page shows it; the instance’s key could open it in the database."))
    return Answer(Can.PART, _("No page shows it; in the database it stands without names."))


# Why a decision says no, to whom

OF_RULES: Final = {
    "recipient_left": gettext_lazy("They do not belong to the organisation any more."),
    "no_right": gettext_lazy("The coach did not give this person the right to be shown anything."),
    "engagement_over": gettext_lazy("The engagement is over."),
    "no_agreement": gettext_lazy("No agreement is in force."),
    "wording_b": gettext_lazy("Wording B is in force: nothing goes to anybody else."),
    "not_agreed": gettext_lazy("The agreement in force does not provide for it."),
}
OF_CONSENTS: Final = frozenset({"no_consent", "another_consent", "not_given", "not_yet", "no_period", "expired", "used_up"})
NOT_GIVEN: Final = {
    Reader.CLIENT: {
        "": gettext_lazy("You have not authorised it."),
        "requested": gettext_lazy("Asked on %(day)s; without your answer it stays a no."),
        "refused": gettext_lazy("You refused on %(day)s."),
        "lapsed": gettext_lazy("You did not answer the question of %(day)s: that is a no."),
        "withdrawn": gettext_lazy("You withdrew it on %(day)s."),
        "expired": gettext_lazy("Your permission ended on %(day)s."),
        "ended": gettext_lazy("It ended on %(day)s."),
        "superseded": gettext_lazy("Replaced on %(day)s."),
    },
    Reader.COACH: {
        "": gettext_lazy("The person coached has not authorised it."),
        "requested": gettext_lazy("Asked on %(day)s; without an answer it stays a no."),
        "refused": gettext_lazy("Refused on %(day)s."),
        "lapsed": gettext_lazy("The question of %(day)s was not answered: that is a no."),
        "withdrawn": gettext_lazy("Withdrawn on %(day)s."),
        "expired": gettext_lazy("The permission ended on %(day)s."),
        "ended": gettext_lazy("It ended on %(day)s."),
        "superseded": gettext_lazy("Replaced on %(day)s."),
    },
}


def why_not(code: str, consent: Consent | None, reader: Reader) -> str:
    """The reason behind a no: a rule's, else what became of the consent."""
    if code in OF_RULES:
        return str(OF_RULES[code])
    if code not in OF_CONSENTS:
        return _("A rule of this place says no.")
    said = NOT_GIVEN[reader]
    if consent is None or code == "another_consent":  # given for something else, or for less
        return str(said[""])
    if code == "expired":
        return str(said[code]) % {"day": _day(consent.until_date)}
    if consent.state in said:
        return str(said[consent.state]) % {"day": _day(_last_moment(consent, consent.state))}
    return _("What is on file does not hold, so it counts for nothing.")


def why_yes(code: str, consent: Consent | None, reader: Reader) -> str:
    """The reason behind a yes."""
    if code == "agreement" or consent is None or consent.given_at is None:
        return _("The agreement in force says so.")
    facts = {"day": _day(consent.given_at), "until": _day(consent.until_date)}
    if reader == Reader.CLIENT:
        text = _("You authorised it on %(day)s, until %(until)s.") if consent.until_date else _("You authorised it on %(day)s.")
    else:
        text = _("Authorised on %(day)s, until %(until)s.") if consent.until_date else _("Authorised on %(day)s.")
    return text % facts


def _last_moment(consent: Consent, state: str) -> datetime:
    return next((event.at for event in consent.events.all() if event.kind == state), consent.requested_at)


def _day(moment: Any) -> str:
    return words.short_day(timezone.localtime(moment) if isinstance(moment, datetime) else moment) if moment else ""
