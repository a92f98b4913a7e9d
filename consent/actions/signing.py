"""What signatories do with an agreement: open it, prove by a code that the link is theirs, ask, sign, decline. The signed PDF is made before and given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts
from accounts import jobs as letters
from accounts.act import Refused, act
from accounts.models import Link, has_acted
from clients.models import Client, Coach, SponsorContact
from consent import documents, jobs, states, trail
from consent.actions.consents import reconsider
from consent.course import (
    ask,
    check_in_place,
    check_in_time,
    check_turn,
    check_turn_or_copy,
    close,
    enter_force,
    locked,
    locked_for,
    record,
    record_signature,
    step,
    tell_copy,
)
from consent.models import Agreement, KnownFile, Signatory
from vault import instance

CODE_LASTS: Final = timedelta(minutes=10)
CODE_TRIES: Final = 5
CODES_AN_HOUR: Final = 5
QUESTION_LENGTH: Final = 2000
Kind, State, Role = Agreement.Kind, Agreement.State, Signatory.Role
Signer = Client | SponsorContact | None


@act
def note_opening(*, signatory: Signatory, where: Mapping[str, str], by: Signer, at: datetime | None = None) -> None:
    """This function will keep when somebody opened the document on purpose (a GET is no evidence: mail scanners make them)."""
    row, one = locked_for(signatory, by)
    now = at or timezone.now()
    if row.state != State.SENT or one.opened_at is not None or one.signed_at is not None:
        return
    one.opened_at = now
    one.save(update_fields=["opened_at"])
    trail.note(row, "opened", now, one, **where)
    record("agreement.opened", row, by, at)


@act
def note_read(*, signatory: Signatory, pages: int, by: Signer, at: datetime | None = None) -> None:
    """This function will keep that the last page was on screen, once."""
    row, one = locked_for(signatory, by)
    if row.state != State.SENT or trail.has(one, "read_to_the_end"):
        return
    trail.note(row, "read_to_the_end", at or timezone.now(), one, pages=pages)
    record("agreement.read_to_the_end", row, by, at)


@act
def ask_code(*, signatory: Signatory, by: Signer, at: datetime | None = None) -> None:
    """This function will have a six-digit code mailed to the address that the link went to. Refuses more than five in an hour."""
    row, one = locked_for(signatory, by)
    now = at or timezone.now()
    check_turn_or_copy(row, one, now)
    if trail.count(one, "code_asked", now - timedelta(hours=1)) >= CODES_AN_HOUR:
        raise Refused(_("Several codes were sent within the hour. Please wait a little, or ask your coach."), code="too_many_codes")
    jobs.mail_code.defer(signatory=str(one.pk))
    trail.note(row, "code_asked", now, one)
    record("agreement.code_asked", row, by, at)


@act
def set_code(*, signatory: Signatory, code: str, by: None, at: datetime | None = None) -> None:
    """This function will keep the digest of the code that the worker mails, in place of the one before."""
    row, one = locked_for(signatory, by)
    now = at or timezone.now()
    one.details = {**one.details, "code": {"digest": _code_digests(one, code)[0], "at": now.isoformat(), "tries": 0}}
    one.save(update_fields=["details"])
    trail.note(row, "code_sent", now, one, address=one.address)
    record("agreement.code_sent", row, by, at)


@act
def try_code(*, signatory: Signatory, code: str, by: Signer, at: datetime | None = None) -> bool:
    """This function will compare a code with the one that was mailed, and keep that it was tried: five times, for ten minutes, used once."""
    row, one = locked_for(signatory, by)
    now = at or timezone.now()
    kept = one.details.get("code")
    if not kept or kept["tries"] >= CODE_TRIES or now - datetime.fromisoformat(kept["at"]) > CODE_LASTS:
        raise Refused(_("This code is no longer valid. Ask for a new one."), code="code_over")
    is_right = bool(kept["digest"] in _code_digests(one, code.strip()))
    after = {**one.details, "code": {**kept, "tries": kept["tries"] + 1}}
    one.details = {name: value for name, value in after.items() if name != "code"} if is_right else after
    one.save(update_fields=["details"])
    trail.note(row, "code_right" if is_right else "code_wrong", now, one)
    record("agreement.code_tried", row, by, at, code="right" if is_right else "wrong")
    return is_right


@act
def ask_question(*, signatory: Signatory, text: str, by: Signer, at: datetime | None = None) -> None:
    """This function will pass a question on to the coach. Nothing is due meanwhile."""
    row, one = locked_for(signatory, by)
    now = at or timezone.now()
    check_turn_or_copy(row, one, now)
    if not text.strip() or len(text) > QUESTION_LENGTH:
        raise Refused(_("Write your question, in at most 2,000 characters."), code="no_question")
    if trail.count(one, "question", now - timedelta(hours=1)) >= CODES_AN_HOUR:
        raise Refused(_("Your questions have reached your coach. Please wait for an answer."), code="too_many_questions")
    trail.note(row, "question", now, one, text=text.strip())
    letters.write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    record("agreement.question", row, by, at)


@act
def answer_question(*, agreement: Agreement, signatory: Signatory, text: str, by: Coach, at: datetime | None = None) -> None:
    """This function will put the coach's answer beside the question, and tell who asked that something awaits."""
    row = locked(agreement, by)
    now, one = at or timezone.now(), row.signatories.select_related("contact").get(pk=signatory.pk)
    if row.state not in {State.SENT, State.SIGNED} or not text.strip() or len(text) > QUESTION_LENGTH:
        raise Refused(_("Write your answer, in at most 2,000 characters, while the agreement is under way."), code="no_answer")
    trail.note(row, "answer", now, one, text=text.strip())
    if one.signed_at is None and one.asked_at is not None:
        ask(row, True, by, now, at)
    record("agreement.answer", row, by, at)


@act
def ask_for_paper(*, signatory: Signatory, by: Signer, at: datetime | None = None) -> None:
    """This function will tell the coach that somebody would rather sign on paper. The link stays open."""
    row, one = locked_for(signatory, by)
    check_turn(row, one)
    if trail.has(one, "paper_asked"):
        return
    trail.note(row, "paper_asked", at or timezone.now(), one)
    letters.write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    record("agreement.paper_asked", row, by, at)


@act
def sign_agreement(
    *,
    agreement: Agreement,
    signatory: Signatory,
    evidence: Mapping[str, Any],
    document: bytes | None,
    base: str,
    link: Link | None,
    by: Signer,
    at: datetime | None = None,
) -> Agreement:
    """This function will keep a signature, its evidence and the PDF that bears it, once and in order.

    `base` is the SHA-256 of the file that was signed over; `document` None confirms what was signed elsewhere. Refuses another file than
    the one that stands now, another document than the one shown, somebody whose turn it is not, and a link used or too old.
    """
    row, one = locked_for(agreement.signatories.get(pk=signatory.pk), by)
    now = at or timezone.now()
    check_in_time(row, now)
    check_turn(row, one)
    others = row.signatories.filter(signed_at__isnull=True).exclude(pk=one.pk)
    is_elsewhere = row.kind == Kind.ELSEWHERE
    row.state = step(
        row, "confirm" if is_elsewhere else "sign" if others.exclude(role=Role.COACH).exists() else "sign_last", states.SIGNATORY
    )
    _consume(one, link, by, now, at)
    _keep_signature(row, one, evidence, document, base, by, now)
    if is_elsewhere:
        enter_force(row, now, at)
        reconsider(engagement=row.engagement, by=by, at=at)
    row.save(update_fields=["state", "signed_document", "in_force_at"])
    if by is not None and by.person_id is not None:
        has_acted(by.person_id)
    if not is_elsewhere:
        row.reminders = 0  # counted anew for whoever is asked next
        row.save(update_fields=["reminders"])
        ask(row, True, by, now, at)
    way, event = "space" if by else "link", "agreement.in_force" if is_elsewhere else "agreement.signed"
    record_signature(row, one, by, at, code=way)
    record(event, row, by, at, code=way, stored="signed_document")
    return row


@act
def countersign_agreement(
    *, agreement: Agreement, evidence: Mapping[str, Any], document: bytes, base: str, by: Coach, at: datetime | None = None
) -> Agreement:
    """This function will put the agreement in force with the coach's signature, in place of the one before; its time-stamp and proof follow."""
    row, now = locked(agreement, by), at or timezone.now()
    row.state = step(row, "countersign", states.COACH)
    one = row.signatories.get(role=Role.COACH)
    check_in_time(row, now)
    check_in_place(row, one)
    check_turn(row, one)
    _keep_signature(row, one, evidence, document, base, by, now)
    enter_force(row, now, at)
    row.save(update_fields=["state", "signed_document", "in_force_at"])
    reconsider(engagement=row.engagement, by=by, at=at)
    record_signature(row, one, by, at, code="space")
    record("agreement.in_force", row, by, at, code=row.wording.lower(), stored="signed_document")
    return row


@act
def decline_agreement(
    *, agreement: Agreement, signatory: Signatory, reason: str, link: Link | None, by: Signer, at: datetime | None = None
) -> Agreement:
    """This function will close the agreement as declined, with what was said about it."""
    row, one = locked_for(agreement.signatories.get(pk=signatory.pk), by)
    now = at or timezone.now()
    check_in_time(row, now)
    check_turn(row, one)
    row.state = step(row, "decline", states.SIGNATORY)
    _consume(one, link, by, now, at)
    row.details = {**row.details, "reason": reason.strip(), "declined_by": one.field}
    trail.note(row, "declined", now, one, text=reason.strip())
    close(row, now)
    letters.write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    for other in row.signatories.filter(signed_at__isnull=False).select_related("contact"):
        tell_copy(row, other, at, letter="something_new")
    record("agreement.declined", row, by, at, code="space" if by else "link")
    return row


def _code_digests(one: Signatory, code: str) -> list[str]:
    return instance.digests(f"{one.pk}:{code}", "signing code")


def _consume(one: Signatory, link: Link | None, by: Signer, now: datetime, at: datetime | None) -> None:
    """Use the link that led here; without one, in one's own space, any that is out leads nowhere from now on."""
    if link is not None:
        if link.kind != Link.Kind.SIGN or link.about != one.pk:
            raise Refused(code="another_link")
        accounts.use_link(link=link, by=by, at=at)
    elif by is None or by.person_id is None:
        raise Refused(code="no_link")
    Link.objects.filter(kind=Link.Kind.SIGN, about=one.pk, used_at__isnull=True).update(used_at=now)


def _keep_signature(
    row: Agreement, one: Signatory, evidence: Mapping[str, Any], document: bytes | None, base: str, by: Any, now: datetime
) -> None:
    """Keep the evidence and the file that bears the signature; refuses a signature without a name, or over other bytes than those that stand."""
    if not str(evidence["name"]).strip() or not evidence["statement"]:
        raise Refused(_("Type your name to sign."), code="no_name")
    stands = row.signed_document or row.document or b""
    if not row.sha256 or evidence["sha256"] != row.sha256 or base != documents.digest(stands):
        raise Refused(_("This is no longer possible: the agreement has changed meanwhile."), code="another_document")
    if document is not None and not document.startswith(stands):
        raise Refused(code="not_the_same_file")
    one.evidence = dict(evidence)
    one.signed_at = datetime.fromisoformat(evidence["at"])
    one.person = by.person_id if by is not None else None
    one.save(update_fields=["evidence", "signed_at", "person"])
    row.signed_document = document if document is not None else stands
    digest = documents.digest(row.signed_document)
    if document is not None:
        KnownFile.objects.get_or_create(
            digest=instance.digest(digest, "document"), defaults={"agreement": row, "stage": KnownFile.Stage.SIGNED, "at": now}
        )
    trail.note(row, "signed", now, one, sha256=digest, evidence_sha256=documents.evidence_digest(one.evidence))
