"""A passkey's signature over an agreement, if somebody adds one: a key made for this signature alone, and what it signed, checked before anything is kept.

What it signs is the SHA-256 of what `pades.verify_proof.asked_of_passkey` writes down, which the script in the proof file makes again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from fido2 import cbor
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AuthenticationResponse,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.act import Refused
from accounts.factors.passkeys import server, site
from consent import documents
from consent.models import Signatory
from pades import certificates

ASKED: Final = "passkey"  # the key of the browser's session under which stands what was asked of it last
LASTS: Final = timedelta(minutes=10)
METHOD: Final = "simple electronic signature, with a passkey's signature over the document"


def ask(request: HttpRequest, signatory: Signatory, at: datetime) -> dict[str, Any] | None:
    """What the browser's `navigator.credentials.create` is given, remembered once for ten minutes; None where there is no name to make a passkey for."""
    name, origin = site(request)
    if not name:
        return None
    agreement = signatory.agreement
    asked = {"signatory": str(signatory.pk), "document": agreement.sha256, "nonce": secrets.token_urlsafe(32), "at": at.isoformat()}
    request.session[ASKED] = asked
    reference = documents.reference(agreement)
    options, _state = server(name, origin).register_begin(
        PublicKeyCredentialUserEntity(id=secrets.token_bytes(16), name=reference, display_name=reference),
        challenge=_challenge(signatory, asked),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    given = dict(options)["publicKey"]
    known = [one for one in given["pubKeyCredParams"] if one["alg"] in certificates.COSE_ALGORITHMS]
    return {**given, "pubKeyCredParams": known}


def verified(request: HttpRequest, signatory: Signatory, sent: str, at: datetime) -> dict[str, Any]:
    """What the evidence keeps of the passkey's answer. Raises `Refused` for one that was not asked for, comes late or does not fit."""
    name, origin = site(request)
    asked = request.session.pop(ASKED, None)
    is_theirs = asked is not None and (asked["signatory"], asked["document"]) == (str(signatory.pk), signatory.agreement.sha256)
    if not name or not is_theirs or not timedelta(0) <= at - datetime.fromisoformat(asked["at"]) <= LASTS:
        raise Refused(
            _(
                "The passkey’s signature is no longer valid: it lasts ten minutes and serves once. Nothing was signed; begin again, or sign without it."
            ),
            code="passkey_over",
        )
    try:
        kept = _checked(server(name, origin), _challenge(signatory, asked), json.loads(sent))
    except Exception as no:  # anything may have been sent, and the formats inside one another fail in many ways
        raise Refused(
            _("The passkey’s signature does not fit this document. Nothing was signed; begin again, or sign without it."),
            code="passkey_wrong",
        ) from no
    return kept | {"nonce": asked["nonce"], "nonce_at": asked["at"], "rp_id": name}


def _challenge(signatory: Signatory, asked: Mapping[str, str]) -> bytes:
    from pades.verify_proof import asked_of_passkey

    agreement = signatory.agreement
    return asked_of_passkey(
        agreement=documents.reference(agreement),
        field=signatory.field,
        document=agreement.sha256,
        statement=agreement.details["statements"][signatory.role],
        nonce=asked["nonce"],
        at=asked["at"],
    )


def _checked(server: Fido2Server, challenge: bytes, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The key that was made and what it signed, if both answer this challenge. Raises many kinds of errors."""
    _options, state = server.authenticate_begin(challenge=challenge)
    made = server.register_complete(state, sent["made"]).credential_data
    assert made is not None
    server.authenticate_complete(state, [made], sent["signed"])
    signed = AuthenticationResponse.from_dict(sent["signed"]).response
    return {
        "credential": websafe_encode(made.credential_id),
        "public_key": websafe_encode(cbor.encode(made.public_key)),
        "public_key_pem": certificates.public_key_pem(made.public_key),
        "authenticator_data": websafe_encode(signed.authenticator_data),
        "client_data": websafe_encode(signed.client_data),
        "signature": websafe_encode(signed.signature),
        "user_verified": signed.authenticator_data.is_user_verified(),
    }
