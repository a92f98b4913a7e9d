"""Every question to guardian. Superusers, groups and global permissions count for nothing."""

from __future__ import annotations

from typing import Any

from guardian.shortcuts import assign_perm, get_objects_for_user, remove_perm

from clients.models import Engagement, EngagementQuerySet

COACH = "coach_engagement"
FOLLOW = "follow_engagement"


def engagements(among: EngagementQuerySet, person: Any, permission: str) -> EngagementQuerySet:
    """Those of `among` on which this person holds this permission, by a row of their own."""
    found: EngagementQuerySet = get_objects_for_user(
        person, f"clients.{permission}", klass=among, use_groups=False, with_superuser=False, accept_global_perms=False
    )
    return found


def give(permission: str, person: Any, engagement: Engagement) -> None:
    """Give one person a permission on one engagement."""
    assign_perm(permission, person, engagement)


def take(permission: str, person: Any, engagement: Engagement) -> None:
    """Take it back."""
    remove_perm(permission, person, engagement)
