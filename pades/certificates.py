"""Certificates and revocation lists of an instance's own authority, made and signed here: bytes in, bytes out.

Every key is P-256, every signature ECDSA with SHA-256. Nothing here knows Django or a row.
"""

from __future__ import annotations

import hashlib
import re
import stringprep
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORGANISATION: Final = "CoachVault"
DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
WHOLE_NAME: Final = x509.ObjectIdentifier("2.5.4.41")  # X.520 name, up to 32,768 characters
COMMON_NAME_BYTES: Final = 64  # X.520's bound; OpenSSL and this library count bytes of UTF-8
JOINERS: Final = "\u200c\u200d"  # inside Persian words and emoji
COSE_ALGORITHMS: Final = (-7, -8, -257)  # ES256, EdDSA, RS256
SIGNER_BEFORE: Final = timedelta(minutes=5)
SIGNER_AFTER: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate (DER) and its private key (PKCS #8, DER)."""

    certificate: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when a certificate is valid."""

    begins: datetime
    ends: datetime


def written(name: str) -> str:
    """The name in one line, without what no one can see or what turns the line round."""
    kept = "".join(c if c.isprintable() or c in JOINERS else " " for c in unicodedata.normalize("NFC", name))
    return " ".join(kept.encode("utf-8", "ignore").decode().split()) or "—"


def comparable(name: str) -> str:
    """The name as far as X.509 can compare it (RFC 4518): without what Unicode 3.2 did not know, and running one way.

    Readers that prepare names so, pyHanko among them, cannot read a certificate with any other. The signature itself says the whole name.
    """
    kept = "".join(c for c in written(name) if not any(_is_unknown(one) for one in _mapped(c)))
    if any(stringprep.in_table_d1(c) for c in _mapped(kept)):  # it runs from right to left: then all of it must
        kept = "".join(c for c in kept if not any(stringprep.in_table_d2(one) for one in _mapped(c)))
        while not stringprep.in_table_d1(_mapped(kept)[-1:] or "\u05d0"):
            kept = kept[:-1]
        while not stringprep.in_table_d1(_mapped(kept)[:1] or "\u05d0"):
            kept = kept[1:]
    kept = re.sub(rf"(?<!\w)[{JOINERS}]+|[{JOINERS}]+(?!\w)", "", kept)
    return " ".join(kept.split()) or "—"


def common_name(name: str) -> str:
    """The comparable name as it fits into a common name: shortened at a whole character, and then ending in an ellipsis."""
    whole = comparable(name)
    if len(whole.encode()) <= COMMON_NAME_BYTES:
        return whole
    short = whole
    while len(short.encode()) > COMMON_NAME_BYTES - len("…".encode()):
        short = short[:-1]
    while short and (_clings(whole[len(short)]) or short[-1] in JOINERS):
        short = short[:-1]  # neither an accent nor half a character is cut off
    return comparable(short.rstrip() + "…")


def _mapped(text: str) -> str:
    """The text as names are compared."""
    return unicodedata.normalize("NFKC", "".join(map(stringprep.map_table_b2, text)))


def _is_unknown(character: str) -> bool:
    """Whether a name with this character could not be compared."""
    tables = (stringprep.in_table_a1, stringprep.in_table_c3, stringprep.in_table_c4, stringprep.in_table_c5, stringprep.in_table_c8)
    return character == "\ufffd" or any(table(character) for table in tables)


def _clings(character: str) -> bool:
    """Whether a character belongs to the one before: an accent, a joiner, a colour of skin."""
    return unicodedata.category(character)[0] == "M" or character in JOINERS or "\U0001f3fb" <= character <= "\U0001f3ff"


def subject(name: str) -> x509.Name:
    """The X.500 name of a person or an authority; a name that had to be shortened stands there whole as well."""
    whole, short = comparable(name), common_name(name)
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION), x509.NameAttribute(NameOID.COMMON_NAME, short)]
    if short != whole:
        parts.append(x509.NameAttribute(WHOLE_NAME, whole[:32768]))
    return x509.Name(parts)


def root(label: str, period: Period) -> Pair:
    """A root that signs itself and one authority below it."""
    return _authority(f"CoachVault root {label}", None, 1, period, None)


def issuing(above: Pair, label: str, period: Period, *, crl_address: str = "") -> Pair:
    """The authority that signs the certificates of those who sign."""
    return _authority(f"CoachVault issuing {label}", above, 0, period, crl_address)


def seal(above: Pair, label: str, period: Period, *, crl_address: str = "") -> Pair:
    """The certificate with which the instance fixes a document."""
    return _leaf(f"CoachVault seal {label}", above, period, [DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION], crl_address)


def timestamp(above: Pair, label: str, period: Period, *, crl_address: str = "") -> Pair:
    """The certificate that signs local timestamps (RFC 3161, 2.3: time stamping alone, critical)."""
    return _leaf(f"CoachVault local timestamp {label}", above, period, [ExtendedKeyUsageOID.TIME_STAMPING], crl_address)


def signer(above: Pair, *, name: str, address: str, at: datetime, crl_address: str = "") -> Pair:
    """A certificate for one signature of one person, valid for 15 minutes; its key is to be forgotten with it."""
    period = Period(at - SIGNER_BEFORE, at + SIGNER_AFTER)
    return _leaf(name, above, period, [DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION], crl_address, address)


def crl(issuer: Pair, *, at: datetime, until: datetime, number: int) -> bytes:
    """An empty revocation list (DER): one-time certificates end by themselves, and the others are the instance's own."""
    above, key = x509.load_der_x509_certificate(issuer.certificate), _key(issuer.key)
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(above.subject)
        .last_update(at)
        .next_update(until)
        .add_extension(x509.CRLNumber(number), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


def sign(pair: Pair, data: bytes) -> bytes:
    """An ECDSA signature with SHA-256 (DER)."""
    return _key(pair.key).sign(data, ec.ECDSA(hashes.SHA256()))


def pem(certificate: bytes) -> bytes:
    """A certificate as text."""
    return x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)


def crl_pem(listed: bytes) -> bytes:
    """A revocation list as text."""
    return x509.load_der_x509_crl(listed).public_bytes(serialization.Encoding.PEM)


def public_key_pem(cose: Mapping[int, Any]) -> str:
    """A public key of `COSE_ALGORITHMS` (RFC 9053, sections 2 and 7; RFC 8812) as text; raise ValueError for any other."""
    match dict(cose):
        case {1: 2, 3: -7, -1: 1, -2: bytes(x), -3: bytes(y)}:
            numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1())
            key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey = numbers.public_key()
        case {1: 1, 3: -8, -1: 6, -2: bytes(x)}:
            key = ed25519.Ed25519PublicKey.from_public_bytes(x)
        case {1: 3, 3: -257, -1: bytes(n), -2: bytes(e)}:
            key = rsa.RSAPublicNumbers(int.from_bytes(e), int.from_bytes(n)).public_key()
        case _:
            raise ValueError("The key is of another kind.")
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def from_pem(text: bytes) -> list[bytes]:
    """The certificates (DER) of a text, raise ValueError if there is none."""
    return [one.public_bytes(serialization.Encoding.DER) for one in x509.load_pem_x509_certificates(text)]


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate, in hex."""
    return hashlib.sha256(certificate).hexdigest()


def _key(key: bytes) -> ec.EllipticCurvePrivateKey:
    """The key of these bytes."""
    loaded = serialization.load_der_private_key(key, None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    return loaded


def _authority(name: str, above: Pair | None, below: int, period: Period, crl_address: str | None) -> Pair:
    """The certificate of an authority with at most `below` authorities under it."""
    usage = _usage(key_cert_sign=True, crl_sign=True)
    return _made(name, above, period, [(x509.BasicConstraints(True, below), True), (usage, True), *_lists(crl_address)])


def _leaf(name: str, above: Pair, period: Period, purposes: list[x509.ObjectIdentifier], crl_address: str, address: str = "") -> Pair:
    """The certificate of whoever signs documents or timestamps."""
    is_clock = purposes == [ExtendedKeyUsageOID.TIME_STAMPING]
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(False, None), True),
        (_usage(digital_signature=True, content_commitment=not is_clock), True),
        (x509.ExtendedKeyUsage(purposes), is_clock),
        *_lists(crl_address),
    ]
    if address and address.isascii():  # an address in other letters has no place in this form of name (RFC 5280, 4.2.1.6)
        extensions.append((x509.SubjectAlternativeName([x509.RFC822Name(address)]), False))
    return _made(name, above, period, extensions)


def _usage(**uses: bool) -> x509.KeyUsage:
    """A key usage in which only what is named is true."""
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    return x509.KeyUsage(**dict.fromkeys((*names, "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False) | uses)


def _lists(address: str | None) -> list[tuple[x509.ExtensionType, bool]]:
    """Where the revocation list lies, if it has a public address."""
    if not address:
        return []
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)
    return [(x509.CRLDistributionPoints([point]), False)]


def _made(name: str, above: Pair | None, period: Period, extensions: list[tuple[x509.ExtensionType, bool]]) -> Pair:
    """A new key and its certificate, signed by `above` or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = subject(name)
    issuer_key = _key(above.key) if above else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(x509.load_der_x509_certificate(above.certificate).subject if above else own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(period.begins)
        .not_valid_after(period.ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
    )
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, is_critical)
    certificate = builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    private = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Pair(certificate, private)
