"""The rows that this room can answer: what the organisation may learn, what was promised, what was permitted."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clients.models import Client, Engagement, SponsorContact
from consent import promises
from consent.models import Agreement, Consent, Disclosure, LegalAddition, LegalDisclosure, Pledge, Proposal, Summary, Wish
from consent.policies import FINGERPRINT_BYTES, Request
from consent.promises import Promise
from consent.purposes import ATTENDANCE, LISTING, PURPOSES, SUMMARY, Kind
from consent.who_sees.answers import Answer, Can, Row, later, no, why_not, why_yes, yes
from consent.who_sees.known import Known
from consent.who_sees.sheet import Sheet
from support import words
from support.words import listed
from vault.models import LedgerEntry

MINIMUM: Final = frozenset({"minimum"})  # opened, ended, done
WAITING: Final = (Proposal.State.PROPOSED, Proposal.State.CHANGES_ASKED)
CLOSED_SHOWN: Final = 3  # texts that nobody outside reads any more, the newest ones


# What the organisation may learn


def existence(sheet: Sheet) -> Row:
    """That the coaching exists: by an agreement, by a consent, by a text that is open to them, or by having been asked to sign."""

    def contact(one: SponsorContact) -> Answer:
        judged = sheet.decided(LISTING, one)
        if judged.decision.is_permitted:
            return sheet.by_decision(judged)
        if sheet.known.asked_to_sign(one):
            return yes(_("They were asked to sign an agreement about it."))
        if sheet.known.is_listed_for(one):
            return yes(_("A text about it is open to them."))
        return sheet.by_decision(judged)

    return sheet.unsealed("existence", _("That the coaching exists"), [(Client, "details")], contact=contact)


def dates(sheet: Sheet, contact: SponsorContact) -> Answer:
    """Whether a contact sees the dates of the sessions."""
    return sheet.by_decision(sheet.decided(ATTENDANCE, contact, frozenset({"dates"})))


def attendance(sheet: Sheet) -> Row:
    """How many sessions, and how long: part of it by consent, or the least by agreement."""

    def contact(one: SponsorContact) -> Answer:
        asked = {code: sheet.decided(ATTENDANCE, one, frozenset({code})) for code in ("number", "hours")}
        shown = [code for code, judged in asked.items() if judged.decision.is_permitted]
        if shown:
            answer = sheet.by_decision(asked[shown[0]])
            part = listed([str(PURPOSES[ATTENDANCE].data[code]) for code in shown])
            return answer if len(shown) == len(asked) else Answer(Can.PART, f"{part}. {answer.why}", answer.label)
        least = sheet.decided(ATTENDANCE, one, MINIMUM)
        if least.decision.is_permitted:
            return Answer(Can.PART, _("Only that it was opened, ended and given: the agreement in force says so."))
        return sheet.by_decision(asked["number"])

    return sheet.unsealed("attendance", _("Number and hours of the sessions"), [(Engagement, "planned_sessions")], contact=contact)


def summaries(sheet: Sheet, only: Proposal | None = None) -> list[Row]:
    """A row for each text that was proposed: those that wait or are open first, then a few that are closed."""
    groups: dict[object, list[Proposal]] = {}
    for proposal in sheet.known.proposals:
        groups.setdefault(proposal.summary_id, []).append(proposal)
    if only is not None:
        groups = {key: rows for key, rows in groups.items() if key == only.summary_id}
    open_ones = [rows for rows in groups.values() if _is_open(sheet, rows)]
    closed = [rows for rows in groups.values() if not _is_open(sheet, rows)]
    return [_summary(sheet, rows) for rows in (*open_ones, *closed[:CLOSED_SHOWN])]


def _is_open(sheet: Sheet, proposals: list[Proposal]) -> bool:
    """Whether somebody reads one of these, will, or may be allowed to."""
    return any(row.state in WAITING for row in proposals) or any(row.state == "given" for row in _consents(sheet, proposals))


def _consents(sheet: Sheet, proposals: list[Proposal]) -> list[Consent]:
    ids = {row.pk for row in proposals}
    return [row for row in sheet.known.consents if row.purpose == SUMMARY and row.proposal_id in ids]


def _summary(sheet: Sheet, proposals: list[Proposal]) -> Row:
    consents = _consents(sheet, proposals)
    label = _("Text proposed on %(day)s") % {"day": words.short_day(proposals[0].proposed_at)}
    copies = [(Disclosure, "body"), (Proposal, "body")]
    series, names = sheet.known.engagement.shared_key, dict.fromkeys(row.contact.name for row in proposals)

    def contact(one: SponsorContact) -> Answer:
        return _copy(sheet, one, [row for row in consents if row.contact_id == one.pk])

    detail = _("For %(contact)s") % {"contact": listed(names)}
    return sheet.sealed("summary", label, series, copies, contact=contact, detail=detail)


def _copy(sheet: Sheet, contact: SponsorContact, consents: list[Consent]) -> Answer:
    """Whether this contact reads a copy of one text, of which these are the consents that name them, the latest first."""
    known = sheet.known
    for row in consents:
        if known.readable(row):
            return yes(why_yes("consent", row, sheet.reader), row.until_date)
    for row in consents:
        copy = known.disclosures.get(row.pk)
        judged = known.judged(_request(row), row.contact, copy.opens_at) if copy and copy.opens_at > known.at else None
        if copy and judged and judged.decision.is_permitted and copy.closed_at is None and known.holds_copy(row):
            return later(why_yes("consent", row, sheet.reader), copy.opens_at)
    last = consents[0] if consents else None
    wanted = _request(last) if last else Request(SUMMARY, Kind.CONTACT, str(contact.pk), bytes(FINGERPRINT_BYTES))
    decision = known.judged(wanted, contact).decision
    if decision.is_permitted:
        return no(_("The copy is closed, or its key is destroyed."))
    return no(why_not(decision.code, last, sheet.reader))


def _request(row: Consent) -> Request:
    return Request(row.purpose, Kind.CONTACT, row.recipient, row.text_print)


# What coach and client write and share


def drafts(sheet: Sheet) -> Row:
    """Texts that were not proposed yet, whether or not there are any."""
    return sheet.sealed("drafts", _("Drafts of texts"), sheet.known.engagement.notes_key, [(Summary, "body")])


def proposals(sheet: Sheet) -> Row:
    """What stands in the shared space."""
    series = sheet.known.engagement.shared_key
    return sheet.sealed(
        "proposals", _("Texts proposed, and what was answered"), series, [(Proposal, "body"), (Proposal, "answer"), (Wish, "body")]
    )


def special(sheet: Sheet, notes: Row) -> Row:
    """Whether health and the like may stand in the notes; whoever reads those reads these."""
    judged = sheet.known.judged(Request("special_data", Kind.COACH, ""))
    label = _("Health and other sensitive facts in the notes")
    if judged.decision.is_permitted:
        return Row(
            "special",
            label,
            notes.answers,
            _("May be kept. %(why)s") % {"why": why_yes(judged.decision.code, judged.consent, sheet.reader)},
        )
    why = no(why_not(judged.decision.code, judged.consent, sheet.reader))
    return Row("special", label, tuple(why for _column in sheet.columns), _("Not kept: the coach leaves them out."))


# What was promised and permitted


def agreements(sheet: Sheet, only: Agreement | None = None) -> Row:
    """The agreements that were sent: each is read by whoever signs it."""
    rows = [row for row in sheet.known.agreements if only is None or row.pk == only.pk]

    def contact(one: SponsorContact) -> Answer:
        asked = [each for each in sheet.known.asked_to_sign(one) if only is None or each.agreement_id == only.pk]
        if not asked:
            return no(_("No agreement asks for their signature."))
        return yes(_("Asked to sign on %(day)s.") % {"day": words.short_day(asked[0].asked_at)})  # type: ignore[arg-type]

    detail = "" if rows else _("None was sent yet.")
    return sheet.unsealed("agreements", _("Agreements"), [(Agreement, "details"), (Agreement, "document")], contact=contact, detail=detail)


def pledge(sheet: Sheet) -> Row:
    """The coach's promise, and when the client received it."""
    received = next((row.acknowledged_at or row.delivered_at for row in sheet.known.receipts), None)
    detail = _("Received on %(day)s.") % {"day": words.short_day(received)} if received else _("Not received yet.")
    answer = Answer(Can.PART, _("Whoever has its public address reads the pledge; nobody sees there who received it."))
    return sheet.unsealed(
        "pledge", _("The pledge and its receipt"),
        [(Pledge, "details")], contact=lambda _one: answer, practice=answer, detail=detail,
    )  # fmt: skip


def consents(sheet: Sheet) -> Row:
    """Permissions: asked, given, refused, withdrawn."""
    answer = no(_("They learn what follows from a yes, and never that there was a question."))
    return sheet.unsealed("consents", _("Permissions"), [(Consent, "purpose")], contact=lambda _one: answer)


def access_log(sheet: Sheet) -> Row:
    """Who opened what, and when."""
    answer = no(_("Their own looks stand in it; they do not see it."))
    return sheet.unsealed("log", _("Access log"), [(LedgerEntry, "event")], contact=lambda _one: answer)


def law(sheet: Sheet) -> list[Row]:
    """What the law required, whether or not there is any: the coach's register, and what the client was told of it."""
    engagement = sheet.known.engagement
    register = sheet.sealed("law", _("Register of legal disclosures"), sheet.known.register_held, [(LegalDisclosure, "body")])
    told = sheet.sealed("law_told", _("What the person coached was told of it"), engagement.shared_key, [(LegalAddition, "body")])
    return [register, told]


# Beside the rows


def promise_sentences(promise: Promise) -> tuple[str, tuple[str, ...]]:
    """What the promise in force comes to, and whatever else it says."""
    if promise.wording is None:
        return _("No agreement is in force yet: nothing may go to anybody else."), ()
    language = get_language() or "fr"
    wording = Promise(promise.wording, {"wording": promise.wording})
    rest = Promise(promise.wording, {key: value for key, value in promise.effects.items() if key != "wording"})
    return " ".join(promises.sentences(wording, language)), tuple(promises.sentences(rest, language))


def others(sheet: Sheet) -> tuple[str, ...]:
    """Who else learns something by a rule or a consent that stands: supervisors, bodies, places where it would stand."""
    known, found = sheet.known, []
    for row in known.consents:
        if row.about.kind not in (Kind.CONTACT, Kind.COACH):
            judged = known.judged(Request(row.purpose, row.about.kind, row.recipient, row.text_print, row.data))
            if judged.decision.is_permitted and judged.consent == row:
                found.append(f"{row.about.label} ({row.recipient_name}). {why_yes(judged.decision.code, row, sheet.reader)}")
    pseudonymised = Request("supervision", Kind.SUPERVISOR, "", data=frozenset({"pseudonymised"}))
    if known.judged(pseudonymised).decision.code == "agreement":
        found.append(
            f"{PURPOSES['supervision'].label}, {PURPOSES['supervision'].data['pseudonymised']}. {_('The agreement in force says so.')}"
        )
    return tuple(dict.fromkeys(found))


def stays_confidential(engagement: Engagement, contact: SponsorContact, at: datetime | None = None) -> list[str]:
    """What the agreements in force keep from an organisation, in their own words, to a contact who sees the engagement by such an agreement.

    To everybody else nothing is cited: that there is an agreement, and which, is not theirs to know.
    """
    known = Known(engagement, at or timezone.now(), [contact])
    decision = known.judged(Request(LISTING, Kind.CONTACT, str(contact.pk)), contact).decision
    if decision.code != "agreement":
        return []
    return promises.sentences_for_contacts(known.promise, get_language() or "fr")
