"""One more revision of a PDF, made by pyHanko: certified, signed or closed. Loaded late, for it is heavy; called by pades.writing."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import crl, keys, x509
from pyhanko.pdf_utils import layout
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.ades.api import CAdESSignedAttrSpec, GenericCommitment
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, PdfSigningSession, SigDSSPlacementPreference, TimestampDSSContentSettings
from pyhanko.sign.validation import read_certification_data
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pades.authority import Opened
from pades.certificates import Pair
from pades.refusals import SigningRefused
from pades.timestamps import Local, Outside

OUTSIDE_THE_PAGE: Final = InvisSigSettings(box_out_of_bounds=True)  # PDF/UA wants an untagged widget there
TOGETHER: Final = DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE)
FILLING: Final = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, layout.Margins(), InnerScaling.SHRINK_TO_FIT)


@dataclass(frozen=True, slots=True)
class Facts:
    """What one person's signature says."""

    field: str
    name: str
    address: str
    reason: str
    stamp: bytes
    is_last: bool


class Appending(IncrementalPdfFileWriter):  # type: ignore[misc]
    """Adds a revision and leaves title, dates and metadata as the first one has them.

    pyHanko would write them anew, in another form than the one the document was checked in. This is its own, private method:
    pyproject.toml pins the version, and a test compares the metadata of every revision.
    """

    def _update_meta(self) -> None:
        pass


class At(signers.PdfSigner):  # type: ignore[misc]
    """Signs as of a given moment."""

    def __init__(self, *facts: Any, at: datetime, **more: Any) -> None:
        super().__init__(*facts, **more)
        self.at = at

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self.at
        return session


class Page(PdfContent):  # type: ignore[misc]
    """The only page of another PDF."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self.pdf = pdf

    def render(self) -> bytes:
        """Bring the page into the file as an object, and return the operator that draws it."""
        reader = PdfFileReader(io.BytesIO(self.pdf))
        if int(reader.root["/Pages"]["/Count"]) != 1:
            raise SigningRefused("A stamp is a PDF of one page.")
        drawn = self._ensure_writer.import_page_as_xobject(reader)
        x1, y1, x2, y2 = drawn.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(x1 - x2), height=abs(y1 - y2))
        self.resources.xobject["/Stamp"] = drawn
        return b"/Stamp Do"


async def certified(pdf: bytes, opened: Opened, *, field: str, reason: str, at: datetime, may_be_signed: bool) -> bytes:
    """Return the file certified by the instance; raise SigningRefused unless it is the file's first signature."""
    if _read(pdf).embedded_signatures:
        raise SigningRefused("The file is signed already.")
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS if may_be_signed else MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        name="CoachVault",
        embed_validation_info=True,
        validation_context=_trust(opened, at),
        dss_settings=TOGETHER,
        cades_signed_attr_spec=CAdESSignedAttrSpec(commitment_type=GenericCommitment.PROOF_OF_ORIGIN.asn1),
    )
    spec = SigFieldSpec(field, invis_sig_settings=OUTSIDE_THE_PAGE)
    return await _written(pdf, At(meta, _signer(opened, opened.seal), timestamper=_local(opened, at), new_field_spec=spec, at=at))


async def signed(pdf: bytes, opened: Opened, pair: Pair, facts: Facts, at: datetime) -> bytes:
    """Return the file with one person's signature; raise SigningRefused if it may not be signed there and now."""
    _check_may_sign(_read(pdf), facts.field, facts.is_last)
    meta = signers.PdfSignatureMetadata(
        field_name=facts.field,
        md_algorithm="sha256",
        docmdp_permissions=MDPPerm.NO_CHANGES if facts.is_last else MDPPerm.FILL_FORMS,
        subfilter=SigSeedSubFilter.PADES,
        reason=facts.reason,
        name=facts.name,
        contact_info=facts.address,
        embed_validation_info=True,
        validation_context=_trust(opened, at),
        dss_settings=TOGETHER,
        cades_signed_attr_spec=CAdESSignedAttrSpec(commitment_type=GenericCommitment.PROOF_OF_APPROVAL.asn1),
    )
    style = StaticStampStyle(border_width=0, background=Page(facts.stamp), background_layout=FILLING, background_opacity=1)
    return await _written(pdf, At(meta, _signer(opened, pair), timestamper=_local(opened, at), stamp_style=style, at=at))


async def closed(pdf: bytes, opened: Opened, *, field: str, url: str, roots: list[bytes], at: datetime) -> bytes:
    """Return the file with validation data and a timestamp over all of it; raise SigningRefused or TimestampFailed."""
    reader = _read(pdf)
    if read_certification_data(reader) is None or reader.embedded_timestamp_signatures or _empty_fields(reader):
        raise SigningRefused("Only a file that was certified and signed by all is closed, and only once.")
    trust = _trust(opened, at, roots)
    clock = Outside(url, at, trust) if url else _local(opened, at)
    stamper = signers.PdfTimeStamper(clock, field_name=field, invis_settings=OUTSIDE_THE_PAGE, readable_field_name=field)
    before = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
    made: io.BytesIO = await stamper.async_timestamp_pdf(Appending(io.BytesIO(pdf)), "sha256", trust, dss_settings=before)
    return made.getvalue()


def _check_may_sign(reader: PdfFileReader, field: str, is_last: bool) -> None:
    """Raise SigningRefused unless the file is certified, open, and has this empty field, locking as much as it should."""
    if read_certification_data(reader) is None:
        raise SigningRefused("The file was not fixed before.")
    if reader.embedded_timestamp_signatures or any(one.docmdp_level == MDPPerm.NO_CHANGES for one in reader.embedded_signatures):
        raise SigningRefused("The file is closed: nothing can be signed any more.")
    empty = _empty_fields(reader)
    if field not in empty:
        raise SigningRefused("The file has no empty signature field of this name.")
    locks_all = "/Lock" in empty[field] and empty[field]["/Lock"].get("/P") == MDPPerm.NO_CHANGES.value
    if locks_all != is_last:
        raise SigningRefused("Whoever signs last signs in the field that closes the file, and nobody else.")
    if is_last and len(empty) > 1:
        raise SigningRefused("Others have to sign before.")


def _empty_fields(reader: PdfFileReader) -> dict[str, Any]:
    """The empty signature fields, by name."""
    return {name: reference.get_object() for name, _, reference in fields.enumerate_sig_fields(reader, filled_status=False)}


def _read(pdf: bytes) -> PdfFileReader:
    """The file, read; raise SigningRefused."""
    try:
        return PdfFileReader(io.BytesIO(pdf))
    except (PdfError, ValueError, RecursionError) as broken:
        raise SigningRefused("The file cannot be read.") from broken


async def _written(pdf: bytes, signer: At) -> bytes:
    """The file with one more signature; raise SigningRefused."""
    try:
        made: io.BytesIO = await signer.async_sign_pdf(Appending(io.BytesIO(pdf)), existing_fields_only=signer.new_field_spec is None)
    except (SigningError, PdfError) as no:
        raise SigningRefused(str(no)) from no
    return made.getvalue()


def _trust(opened: Opened, at: datetime, more: list[bytes] | None = None) -> ValidationContext:
    """What is believed at a moment: the own root, with lists required; outside servers' roots, whose lists are not fetched."""
    own = [x509.Certificate.load(pair.certificate) for pair in (opened.root, opened.issuing, opened.timestamp)]
    return ValidationContext(
        trust_roots=[own[0], *(x509.Certificate.load(one) for one in more or ())],
        other_certs=own[1:],
        crls=[crl.CertificateList.load(one) for one in opened.crls],
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail" if more else "require",
    )


def _local(opened: Opened, at: datetime) -> Local:
    """The instance's own clock."""
    return Local(opened.timestamp, opened.issuing.certificate, at)


def _signer(opened: Opened, pair: Pair) -> signers.SimpleSigner:
    """Whoever holds this pair."""
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(opened.issuing.certificate))
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(pair.certificate), signing_key=keys.PrivateKeyInfo.load(pair.key), cert_registry=store
    )
