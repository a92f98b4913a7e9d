"""What the server itself can read: values closed under the instance keys, which never stand in a database.

Stored as format byte, 4 bytes naming the instance key, seal. Each purpose has its own key, derived from the instance key.
"""

from __future__ import annotations

import re
import threading
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


def read_keys(path: Path) -> dict[bytes, bytes]:
    """The instance keys of a file, newest first: lines of 8 hex digits (its name) and 64 (the key)."""
    lines = path.read_text().splitlines()
    if not lines or not all(_LINE.fullmatch(line) for line in lines):
        raise ImproperlyConfigured(f"{path} is damaged. Put it back from the secrets archive (manage.py restore).")
    return {bytes.fromhex(line[:8]): bytes.fromhex(line[9:]) for line in lines}


def _key(name: bytes | None) -> tuple[bytes, bytes]:
    """The key of this name (None: the newest). The file is read again when a value names a key not seen yet."""
    global _read_from
    path = Path(settings.KEYS_FILE)
    with _lock:
        if _read_from != path or (name is not None and name not in _keys):
            read = read_keys(path)  # first, so that a damaged file takes nothing away from those already read
            _keys.clear()
            _keys.update(read)
            _read_from = path
        if name is None:
            name = next(iter(_keys))
        if name not in _keys:
            raise Closed("an instance key that this instance does not have")
        return name, _keys[name]


@lru_cache(maxsize=64)
def _purpose_key(key: bytes, purpose: str) -> bytes:
    return primitives.derive(key, primitives.context("instance", purpose))


def encrypt(plaintext: bytes, place: bytes, purpose: str = "field") -> bytes:
    """Close with the newest instance key, for one place only."""
    name, key = _key(None)
    return FORMAT + name + primitives.seal(_purpose_key(key, purpose), plaintext, place)


def decrypt(token: bytes, place: bytes, purpose: str = "field") -> bytes:
    """Open what `encrypt` closed for this place, or raise `Closed`. There is no other way tried."""
    if token[:1] != FORMAT:
        raise Closed("unknown format")
    _, key = _key(bytes(token[1:5]))
    return primitives.unseal(_purpose_key(key, purpose), bytes(token[5:]), place)


def digest(value: str, purpose: str) -> str:
    """64 hex digits by which a value is found again without being stored."""
    _, key = _key(None)
    return primitives.keyed_digest(_purpose_key(key, "digest." + purpose), value.encode()).hex()


def address_digest(address: str) -> str:
    """The digest by which a person's e-mail address is found: case and spaces around it do not matter."""
    return digest(address.strip().casefold(), "address")
