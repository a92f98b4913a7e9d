"""What the coach and the clock do with an agreement: draft, send, remind, take back, let expire. PDFs are rendered before and given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import jobs as letters
from accounts import links
from accounts.act import Refused, act
from accounts.models import Link, has_acted
from clients.models import Coach, Engagement, SponsorContact
from consent import addresses, documents, policies, states, trail
from consent.course import DAYS_TO_SIGN, ask, close, hold, locked, mail_link, own, record, reminder_due, step, turn
from consent.models import Agreement, AgreementTemplate, KnownFile, Signatory
from vault import instance

Kind, State, Role = Agreement.Kind, Agreement.State, Signatory.Role


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody of the organisation who is to sign, and as what."""

    contact: SponsorContact
    job: str = ""


@act
def draft_agreement(
    *,
    engagement: Engagement,
    text: documents.Text,
    by: Coach,
    signers: Sequence[Signer] = (),
    document: bytes | None = None,
    at: datetime | None = None,
) -> Agreement:
    """This function will draft an agreement, in place of a draft of its kind not sent. Refuses while one of its kind is under way, or where it cannot be."""
    own(engagement, by)
    hold(engagement)
    now = at or timezone.now()
    of_its_kind = Agreement.objects.filter(engagement=engagement, kind=text.kind)
    if of_its_kind.filter(state__in=[State.SENT, State.SIGNED]).exists():
        raise Refused(_("An agreement is on its way already. Cancel it before you write another."), code="agreement_on_its_way")
    policies.check_may_draft(engagement, text.kind, text.wording)
    _check_signers(engagement, text.kind, signers)
    of_its_kind.filter(state=State.DRAFT).update(state=State.CANCELLED, closed_at=now)
    if (text.kind == Kind.ELSEWHERE) != (document is not None):
        raise Refused(_("Add the file that you signed together."), code="no_file")
    agreement = Agreement(engagement=engagement, kind=text.kind, wording=text.wording, language=text.language, made_at=now)
    agreement.details, agreement.document, agreement.template = text.kept(), document, _offered(text, by)
    agreement.save(force_insert=True)
    _set_signatories(agreement, signers)
    trail.note(agreement, "drafted", now, agreement=text.kind, wording=text.wording, template=text.template_name)
    record("agreement.drafted", agreement, by, at, code=text.wording.lower(), stored="document" if document else "")
    return agreement


@act
def send_agreement(
    *,
    agreement: Agreement,
    text: documents.Text,
    document: bytes,
    pages: int,
    is_address_seen: bool,
    by: Coach,
    at: datetime | None = None,
) -> Agreement:
    """This function will fix the agreement as `document` and mail its link to who signs first. Refuses an address that is missing, or others' unless seen."""
    row, now = locked(agreement, by), at or timezone.now()
    row.state = step(row, "send", states.COACH)
    policies.check_may_draft(row.engagement, row.kind, row.wording)
    _check_signers(row.engagement, row.kind, [Signer(one.contact) for one in row.signatories.select_related("contact") if one.contact])
    digest = documents.digest(document)
    row.details = {**text.kept(), "sha256": digest, "bytes": len(document), "pages": pages}
    row.wording, row.language, row.document, row.sent_at = text.wording, text.language, document, now
    row.expires_at = now + DAYS_TO_SIGN
    row.save(update_fields=["state", "details", "wording", "language", "document", "sent_at", "expires_at"])
    KnownFile.objects.get_or_create(
        digest=instance.digest(digest, "document"), defaults={"agreement": row, "stage": KnownFile.Stage.FIXED, "at": now}
    )
    trail.note(row, "fixed", now, sha256=digest, bytes=len(document))
    ask(row, is_address_seen, by, now, at)
    has_acted(by.person_id)
    record("agreement.sent", row, by, at, code=row.wording.lower(), stored="document")
    return row


@act
def resend_agreement(*, agreement: Agreement, is_address_seen: bool, by: Coach, at: datetime | None = None) -> Agreement:
    """This function will mail a new link to whose turn it is, in place of the one before, with as much time again."""
    row, now = locked(agreement, by), at or timezone.now()
    row.state = step(row, "resend", states.COACH)
    row.reminders = 0
    row.save(update_fields=["reminders"])
    ask(row, is_address_seen, by, now, at)
    record("agreement.resent", row, by, at)
    return row


@act
def cancel_agreement(*, agreement: Agreement, by: Coach | None, at: datetime | None = None) -> Agreement:
    """This function will take back an agreement that is not in force. Its links lead nowhere from then on."""
    row, now = locked(agreement, by), at or timezone.now()
    row.state = step(row, "cancel", states.COACH)
    trail.note(row, "cancelled", now)
    close(row, now)
    record("agreement.cancelled", row, by, at)
    return row


@act
def expire_agreement(*, agreement: Agreement, by: None, at: datetime | None = None) -> Agreement:
    """This function will close an agreement that was not signed by all in time, and tell the coach that something awaits."""
    row, now = locked(agreement), at or timezone.now()
    row.state = step(row, "expire", states.INSTANCE)
    if row.expires_at is None or row.expires_at > now:
        raise Refused(code="not_expired")
    trail.note(row, "expired", now)
    close(row, now)
    letters.write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    record("agreement.expired", row, None, at)
    return row


@act
def remind_signatory(*, agreement: Agreement, by: None, at: datetime | None = None) -> None:
    """This function will mail a new link to whom an agreement waits for, after 3, 7 and 14 days. Refuses where no reminder is due."""
    row, now = locked(agreement), at or timezone.now()
    signatory = turn(row)
    if row.state != State.SENT or signatory is None or reminder_due(row, signatory) is None:
        raise Refused(code="no_reminder_due")
    due = reminder_due(row, signatory)
    if due is None or due > now or (row.expires_at is not None and row.expires_at <= now):
        raise Refused(code="no_reminder_due")
    row.reminders += 1
    row.save(update_fields=["reminders"])
    mail_link(row, signatory, now, None, at)
    trail.note(row, "reminded", now, signatory)
    record("agreement.reminded", row, None, at)


@act
def offer_space(*, agreement: Agreement, token: str, by: None, at: datetime | None = None) -> Link:
    """This function will make the link by which the client who just signed makes their space at once. Nothing is mailed: `token` is in their hands."""
    row, now = locked(agreement), at or timezone.now()
    client = row.engagement.client
    if client.person_id is not None:
        raise Refused(_("You have a space already."), code="has_joined_already")
    link = Link(kind=Link.Kind.JOIN, letter="invitation_client", token=links.digest(token), about=client.id, language=row.language)
    link.details = {"address": addresses.client_address(row.engagement)}
    link.by, link.made_at, link.sent_at, link.expires_at = row.engagement.coach.person_id, now, now, now + links.LIFETIMES[Link.Kind.JOIN]
    link.save()
    record("agreement.space_offered", row, None, at)
    return link


def _offered(text: documents.Text, by: Coach) -> AgreementTemplate | None:
    """The coach's own template that the text was made from, or None. Refuses one that is no longer offered, or is not theirs."""
    if not text.template:
        return None
    mine = AgreementTemplate.objects.for_coach(by).offered().filter(kind=text.kind, language=text.language)
    template = mine.filter(pk=text.template["id"]).first()
    if template is None:
        raise Refused(_("This template is no longer offered. Choose another one."), code="template_not_offered")
    return template


def _check_signers(engagement: Engagement, kind: str, signers: Sequence[Signer]) -> None:
    """Refuse a three-way agreement that nobody, a stranger, or somebody who has left or may not sign, signs for the organisation."""
    if kind != Kind.THREE_WAY:
        return
    if not signers:
        raise Refused(_("Choose who signs for the organisation."), code="no_signers")
    if any(one.contact.sponsor_id != engagement.sponsor_id for one in signers):
        raise Refused(code="signer_of_another")
    for one in signers:
        policies.check_contact_may(one.contact, SponsorContact.Right.SIGN)


def _set_signatories(agreement: Agreement, signers: Sequence[Signer]) -> None:
    """Who signs, in order: the client, then the organisation, the coach last. What was signed elsewhere the client only confirms."""
    engagement = agreement.engagement
    rows = [Signatory(role=Role.CLIENT, details={"name": engagement.client.name})]
    for one in signers if agreement.kind == Kind.THREE_WAY else ():
        rows.append(Signatory(role=Role.SPONSOR, contact=one.contact, details={"name": one.contact.name, "job": one.job}))
    if agreement.kind != Kind.ELSEWHERE:
        rows.append(Signatory(role=Role.COACH, details={"name": engagement.coach.name}))
    for position, row in enumerate(rows, start=1):
        row.agreement, row.position = agreement, position
        row.details = {**row.details, "place": row.place}
        row.save(force_insert=True)
