"""What the worker does for signatures: it keeps the revocation lists fresh."""

from __future__ import annotations

from django.utils import timezone

from pades import authority
from support.jobs import every


@every("23 3 * * *", "pades.refresh_crls")
def refresh_crls() -> None:
    """Issue revocation lists once a day; without fresh ones no signature can be checked years later."""
    authority.refresh_crls(timezone.now())
