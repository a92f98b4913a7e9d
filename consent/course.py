"""The course of an agreement, as actions take it: the row held, whose turn it is, who is told, what an entry into force replaces.

Nothing here is an action: every function runs inside one, in its transaction.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts
from accounts import jobs as letters
from accounts.act import Refused, person_of
from accounts.models import Link
from clients.models import Client, Coach, Engagement, SponsorContact
from consent import addresses, documents, jobs, promises, states, trail
from consent.models import Agreement, Signatory
from vault import ledger

By = Coach | Client | SponsorContact | None
Kind, State, Role = Agreement.Kind, Agreement.State, Signatory.Role
DAYS_TO_SIGN: Final = timedelta(days=30)
REMINDERS: Final = (timedelta(days=3), timedelta(days=7), timedelta(days=14))  # after asking; then silence


def own(engagement: Engagement, coach: Coach) -> None:
    """Refuse an engagement of another coach."""
    if engagement.coach_id != coach.id:
        raise Refused(code="not_your_engagement")


def hold(engagement: Engagement) -> None:
    """Let nobody else draft for this engagement, or put anything in force on it, until the end of the transaction."""
    Engagement.objects.select_for_update(no_key=True).only("pk").get(pk=engagement.pk)


def locked(agreement: Agreement, by: Coach | None = None) -> Agreement:
    """The agreement as it stands, its row held until the end of the transaction: two signers come one after the other."""
    rows = Agreement.objects.select_related("engagement__coach__person", "engagement__client__person", "engagement__sponsor")
    row = rows.select_for_update(of=("self",)).get(pk=agreement.pk)
    if by is not None:
        own(row.engagement, by)
    return row


def locked_for(signatory: Signatory, by: By) -> tuple[Agreement, Signatory]:
    """The agreement, held, and its signatory as they stand. Refuses somebody else, one who may not sign any more, and one whose row was written over."""
    row = locked(signatory.agreement)
    one = row.signatories.select_related("contact").get(pk=signatory.pk)
    check_in_place(row, one)
    if not one.may_still:
        raise Refused(code="may_not_sign")
    if by is not None and by.pk != (row.engagement.client_id if one.role == Role.CLIENT else one.contact_id):
        raise Refused(code="another_signatory")
    return row, one


def check_in_place(row: Agreement, one: Signatory) -> None:
    """Refuse a signatory whose agreement, role, order or person was changed behind the product's back."""
    one.agreement = row
    if not one.is_in_place:
        raise Refused(code="signatory_moved")


def step(row: Agreement, event: str, who: str) -> str:
    """The state that follows; refuses what the table does not know."""
    try:
        return states.after(states.AGREEMENT, row.state, event, who)
    except states.NoSuchStep:
        raise Refused(_("This is no longer possible: the agreement has changed meanwhile."), code=f"agreement_{row.state}") from None


def check_in_time(row: Agreement, now: datetime) -> None:
    """Refuse what a signatory does after the time to do it, whether or not the worker has said so."""
    if row.expires_at is None or row.expires_at <= now:
        raise Refused(_("The time to sign this agreement is over."), code="agreement_expired")


def turn(row: Agreement) -> Signatory | None:
    """Whose turn it is, or None when everybody has signed."""
    return row.signatories.filter(signed_at__isnull=True).select_related("contact").order_by("position").first()


def check_turn(row: Agreement, signatory: Signatory) -> None:
    """Refuse somebody who has signed already, or whose turn has not come."""
    if signatory.signed_at is not None:
        raise Refused(_("You have signed already."), code="signed_already")
    due = turn(row)
    if due is None or due.pk != signatory.pk or signatory.asked_at is None:
        raise Refused(_("Somebody else signs first. You will be told when it is your turn."), code="not_your_turn")


def end_links(row: Agreement, now: datetime) -> None:
    """Let no link of this agreement lead anywhere from now on."""
    about = [signatory.pk for signatory in row.signatories.all()]
    Link.objects.filter(kind=Link.Kind.SIGN, about__in=about, used_at__isnull=True).update(used_at=now)


def close(row: Agreement, now: datetime) -> None:
    """Save an agreement that ends here, and its links with it."""
    row.closed_at = now
    row.save(update_fields=["state", "details", "closed_at"])
    end_links(row, now)


def record(event: str, row: Agreement, by: By, at: datetime | None, *, code: str = "", stored: str = "") -> None:
    """Write the event; `stored` names the encrypted column whose bytes, as they now stand, the ledger keeps the hash of."""
    column = Agreement.objects.filter(pk=row.pk).values_list(stored, flat=True).get() if stored else None
    ledger.record(
        event,
        chain=row.engagement.coach.practice_id,
        by=person_of(by),
        kind="agreement",
        about=row.id,
        subject=row.engagement_id,
        other=row.engagement.client_id,
        code=code,
        stored=bytes(column) if column is not None else None,
        at=at,
    )


def record_signature(row: Agreement, one: Signatory, by: By, at: datetime | None, *, code: str) -> None:
    """Write that a signature was given, with the hash of its evidence as it is stored."""
    evidence = Signatory.objects.filter(pk=one.pk).values_list("evidence", flat=True).get()
    ledger.record(
        "signature.given",
        chain=row.engagement.coach.practice_id,
        by=person_of(by),
        kind="signatory",
        about=one.id,
        subject=row.engagement_id,
        other=row.engagement.client_id,
        code=code,
        stored=bytes(evidence),
        at=at,
    )


def check_turn_or_copy(row: Agreement, one: Signatory, now: datetime) -> None:
    """Refuse somebody who has neither anything to sign now nor a copy to fetch."""
    if row.completed_at is not None and one.signed_at is not None:
        return
    check_in_time(row, now)
    check_turn(row, one)


def reminder_due(row: Agreement, signatory: Signatory) -> datetime | None:
    """When the next reminder is due, or None when all were sent."""
    if signatory.asked_at is None or row.reminders >= len(REMINDERS):
        return None
    return signatory.asked_at + REMINDERS[row.reminders]


def ask(row: Agreement, is_address_seen: bool, by: By, now: datetime, at: datetime | None) -> None:
    """Tell whose turn it is that a document awaits: a link by mail, or for the coach a word that something awaits in their space."""
    signatory = turn(row)
    if signatory is None:
        return
    check_in_place(row, signatory)
    if signatory.role == Role.CLIENT:
        concern = addresses.concern(row.engagement)
        if concern is addresses.Concern.NO_ADDRESS:
            raise Refused(_("Your client has no e-mail address yet. Add one, then send."), code="no_address")
        if concern is addresses.Concern.ORGANISATION and not is_address_seen:
            raise Refused(_("Confirm that the agreement may go to an address of the organisation."), code="organisation_address")
    signatory.asked_at = now
    signatory.details = {**signatory.details, "address": addresses.signatory_address(row, signatory)}
    signatory.save(update_fields=["asked_at", "details"])
    row.expires_at = now + DAYS_TO_SIGN  # each has as long
    row.save(update_fields=["expires_at"])
    trail.note(row, "asked", now, signatory, address=signatory.address)
    mail_link(row, signatory, now, by, at)


def mail_link(row: Agreement, signatory: Signatory, now: datetime, by: Any, at: datetime | None) -> None:
    if signatory.role == Role.COACH:
        letters.write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
        return
    accounts.send_link(
        kind=Link.Kind.SIGN,
        letter="agreement_to_sign",
        address=signatory.address,
        language=row.language,
        about=signatory.pk,
        by=by,
        at=at,
    )


def enter_force(row: Agreement, now: datetime, at: datetime | None) -> None:
    """Put an agreement in force in place of those that it replaces, and ask the worker for its time-stamp and proof."""
    engagement = row.engagement
    hold(engagement)
    if row.kind == Kind.THREE_WAY and promises.in_force(engagement).wording == Engagement.Wording.B:
        raise Refused(_("With wording B nothing goes to the organisation. Sign an amendment first."), code="wording_b")
    if row.kind == Kind.AMENDMENT and promises.base(engagement) is None:
        raise Refused(_("There is no agreement in force that could be amended."), code="nothing_to_amend")
    for before in _replaced(row):
        before.state = step(before, "supersede", states.INSTANCE)
        trail.note(before, "superseded", now, reference=documents.reference(row))
        close(before, now)
        record("agreement.superseded", before, None, at)
    row.state, row.in_force_at = State.IN_FORCE, now
    row.details = {**row.details, "in_force_at": now.isoformat()}  # where nobody who writes to the database can put it
    row.save(update_fields=["state", "details", "signed_document", "in_force_at"])
    trail.note(row, "in_force", now)
    jobs.complete.defer(agreement=str(row.pk))


def _replaced(row: Agreement) -> list[Agreement]:
    """The agreements in force that end when this one begins: a base replaces base and amendments; wording B ends a three-way agreement."""
    kinds = {
        Kind.THREE_WAY: [Kind.THREE_WAY],
        Kind.AMENDMENT: [Kind.AMENDMENT],
    }.get(Kind(row.kind), [*Agreement.BASES, Kind.AMENDMENT])
    if row.wording == Engagement.Wording.B:
        kinds = [*kinds, Kind.THREE_WAY]
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("engagement__coach", "engagement__client")
    return list(rows.filter(engagement=row.engagement, state=State.IN_FORCE, kind__in=kinds).exclude(pk=row.pk))


def tell_copy(row: Agreement, signatory: Signatory, at: datetime | None, letter: str = "agreement_signed") -> None:
    """Mail that a document is there: in their space, or by a link while they have none. Whoever has left the organisation hears nothing."""
    if signatory.contact is not None and signatory.contact.left_at is not None:
        return
    party: Client | SponsorContact | Coach = signatory.contact or (
        row.engagement.client if signatory.role == Role.CLIENT else row.engagement.coach
    )
    if party.person_id is not None:
        letters.write_to.defer(person=str(party.person_id), letter=letter)
    elif letter != "something_new":
        accounts.send_link(
            kind=Link.Kind.SIGN, letter=letter, address=signatory.address, language=row.language, about=signatory.pk, by=None, at=at
        )
