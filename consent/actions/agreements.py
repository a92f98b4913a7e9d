"""What changes an agreement. The table in consent/states.py says from where, and for whom; PDFs are rendered before and given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts
from accounts import jobs as letters
from accounts import links
from accounts.act import Refused, act, person_of
from accounts.models import Link, has_acted
from clients.models import Client, Coach, Engagement
from consent import addresses, documents, states
from consent.actions.summaries import wording_changed
from consent.models import Agreement, Signature
from vault import ledger

DAYS_TO_SIGN: Final = timedelta(days=30)
State = Agreement.State


@act
def draft_agreement(*, engagement: Engagement, text: documents.Text, by: Coach, at: datetime | None = None) -> Agreement:
    """This function will draft an agreement, in place of a draft not sent. Refuses while one is with the client or awaits the coach."""
    _own(engagement, by)
    now = at or timezone.now()
    if Agreement.objects.filter(engagement=engagement, state__in=[State.SENT, State.SIGNED]).exists():
        raise Refused(_("An agreement is on its way already. Cancel it before you write another."), code="agreement_on_its_way")
    Agreement.objects.filter(engagement=engagement, state=State.DRAFT).update(state=State.CANCELLED, closed_at=now)
    agreement = Agreement.objects.create(
        engagement=engagement, wording=text.wording, language=text.language, details=text.kept(), made_at=now
    )
    _record("agreement.drafted", agreement, by, at, code=text.wording.lower())
    return agreement


@act
def send_agreement(
    *, agreement: Agreement, text: documents.Text, document: bytes, is_address_seen: bool, by: Coach, at: datetime | None = None
) -> Agreement:
    """This function will fix the agreement as `document` and mail its link to the client. Refuses an address that is missing, or others' unless seen."""
    row, now = _locked(agreement, by), at or timezone.now()
    row.state = _step(row, "send", states.COACH)
    row.details = {**text.kept(), "sha256": documents.digest(document)}
    row.wording, row.language, row.document, row.sent_at = text.wording, text.language, document, now
    _mail(row, is_address_seen, by, now, at)
    row.save(update_fields=["state", "details", "wording", "language", "document", "sent_at", "expires_at"])
    has_acted(by.person_id)
    _record("agreement.sent", row, by, at, code=row.wording.lower(), stored="document")
    return row


@act
def resend_agreement(*, agreement: Agreement, is_address_seen: bool, by: Coach, at: datetime | None = None) -> Agreement:
    """This function will mail a new link, in place of the one before, with as much time again."""
    row, now = _locked(agreement, by), at or timezone.now()
    row.state = _step(row, "resend", states.COACH)
    _mail(row, is_address_seen, by, now, at)
    row.save(update_fields=["details", "expires_at"])
    _record("agreement.resent", row, by, at)
    return row


@act
def cancel_agreement(*, agreement: Agreement, by: Coach, at: datetime | None = None) -> Agreement:
    """This function will take back an agreement that is not in force. Its link leads nowhere from then on."""
    row = _locked(agreement, by)
    row.state = _step(row, "cancel", states.COACH)
    _close(row, at or timezone.now())
    _record("agreement.cancelled", row, by, at)
    return row


@act
def note_opening(*, agreement: Agreement, by: Client | None, at: datetime | None = None) -> None:
    """This function will keep when the document was first opened on purpose (a GET is no evidence: mail scanners make them)."""
    row = _locked(agreement)
    if row.state != State.SENT or "opened_at" in row.details:
        return
    row.details = {**row.details, "opened_at": (at or timezone.now()).isoformat()}
    row.save(update_fields=["details"])
    _record("agreement.opened", row, by, at)


@act
def sign_agreement(
    *, agreement: Agreement, evidence: Mapping[str, Any], link: Link | None, by: Client | None, at: datetime | None = None
) -> Agreement:
    """This function will keep the client's signature and its evidence, once. Refuses another document than the one shown, and a link used or too old."""
    row, now = _locked(agreement), at or timezone.now()
    row.state = _still_open(row, "sign", now)
    _check_evidence(row, evidence)
    _consume(row, link, by, now, at)
    kept = {**evidence, "sent_to": row.details.get("sent_to", "")} | ({"link": str(link.pk)} if link else {})
    Signature.objects.create(
        agreement=row, role=Signature.Role.CLIENT, person=by.person_id if by else None, evidence=kept, signed_at=_moment(evidence)
    )
    row.save(update_fields=["state"])
    if by is not None and by.person_id is not None:
        has_acted(by.person_id)
    letters.write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    _record("agreement.signed", row, by, at, code="space" if by else "link")
    return row


@act
def decline_agreement(*, agreement: Agreement, reason: str, link: Link | None, by: Client | None, at: datetime | None = None) -> Agreement:
    """This function will close the agreement as declined, with what the client said about it."""
    row, now = _locked(agreement), at or timezone.now()
    row.state = _still_open(row, "decline", now)
    _consume(row, link, by, now, at)
    row.details = {**row.details, "reason": reason.strip()}
    _close(row, now)
    letters.write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    _record("agreement.declined", row, by, at, code="space" if by else "link")
    return row


@act
def countersign_agreement(
    *, agreement: Agreement, evidence: Mapping[str, Any], signed_document: bytes, by: Coach, at: datetime | None = None
) -> Agreement:
    """This function will put the agreement in force, in place of the one before; both sides then hold `signed_document`."""
    row, now = _locked(agreement, by), at or timezone.now()
    row.state = _step(row, "countersign", states.COACH)
    _check_evidence(row, evidence)
    _supersede(row.engagement, by, now, at)
    Signature.objects.create(
        agreement=row, role=Signature.Role.COACH, person=by.person_id, evidence=dict(evidence), signed_at=_moment(evidence)
    )
    row.signed_document, row.in_force_at = signed_document, now
    row.save(update_fields=["state", "signed_document", "in_force_at"])
    _tell_client(row, by, at)
    _record("agreement.in_force", row, by, at, code=row.wording.lower(), stored="signed_document")
    wording_changed(engagement=row.engagement, by=by, at=at)
    return row


@act
def expire_agreement(*, agreement: Agreement, by: None, at: datetime | None = None) -> Agreement:
    """This function will close an agreement that nobody signed in time, and tell the coach that something awaits."""
    row, now = _locked(agreement), at or timezone.now()
    row.state = _step(row, "expire", states.INSTANCE)
    if row.expires_at is None or row.expires_at > now:
        raise Refused(code="not_expired")
    _close(row, now)
    letters.write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    _record("agreement.expired", row, None, at)
    return row


@act
def offer_space(*, agreement: Agreement, token: str, by: None, at: datetime | None = None) -> Link:
    """This function will make the link by which whoever just signed makes their space at once. Nothing is mailed: `token` is in their hands."""
    row, now = _locked(agreement), at or timezone.now()
    client = row.engagement.client
    if client.person_id is not None:
        raise Refused(_("You have a space already."), code="has_joined_already")
    link = Link(kind=Link.Kind.JOIN, letter="invitation_client", token=links.digest(token), about=client.id, language=row.language)
    link.details = {"address": addresses.client_address(row.engagement)}
    link.by, link.made_at, link.sent_at, link.expires_at = row.engagement.coach.person_id, now, now, now + links.LIFETIMES[Link.Kind.JOIN]
    link.save()
    _record("agreement.space_offered", row, None, at)
    return link


def _own(engagement: Engagement, coach: Coach) -> None:
    if engagement.coach_id != coach.id:
        raise Refused(code="not_your_engagement")


def _locked(agreement: Agreement, by: Coach | None = None) -> Agreement:
    """The agreement as it stands, its row held until the end of the transaction: two signers come one after the other."""
    rows = Agreement.objects.select_related("engagement__coach__person", "engagement__client__person", "engagement__sponsor")
    row = rows.select_for_update(of=("self",)).get(pk=agreement.pk)
    if by is not None:
        _own(row.engagement, by)
    return row


def _step(row: Agreement, event: str, who: str) -> str:
    """The state that follows; refuses what the table does not know."""
    try:
        return states.after(states.AGREEMENT, row.state, event, who)
    except states.NoSuchStep:
        raise Refused(_("This is no longer possible: the agreement has changed meanwhile."), code=f"agreement_{row.state}") from None


def _still_open(row: Agreement, event: str, now: datetime) -> str:
    """The state that follows what the client does; refuses when the time to do it is over, whether or not the worker has said so."""
    target = _step(row, event, states.CLIENT)
    if row.expires_at is None or row.expires_at <= now:
        raise Refused(_("The time to sign this agreement is over."), code="agreement_expired")
    return target


def _check_evidence(row: Agreement, evidence: Mapping[str, Any]) -> None:
    """Refuses a signature without a name, or one over other bytes than those that were sent."""
    if not str(evidence["name"]).strip() or not evidence["statement"]:
        raise Refused(_("Type your name to sign."), code="no_name")
    if not row.sha256 or evidence["sha256"] != row.sha256:
        raise Refused(_("This is no longer possible: the agreement has changed meanwhile."), code="another_document")


def _moment(evidence: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(evidence["at"])


def _mail(row: Agreement, is_address_seen: bool, by: Coach, now: datetime, at: datetime | None) -> None:
    """Mail the link to sign; refuses without an address, or to one that others at the organisation may read unless the coach has seen it."""
    concern = addresses.concern(row.engagement)
    if concern is addresses.Concern.NO_ADDRESS:
        raise Refused(_("Your client has no e-mail address yet. Add one, then send."), code="no_address")
    if concern is addresses.Concern.ORGANISATION and not is_address_seen:
        raise Refused(_("Confirm that the agreement may go to an address of the organisation."), code="organisation_address")
    address = addresses.client_address(row.engagement)
    row.expires_at = now + DAYS_TO_SIGN
    row.details = {**row.details, "sent_to": address}
    accounts.send_link(kind=Link.Kind.SIGN, letter="agreement_to_sign", address=address, language=row.language, about=row.id, by=by, at=at)


def _consume(row: Agreement, link: Link | None, by: Client | None, now: datetime, at: datetime | None) -> None:
    """Use the link that led here; without one, in the client's space, any that is out leads nowhere from now on."""
    if link is not None:
        if link.kind != Link.Kind.SIGN or link.about != row.id:
            raise Refused(code="another_link")
        accounts.use_link(link=link, by=by, at=at)
    Link.objects.filter(kind=Link.Kind.SIGN, about=row.id, used_at__isnull=True).update(used_at=now)


def _close(row: Agreement, now: datetime) -> None:
    """Save an agreement that ends here, and its links with it."""
    row.closed_at = now
    row.save(update_fields=["state", "details", "closed_at"])
    Link.objects.filter(kind=Link.Kind.SIGN, about=row.id, used_at__isnull=True).update(used_at=now)


def _supersede(engagement: Engagement, by: Coach, now: datetime, at: datetime | None) -> None:
    """Close the agreement that was in force on this engagement, if there is one."""
    for before in Agreement.objects.select_for_update().filter(engagement=engagement, state=State.IN_FORCE):
        before.state, before.closed_at = _step(before, "supersede", states.COACH), now
        before.save(update_fields=["state", "closed_at"])
        _record("agreement.superseded", before, by, at)


def _tell_client(row: Agreement, by: Coach, at: datetime | None) -> None:
    """Mail the client that a document is there: in their space, or by a link while they have none."""
    client = row.engagement.client
    if client.person_id is not None:
        letters.write_to.defer(person=str(client.person_id), letter="agreement_signed")
    else:
        address = addresses.client_address(row.engagement)
        accounts.send_link(
            kind=Link.Kind.SIGN, letter="agreement_signed", address=address, language=row.language, about=row.id, by=by, at=at
        )


def _record(event: str, row: Agreement, by: Coach | Client | None, at: datetime | None, *, code: str = "", stored: str = "") -> None:
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
