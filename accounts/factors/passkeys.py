"""Passkeys: what a browser is asked, and its answer, checked before anything counts. Each lies encrypted for its person: a row that somebody plants holds nothing."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts import turnstile
from accounts.act import Refused
from accounts.models import User
from vault import instance, primitives
from vault.primitives import Closed

ASKED: Final = "passkeys"  # the key of the browser's session under which stands what was asked last, and for what
LASTS: Final = timedelta(minutes=5)
NAME: Final = "CoachVault"
ALGORITHMS: Final = {-7, -8, -257}  # ES256, EdDSA, RS256
REQUIRED: Final = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a person as it is kept: what they call it, its public part, how often it signed, whether it knows a secret."""

    row: int
    name: str
    credential: AttestedCredentialData
    counter: int
    knows_secret: bool
    made_at: datetime | None = None
    used_at: datetime | None = None

    @property
    def id(self) -> bytes:
        return bytes(self.credential.credential_id)


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey that has just signed what it was asked, whose it is, and about which salt it was asked."""

    person: User
    passkey: Passkey
    counter: int
    salt: bytes


def site(request: HttpRequest) -> tuple[str, str]:
    """The name that passkeys made here belong to, and the only origin they are taken from; two empty texts where there is no name."""
    if settings.LOCAL:
        is_named = urlsplit(f"//{request.get_host()}").hostname == "localhost"
        return ("localhost", f"{request.scheme}://{request.get_host()}") if is_named else ("", "")
    try:
        ip_address(settings.HOST)
    except ValueError:
        port = urlsplit(settings.URL).port
        return settings.HOST, f"https://{settings.HOST}{f':{port}' if port not in {None, 443} else ''}"
    return "", ""


def server(name: str, origin: str) -> Fido2Server:
    """What checks a passkey's answers for this name, from this origin alone."""
    entity = PublicKeyCredentialRpEntity(id=name, name=NAME)
    return Fido2Server(entity, attestation=AttestationConveyancePreference.NONE, verify_origin=lambda given: given == origin)


# As they are kept


def place(person: UUID) -> bytes:
    """What a passkey's value is bound to: its person."""
    return primitives.context("passkey", person.bytes)


def stored(person: UUID, passkey: Passkey) -> dict[str, str]:
    """What stands in the row of a passkey: everything of it, encrypted for its person."""
    facts = {"name": passkey.name, "credential": passkey.credential.hex(), "counter": passkey.counter, "knows_secret": passkey.knows_secret}
    return {"passkey": instance.encrypt(json.dumps(facts).encode(), place(person)).hex()}


def read(row: Authenticator) -> Passkey:
    """The passkey of a row. Raises `Closed` for one that is not its person's."""
    try:
        token = bytes.fromhex(row.data["passkey"])
    except (KeyError, TypeError, ValueError) as no:
        raise Closed("not a passkey") from no
    facts = json.loads(instance.decrypt(token, place(row.user_id)))
    credential = AttestedCredentialData(bytes.fromhex(facts["credential"]))
    return Passkey(row.pk, facts["name"], credential, facts["counter"], facts["knows_secret"], row.created_at, row.last_used_at)


def of(person: User) -> list[Passkey]:
    """The passkeys of a person, oldest first. Rows that are not theirs are left out."""
    found = []
    for row in Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).order_by("created_at", "pk"):
        try:
            found.append(read(row))
        except Closed:
            continue
    return found


# What a browser is asked


def ask_to_make(request: HttpRequest, person: User, known: Iterable[Passkey], at: datetime) -> dict[str, Any] | None:
    """What `navigator.credentials.create` is given; None where there is no name to make a passkey for."""
    name, origin = site(request)
    if not name:
        return None
    options, state = server(name, origin).register_begin(
        PublicKeyCredentialUserEntity(id=person.pk.bytes, name=person.address, display_name=person.address),
        credentials=[one.credential for one in known],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=REQUIRED,
        extensions={"prf": {}},
    )
    _remember(request, "add", state, person, b"", at)
    given = dict(options)["publicKey"]
    return {**given, "pubKeyCredParams": [one for one in given["pubKeyCredParams"] if one["alg"] in ALGORITHMS]}


def ask(
    request: HttpRequest,
    what: str,
    at: datetime,
    *,
    person: User | None = None,
    passkeys: Iterable[Passkey] = (),
    salts: Mapping[bytes, bytes] | None = None,
) -> dict[str, Any] | None:
    """What `navigator.credentials.get` is given: any of these passkeys, whichever of the device's for nobody in particular.

    `salts` say what each is asked about beside. None where there is no name, or no passkey to ask for.
    """
    name, origin = site(request)
    allowed = [one.credential for one in passkeys]
    if not name or (person is not None and not allowed):
        return None
    beside = {_words(one): {"first": _words(salt)} for one, salt in (salts or {}).items()}
    extensions = {"prf": {"evalByCredential": beside}} if beside else None
    options, state = server(name, origin).authenticate_begin(allowed or None, user_verification=REQUIRED, extensions=extensions)
    _remember(request, what, state, person, next(iter((salts or {}).values()), b""), at)
    return dict(dict(options)["publicKey"])


def _remember(request: HttpRequest, what: str, state: Mapping[str, Any], person: User | None, salt: bytes, at: datetime) -> None:
    asked = {"what": what, "state": dict(state), "person": str(person.pk) if person else "", "salt": salt.hex(), "at": at.isoformat()}
    request.session[ASKED] = asked


# What it answers


def made(request: HttpRequest, person: User, name: str, sent: str, at: datetime) -> Passkey:
    """A new passkey, from the browser's answer to `ask_to_make`. Raises `Refused`."""
    asked, checks = _asked(request, "add", person, at)
    try:
        answer = json.loads(sent)
        data = checks.register_complete(asked["state"], answer)
        _same_page(RegistrationResponse.from_dict(answer).response.client_data)
        credential = data.credential_data
        if credential is None or credential.public_key.ALGORITHM not in ALGORITHMS:
            raise ValueError("not a kind of key that is taken")
        knows_secret = answer.get("prf") is True
    except Exception as no:  # anything may have been sent, and the formats inside one another fail in many ways
        raise _does_not_fit() from no
    return Passkey(0, name, credential, data.counter, knows_secret)


def shown(request: HttpRequest, what: str, sent: str, at: datetime, *, person: User | None = None) -> Shown:
    """Which passkey signed what was asked for this; whoever signs in by it is found by it. Raises `Refused`."""
    asked, checks = _asked(request, what, person, at)
    try:
        answer = json.loads(sent)
        signed = AuthenticationResponse.from_dict(answer)
        owner = person or User.objects.get(pk=UUID(bytes=bytes(signed.response.user_handle or b"")))
        passkeys = of(owner)
        credential = checks.authenticate_complete(asked["state"], [one.credential for one in passkeys], answer)
        _same_page(signed.response.client_data)
        found = next(one for one in passkeys if one.id == credential.credential_id)
    except Exception as no:  # anything may have been sent, and the formats inside one another fail in many ways
        turnstile.tell("passkey that does not fit for", what, "person", person.pk if person else "not said")
        raise _does_not_fit() from no
    return Shown(owner, found, signed.response.authenticator_data.counter, bytes.fromhex(asked["salt"]))


@sensitive_variables()
def secret(sent: str) -> bytes:
    """What a passkey answered to its salt, as the form brings it. Raises `Closed`."""
    try:
        return urlsafe_b64decode(sent + "=" * (-len(sent) % 4))
    except ValueError as no:
        raise Closed("not a passkey's secret") from no


def after(passkey: Passkey, counter: int) -> Passkey:
    """The passkey once it has signed. Raises `Refused` when its counter did not go on: somebody has a copy of it."""
    if (counter or passkey.counter) and counter <= passkey.counter:
        raise Refused(
            _("This passkey seems to have been copied, so it was not taken. Remove it and make a new one."), code="passkey_copied"
        )
    return replace(passkey, counter=counter)


def _asked(request: HttpRequest, what: str, person: User | None, at: datetime) -> tuple[dict[str, Any], Fido2Server]:
    """What this browser was asked last, once, for exactly this, at most five minutes ago. Raises `Refused`."""
    name, origin = site(request)
    asked = request.session.pop(ASKED, None)
    is_this = asked is not None and (asked["what"], asked["person"]) == (what, str(person.pk) if person else "")
    if not name or not is_this or not timedelta(0) <= at - datetime.fromisoformat(asked["at"]) <= LASTS:
        raise Refused(_("That took too long. Please begin again with the passkey."), code="passkey_over")
    return asked, server(name, origin)


def _same_page(client_data: Any) -> None:
    if client_data.cross_origin:
        raise ValueError("asked from inside another site's page")


def _does_not_fit() -> Refused:
    return Refused(_("This passkey was not recognised. Try again, or use your passphrase."), code="passkey_wrong")


def _words(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
