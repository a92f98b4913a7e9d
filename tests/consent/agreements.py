"""Agreements brought to a state as people bring them there, for tests. The bytes are no PDF unless `real` says so."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

import pypdf
from django.test import Client as Browser
from django.utils import timezone, translation

from accounts.models import Link
from clients.models import Engagement, SponsorContact
from consent import actions, completing, documents, fixing
from consent.actions.agreements import Signer
from consent.documents import Choices
from consent.models import Agreement, Signatory
from support import jobs, mail, pdf

SIGNED = {"step": "sign", "name": "Anaïs Lefort", "is_accepted": "on"}
LINK = re.compile(r"/sign/([\w-]+)/")
CODE = re.compile(r"^(\d{6})$", re.MULTILINE)
VALUES = {
    "code_of_conduct": "ICF",
    "goals": "Prendre la parole",
    "session_count": "6",
    "session_length": "90 min",
    "place": "Au cabinet",
    "start_date": "1er décembre 2026",
    "end_date": "1er juin 2027",
    "total_price": "1 800 €",
    "payment_terms": "À chaque séance",
    "cancel_notice": "48 heures",
    "insurance": "Mutuelle",
    "coach_address": "1 rue des Lilas",
    "coach_contact": "camille@example.org",
    "coach_registration": "SIREN 000",
    "mediator": "Médiation",
    "base_reference": "CV-0",
    "base_date": "1er janvier 2026",
    "signed_date": "1er janvier 2026",
    "sponsor_signatories": "Hélène Marchand",
}


def blank(pages: int = 2) -> bytes:
    """A PDF of empty pages."""
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


def french(sentence: str) -> str:
    """A sentence of the pages as the catalogue has it."""
    with translation.override("fr"):
        return translation.gettext(sentence)


def evidence(signatory: Signatory, **other: Any) -> dict[str, Any]:
    """The evidence of a signature, as a page would gather it."""
    agreement = signatory.agreement
    kept = {
        "name": signatory.name,
        "statement": agreement.details["statements"][signatory.role],
        "at": timezone.now().isoformat(),
        "network": "192.0.2.7",
        "browser": "Firefox",
        "language": agreement.language,
        "way": "link",
        "sent_to": signatory.address,
        "sha256": agreement.sha256,
        "template": "confidentiality 2 fr",
        "wording": agreement.wording,
        "method": "simple electronic signature",
    }
    return kept | other


def choices(kind: str = "confidentiality", wording: str = "A", language: str = "fr", **more: Any) -> Choices:
    """What a coach chose, with every gap filled."""
    return Choices(kind=kind, wording=wording, language=language, years=3, values=VALUES, **more)


def drafted(
    engagement: Engagement,
    *,
    kind: str = "confidentiality",
    wording: str | None = None,
    language: str = "fr",
    contacts: tuple[SponsorContact, ...] = (),
    upload: bytes | None = None,
    at: datetime | None = None,
    **more: Any,
) -> Agreement:
    """An agreement that its coach has written."""
    signers = [Signer(contact, "RH") for contact in contacts]
    named = [{"name": one.contact.name, "job": one.job} for one in signers]
    chosen = choices(kind, wording or engagement.wording, language, signers=named, **more)
    text = documents.write_text(engagement=engagement, choices=chosen)
    return actions.draft_agreement(engagement=engagement, text=text, signers=signers, document=upload, by=engagement.coach, at=at)


def sent(
    engagement: Engagement, *, document: bytes = b"%PDF-1.7 as sent", is_address_seen: bool = True, real: bool = False, **more: Any
) -> Agreement:
    """An agreement that is with whoever signs first."""
    agreement = drafted(engagement, **more)
    text = documents.text_of(agreement)
    if agreement.document is not None:
        document = agreement.document
    if real:
        document = fixing.fix(agreement, text, at=timezone.now())
    pages = pdf.count(document) if real else 2
    return actions.send_agreement(
        agreement=agreement, text=text, document=document, pages=pages, is_address_seen=is_address_seen, by=engagement.coach
    )


def sign_next(agreement: Agreement, *, real: bool = False, **other: Any) -> Agreement:
    """The next signature, whosever turn it is, given in their own space or, while they have none, by their link."""
    agreement.refresh_from_db()
    one = agreement.signatories.filter(signed_at__isnull=True).select_related("contact").first()
    one.agreement = agreement
    kept = evidence(one, **other)
    stands = agreement.signed_document or agreement.document
    file = fixing.sign(agreement, one, kept, at=timezone.now()) if real and agreement.kind != Agreement.Kind.ELSEWHERE else None
    document = file.document if file else stands + b" signed by " + one.field.encode()
    base = documents.digest(stands)
    engagement = agreement.engagement
    if one.role == Signatory.Role.COACH:
        return actions.countersign_agreement(agreement=agreement, evidence=kept, document=document, base=base, by=engagement.coach)
    if agreement.kind == Agreement.Kind.ELSEWHERE:
        document = None
    by = one.contact or engagement.client
    link = None if by.person_id else Link.objects.get(about=one.pk, used_at__isnull=True)
    return actions.sign_agreement(
        agreement=agreement, signatory=one, evidence=kept, document=document, base=base, link=link, by=None if link else by
    )


def signed(engagement: Engagement, *, real: bool = False, **more: Any) -> Agreement:
    """An agreement that all but the coach have signed."""
    agreement = sent(engagement, real=real, **more)
    while agreement.state == Agreement.State.SENT:
        agreement = sign_next(agreement, real=real)
    return agreement


def in_force(engagement: Engagement, *, real: bool = False, **more: Any) -> Agreement:
    """An agreement signed by all; its time-stamp and proof are still to come."""
    agreement = signed(engagement, real=real, **more)
    return sign_next(agreement, real=real) if agreement.state == Agreement.State.SIGNED else agreement


def completed(engagement: Engagement, *, real: bool = False, **more: Any) -> Agreement:
    """An agreement signed by all, with what each side holds of it."""
    agreement = in_force(engagement, real=real, **more)
    if real:
        assert completing.complete(agreement.pk)
        agreement.refresh_from_db()
        return agreement
    stands = agreement.signed_document
    return actions.complete_agreement(
        agreement=agreement, base=documents.digest(stands), document=stands + b" stamped", proof=b"%PDF-1.7 proof", by=None
    )


def letters(folder: Any, settings: Any) -> list[mail.Letter]:
    """The letters of the worker, newest first, once it has sent what waits."""
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", folder
    jobs.run_pending()
    return mail.inbox()


def token(folder: Any, settings: Any) -> str:
    """The token in the newest letter that holds one."""
    found = (LINK.search(link) for letter in letters(folder, settings) for link in letter.links)
    return next(one[1] for one in found if one)


def code(folder: Any, settings: Any) -> str:
    """The newest code that was mailed."""
    found = (CODE.search(letter.text) for letter in letters(folder, settings))
    return next(one[1] for one in found if one)


def opened(way: str) -> Browser:
    """A browser in which the link behind this address was opened on purpose: a code is on its way."""
    browser = Browser(headers={"user-agent": "Firefox for a telephone"}, REMOTE_ADDR="203.0.113.9")
    assert browser.post(way, {"step": "open"}).status_code == 302
    return browser


def proven(way: str, folder: Any, settings: Any) -> Browser:
    """A browser in which the code was typed: it shows the document."""
    browser = opened(way)
    assert browser.post(way, {"step": "code", "code": code(folder, settings)}).status_code == 302
    return browser
