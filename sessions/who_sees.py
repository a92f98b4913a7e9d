"""The whole of "who sees what?" for one engagement, and the part of it that is about one thing: this room's rows, and those of the room below."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext as _

from clients.models import Engagement, SponsorContact
from consent.models import Agreement, Proposal
from consent.who_sees import Answer, Group, Reader, Row, Sheet, Table, rows
from consent.who_sees.answers import no, yes
from consent.who_sees.sheet import ForContact
from sessions.models import Note, NoteVersion, Session


def table(engagement: Engagement, reader: Reader, at: datetime) -> Table:
    """Everything, for the coach or the client of an engagement."""
    sheet = Sheet(engagement, reader, at)
    said, told = [notes(sheet)], rows.promise_sentences(sheet.known.promise)
    said += [rows.special(sheet, said[0]), agenda(sheet), number_of_notes(sheet)]
    learnt = [rows.existence(sheet), session_dates(sheet), rows.attendance(sheet), *rows.summaries(sheet)]
    written = [rows.drafts(sheet), rows.proposals(sheet)]
    promised = [rows.agreements(sheet), rows.pledge(sheet), rows.consents(sheet), *rows.law(sheet), rows.access_log(sheet)]
    groups = (
        Group(_("What is said and noted"), tuple(said)),
        Group(_("What is written to be shown"), tuple(written)),
        Group(_("What an organisation may learn"), tuple(learnt)),
        Group(_("What was promised and permitted"), tuple(promised)),
    )
    return Table(sheet.columns, groups, told[0], told[1], rows.others(sheet), sheet.alarms())


def of_session(engagement: Engagement, at: datetime) -> Table:
    """One session: its notes, its agenda, its date."""
    sheet = Sheet(engagement, Reader.COACH, at)
    return _part(sheet, [notes(sheet), agenda(sheet), session_dates(sheet)])


def of_note(engagement: Engagement, at: datetime) -> Table:
    """One note."""
    sheet = Sheet(engagement, Reader.COACH, at)
    return _part(sheet, [notes(sheet)])


def of_summary(engagement: Engagement, at: datetime, proposal: Proposal | None) -> Table:
    """One summary: its draft, and what was proposed of it."""
    sheet = Sheet(engagement, Reader.COACH, at)
    return _part(sheet, [rows.drafts(sheet), *(rows.summaries(sheet, proposal) if proposal else [])])


def of_proposal(proposal: Proposal, reader: Reader, at: datetime) -> Table:
    """One text that was proposed."""
    sheet = Sheet(proposal.summary.engagement, reader, at)
    return _part(sheet, rows.summaries(sheet, proposal))


def of_agreement(agreement: Agreement, reader: Reader, at: datetime) -> Table:
    """One agreement."""
    sheet = Sheet(agreement.engagement, reader, at)
    return _part(sheet, [rows.agreements(sheet, agreement)])


def of_consents(engagement: Engagement, reader: Reader, at: datetime) -> Table:
    """The permissions of an engagement: who sees them, and what the organisation learns by them now."""
    sheet = Sheet(engagement, reader, at)
    return _part(sheet, [rows.consents(sheet), rows.existence(sheet), session_dates(sheet), rows.attendance(sheet)])


def _part(sheet: Sheet, found: Iterable[Row]) -> Table:
    sentence, _more = rows.promise_sentences(sheet.known.promise)
    return Table(sheet.columns, (Group("", tuple(found)),), sentence, alarms=sheet.alarms())


# This room's rows


def notes(sheet: Sheet) -> Row:
    """The notes, with every earlier text of them."""
    detail = _("With their earlier texts.")
    return sheet.sealed("notes", _("Notes"), sheet.known.engagement.notes_key, [(Note, "body"), (NoteVersion, "body")], detail=detail)


def agenda(sheet: Sheet) -> Row:
    """What the coach prepared: whether a client's pages fetch it, their own query says."""
    columns, client = [(Session, "details")], sheet.known.engagement.client
    left_out, _is_deferred = Session.objects.for_client([client]).query.deferred_loading
    hidden = no(_("It is the coach’s own preparation."))
    more = {"client": hidden} if "details" in left_out else {}
    return sheet.unsealed("agenda", _("Agendas of the sessions"), columns, contact=_if_asked_for(Session), **more)


def number_of_notes(sheet: Sheet) -> Row:
    """How many notes there are: a client is told."""
    label = _("Number of notes")
    return sheet.unsealed("number_of_notes", label, [(Note, "saved_at")], contact=_if_asked_for(Note), detail=_("Never what they say."))


def _if_asked_for(model: type[Model]) -> ForContact:
    """The answer for every contact: whether anything of this kind can be asked for one at all."""
    can = hasattr(model._default_manager, "for_sponsor")
    answer = yes(_("It can be asked for a contact.")) if can else no(_("Nothing of this can be asked for a contact."))
    return lambda _contact: answer


def session_dates(sheet: Sheet) -> Row:
    """When sessions take place, and whether they were held."""

    def contact(one: SponsorContact) -> Answer:
        return rows.dates(sheet, one)

    return sheet.unsealed("sessions", _("Dates of the sessions"), [(Session, "starts_at"), (Session, "state")], contact=contact)
