"""What the worker does for agreements and consents. It holds no key: it tells, expires and shreds."""

from __future__ import annotations

import secrets
from contextlib import suppress
from uuid import UUID

from django.utils import timezone

from accounts.act import Refused
from accounts.jobs import write_to
from consent.models import Agreement, Destruction, Disclosure, Signatory
from support import mail
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
    from consent.actions.consents import expire

    expire(by=None, at=None)


@every("17 * * * *", "consent.expire_agreements")
def expire_agreements() -> None:
    """Close the agreements that were not signed by all in time; one that is being signed at this moment stays."""
    from consent.actions import expire_agreement

    under_way = [Agreement.State.SENT, Agreement.State.SIGNED]
    overdue = Agreement.objects.filter(state__in=under_way, expires_at__lte=timezone.now())
    for agreement in overdue.without_documents():
        with suppress(Refused):
            expire_agreement(agreement=agreement, by=None)


@every("27 * * * *", "consent.remind_signatories")
def remind_signatories() -> None:
    """Remind those for whom an agreement waits, after 3, 7 and 14 days."""
    from consent.actions import remind_signatory

    for agreement in Agreement.objects.filter(state=Agreement.State.SENT, reminders__lt=3).without_documents():
        with suppress(Refused):
            remind_signatory(agreement=agreement, by=None)


@job("consent.mail_code", retry=3)
def mail_code(signatory: str) -> None:
    """Make the code that proves that a link is in the right hands, keep its digest and mail it. A repeat makes a new one."""
    from consent.actions import set_code

    one = Signatory.objects.select_related("agreement").get(pk=UUID(signatory))
    code = f"{secrets.randbelow(10**6):06d}"
    set_code(signatory=one, code=code, by=None)
    mail.send(to=one.address, language=one.agreement.language, letter="code", context={"code": code})


@job("consent.complete", retry=5, alone_by="agreement")
def complete(agreement: str) -> None:
    """Time-stamp an agreement that all have signed and make its proof file."""
    from consent import completing

    completing.complete(UUID(agreement))


@every("*/5 * * * *", "consent.complete_pending")
def complete_pending() -> None:
    """Ask again for the time-stamps and proof files that could not be made so far."""
    for agreement in Agreement.objects.filter(in_force_at__isnull=False, completed_at__isnull=True, files__isnull=False).distinct():
        complete.defer(agreement=str(agreement.pk))


@job("consent.attest", retry=5, alone_by="destruction")
def attest(destruction: str) -> None:
    """Make the attestation of a destruction."""
    from consent import attesting

    attesting.attest(UUID(destruction))


@every("*/5 * * * *", "consent.attest_pending")
def attest_pending() -> None:
    """Ask again for the attestations that could not be made so far."""
    for row in Destruction.objects.without_documents().filter(shredded_at__isnull=False, attested_at__isnull=True):
        attest.defer(destruction=str(row.pk))
