"""What a consent can be for: one row a purpose, and nothing that is not in the table can be asked, given or shown.

Source: design, consent.md, "Purposes". The agreement in force must allow a purpose too: `effect` names the effect of its clauses that does,
docs/clauses.md lists them. No kind of recipient exists for anybody's family and friends, for colleagues or for the media.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """The kinds of recipient there are."""

    CLIENT = "client"  # their own copy
    AUTHORITY = "authority"  # recourse to law
    COACH = "coach"  # nobody but the coach, who would keep it
    CONTACT = "contact"
    PROFESSIONAL = "professional"
    SUPERVISOR = "supervisor"
    BODY = "body"  # a professional body
    PUBLIC = "public"  # a named place where it would stand


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose: who would receive what, what a consent must name, and what it means to say yes or no."""

    code: str
    label: Any
    means: Any  # one sentence for the client
    refusing: Any  # what a no means, one sentence
    kind: Kind
    must_name: frozenset[str]  # of: text, data, until, uses
    data: Mapping[str, Any] = field(default_factory=dict)  # what can be chosen, with its name
    effect: str | None = None
    allowed_by: frozenset[str] = frozenset({"consent"})
    leaves: bool = True  # somebody other than coach and client reads: never under wording B
    is_special: bool = False  # special categories: GDPR, article 9
    ways: frozenset[str] = frozenset({"space", "paper"})
    cools_off: bool = True  # after a no the coach waits fourteen days before asking again
    obligations: tuple[str, ...] = ("log",)
    categories: tuple[str, ...] = ()  # Data Privacy Vocabulary, personal data extension


NO_EFFECT: Final = _("Refusing changes nothing in your coaching.")

_ROWS: Final = (
    Purpose(
        code="sponsor.summary",
        label=_("A summary for a contact"),
        means=_("This person can read one text, word for word as you approved it, until the day you choose."),
        refusing=_("Nothing is passed on. Your organisation will not know whether you refused or simply did not answer."),
        kind=Kind.CONTACT,
        must_name=frozenset({"text", "until"}),
        effect="sponsor_text",
        ways=frozenset({"space"}),
        cools_off=False,  # each proposal is a new text
        obligations=("watermark", "log"),
        categories=("pd:ProfessionalEvaluation",),
    ),
    Purpose(
        code="sponsor.attendance",
        label=_("Attendance, for a contact"),
        means=_("This person can see what you choose of your sessions: their dates, how many were held, their hours. Never what was said."),
        refusing=_("This person sees no session at all."),
        kind=Kind.CONTACT,
        must_name=frozenset({"data", "until"}),
        data={"dates": _("The dates of the sessions"), "number": _("How many were held"), "hours": _("How many hours they took")},
        effect="attendance",
        allowed_by=frozenset({"consent", "minimum"}),
        categories=("pd:ServiceConsumptionBehavior",),
    ),
    Purpose(
        code="sponsor.listing",
        label=_("That your coaching exists, for a contact"),
        means=_("This person can see that you are being coached, by whom and since when. Nothing else."),
        refusing=_("This person does not learn here that you are being coached."),
        kind=Kind.CONTACT,
        must_name=frozenset(),
        categories=("pd:Professional",),
    ),
    Purpose(
        code="special_data",
        label=_("Health and other sensitive facts in the notes"),
        means=_("Your coach may keep, in notes that only your coach can open, facts about health, beliefs and the like that you speak of."),
        refusing=_("Your coach leaves such facts out of the notes."),
        kind=Kind.COACH,
        must_name=frozenset(),
        effect="special_data",
        leaves=False,
        is_special=True,
        categories=("pd:Health", "dpv:SpecialCategoryPersonalData"),
    ),
    Purpose(
        code="referral",
        label=_("A letter to another professional"),
        means=_("This professional can read one letter, once, word for word as you approved it."),
        refusing=_("Nothing is passed on."),
        kind=Kind.PROFESSIONAL,
        must_name=frozenset({"text", "uses"}),
        ways=frozenset({"space"}),
        cools_off=False,
        categories=("pd:Professional",),
    ),
    Purpose(
        code="reference",
        label=_("Naming you as a client"),
        means=_("Your coach may show, at the place that is named, exactly what you choose, until the day you choose."),
        refusing=_("Your coach names you nowhere."),
        kind=Kind.PUBLIC,
        must_name=frozenset({"data", "until"}),
        data={"name": _("Your name"), "job": _("Your job"), "employer": _("Your employer"), "quote": _("A quotation")},
        effect="reference",
        categories=("pd:Name", "pd:Professional"),
    ),
    Purpose(
        code="recording",
        label=_("Recording sessions"),
        means=_("Your coach may record, for the use that is named, and keeps the recording sealed for as long as it says."),
        refusing=_("Nothing is recorded."),
        kind=Kind.COACH,
        must_name=frozenset({"data"}),
        data={"audio": _("Sound"), "video": _("Picture and sound")},
        effect="recordings",
        leaves=False,
        ways=frozenset({"space", "paper", "oral"}),
        cools_off=False,  # never binds the next recording
        categories=("pd:VoiceRecording",),
    ),
    Purpose(
        code="supervision",
        label=_("Your situation in supervision"),
        means=_("Your coach may speak of your situation with the supervisor who is named, pseudonymised or not, as you choose."),
        refusing=_("Your coach does not speak of your situation in supervision."),
        kind=Kind.SUPERVISOR,
        must_name=frozenset({"data"}),
        data={"pseudonymised": _("Without names"), "identified": _("With your name")},
        effect="supervision",
        ways=frozenset({"space", "paper", "oral"}),
        categories=("pd:Professional",),
    ),
    Purpose(
        code="credential_log",
        label=_("Your line in a hours log"),
        means=_("Your coach may keep the columns you choose in the log of hours that a professional body asks for."),
        refusing=_("Your line is left out of the log."),
        kind=Kind.BODY,
        must_name=frozenset({"data"}),
        data={"name": _("Your name"), "address": _("Your address"), "dates": _("First and last day"), "hours": _("Hours")},
        effect="naming",
        ways=frozenset({"space", "paper", "oral"}),
        categories=("pd:Name", "pd:Contact"),
    ),
    Purpose(
        code="case_study",
        label=_("A case study"),
        means=_("Your coach may publish one text, word for word as you approved it, at the place that is named, until the day you choose."),
        refusing=_("Nothing is published."),
        kind=Kind.PUBLIC,
        must_name=frozenset({"text", "until"}),
        effect="reference",
        cools_off=False,
        categories=("pd:Professional",),
    ),
)
PURPOSES: Final[Mapping[str, Purpose]] = {row.code: row for row in _ROWS}
CHOICES: Final = [(row.code, row.label) for row in _ROWS]
WITH_SCREENS: Final = (
    "sponsor.listing",
    "sponsor.attendance",
    "special_data",
)  # asked on a page of their own; a summary is asked by its text
SUMMARY: Final = "sponsor.summary"
ATTENDANCE: Final = "sponsor.attendance"
LISTING: Final = "sponsor.listing"
