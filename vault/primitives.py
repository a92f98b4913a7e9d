"""Every primitive of the vault, from one library, with no choice left to what was stored.

Plain Python: bytes in, bytes out, and `Closed` on any doubt. Nothing here knows Django, a person or a row.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, x25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
FORMAT: Final = b"\x01"
SMALLEST_TEXT: Final = 256
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Closed(Exception):
    """It does not open: another key, another place, another version, or bytes that are not ours."""


def context(purpose: str, *fields: bytes | str | int) -> bytes:
    """Encode a purpose and its fields so that two different lists never give the same bytes: `CV1\\0`, then each field after its 2-byte length."""
    parts = [b"CV1\0"]
    for one in (purpose, *fields):
        raw = one if isinstance(one, bytes) else str(one).encode()
        if len(raw) > 0xFFFF:
            raise ValueError("a context's field is at most 65,535 bytes")
        parts += [len(raw).to_bytes(2, "big"), raw]
    return b"".join(parts)


def random_key() -> bytes:
    """32 bytes from the system's generator."""
    return os.urandom(KEY_BYTES)


def derive(secret: bytes, info: bytes) -> bytes:
    """One key out of another: HKDF (RFC 5869), SHA-256, 32 bytes, no salt."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)


def seal(key: bytes, plaintext: bytes, place: bytes) -> bytes:
    """Close `plaintext` with a 32-byte key, bound to `place`: format byte, then one Cobblestone-256 message (72 bytes more)."""
    encryptor = Cobblestone256Encryptor(key, place)
    return FORMAT + encryptor.update(plaintext) + encryptor.finalize()


def unseal(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """Open what `seal` closed with this key for this place, or raise `Closed`."""
    if sealed[:1] != FORMAT:
        raise Closed("unknown format")
    try:
        decryptor = Cobblestone256Decryptor(key, place)
        return bytes(decryptor.update(sealed[1:])) + bytes(decryptor.finalize())
    except (InvalidTag, ValueError) as no:
        raise Closed("does not open here") from no


def padded_size(length: int) -> int:
    """The size to which a text of `length` bytes is padded: Padmé (Nikitin et al., PURBs, 2019), never under 256."""
    if length <= SMALLEST_TEXT:
        return SMALLEST_TEXT
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def pad(text: bytes) -> bytes:
    """Hide a text's length: its 4-byte length, the text, zeros up to a Padmé size."""
    framed = len(text).to_bytes(4, "big") + text
    return framed.ljust(padded_size(len(framed)), b"\0")


def unpad(framed: bytes) -> bytes:
    """Undo `pad`, or raise `Closed`."""
    length = int.from_bytes(framed[:4], "big")
    if len(framed) != padded_size(length + 4) or framed[4 + length :].strip(b"\0"):
        raise Closed("not a padded text")
    return framed[4 : 4 + length]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one Argon2id run costs: memory in KiB, passes, lanes. Between a floor (OWASP's minimum) and a ceiling, whatever was stored."""

    memory: int
    passes: int
    lanes: int

    def __post_init__(self) -> None:
        if not (19 * 1024 <= self.memory <= 1024 * 1024 and 2 <= self.passes <= 16 and 1 <= self.lanes <= 8):
            raise Closed("an Argon2id cost outside of what this program accepts")


_one_run = (
    threading.Lock()
)  # the library's lanes are threads of one pool: two runs at once in a process fail or hang (cryptography 50, OpenSSL 4)
FLOOR: Final = Cost(19 * 1024, 2, 1)
STANDARD: Final = Cost(128 * 1024, 4, 2)


def stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """A 32-byte key from what a person typed: Argon2id (RFC 9106) over the NFKC form, 16 bytes of salt. 0.3 s at the standard cost."""
    typed = unicodedata.normalize("NFKC", passphrase).strip().encode()
    run = Argon2id(salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory)
    with _one_run:
        return bytes(run.derive(typed))


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """What others need of a person: an HPKE key (1,216 bytes: ML-KEM-768, then X25519) and an Ed25519 key (32 bytes).

    `lost` are signing keys of before whose private half nobody has any more: what they signed still counts. `replaced` are those that
    may have leaked: they count for the signatures that the person vouched for when they replaced them (`vouched`: SHA-256 of each), and
    for the ledger's old heads, which newer signatures hold too.
    """

    sealing: bytes
    signing: bytes
    lost: tuple[bytes, ...] = field(default=(), compare=False, repr=False)
    replaced: tuple[bytes, ...] = field(default=(), compare=False, repr=False)
    vouched: frozenset[bytes] = field(default=frozenset(), compare=False, repr=False)

    @property
    def is_first(self) -> bool:
        """Whether this person never had other keys."""
        return not self.lost and not self.replaced

    def ever(self) -> PublicKeys:
        """The same, where every signing key that this person had counts."""
        return PublicKeys(self.sealing, self.signing, lost=(*self.lost, *self.replaced))

    def fingerprint(self) -> bytes:
        """SHA-256 over both keys, 32 bytes."""
        return hashlib.sha256(context("public keys", self.sealing, self.signing)).digest()


class KeyPair:
    """A person's private keys: open what was given to them, and sign. 128 bytes when stored: ML-KEM seed, X25519, Ed25519."""

    SEED_BYTES: Final = 64 + 32 + 32

    def __init__(self, seed: bytes) -> None:
        if len(seed) != self.SEED_BYTES:
            raise Closed("not a key pair")
        kem, curve = mlkem.MLKEM768PrivateKey.from_seed_bytes(seed[:64]), x25519.X25519PrivateKey.from_private_bytes(seed[64:96])
        self._private, self._signer = MLKEM768X25519PrivateKey(kem, curve), ed25519.Ed25519PrivateKey.from_private_bytes(seed[96:])
        self.public = PublicKeys(
            sealing=kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw(),
            signing=self._signer.public_key().public_bytes_raw(),
        )

    @classmethod
    def new_seed(cls) -> bytes:
        """Fresh private keys, as the 128 bytes to keep."""
        return os.urandom(cls.SEED_BYTES)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Open what `wrap` closed for this person with the same `info`, or raise `Closed`."""
        if wrapped[:1] != FORMAT:
            raise Closed("unknown format")
        try:
            return bytes(_SUITE.decrypt(wrapped[1:], self._private, info=info))
        except (InvalidTag, ValueError) as no:
            raise Closed("not for this person, or not here") from no

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature (RFC 8032), 64 bytes."""
        return self._signer.sign(message)


def wrap(secret: bytes, to: PublicKeys, info: bytes) -> bytes:
    """Close `secret` for one person: HPKE (RFC 9180) with ML-KEM-768 + X25519. It says nothing of who closed it: sign it too."""
    kem, curve = mlkem.MLKEM768PublicKey.from_public_bytes(to.sealing[:1184]), x25519.X25519PublicKey.from_public_bytes(to.sealing[1184:])
    return FORMAT + bytes(_SUITE.encrypt(secret, MLKEM768X25519PublicKey(kem, curve), info=info))


def check_signature(public: PublicKeys, message: bytes, signature: bytes) -> None:
    """Raise `Closed` unless this person's key, or one of before that still counts for it, signed exactly `message`."""
    count = (public.signing, *public.lost, *(public.replaced if voucher(message, signature) in public.vouched else ()))
    if not any(_is_signed_by(key, message, signature) for key in count):
        raise Closed("not signed by this person")


def voucher(message: bytes, signature: bytes) -> bytes:
    """What names one signature of one message, 32 bytes."""
    return hashlib.sha256(context("vouched", hashlib.sha256(message).digest(), signature)).digest()


def _is_signed_by(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def keyed_digest(key: bytes, value: bytes) -> bytes:
    """HMAC-SHA-256, 32 bytes: finds equal values without telling them."""
    return hmac.digest(key, value, "sha256")


def fingerprint(salt: bytes, text: str) -> bytes:
    """SHA-256 of 32 random bytes and the text: names exactly one text and confirms no guess to whoever lacks the bytes."""
    if len(salt) != KEY_BYTES:
        raise ValueError("a fingerprint's salt is 32 bytes")
    return hashlib.sha256(salt + text.encode()).digest()
