"""What the worker does for people: mail their links, tell them something, shut vaults that nobody uses. It holds no key."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import links, sign_ins, unlocking
from accounts.factors import codes
from accounts.models import Link, User
from support import mail
from support.jobs import every, job
from vault import shredding
from vault.keyring import halves

OVERWRITE: Final = "overwrite-log"  # a file by which the private PostgreSQL's supervisor is asked


@job("accounts.send_link", retry=5)
def send_link(link: str) -> None:
    """Make the link's token, keep its hash and mail it. A repeat makes a new token: the one before leads nowhere."""
    row = Link.objects.filter(pk=UUID(link), used_at__isnull=True, expires_at__gt=timezone.now()).first()
    if row is None or (row.kind == Link.Kind.SIGN_IN and row.about is None):
        return  # used, replaced, or asked for with an address that nobody has
    token = links.new_token()
    row.token, row.sent_at = links.digest(token), timezone.now()
    row.save(update_fields=["token", "sent_at"])
    mail.send(
        to=row.address,
        language=row.language,
        letter=row.letter,
        context={"link": f"/{links.PREFIXES.get(Link.Kind(row.kind), 'link')}/{token}/"},
    )


@job("accounts.mail_code", retry=3)
def mail_code(link: str) -> None:
    """Make the code of an attempt to sign in, keep its digest and mail it. A repeat makes a new one."""
    code = f"{secrets.randbelow(10**6):06d}"
    with transaction.atomic():
        rows = Link.objects.select_for_update().filter(kind=Link.Kind.CODE, used_at__isnull=True, expires_at__gt=timezone.now())
        row = rows.filter(pk=UUID(link)).first()
        if row is None:
            return
        row.details, row.sent_at = {**row.details, "code": codes.digest(row.pk, code)}, timezone.now()
        row.save(update_fields=["details", "sent_at"])
    mail.send(to=row.address, language=row.language, letter=row.letter, context={"code": code})


@job("accounts.write_to", retry=5)
def write_to(person: str, letter: str) -> None:
    """Mail a letter without names and content to a person."""
    user = User.objects.filter(pk=UUID(person), is_active=True).first()
    if user is not None:
        mail.send(to=user.address, language=user.language, letter=letter, context={"link": "/"})


@every("* * * * *", "vault.finish_shredding")
def finish_shredding() -> None:
    """Destroy the halves of every key marked shredded that still has one."""
    shredding.finish(timezone.now())


@every("*/5 * * * *", "accounts.sweep_unlocks")
def sweep_unlocks() -> None:
    """Delete the rows of vaults that shut by themselves."""
    unlocking.sweep(timezone.now())


@every("20 * * * *", "accounts.sweep_sign_ins")
def sweep_sign_ins() -> None:
    """Delete login sessions that ended by themselves, and what was told of them."""
    sign_ins.sweep(timezone.now())


@every("10 * * * *", "vault.clean_keyring")
def clean_keyring() -> None:
    """Each hour of a day on which something was shredded: let the halves' file forget it, and ask the supervisor to overwrite the log."""
    if halves.clean(timezone.now() - timedelta(hours=26)):
        (Path(settings.DATA) / OVERWRITE).touch(mode=0o600)
