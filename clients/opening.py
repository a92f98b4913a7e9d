"""Whom a practice asks for more at signing in, and what it does each time a vault opens: give the keys that await. Then, and before locking: sign the heads of the ledger's chains."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clients import actions
from clients.models import Client, Coach, SponsorContact
from vault import ledger
from vault.unlocked import Unlocked


def must_be_mailed_a_code(user: User) -> bool:
    """Whether this instance asks every contact for a mailed code, and this is one. The demo's people may go without, on a local instance."""
    if settings.CONTACT_CODE != "always" or (user.is_demo and settings.LOCAL):
        return False
    return SponsorContact.of(user) is not None


def give_keys(request: HttpRequest, user: User, vault: Unlocked) -> None:
    """Give clients who made their vault the keys that await them."""
    coach = Coach.of(user)
    if coach is not None:
        actions.give_awaiting_keys(coach=coach, vault=vault, by=coach)


def sign_heads(request: HttpRequest, user: User, vault: Unlocked) -> None:
    """Sign the heads of the chains of this person's practices; a chain that was rewritten is said aloud."""
    coach = Coach.of(user)
    chains = {coach.practice_id} if coach else set()
    chains |= {client.coach.practice_id for client in Client.of(user) or []}
    chains |= {contact.sponsor.coach.practice_id for contact in SponsorContact.of(user) or []}
    if ledger.sign_heads(vault, sorted(chains), timezone.now()):
        messages.error(
            request,
            _("The access log no longer holds what you last confirmed: somebody has changed it. Please tell whoever runs this instance."),
        )
