"""The second factors: allauth keeps them in JSON; their secrets are encrypted by our hook under the instance key, passkeys for their person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.adapters import SEED
from accounts.factors import passkeys
from vault import instance


def walk(newest: bytes) -> int:
    """Close every secret anew that another key closed; how many. The row is held meanwhile, so that no use of a code is lost."""
    done = 0
    for pk in list(Authenticator.objects.values_list("pk", flat=True)):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            old = [text for text in tokens(row.data) if name_of(text) != newest] if row else []
            if row is None or not old:
                continue
            row.data = swapped(row.data, {text: closed_anew(text, place(row)) for text in old})
            row.save(update_fields=["data"])
            done += len(old)
    return done


def count(name: bytes) -> int:
    """How many secrets this key closed."""
    return sum(name_of(text) == name for data in Authenticator.objects.values_list("data", flat=True) for text in tokens(data))


def place(row: Authenticator) -> bytes:
    """What the secrets of a row are bound to."""
    return passkeys.place(row.user_id) if row.type == Authenticator.Type.WEBAUTHN else SEED


def closed_anew(text: str, where: bytes) -> str:
    """The same secret under the newest key."""
    return instance.encrypt(instance.decrypt(bytes.fromhex(text), where), where).hex()


def name_of(text: str) -> bytes | None:
    """Which of the instance's keys closed this text, if one did."""
    try:
        name = instance.name_of(bytes.fromhex(text))
    except ValueError:
        return None
    return name if name in instance.names() else None


def tokens(data: Any) -> Iterator[str]:
    """Every text in some JSON that an instance key closed."""
    if isinstance(data, str):
        if name_of(data):
            yield data
    elif isinstance(data, dict | list):
        for part in data.values() if isinstance(data, dict) else data:
            yield from tokens(part)


def swapped(data: Any, new: dict[str, str]) -> Any:
    """The same JSON with these texts in place of those."""
    if isinstance(data, str):
        return new.get(data, data)
    if isinstance(data, dict):
        return {name: swapped(part, new) for name, part in data.items()}
    return [swapped(part, new) for part in data] if isinstance(data, list) else data
