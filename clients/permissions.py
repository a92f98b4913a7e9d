"""Every question to guardian. Superusers, groups and global permissions count for nothing."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from guardian.shortcuts import assign_perm, remove_perm

from clients.models import Engagement, EngagementUserPermission

COACH = "coach_engagement"
FOLLOW = "follow_engagement"


def held(person: UUID, permission: str) -> QuerySet[EngagementUserPermission, Any]:
    """The ids of the engagements on which this person holds this permission, by a row of their own. To be asked inside another question."""
    return EngagementUserPermission.objects.filter(user=person, permission=_number(permission)).values("content_object")


@cache
def _number(permission: str) -> int:
    """The permission's row, which stays the same for as long as the schema does."""
    return Permission.objects.get(codename=permission, content_type=ContentType.objects.get_for_model(Engagement)).pk


def give(permission: str, person: Any, engagement: Engagement) -> None:
    """Give one person a permission on one engagement."""
    assign_perm(permission, person, engagement)


def take(permission: str, person: Any, engagement: Engagement) -> None:
    """Take it back."""
    remove_perm(permission, person, engagement)


def holders(engagement: Engagement, permission: str) -> frozenset[UUID]:
    """Who holds this permission on this engagement, by a row of their own."""
    rows = EngagementUserPermission.objects.filter(content_object=engagement, permission=_number(permission))
    return frozenset(rows.values_list("user", flat=True))
