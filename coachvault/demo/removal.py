"""Takes the demo away: its keys are shredded first, then its rows are deleted. Its events stay in the ledger, which names nobody."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import Link, User
from clients.models import Barrier, Client, Coach, Engagement, Practice, Sponsor, SponsorContact
from consent.models import (
    Agreement,
    AgreementEvent,
    AgreementTemplate,
    Attendance,
    Consent,
    ConsentEvent,
    Destruction,
    Disclosure,
    Hold,
    InformationRequest,
    KnownFile,
    LegalAddition,
    LegalDisclosure,
    Pledge,
    PledgeReceipt,
    Proposal,
    RetentionNotice,
    RightsAnswer,
    RightsPart,
    RightsRequest,
    Signatory,
    Summary,
    Task,
    Wish,
)
from sessions.models import ClearedName, MarkedPerson, Note, Notebook, NoteVersion, OwnWords, PrivateEntry, Session, SharedEntry
from vault import ledger, shredding
from vault.models import DataKey, KeyGrant, Slot, Unlock
from vault.verification import REMOVED


@transaction.atomic
def remove(at: datetime) -> None:
    """Delete every row of the demo people, as the owner, and end their keys."""
    users = list(User.objects.filter(is_demo=True).values_list("pk", flat=True))
    coaches = Coach.objects.filter(person__in=users)
    practices = list(coaches.order_by().values_list("practice_id", flat=True).distinct())
    engagements = Engagement.objects.filter(coach__in=coaches)
    shredding.shred(list(DataKey.objects.filter(practice__in=practices).values_list("series", flat=True)), at)
    Disclosure.objects.filter(consent__engagement__in=engagements).delete()
    ConsentEvent.objects.filter(consent__engagement__in=engagements).delete()
    Consent.objects.filter(engagement__in=engagements).delete()
    for kept in (Destruction, Hold, RetentionNotice):
        kept.objects.filter(engagement__in=engagements).delete()
    for answering in (RightsPart, RightsAnswer):
        answering.objects.filter(request__engagement__in=engagements).delete()
    RightsRequest.objects.filter(engagement__in=engagements).delete()
    Proposal.objects.filter(summary__engagement__in=engagements).delete()
    Wish.objects.filter(engagement__in=engagements).delete()
    Summary.objects.filter(engagement__in=engagements).delete()
    for facts in (InformationRequest, Attendance):
        facts.objects.filter(engagement__in=engagements).delete()
    LegalAddition.objects.filter(entry__engagement__in=engagements).delete()
    LegalDisclosure.objects.filter(engagement__in=engagements).delete()
    Task.objects.filter(coach__in=coaches).delete()
    for model in (AgreementEvent, KnownFile, Signatory):
        model.objects.filter(agreement__engagement__in=engagements).delete()
    Agreement.objects.filter(engagement__in=engagements).delete()
    PledgeReceipt.objects.filter(pledge__coach__in=coaches).delete()
    Pledge.objects.filter(coach__in=coaches).delete()
    AgreementTemplate.objects.filter(coach__in=coaches).delete()
    MarkedPerson.objects.filter(engagement__in=engagements).delete()
    ClearedName.objects.filter(engagement__in=engagements).delete()
    OwnWords.objects.filter(coach__in=coaches).delete()
    SharedEntry.objects.filter(engagement__in=engagements).delete()
    PrivateEntry.objects.filter(notebook__client__coach__in=coaches).delete()
    Notebook.objects.filter(client__coach__in=coaches).delete()
    NoteVersion.objects.filter(note__session__engagement__in=engagements).delete()
    Note.objects.filter(session__engagement__in=engagements, adds_to__isnull=False).delete()
    Note.objects.filter(session__engagement__in=engagements).delete()
    Session.objects.filter(engagement__in=engagements).delete()
    Engagement.objects.filter(pk__in=list(engagements.values_list("pk", flat=True))).delete()
    SponsorContact.objects.filter(sponsor__coach__in=coaches).delete()
    Sponsor.objects.filter(coach__in=coaches).delete()
    Barrier.objects.filter(by__in=coaches).delete()
    Client.objects.filter(coach__in=coaches).delete()
    coaches.delete()
    Practice.objects.filter(pk__in=practices).delete()
    Link.objects.filter(by__in=users).delete()
    for model in (
        Slot,
        Unlock,
    ):  # their keys stay: by them their signatures in the ledger are checked; without a slot nothing opens the private half
        model.objects.filter(person__in=users).delete()
    KeyGrant.objects.filter(holder__in=users).delete()
    User.objects.filter(pk__in=users).delete()
    (settings.DATA / "demo-tried").write_text("")
    for practice in practices:
        ledger.record(REMOVED, chain=practice, by=None, kind="practice", about=practice)
    for user in users:
        ledger.record("person.removed", chain=ledger.INSTANCE, by=None, kind="person", about=user)
