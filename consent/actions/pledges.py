"""What changes a pledge: written, published in the place of the one before, delivered, acknowledged. PDFs are rendered before and given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import jobs as letters
from accounts.act import Refused, act, person_of
from accounts.models import has_acted
from clients.models import Client, Coach, joined
from consent import documents, pledges, states
from consent.models import Pledge, PledgeReceipt
from vault import ledger

State = Pledge.State


@act
def write_pledge(*, coach: Coach, text: pledges.Text, expected: datetime | None, by: Coach, at: datetime | None = None) -> Pledge:
    """This function will keep the draft in this language. Refuses when another window saved it since `expected` (None: there is no draft yet)."""
    _hold(coach, by)
    now = at or timezone.now()
    draft = Pledge.objects.select_for_update().filter(coach=coach, language=text.language, state=State.DRAFT).first()
    if (draft.saved_at if draft else None) != expected:
        raise Refused(_("This draft was saved in another window meanwhile. Nothing was replaced."), code="pledge_changed_meanwhile")
    if draft is None:
        last = Pledge.objects.filter(coach=coach, language=text.language).aggregate(last=Max("number"))["last"] or 0
        draft = Pledge(coach=coach, language=text.language, number=last + 1)
    draft.details, draft.saved_at = text.kept(), now
    draft.save()
    _record("pledge.written", draft, by, at)
    return draft


@act
def discard_pledge(*, pledge: Pledge, by: Coach, at: datetime | None = None) -> None:
    """This function will drop a draft for good. Refuses anything that was published."""
    row = _locked(pledge, by)
    _step(row, "discard", states.COACH)
    found = row.id
    row.delete()
    row.id = found
    _record("pledge.discarded", row, by, at)


@act
def publish_pledge(
    *, pledge: Pledge, text: pledges.Text, document: bytes, expected: datetime | None, by: Coach, at: datetime | None = None
) -> Pledge:
    """This function will publish the draft saved at `expected` as `document`, in the place of the one before; who had that one finds this one, and is asked again.

    Only who had acknowledged the one before gets a letter: who was written to about it and has not answered is not written to again.
    """
    row, now = _locked(pledge, by), at or timezone.now()
    row.state = _step(row, "publish", states.COACH)
    if row.saved_at != expected:
        raise Refused(_("This draft was saved in another window meanwhile. Nothing was replaced."), code="pledge_changed_meanwhile")
    if not text.is_complete:
        raise Refused(_("Something is missing in the text. Fill it in, then publish."), code="pledge_incomplete")
    token = _address(row.coach)
    before = _replace(row, by, now, at)
    row.details = {**text.kept(), "sha256": documents.digest(document)}
    row.document, row.token, row.published_at = document, token, now
    row.save()
    again = _ask_again(before, row, now) if before is not None else []
    has_acted(by.person_id)
    for receipt in again:
        _record_receipt("pledge.renewed", receipt, by, at)
    _record("pledge.published", row, by, at, stored="document")
    return row


@act
def deliver_pledge(*, clients: list[Client], by: Coach, at: datetime | None = None) -> list[PledgeReceipt]:
    """This function will put the published pledge into the space of each of these clients, each in their language, and mail once that something is there.

    Who has it already is passed over. Refuses a client of another coach, one without a space, and when nothing is published.
    """
    _hold(by, by)
    now = at or timezone.now()
    current = {one.language: one for one in Pledge.objects.filter(coach=by, state=State.PUBLISHED).without_documents()}
    made = [_delivered(client, current, by, now) for client in clients]
    receipts = [receipt for receipt in made if receipt is not None]
    for receipt in receipts:
        letters.write_to.defer(person=str(receipt.client.person_id), letter="something_new")
    if not receipts:
        raise Refused(_("Everybody who has a space has the pledge already."), code="pledge_delivered_already")
    for receipt in receipts:
        _record_receipt("pledge.delivered", receipt, by, at)
    return receipts


@act
def acknowledge_pledge(
    *, pledge: Pledge, client: Client, evidence: Mapping[str, Any], by: Client, at: datetime | None = None
) -> PledgeReceipt:
    """This function will keep that the client has received and read this version, once. Refuses one that was replaced, and another document than the one shown."""
    row = _locked(pledge, None)
    if client.pk != by.pk or client.coach_id != row.coach_id or joined(client) is None:
        raise Refused(code="not_your_pledge")
    _check_shown(row, evidence)
    now = at or timezone.now()
    receipt = PledgeReceipt.objects.select_for_update().filter(pledge=row, client=client).first()
    receipt = receipt or PledgeReceipt(pledge=row, client=client, delivered_at=now)
    if receipt.acknowledged_at is not None:
        raise Refused(_("You have acknowledged this pledge already."), code="acknowledged_already")
    receipt.acknowledged_at, receipt.evidence = now, dict(evidence)
    receipt.save()
    if by.person_id is not None:
        has_acted(by.person_id)
    _record_receipt("pledge.acknowledged", receipt, by, at, stored="evidence")
    return receipt


@act
def renew_address(*, coach: Coach, by: Coach, at: datetime | None = None) -> UUID:
    """This function will give the public page another address. The one before leads nowhere from then on."""
    _hold(coach, by)
    token = uuid4()
    if not Pledge.objects.filter(coach=coach, state=State.PUBLISHED).update(token=token):
        raise Refused(_("No pledge is published yet."), code="no_pledge")
    ledger.record("pledge.address_renewed", chain=coach.practice_id, by=person_of(by), kind="coach", about=coach.id, at=at)
    return token


def _hold(coach: Coach, by: Coach) -> None:
    """Let one act on this coach's pledges end before the next begins."""
    if coach.pk != by.pk:
        raise Refused(code="not_your_pledge")
    Coach.objects.select_for_update().get(pk=coach.pk)


def _locked(pledge: Pledge, by: Coach | None) -> Pledge:
    """The version as it stands, held until the end of the transaction."""
    if by is not None:
        _hold(pledge.coach, by)
    rows = Pledge.objects.select_related("coach__person", "coach__practice").without_documents()
    return rows.select_for_update(of=("self",)).get(pk=pledge.pk)


def _step(row: Pledge, event: str, who: str) -> str:
    """The state that follows; refuses what the table does not know."""
    try:
        return states.after(states.PLEDGE, row.state, event, who)
    except states.NoSuchStep:
        raise Refused(_("This is no longer possible: this version is published."), code=f"pledge_{row.state}") from None


def _address(coach: Coach) -> UUID:
    """The public address of this coach's pledge: as it is, or a new one."""
    return Pledge.objects.filter(coach=coach, state=State.PUBLISHED).values_list("token", flat=True).first() or uuid4()


def _replace(row: Pledge, by: Coach, now: datetime, at: datetime | None) -> Pledge | None:
    """Close the version that was published in this language, if there is one."""
    before = Pledge.objects.filter(coach=row.coach, language=row.language, state=State.PUBLISHED).without_documents().first()
    if before is not None:
        before.state = _step(before, "replace", states.COACH)
        before.token, before.replaced_at = None, now
        before.save(update_fields=["state", "token", "replaced_at"])
        _record("pledge.replaced", before, by, at)
    return before


def _ask_again(before: Pledge, row: Pledge, now: datetime) -> list[PledgeReceipt]:
    """Put the new version where the one before was; only who had acknowledged that one is written to."""
    made = []
    for had in PledgeReceipt.objects.filter(pledge=before, client__archived_at__isnull=True).select_related("client__coach"):
        made.append(PledgeReceipt.objects.create(pledge=row, client=had.client, delivered_at=now))
        if had.acknowledged_at is not None and (person := joined(had.client)) is not None:
            letters.write_to.defer(person=str(person), letter="something_new")
    return made


def _delivered(client: Client, current: Mapping[str, Pledge], by: Coach, now: datetime) -> PledgeReceipt | None:
    """A new receipt for this client, or None where they have one on what is published."""
    if client.coach_id != by.pk:
        raise Refused(code="not_your_client")
    pledge = pledges.in_language(current, client.language)
    if pledge is None:
        raise Refused(_("No pledge is published yet."), code="no_pledge")
    if joined(client) is None:
        raise Refused(_("This client has no space yet. They will find the pledge there once they have made it."), code="no_space")
    if PledgeReceipt.objects.filter(pledge__in=[one.pk for one in current.values()], client=client).exists():
        return None
    return PledgeReceipt.objects.create(pledge=pledge, client=client, delivered_at=now)


def _check_shown(row: Pledge, evidence: Mapping[str, Any]) -> None:
    """Refuses what is not published, and the acknowledgement of other bytes than those that are."""
    if row.state != State.PUBLISHED or evidence["sha256"] != row.sha256 or not evidence["statement"]:
        raise Refused(_("This pledge was updated meanwhile. Please read the new one."), code="another_pledge")


def _record(event: str, row: Pledge, by: Coach, at: datetime | None, *, stored: str = "") -> None:
    """Write the event; `stored` names the encrypted column whose bytes, as they now stand, the ledger keeps the hash of."""
    ledger.record(
        event,
        chain=row.coach.practice_id,
        by=person_of(by),
        kind="pledge",
        about=row.id,
        code=row.language,
        version=row.number,
        stored=_column(Pledge.objects.filter(pk=row.pk).values_list(stored, flat=True)) if stored else None,
        at=at,
    )


def _record_receipt(event: str, receipt: PledgeReceipt, by: Coach | Client, at: datetime | None, *, stored: str = "") -> None:
    """Write the event of one receipt."""
    ledger.record(
        event,
        chain=receipt.client.coach.practice_id,
        by=person_of(by),
        kind="receipt",
        about=receipt.id,
        subject=receipt.pledge_id,
        other=receipt.client_id,
        code=receipt.pledge.language,
        version=receipt.pledge.number,
        stored=_column(PledgeReceipt.objects.filter(pk=receipt.pk).values_list(stored, flat=True)) if stored else None,
        at=at,
    )


def _column(values: Iterable[Any]) -> bytes | None:
    """The one value of a column, as it stands."""
    (value,) = values
    return None if value is None else bytes(value)
