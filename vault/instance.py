"""What the server itself can read: values closed under the instance keys, which never stand in a database.

Stored as format byte, 4 bytes naming the instance key, seal. Each purpose has its own key, derived from the instance key.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from vault import primitives
from vault.primitives import Closed

FORMAT: Final = b"\x01"
_LINE: Final = re.compile("[0-9a-f]{8} [0-9a-f]{64}")
_lock = threading.Lock()
_keys: dict[bytes, bytes] = {}
_read_from: Path | None = None
_seen: tuple[int, int, int] | None = None  # the file as it was when it was read


def read_keys(path: Path) -> dict[bytes, bytes]:
    """The instance keys of a file, newest first: lines of 8 hex digits (its name) and 64 (the key)."""
    lines = path.read_text().splitlines()
    if not lines or not all(_LINE.fullmatch(line) for line in lines):
        raise ImproperlyConfigured(f"{path} is damaged. Put it back from the secrets archive (manage.py restore).")
    return {bytes.fromhex(line[:8]): bytes.fromhex(line[9:]) for line in lines}


def _read(path: Path) -> None:
    global _read_from, _seen
    seen = _look(path)  # before it is read: a change in between is seen the next time
    read = read_keys(path)  # first, so that a damaged file takes nothing away from those already read
    _keys.clear()
    _keys.update(read)
    _read_from, _seen = path, seen


def _look(path: Path) -> tuple[int, int, int]:
    facts = path.stat()
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def _newest() -> list[tuple[bytes, bytes]]:
    """Every key, newest first. A file that was changed is read again: nothing may be closed with a key that has been taken out of it."""
    path = Path(settings.KEYS_FILE)
    with _lock:
        try:
            if _read_from != path or _seen != _look(path):
                _read(path)
        except (OSError, ImproperlyConfigured):
            if _read_from != path:
                raise
        return list(_keys.items())


def _key(name: bytes) -> bytes:
    """The key of this name. The file is read again when a value names a key not seen yet."""
    path = Path(settings.KEYS_FILE)
    with _lock:
        if _read_from != path or name not in _keys:
            _read(path)
        if name not in _keys:
            raise Closed("an instance key that this instance does not have")
        return _keys[name]


@lru_cache(maxsize=64)
def _purpose_key(key: bytes, purpose: str) -> bytes:
    return primitives.derive(key, primitives.context("instance", purpose))


def encrypt(plaintext: bytes, place: bytes, purpose: str = "field") -> bytes:
    """Close with the newest instance key, for one place only."""
    name, key = _newest()[0]
    return FORMAT + name + primitives.seal(_purpose_key(key, purpose), plaintext, place)


def decrypt(token: bytes, place: bytes, purpose: str = "field") -> bytes:
    """Open what `encrypt` closed for this place, or raise `Closed`. There is no other way tried."""
    if token[:1] != FORMAT:
        raise Closed("unknown format")
    return primitives.unseal(_purpose_key(_key(bytes(token[1:5])), purpose), bytes(token[5:]), place)


def digests(value: str, purpose: str, keys: Iterable[bytes] | None = None) -> list[str]:
    """What `digest` makes of a value, and what it made of it under each older key: while keys are rotated, either may stand in a row."""
    under = [key for _, key in _newest()] if keys is None else keys
    return [primitives.keyed_digest(_purpose_key(key, "digest." + purpose), value.encode()).hex() for key in under]


def digest(value: str, purpose: str) -> str:
    """64 hex digits by which a value is found again without being stored."""
    return digests(value, purpose)[0]


def address_digests(address: str) -> list[str]:
    """The digests by which a person's e-mail address is found, newest key first: case and spaces around it do not matter."""
    return digests(address.strip().casefold(), "address")


def address_digest(address: str) -> str:
    """The digest under which a person's e-mail address is kept."""
    return address_digests(address)[0]


def names() -> list[bytes]:
    """The names of the instance keys, newest first."""
    return [name for name, _ in _newest()]


def name_of(token: bytes) -> bytes | None:
    """The name of the key that closed a value; None for what is no such value."""
    return bytes(token[1:5]) if token[:1] == FORMAT else None
