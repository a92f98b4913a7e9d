"""What the worker does for agreements and consents. It holds no key: it tells, expires and shreds."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from accounts.act import Refused
from accounts.jobs import write_to
from consent.models import Agreement, Disclosure
from support.jobs import every, job


@job("consent.tell_contact", retry=5)
def tell_contact(disclosure: str) -> None:
    """Mail the contact that something awaits, if it still does: what was taken back in the meantime leaves no mail."""
    row = Disclosure.objects.select_related("contact").filter(pk=UUID(disclosure), closed_at__isnull=True).first()
    if row is not None:
        write_to(person=str(row.contact.person_id), letter="something_new")


@every("*/5 * * * *", "consent.expire")
def expire_consents() -> None:
    """End the consents whose period is over, and let unanswered proposals lapse."""
    from consent.actions.summaries import expire

    expire(by=None, at=None)


@every("17 * * * *", "consent.expire_agreements")
def expire_agreements() -> None:
    """Close the agreements that nobody signed in time; one that is being signed at this moment stays."""
    from consent.actions.agreements import expire_agreement

    overdue = Agreement.objects.filter(state=Agreement.State.SENT, expires_at__lte=timezone.now())
    for agreement in overdue.without_documents():
        try:
            expire_agreement(agreement=agreement, by=None)
        except Refused:
            continue
