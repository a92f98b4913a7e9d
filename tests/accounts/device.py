"""A device with one passkey, in software: it answers what a page asks of `navigator.credentials`, or what a test would rather have it say."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from django.test import Client as Browser
from fido2 import cbor

from tests.consent.authenticator import ATTESTED, ORIGIN, PRESENT, VERIFIED, Passkey, raw, said, words

HERE = {"host": "localhost:8000"}


class Device:
    """One passkey, which counts what it signs; `knows_secret`: with the PRF extension."""

    def __init__(self, kind: str = "ES256", *, knows_secret: bool = True, counts: bool = True) -> None:
        self.key, self.knows_secret, self.counts = Passkey(kind), knows_secret, counts
        self.counter, self.owner = 0, b""

    def secret(self, asked: dict[str, Any]) -> str:
        """What it answers to the salt that it is asked about."""
        salts = asked.get("extensions", {}).get("prf", {}).get("evalByCredential", {})
        salt = salts.get(words(self.key.id), {}).get("first", "")
        return words(hmac.digest(self.key.id, raw(salt), "sha256")) if salt and self.knows_secret else ""

    def made(self, asked: dict[str, Any], *, origin: str = ORIGIN, flags: int = PRESENT | VERIFIED, **other: Any) -> str:
        """The answer to `create`."""
        self.owner = raw(asked["user"]["id"])
        place = hashlib.sha256(asked["rp"]["id"].encode()).digest()
        attested = bytes(16) + len(self.key.id).to_bytes(2) + self.key.id + cbor.encode(self.key.cose)
        data = place + bytes([flags | ATTESTED]) + self.counter.to_bytes(4) + attested
        response = {
            "clientDataJSON": words(said("webauthn.create", other.get("challenge", asked["challenge"]), origin)),
            "attestationObject": words(cbor.encode({"fmt": "none", "authData": data, "attStmt": {}})),
        }
        return json.dumps(self._named(response) | {"prf": self.knows_secret})

    def signed(
        self,
        asked: dict[str, Any],
        *,
        origin: str = ORIGIN,
        flags: int = PRESENT | VERIFIED,
        name: str = "localhost",
        signer: Passkey | None = None,
        owner: bytes | None = None,
        kind: str = "webauthn.get",
        challenge: str = "",
        cross_origin: bool = False,
    ) -> str:
        """The answer to `get`."""
        self.counter += self.counts
        data = hashlib.sha256(name.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4)
        client = said(kind, challenge or asked["challenge"], origin)
        if cross_origin:
            client = client.replace(b'"crossOrigin": false', b'"crossOrigin": true')
        response = {
            "clientDataJSON": words(client),
            "authenticatorData": words(data),
            "signature": words((signer or self.key).signature(data + hashlib.sha256(client).digest())),
            "userHandle": words(self.owner if owner is None else owner),
        }
        return json.dumps(self._named(response))

    def _named(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": words(self.key.id), "rawId": words(self.key.id), "type": "public-key", "response": response}


LIST, SIGN_IN, SECOND = "/accounts/2fa/passkeys/", "/accounts/passkey/", "/accounts/2fa/authenticate/"
UNLOCK, STEP_UP = "/accounts/unlock/", "/accounts/reauthenticate/"


def ask(browser: Browser, path: str, step: str = "ask", **more: Any) -> dict[str, Any]:
    """What the page's script is told to ask."""
    answer = browser.post(path, {"step": step, **more}, headers=HERE)
    assert answer.status_code == 200, answer
    return dict(answer.json())


def use(browser: Browser, path: str, device: Device, **other: Any) -> Any:
    """Use a passkey on a page, as its script does."""
    asked = ask(browser, path)
    secret = device.secret(asked)
    return browser.post(path, {"step": "passkey", "answer": device.signed(asked, **other), "secret": secret}, headers=HERE)


def add(browser: Browser, device: Device, name: str = "Mon téléphone", **other: Any) -> Any:
    """Make a passkey on the person's own page."""
    asked = ask(browser, LIST)
    return browser.post(LIST, {"step": "add", "name": name, "answer": device.made(asked, **other)}, headers=HERE)


def let_open(browser: Browser, device: Device, row: int, **other: Any) -> Any:
    """Let a passkey open the vault too."""
    asked = ask(browser, LIST, "ask_to_open", passkey=row)
    return browser.post(LIST, {"step": "opens", "answer": device.signed(asked, **other), "secret": device.secret(asked)}, headers=HERE)
