"""Timestamps (RFC 3161): the instance's own, which prove an order, and an outside server's, which prove a time.

An outside server that does not answer, or answers something else, is an error; the local one never stands in for it.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp
from asn1crypto import algos, cms, tsp, x509
from pyhanko.sign import general
from pyhanko.sign.general import simple_cms_attribute
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from pades import certificates
from pades.certificates import Pair
from pades.refusals import TimestampFailed

POLICY: Final = "2.25.70987140185920413424732893918772051682"  # a UUID as an object identifier (ITU-T X.667): local order, no more
SECONDS: Final = 10  # for one answer, to its last byte
LONGEST: Final = 64 * 1024
CLOCKS_APART: Final = timedelta(minutes=5)


class Local(TimeStamper):  # type: ignore[misc]
    """Signs each digest with the instance's own timestamp certificate, at the moment it was made with."""

    def __init__(self, pair: Pair, issuing: bytes, at: datetime) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.pair, self.at = pair, at.astimezone(UTC).replace(microsecond=0)
        self.own, self.issuing = x509.Certificate.load(pair.certificate), x509.Certificate.load(issuing)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the answer to a request."""
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": tsp.ObjectIdentifier(POLICY),
                "message_imprint": req["message_imprint"],
                "serial_number": secrets.randbits(64),
                "gen_time": self.at,
                "nonce": req["nonce"],
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": self._signed(info.dump())})
        return tsp.TimeStampResp({"status": tsp.PKIStatusInfo({"status": "granted"}), "time_stamp_token": token})

    def _signed(self, info: bytes) -> cms.SignedData:
        """The signed form of a timestamp's facts (RFC 5652, with the certificate's digest of RFC 5816)."""
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("message_digest", hashlib.sha256(info).digest()),
                simple_cms_attribute("signing_certificate_v2", general.as_signing_certificate_v2(self.own)),
            ]
        )
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": {"issuer": self.own.issuer, "serial_number": self.own.serial_number}}),
            "digest_algorithm": sha256,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signed_attrs": attributes,
            "signature": certificates.sign(self.pair, attributes.dump()),
        }
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [sha256],
                "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(info)},
                "certificates": [self.own, self.issuing],
                "signer_infos": [signer],
            }
        )


class Outside(TimeStamper):  # type: ignore[misc]
    """Asks an RFC 3161 server over HTTP, follows it nowhere else, and believes nothing that it did not ask."""

    def __init__(self, url: str, at: datetime, trust: ValidationContext) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.url, self.at, self.trust = url, at, trust

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return a token for this digest, raise TimestampFailed."""
        nonce, request = self.request_cms(message_digest, md_algorithm)  # type: ignore[no-untyped-call]
        raw = await self._answer(request.dump())
        try:
            answer = tsp.TimeStampResp.load(raw, strict=True)
            if answer["status"]["status"].native not in ("granted", "granted_with_mods"):
                raise TimestampFailed("The timestamp server refused.")
            token = answer["time_stamp_token"]
            info = token["content"]["encap_content_info"]["content"].parsed
            imprint = info["message_imprint"]
            is_ours = imprint["hashed_message"].native == message_digest and imprint["hash_algorithm"]["algorithm"].native == md_algorithm
            is_now = abs(info["gen_time"].native - self.at) <= CLOCKS_APART
            same_nonce = info["nonce"].native == nonce
        except (ValueError, TypeError, KeyError, AttributeError) as broken:
            raise TimestampFailed("The timestamp server's answer cannot be read.") from broken
        if not is_ours:
            raise TimestampFailed("The timestamp server signed something else.")
        if not same_nonce:
            raise TimestampFailed("The timestamp server gave an old answer.")
        if not is_now:
            raise TimestampFailed(f"The timestamp server's clock is more than {CLOCKS_APART.seconds // 60} minutes away.")
        await self._believe(token, message_digest)
        return token

    async def _believe(self, token: cms.ContentInfo, digest: bytes) -> None:
        """Check the token's signature, and that its certificate leads to a root that was named; raise TimestampFailed."""
        try:
            found = await validate_tst_signed_data(token["content"], self.trust, lambda _: digest)
        except Exception as broken:
            raise TimestampFailed("The timestamp server's signature cannot be checked.") from broken
        if not (found["intact"] and found["valid"] and found["trust_problem_indic"] is None):
            raise TimestampFailed("The timestamp server's signature does not hold, or leads to none of COACHVAULT_TSA_ROOTS.")

    async def _answer(self, request: bytes) -> bytes:
        """Return what the server says in its time, raise TimestampFailed."""
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            async with (
                asyncio.timeout(SECONDS),
                aiohttp.ClientSession(auto_decompress=False) as session,
                session.post(self.url, data=request, headers=headers, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    raise TimestampFailed(f"The timestamp server answered {response.status}.")
                answer = bytearray()
                async for part in response.content.iter_chunked(LONGEST):
                    answer += part
                    if len(answer) > LONGEST:
                        raise TimestampFailed("The timestamp server's answer is too long.")
                return bytes(answer)
        except TimeoutError as slow:
            raise TimestampFailed(f"The timestamp server did not answer within {SECONDS} seconds.") from slow
        except (aiohttp.ClientError, OSError, ValueError) as down:
            raise TimestampFailed("The timestamp server cannot be reached.") from down
