"""What changes the practice: coaches, clients, organisations and their contacts, engagements, and who joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import actions as accounts
from accounts.act import Refused, act, person_of
from accounts.models import Link, User, has_acted
from clients import barriers, keys, permissions
from clients.models import RIGHTS_OF, Barrier, Client, Coach, Engagement, Practice, Sponsor, SponsorContact, joined
from vault import instance, ledger
from vault.models import DataKey
from vault.slots import Stretched
from vault.unlocked import Unlocked, public_keys


@act
def open_practice(*, person: User, name: str, practice: Practice | None = None, by: Any, at: datetime | None = None) -> Coach:
    """This function will make a coach of a person, with a practice of their own or in one that exists."""
    now = at or timezone.now()
    practice = practice or Practice.objects.create(details={"name": name}, made_at=now)
    coach = Coach.objects.create(person=person, practice=practice, made_at=now)
    ledger.record("coach.made", chain=practice.id, by=person_of(by), kind="coach", about=coach.id, at=at)
    return coach


@act
def add_client(
    *, coach: Coach, name: str, address: str, phone: str, job: str, language: str, by: Coach, at: datetime | None = None
) -> Client:
    """This function will add a client to the coach's practice. Nothing is sent to them."""
    details = {"name": name, "address": address, "phone": phone, "job": job}
    client = Client.objects.create(coach=coach, details=details, language=language, made_at=at or timezone.now())
    has_acted(coach.person_id)
    ledger.record("client.added", chain=coach.practice_id, by=person_of(by), kind="client", about=client.id, at=at)
    return client


@act
def change_client(*, client: Client, details: Mapping[str, Any], language: str, by: Coach, at: datetime | None = None) -> None:
    """This function will keep new details of a client."""
    client.details, client.language = {**client.details, **details}, language
    client.save(update_fields=["details", "language"])
    ledger.record("client.changed", chain=by.practice_id, by=person_of(by), kind="client", about=client.id, at=at)


@act
def archive_client(*, client: Client, archived: bool, by: Coach, at: datetime | None = None) -> None:
    """This function will put a client out of the list, or back. Nothing is destroyed."""
    client.archived_at = (at or timezone.now()) if archived else None
    client.save(update_fields=["archived_at"])
    ledger.record(
        "client.archived" if archived else "client.restored", chain=by.practice_id, by=person_of(by), kind="client", about=client.id, at=at
    )


@act
def add_sponsor(*, coach: Coach, name: str, domain: str, group: str = "", by: Coach, at: datetime | None = None) -> Sponsor:
    """This function will add an organisation to the coach's practice. Those of one group are one organisation to a barrier."""
    details = {"name": name, "domain": domain, "group": group}
    sponsor = Sponsor.objects.create(coach=coach, details=details, made_at=at or timezone.now())
    ledger.record("sponsor.added", chain=coach.practice_id, by=person_of(by), kind="sponsor", about=sponsor.id, at=at)
    return sponsor


@act
def change_sponsor(*, sponsor: Sponsor, name: str, domain: str, group: str = "", by: Coach, at: datetime | None = None) -> None:
    """This function will keep new details of an organisation."""
    sponsor.details = {**sponsor.details, "name": name, "domain": domain, "group": group}
    sponsor.save(update_fields=["details"])
    ledger.record("sponsor.changed", chain=by.practice_id, by=person_of(by), kind="sponsor", about=sponsor.id, at=at)


@act
def add_contact(
    *,
    sponsor: Sponsor,
    name: str,
    address: str,
    role: str,
    language: str,
    rights: Iterable[str] | None = None,
    by: Coach,
    at: datetime | None = None,
) -> SponsorContact:
    """This function will add a contact to an organisation, with these rights or those of the role. They see nothing before a client agrees."""
    details = {"name": name, "address": address, "rights": sorted(RIGHTS_OF[role] if rights is None else rights)}
    contact = SponsorContact.objects.create(sponsor=sponsor, role=role, details=details, language=language, made_at=at or timezone.now())
    ledger.record("contact.added", chain=by.practice_id, by=person_of(by), kind="contact", about=contact.id, subject=sponsor.id, at=at)
    return contact


@act
def change_contact(
    *,
    contact: SponsorContact,
    name: str,
    address: str,
    role: str,
    language: str,
    rights: Iterable[str] | None = None,
    by: Coach,
    at: datetime | None = None,
) -> None:
    """This function will keep new details of a contact. The address of somebody who has joined stays theirs.

    Where `rights` are taken away, what rested on them ends with `consent.actions.contacts.change`, which calls this.
    """
    if contact.person_id is not None and address.strip().casefold() != contact.address.strip().casefold():
        raise Refused(code="contact_has_joined")
    kept = contact.rights if rights is None else rights
    contact.details = {**contact.details, "name": name, "address": address, "rights": sorted(kept)}
    contact.role, contact.language = role, language
    contact.save(update_fields=["details", "role", "language"])
    ledger.record("contact.changed", chain=by.practice_id, by=person_of(by), kind="contact", about=contact.id, at=at)


@act
def open_engagement(
    *,
    coach: Coach,
    vault: Unlocked,
    client: Client,
    sponsor: Sponsor | None,
    wording: str,
    title: str,
    objective: str,
    planned_sessions: int | None,
    by: Coach,
    at: datetime | None = None,
) -> Engagement:
    """This function will open an engagement: its two keys (the coach's own, and the one to share with the client) and the permissions on it."""
    if client.coach_id != coach.id or (sponsor is not None and sponsor.coach_id != coach.id):
        raise Refused(code="not_hers")
    now = at or timezone.now()
    engagement = Engagement(
        coach=coach,
        client=client,
        sponsor=sponsor,
        wording=wording,
        details={"title": title, "objective": objective},
        planned_sessions=planned_sessions,
        notes_key=vault.make_key(kind=DataKey.Kind.OWN, practice=coach.practice_id, at=now),
        shared_key=vault.make_key(kind=DataKey.Kind.SHARED, practice=coach.practice_id, at=now),
        opened_at=now,
    )
    engagement.details = {**engagement.details, "parties": engagement.parties}
    engagement.save(force_insert=True)
    permissions.give(permissions.COACH, coach.person, engagement)
    if client.person is not None:
        permissions.give(permissions.FOLLOW, client.person, engagement)
        keys.give(engagement, vault, now)
    ledger.record(
        "engagement.opened", chain=coach.practice_id, by=person_of(by), kind="engagement", about=engagement.id, subject=engagement.id, at=at
    )
    return engagement


@act
def add_barrier(*, client: Client, other: Client, reason: str = "", by: Coach, at: datetime | None = None) -> Barrier:
    """This function will put a barrier between two clients of one coach, or give back the one that stands."""
    barriers.check_pair(client, other, by)
    one, two = sorted([client, other], key=lambda row: row.pk)
    Client.objects.select_for_update().only("pk").order_by("pk").in_bulk([one.pk, two.pk])
    if standing := Barrier.objects.standing().filter(one=one, other=two).first():
        return standing
    barrier = Barrier.objects.create(one=one, other=two, by=by, details={"reason": reason}, made_at=at or timezone.now())
    ledger.record("barrier.added", chain=by.practice_id, by=person_of(by), kind="barrier", about=barrier.id, at=at)
    return barrier


@act
def lift_barrier(*, barrier: Barrier, by: Coach, at: datetime | None = None) -> None:
    """This function will lift a barrier that was put by hand. The one within an organisation stays."""
    row = Barrier.objects.for_coach(by).select_for_update(of=("self",)).select_related("one", "other").filter(pk=barrier.pk).first()
    if row is None:
        raise Refused(code="not_hers")
    barriers.check_may_be_lifted(row)
    row.lifted_at = at or timezone.now()
    row.save(update_fields=["lifted_at"])
    ledger.record("barrier.lifted", chain=by.practice_id, by=person_of(by), kind="barrier", about=row.id, at=at)


@act
def invite(*, invited: Client | SponsorContact, by: Coach, at: datetime | None = None) -> Link:
    """This function will mail an invitation to a client or a contact, in place of the one before."""
    if invited.person_id is not None or not invited.address or getattr(invited, "left_at", None) is not None:
        raise Refused(code="cannot_be_invited")
    kind = "client" if isinstance(invited, Client) else "contact"
    link = accounts.send_link(
        kind=Link.Kind.JOIN, letter=f"invitation_{kind}", address=invited.address, language=invited.language, about=invited.id, by=by, at=at
    )
    ledger.record("invited", chain=by.practice_id, by=person_of(by), kind=kind, about=invited.id, at=at)
    return link


@act
def join(*, invited: Client | SponsorContact, person: User, by: User, at: datetime | None = None) -> None:
    """This function will make a person the client or contact they were invited as. What awaits them is given at the coach's next unlock."""
    kind = "client" if isinstance(invited, Client) else "contact"
    chain = invited.coach.practice_id if isinstance(invited, Client) else invited.sponsor.coach.practice_id
    if invited.person_id is not None or already_joined(invited, person):
        raise Refused(code="has_joined_already")
    invited.person, invited.joined_at = person, at or timezone.now()
    public = public_keys(person.pk)
    invited.details = {**invited.details, "person": str(person.pk)} | ({"keys": public.fingerprint().hex()} if public else {})
    invited.save(update_fields=["person", "joined_at", "details"])
    if isinstance(invited, Client):
        for engagement in Engagement.objects.filter(client=invited):
            permissions.give(permissions.FOLLOW, person, engagement)
    ledger.record("joined", chain=chain, by=person_of(by), kind=kind, about=invited.id, at=at)


@act
@sensitive_variables()
def enrol(*, link: Link, name: str, practice: str, language: str, passphrase: Stretched, by: None, at: datetime | None = None) -> User:
    """This function will, with a link, make a person and their vault, and make them what the link says: a coach, a client, a contact, an administrator."""
    accounts.use_link(link=link, by=None, at=at)
    is_administrator = link.kind == Link.Kind.ADMIN
    user, _vault = accounts.make_person(
        address=link.address, name=name, language=language, passphrase=passphrase, by=None, is_administrator=is_administrator, at=at
    )
    invited = invited_by(link) if link.kind == Link.Kind.JOIN else None
    if invited is not None:
        join(invited=invited, person=user, by=user, at=at)
    elif link.kind == Link.Kind.SIGN_UP:
        open_practice(person=user, name=practice or name, by=user, at=at)
    ledger.record("enrolled", chain=ledger.INSTANCE, by=user.pk, kind="person", about=user.pk, code=link.kind, at=at)
    return user


@act
def invite_coach(*, address: str, language: str, is_administrator: bool = False, by: User | None, at: datetime | None = None) -> Link:
    """This function will mail a link with which a coach, or an administrator, makes an account on this instance."""
    kind = Link.Kind.ADMIN if is_administrator else Link.Kind.SIGN_UP
    link = accounts.send_link(kind=kind, letter="sign_up", address=address, language=language, about=link_owner(address), by=by, at=at)
    ledger.record("invited", chain=ledger.INSTANCE, by=person_of(by), kind="link", about=link.id, code=kind, at=at)
    return link


def link_owner(address: str) -> UUID:
    """A name for whoever has this address, so that a new invitation takes the place of the one before."""
    return UUID(hex=instance.digest(address.strip().casefold(), "invited")[:32])


def already_joined(invited: Client | SponsorContact, person: User) -> bool:
    """Whether this person is this coach's client, or this organisation's contact, under another row."""
    if isinstance(invited, Client):
        return Client.objects.filter(coach=invited.coach, person=person).exists()
    return SponsorContact.objects.filter(sponsor=invited.sponsor, person=person).exists()


def invited_by(link: Link) -> Client | SponsorContact | None:
    """Whom a link of the kind JOIN invites, if they have not joined and still have the address it went to."""
    client = Client.objects.select_related("coach__person").filter(pk=link.about, person__isnull=True).first()
    contacts = SponsorContact.objects.select_related("sponsor__coach__person").filter(person__isnull=True, left_at__isnull=True)
    invited = client or contacts.filter(pk=link.about).first()
    return invited if invited is not None and invited.address.strip().casefold() == link.address.casefold() else None


@act
def give_awaiting_keys(*, coach: Coach, vault: Unlocked, by: Coach, at: datetime | None = None) -> int:
    """This function will give the shared key of each engagement to its client, once they have made their vault; how many were given.

    Not where client, person or keys are others than those that joined and opened it: then somebody wrote to the database. Not to keys that
    have changed either: the coach asks the person by voice first (clients/keys.py).
    """
    now, given = at or timezone.now(), []
    waiting = Engagement.objects.for_coach(coach).filter(client__person__isnull=False, ended_at__isnull=True)
    held = _holders(list(waiting.values_list("shared_key", flat=True)))
    for engagement in waiting.select_related("client"):
        person = joined(engagement.client)
        if (engagement.shared_key, person) not in held and keys.give(engagement, vault, now):
            given.append(engagement)
    for engagement in given:
        ledger.record(
            "key.given",
            chain=coach.practice_id,
            by=person_of(by),
            kind="engagement",
            about=engagement.id,
            subject=engagement.id,
            other=joined(engagement.client),
            at=at,
        )
    return len(given)


def _holders(series: list[UUID]) -> set[tuple[UUID, UUID]]:
    from vault.models import KeyGrant

    return set(KeyGrant.objects.filter(key__series__in=series, key__shredded_at__isnull=True).values_list("key__series", "holder"))
