"""What follows from an agreement in force: others are replaced, the wording changes, the time-stamp and the proof are made, copies go to each side.

And how it ends: renounced by a private client, terminated by the coach.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import jobs as letters
from accounts.act import Refused, act
from clients.models import Client, Coach
from consent import documents, states, trail
from consent.actions.consents import reconsider
from consent.course import close, locked, record, step, tell_copy
from consent.models import Agreement, KnownFile, Signatory
from vault import instance

Kind, State, Role = Agreement.Kind, Agreement.State, Signatory.Role


@act
def complete_agreement(
    *, agreement: Agreement, base: str, document: bytes, proof: bytes, by: None, at: datetime | None = None
) -> Agreement:
    """This function will keep the time-stamped file and its proof, once, and tell each side that its copy is there.

    `base` is the SHA-256 of the file that was time-stamped; refuses another than the one that stands, and a second time.
    """
    row, now = locked(agreement), at or timezone.now()
    step(row, "complete", states.INSTANCE)
    stands = row.signed_document or b""
    if row.completed_at is not None or documents.digest(stands) != base or not document.startswith(stands):
        raise Refused(code="complete_already")
    final = documents.digest(document)
    row.signed_document, row.proof, row.completed_at = document, proof, now
    row.details = {**row.details, "final_sha256": final, "proof_sha256": documents.digest(proof)}
    row.save(update_fields=["signed_document", "proof", "completed_at", "details"])
    for digest, stage in ((final, KnownFile.Stage.FINAL), (row.details["proof_sha256"], KnownFile.Stage.PROOF)):
        KnownFile.objects.update_or_create(
            digest=instance.digest(digest, "document"), defaults={"agreement": row, "stage": stage, "at": now}
        )
    trail.note(row, "completed", now, sha256=final, proof_sha256=row.details["proof_sha256"])
    for signatory in row.signatories.select_related("contact"):
        tell_copy(row, signatory, at)
    record("agreement.proven", row, None, at, stored="proof")
    record("agreement.completed", row, None, at, stored="signed_document")
    return row


@act
def note_incomplete(*, agreement: Agreement, why: str, by: None, at: datetime | None = None) -> None:
    """This function will keep that the time-stamp or the proof could not be made yet, and why; the worker tries again."""
    row, now = locked(agreement), at or timezone.now()
    if row.completed_at is not None:
        raise Refused(code="complete_already")
    last = row.events.order_by("-number").first()
    if last is None or (last.kind, last.data.get("why")) != ("incomplete", why):
        trail.note(row, "incomplete", now, why=why)
    record("agreement.incomplete", row, None, at, code=why)


@act
def renounce_agreement(*, agreement: Agreement, text: str, by: Client, at: datetime | None = None) -> Agreement:
    """This function will end a priced agreement that a private client renounces within fourteen days, and mail the acknowledgement."""
    row, now = locked(agreement), at or timezone.now()
    if row.engagement.client_id != by.pk or not row.can_be_renounced(now):
        raise Refused(_("The fourteen days are over, or this agreement does not let you withdraw."), code="cannot_renounce")
    row.state = step(row, "renounce", states.CLIENT)
    trail.note(row, "renounced", now, text=text.strip()[:2000])
    close(row, now)
    tell_copy(row, row.signatories.get(role=Role.CLIENT), at, letter="agreement_renounced")
    letters.write_to.defer(person=str(row.engagement.coach.person_id), letter="something_new")
    reconsider(engagement=row.engagement, by=by, at=at)
    record("agreement.renounced", row, by, at)
    return row


@act
def terminate_agreement(*, agreement: Agreement, by: Coach, at: datetime | None = None) -> Agreement:
    """This function will end an agreement in force, without another in its place: from then on nothing may leave that it allowed."""
    row, now = locked(agreement, by), at or timezone.now()
    row.state = step(row, "terminate", states.COACH)
    trail.note(row, "terminated", now)
    close(row, now)
    for signatory in row.signatories.exclude(role=Role.COACH).select_related("contact"):
        tell_copy(row, signatory, at, letter="something_new")
    reconsider(engagement=row.engagement, by=by, at=at)
    record("agreement.terminated", row, by, at)
    return row
