"""A passkey in software: it answers what a page asks of `navigator.credentials`, or what a test would rather have it say."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from fido2 import cbor

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def words(data: bytes) -> str:
    """Bytes as base64url."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    """The bytes of a base64url text."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def said(kind: str, challenge: str, origin: str) -> bytes:
    """What the browser says of the ceremony."""
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()


class Passkey:
    """One key, of one kind: ES256, EdDSA, RS256, or ES384 which the product does not take."""

    def __init__(self, kind: str = "ES256") -> None:
        self.kind, self.id = kind, secrets.token_bytes(20)
        self.key: Any
        if kind == "EdDSA":
            self.key = ed25519.Ed25519PrivateKey.generate()
            self.cose: dict[int, Any] = {1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes_raw()}
        elif kind == "RS256":
            self.key = rsa.generate_private_key(65537, 2048)
            self.cose = {1: 3, 3: -257, -1: self.key.public_key().public_numbers().n.to_bytes(256), -2: (65537).to_bytes(3)}
        else:
            curve, size, numbers = (ec.SECP384R1(), 48, (-35, 2)) if kind == "ES384" else (ec.SECP256R1(), 32, (-7, 1))
            self.key = ec.generate_private_key(curve)
            at = self.key.public_key().public_numbers()
            self.cose = {1: 2, 3: numbers[0], -1: numbers[1], -2: at.x.to_bytes(size), -3: at.y.to_bytes(size)}

    def signature(self, data: bytes) -> bytes:
        """The key's signature over these bytes."""
        if self.kind == "EdDSA":
            return bytes(self.key.sign(data))
        if self.kind == "RS256":
            return bytes(self.key.sign(data, padding.PKCS1v15(), hashes.SHA256()))
        return bytes(self.key.sign(data, ec.ECDSA(hashes.SHA384() if self.kind == "ES384" else hashes.SHA256())))

    def answer(
        self,
        asked: dict[str, Any],
        *,
        origin: str = ORIGIN,
        name: str = "",
        flags: int = PRESENT | VERIFIED,
        made_flags: int = PRESENT | VERIFIED,
        kind: str = "webauthn.get",
        challenge: str = "",
        signer: Passkey | None = None,
    ) -> dict[str, Any]:
        """What the page sends: the key that was made, and what it signed. `signer` is another key that signs in its place."""
        place = hashlib.sha256((name or asked["rp"]["id"]).encode()).digest()
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor.encode(self.cose)
        made = place + bytes([made_flags | ATTESTED]) + bytes(4) + attested
        data, client = place + bytes([flags]) + bytes(4), said(kind, challenge or asked["challenge"], origin)
        named = {"id": words(self.id), "rawId": words(self.id), "type": "public-key"}
        return {
            "made": named
            | {
                "response": {
                    "clientDataJSON": words(said("webauthn.create", asked["challenge"], origin)),
                    "attestationObject": words(cbor.encode({"fmt": "none", "authData": made, "attStmt": {}})),
                }
            },
            "signed": named
            | {
                "response": {
                    "clientDataJSON": words(client),
                    "authenticatorData": words(data),
                    "signature": words((signer or self).signature(data + hashlib.sha256(client).digest())),
                }
            },
        }
