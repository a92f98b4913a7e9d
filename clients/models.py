"""Who is coached, for whom, by whom. Names and addresses are encrypted details; what is found by is never a name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from vault.encrypted import EncryptedDetails


class Practice(models.Model):
    """One or several coaches who share an address, invoices and templates, never clients. Its id names its chain in the ledger."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    details: Mapping[str, Any] = EncryptedDetails()  # name
    made_at = models.DateTimeField()

    @property
    def name(self) -> str:
        return str(self.details["name"])


class Coach(models.Model):
    """The professional: a person with a practice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="coaches")
    made_at = models.DateTimeField()

    requires_second_factor = True

    @classmethod
    def of(cls, user: Any) -> Coach | None:
        """The coach that this person is, or None."""
        if not user.is_authenticated:
            return None
        for coach in cls.objects.raw('SELECT * FROM "clients_coach" WHERE "person_id" = %s', [user.pk]):
            coach.person = user
            return coach
        return None

    @property
    def name(self) -> str:
        return str(self.person.name)


class ClientQuerySet(models.QuerySet["Client"]):
    def for_coach(self, coach: Coach) -> ClientQuerySet:
        """The clients of this coach."""
        return self.filter(coach=coach)

    def for_client(self, clients: list[Client]) -> ClientQuerySet:
        """The rows of the person who is the client, one per coach."""
        return self.filter(pk__in=[client.pk for client in clients])


class Client(models.Model):
    """The person coached, as one coach knows them. One person has one row per coach."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="clients")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    details: Mapping[str, Any] = EncryptedDetails()  # name, address (may be empty), phone, job; person and keys, once joined
    language = models.CharField(max_length=5, default="fr")
    made_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    objects = ClientQuerySet.as_manager()
    requires_second_factor = False

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_client_per_coach_and_person", fields=["coach", "person"]),
            models.CheckConstraint(
                name="client_joined_pair",
                condition=models.Q(person__isnull=True, joined_at__isnull=True) | models.Q(person__isnull=False, joined_at__isnull=False),
            ),
        ]

    @classmethod
    def of(cls, user: Any) -> list[Client] | None:
        """This person's rows as a client, one per coach, or None."""
        rows = list(cls.objects.select_related("coach__person").filter(person=user.pk)) if user.is_authenticated else []
        return rows or None

    @property
    def name(self) -> str:
        return str(self.details["name"])

    @property
    def address(self) -> str:
        return str(self.details.get("address", ""))

    @property
    def person_uuid(self) -> UUID | None:
        return self.person_id


class SponsorQuerySet(models.QuerySet["Sponsor"]):
    def for_coach(self, coach: Coach) -> SponsorQuerySet:
        """The organisations of this coach."""
        return self.filter(coach=coach)


class Sponsor(models.Model):
    """Whoever pays: an organisation, as one coach knows it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="sponsors")
    details: Mapping[str, Any] = EncryptedDetails()  # name, domain (of its mail addresses), group: both may be empty
    made_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    objects = SponsorQuerySet.as_manager()

    @property
    def name(self) -> str:
        return str(self.details["name"])

    @property
    def domain(self) -> str:
        return str(self.details.get("domain", ""))

    @property
    def group(self) -> str:
        return str(self.details.get("group", ""))


class ContactQuerySet(models.QuerySet["SponsorContact"]):
    def for_coach(self, coach: Coach) -> ContactQuerySet:
        """The contacts of this coach's organisations."""
        return self.filter(sponsor__coach=coach)


class SponsorContact(models.Model):
    """One person of an organisation: HR, a manager, a buyer."""

    class Role(models.TextChoices):
        HR = "hr", _("Human resources")
        MANAGER = "manager", _("Manager")
        BUYER = "buyer", _("Buyer")

    class Right(models.TextChoices):
        SIGN = "sign", _("Sign agreements for the organisation")
        RECEIVE = "receive", _("Be shown what a client authorises: texts, attendance, that the coaching exists")
        ASK = "ask", _("Ask a client for information")
        PORTFOLIO = "portfolio", _("See figures over the engagements that they see one by one")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sponsor = models.ForeignKey(Sponsor, on_delete=models.PROTECT, related_name="contacts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=8, choices=Role.choices)
    details: Mapping[str, Any] = EncryptedDetails()  # name, address, rights; person and keys, once joined
    language = models.CharField(max_length=5, default="fr")
    made_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    objects = ContactQuerySet.as_manager()
    requires_second_factor = False

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_contact_per_sponsor_and_person", fields=["sponsor", "person"]),
            models.CheckConstraint(
                name="contact_joined_pair",
                condition=models.Q(person__isnull=True, joined_at__isnull=True) | models.Q(person__isnull=False, joined_at__isnull=False),
            ),
        ]

    @classmethod
    def of(cls, user: Any) -> list[SponsorContact] | None:
        """This person's rows as a contact who has not left, one per organisation, or None."""
        rows = cls.objects.select_related("sponsor__coach").filter(person=user.pk, left_at__isnull=True) if user.is_authenticated else []
        return list(rows) or None

    @property
    def name(self) -> str:
        return str(self.details["name"])

    @property
    def address(self) -> str:
        return str(self.details["address"])

    @property
    def rights(self) -> frozenset[str]:
        """What this contact may do at all: as the coach chose, else by role. What they see of anybody, the clients decide."""
        return frozenset(self.details.get("rights", RIGHTS_OF[self.role]))

    @property
    def short_rights(self) -> list[str]:
        """The same in a word each, in their order."""
        words = {"sign": _("signs"), "receive": _("is shown"), "ask": _("asks"), "portfolio": _("sees figures")}
        return [str(word) for right, word in words.items() if right in self.rights]

    def may(self, right: str) -> bool:
        """Whether this contact still belongs to the organisation and has this right."""
        return self.left_at is None and right in self.rights


RIGHTS_OF: Final[Mapping[str, frozenset[str]]] = {
    SponsorContact.Role.HR: frozenset(SponsorContact.Right.values),
    SponsorContact.Role.MANAGER: frozenset({SponsorContact.Right.SIGN, SponsorContact.Right.RECEIVE, SponsorContact.Right.ASK}),
    SponsorContact.Role.BUYER: frozenset(),
}


def joined(row: Client | SponsorContact) -> UUID | None:
    """The person who joined as this row. None where the column names another than the encrypted details, which nobody writes in the database."""
    return row.person_id if row.details.get("person") == str(row.person_id) else None


def coached_by(coach: Coach, through: str = "") -> models.Q:
    """The engagements that are this coach's and on which she holds the permission to coach. `through` leads to them: `session__engagement`."""
    from clients import permissions

    way = f"{through}__" if through else ""
    return models.Q(**{f"{way}coach": coach, f"{way}pk__in": permissions.held(coach.person_id, permissions.COACH)})


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def for_coach(self, coach: Coach) -> EngagementQuerySet:
        """The engagements on which this coach holds the permission to coach."""
        return self.filter(coached_by(coach))

    def for_client(self, clients: list[Client]) -> EngagementQuerySet:
        """The engagements that the person behind these rows follows as a client."""
        from clients import permissions

        return self.filter(pk__in=permissions.held(clients[0].person_id, permissions.FOLLOW), client__in=clients)


class Engagement(models.Model):
    """The whole coaching relationship with one client. Permissions stand here; sessions and notes are found through it."""

    class Wording(models.TextChoices):
        A = "A", _("A: kept, except at your request or where the law requires it")
        B = "B", _("B: kept at all times, except where the law requires it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="engagements")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="engagements")
    sponsor = models.ForeignKey(Sponsor, on_delete=models.PROTECT, null=True, related_name="engagements")
    details: Mapping[str, Any] = EncryptedDetails()  # title, objective, parties
    wording = models.CharField(max_length=1, choices=Wording.choices)  # chosen for the agreement to come; the one in force decides
    planned_sessions = models.PositiveSmallIntegerField(null=True)
    notes_key = models.UUIDField()  # series of the DataKey that the coach alone holds
    shared_key = models.UUIDField()  # series of the DataKey that coach and client hold
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        permissions = [("coach_engagement", "Coaches it"), ("follow_engagement", "Is its client")]
        ordering = ["-opened_at"]

    @property
    def title(self) -> str:
        return str(self.details["title"])

    @property
    def parties(self) -> str:
        """Its client and its keys. `details` holds them too, as it was opened with: a column can be written over in the database, they cannot."""
        return f"{self.client_id} {self.notes_key} {self.shared_key}"

    @property
    def practice_id(self) -> UUID:
        return self.coach.practice_id

    def take_for_coach(self, coach: Coach) -> None:
        """Do not read this engagement's coach again, if it is this one."""
        if self.coach_id == coach.pk:
            self.coach = coach


class BarrierQuerySet(models.QuerySet["Barrier"]):
    def for_coach(self, coach: Coach) -> BarrierQuerySet:
        """The barriers between two clients of this coach."""
        return self.filter(one__coach=coach, other__coach=coach)

    def standing(self) -> BarrierQuerySet:
        """Those that were not lifted."""
        return self.filter(lifted_at__isnull=True)


class Barrier(models.Model):
    """A barrier that a coach put by hand between two of her clients. Those within an organisation have no row: clients/barriers.py."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    one = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")  # of the two ids, the lesser
    other = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="+")
    details: Mapping[str, Any] = EncryptedDetails()  # reason, may be empty
    made_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    objects = BarrierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="barrier_in_order", condition=models.Q(one__lt=models.F("other"))),
            models.UniqueConstraint(name="one_barrier_per_pair", fields=["one", "other"], condition=models.Q(lifted_at__isnull=True)),
        ]

    @property
    def reason(self) -> str:
        return str(self.details.get("reason", ""))


class EngagementUserPermission(UserObjectPermissionBase):
    """guardian's row, with a direct foreign key: no orphan, no revival on a re-used id."""

    content_object = models.ForeignKey(Engagement, on_delete=models.CASCADE)


class EngagementGroupPermission(GroupObjectPermissionBase):
    """Here so that guardian never falls back to generic rows. No group is ever given anything."""

    content_object = models.ForeignKey(Engagement, on_delete=models.CASCADE)
