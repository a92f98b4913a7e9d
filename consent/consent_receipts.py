"""The receipt of a consent, after ISO/IEC TS 27560:2023: what was asked, what was answered, what happened since; as JSON and to be read.

Field names are those of the specification's record and of its receipt; codes of purposes and data are the Data Privacy Vocabulary's where it has them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from consent.models import Consent
from consent.purposes import Kind
from support import pdf

SCHEMA: Final = "ISO/IEC TS 27560:2023"


def notice(consent: Consent, language: str) -> str:
    """The sentences that stand beside the question, in one language."""
    about = consent.about
    with translation.override(language):
        said = [about.label, about.means, about.refusing, *consent.data_names, consent.terms.get("reason", "")]
        return "\n".join(str(line) for line in said if line)


def as_json(consent: Consent, *, language: str, salt: str = "") -> dict[str, Any]:
    """The receipt as a mapping. `salt`: the 64 hex digits under the text's fingerprint, which the client alone is given."""
    engagement, about = consent.engagement, consent.about
    sentences = str(consent.evidence.get("notice", "")) or notice(consent, language)  # as they were shown, once answered
    with translation.override(language):
        record: dict[str, Any] = {
            "schema_version": SCHEMA,
            "record_id": str(consent.id),
            "pii_principal_id": str(engagement.client_id),
            "pii_processing": {
                "privacy_notice": {
                    "version": consent.terms.get("notice", ""),
                    "sha256": hashlib.sha256(sentences.encode()).hexdigest(),
                    "text": sentences,
                },
                "language": language,
                "jurisdiction": "EU",
                "purposes": [_purpose(consent)],
            },
            "party_identification": _parties(consent),
            "events": [_event(consent, event) for event in consent.events.all()],
            "engagement": str(engagement.id),
            "special_categories": about.is_special,
            "signature": _signature(consent),
        }
        if consent.fingerprint is not None:
            record["text"] = {"fingerprint_sha256": consent.text_print.hex()} | ({"salt": salt} if salt else {})
        return record


def _purpose(consent: Consent) -> dict[str, Any]:
    about = consent.about
    return {
        "purpose": str(about.means),
        "purpose_type": about.code,
        "lawful_basis": "GDPR 9(2)(a), explicit consent" if about.is_special else "GDPR 6(1)(a), consent",
        "pii_information": [{"pii_type": code, "sensitive_pii_category": about.is_special} for code in about.categories],
        "data_chosen": sorted(consent.data),
        "recipient_third_parties": [{"kind": str(about.kind), "name": consent.recipient_name}] if about.kind != Kind.COACH else [],
        "collection_method": str(_("Answered by the person concerned")) if consent.way == Consent.Way.SPACE else consent.get_way_display(),
        "storage_locations": [settings.URL],
        "retention_period": str(_("The record is kept with the engagement, for as long as the agreement says.")),
        "validity_until": consent.until_date.isoformat() if consent.until_date else None,
        "maximum_uses": consent.most_uses,
        "withdrawal_method": str(_("One step, in the space, under “My permissions”; no reason is asked.")),
        "consequence_of_refusal": str(about.refusing),
    }


def _parties(consent: Consent) -> list[dict[str, Any]]:
    """Controller, subject and, where it is one person, recipient."""
    engagement = consent.engagement
    coach = engagement.coach
    found = [
        {"party_id": str(coach.pk), "party_role": "pii_controller", "party_name": coach.name, "party_email": coach.person.address},
        {"party_id": str(engagement.client_id), "party_role": "pii_principal", "party_name": engagement.client.name},
    ]
    if consent.contact is not None:
        sponsor = consent.contact.sponsor
        found.append(
            {
                "party_id": str(consent.contact_id),
                "party_role": "recipient",
                "party_name": consent.contact.name,
                "party_organisation": sponsor.name,
            }
        )
    return found


def _event(consent: Consent, event: Any) -> dict[str, Any]:
    validity = consent.until_date.isoformat() if consent.until_date and event.kind == "given" else None
    return {"event_time": event.at.isoformat(), "event_state": event.kind, "event_id": str(event.id), "valid_until": validity}


def _signature(consent: Consent) -> dict[str, Any] | None:
    """What was signed, so that it can be checked apart: Ed25519 over the fields in this order."""
    if consent.signature is None:
        return None
    fields = [field.hex() if isinstance(field, bytes) else field for field in consent.signed_fields()]
    return {"algorithm": "Ed25519", "value": bytes(consent.signature).hex(), "signed_fields": fields}


def as_pdf(consent: Consent, *, language: str, salt: str = "") -> bytes:
    """The same to be read and printed. Raises `PdfFailed`."""
    facts: Mapping[str, Any] = {"consent": consent, "record": as_json(consent, language=language, salt=salt)}
    with translation.override(language):
        title = _("Receipt of a consent")
    return pdf.document("consent/pdf_consent.html", dict(facts), title=title, language=language)
