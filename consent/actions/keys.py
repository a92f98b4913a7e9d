"""What follows from a person's new keys: what was disclosed to them closes, coaches ask them by voice, and clients show a text again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.act import Refused, act, person_of
from accounts.changes import actions as accounts
from accounts.jobs import write_to
from accounts.models import User
from clients import keys
from clients.changes import actions as clients
from clients.models import Client, Coach, SponsorContact
from consent import policies
from consent.actions.summaries import bound_to, hold_contact, keys_shown, unsalted
from consent.actions.tasks import add_task, finish_task
from consent.facts import facts_of, request_of, signed_message
from consent.jobs import tell_contact
from consent.models import Consent, Disclosure, Task
from consent.models.summaries import DisclosureQuerySet
from consent.standing import locked
from vault import ledger, shredding
from vault.slots import Stretched
from vault.unlocked import Unlocked


@act
def follow_new_keys(*, person: User, by: User, at: datetime | None = None) -> None:
    """This function will close what was disclosed to a person whose keys are new, and ask each coach of theirs to know them by voice. Consents stand."""
    now = at or timezone.now()
    hold_open_to(person)
    rows = list(_open_to(person).defer("body"))
    shredding.shred({series for row in rows for series in row.every_series()}, now)
    _open_to(person).update(closed_at=now)
    mine = Client.objects.filter(person=person).select_related("coach")
    theirs = SponsorContact.objects.filter(person=person, left_at__isnull=True).select_related("sponsor__coach")
    for one in sorted([*mine, *theirs], key=lambda row: keys.coach_of(row).practice_id):
        coach = keys.coach_of(one)
        add_task(coach=coach, engagement=None, kind=Task.Kind.OTHER_KEY, about=one.pk, by=by, at=at)
        write_to.defer(person=str(coach.person_id), letter="something_new")
    ledger.record("keys.followed", chain=ledger.INSTANCE, by=person_of(by), kind="person", about=person.pk, at=at)


def hold_open_to(person: User) -> None:
    """Hold every consent whose copy this person can open, before the first word goes to the ledger: whoever withdraws one does so too."""
    list(Consent.objects.select_for_update(of=("self",)).filter(disclosure__in=_open_to(person)).order_by("pk").values_list("pk"))


def _open_to(person: User) -> DisclosureQuerySet:
    """The copies that are open to a person as a contact."""
    return Disclosure.objects.filter(contact__person=person, closed_at__isnull=True)


@act
@sensitive_variables()
def renew(*, person: User, vault: Unlocked, new: Stretched, by: User, at: datetime | None = None) -> Unlocked:
    """This function will make everything of a person's vault anew. What they agreed to still counts, what they gave is signed with the new key.

    Only where the old key signed it. What others gave them closes: coaches and clients give it again.
    """
    given = Consent.objects.select_for_update(of=("self",)).filter(engagement__client__person=person, signature__isnull=False)
    consents = list(given.order_by("pk"))
    stands = [(signed_message(one), bytes(one.signature or b"")) for one in consents]
    after = accounts.renew(person=person, vault=vault, new=new, stands=stands, bound=_bound(consents), by=by, at=at)
    follow_new_keys(person=person, by=by, at=at)
    return after


def _bound(consents: list[Consent]) -> dict[UUID, bytes]:
    """What each copy that rests on these consents is bound to, by its series."""
    copies = Disclosure.objects.filter(consent__in=consents, closed_at__isnull=True).defer("body")
    by_id = {one.pk: one for one in consents}
    return {row.series: bound_to(by_id[row.consent_id]) for row in copies}


@act
def confirm(*, row: Client | SponsorContact, shown: str, vault: Unlocked, by: Coach, at: datetime | None = None) -> None:
    """This function will keep that the coach knows somebody's new keys, take the task off their list, and give a client what they share again."""
    for task in Task.objects.open().filter(coach=by, kind=Task.Kind.OTHER_KEY, about=row.pk):
        finish_task(task=task, by=by, at=at)
    clients.confirm_keys(row=row, shown=shown, vault=vault, by=by, at=at)


@act
@sensitive_variables()
def show_again(*, consent: Consent, shown: bytes, vault: Unlocked, by: Client, at: datetime | None = None) -> Disclosure:
    """This function will make the copy of an authorised text anew, for the new keys of its contact. The consent stays as it is.

    `shown` is the SHA-256 of the contact's keys that the client was shown. Refuses while the coach has not asked this person by voice.
    """
    if consent.contact_id is None:
        raise Refused(code="nothing_to_show_again")
    hold_contact(consent.contact_id)
    row, now = locked(consent), at or timezone.now()
    copy = Disclosure.objects.select_for_update(of=("self",)).filter(consent=row, closed_at__isnull=False).first()
    contact, proposal = row.contact, row.proposal
    if copy is None or contact is None or proposal is None or row.engagement.client_id != by.pk:
        raise Refused(code="nothing_to_show_again")
    public = keys_shown(contact, shown)
    if not keys.is_known(contact, public):
        raise Refused(_("Your coach has not asked this person by voice yet. Please come back a little later."), code="keys_not_known")
    opens = now + timedelta(seconds=settings.HOLD_SECONDS)
    decision = policies.decide(request_of(row), facts_of(row.engagement, contact=contact, consent=row, opens_at=opens), opens)
    if not decision.is_permitted:
        raise Refused(code=decision.code)
    value = vault.open(proposal.body, proposal.place())
    if unsalted(value)[1] != row.text_print:
        raise Refused(code="another_text")
    practice = row.engagement.coach.practice_id
    made = vault.copy_for(contact.person_id, public, practice=practice, bound_to=bound_to(row), at=now)  # type: ignore[arg-type]
    copy.series, copy.maker, copy.details = made.series, made.maker, {"series": str(made.series)}
    copy.body = made.seal(value, copy.place(practice))
    copy.made_at, copy.opens_at, copy.closed_at = now, opens, None
    copy.save(update_fields=["series", "maker", "details", "body", "made_at", "opens_at", "closed_at"])
    tell_contact.later(opens, disclosure=str(copy.id))
    ledger.record(
        "summary.disclosed",
        chain=practice,
        by=person_of(by),
        kind="disclosure",
        about=copy.id,
        subject=row.engagement_id,
        other=contact.person_id,
        code="again",
        stored=copy.body.stored(),
        at=at,
    )
    return copy
