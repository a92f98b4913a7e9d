"""What an agreement says, as a page and as a PDF. Once fixed, both come from the stored text and bytes, never from today's templates."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext, override

from clients.models import Engagement
from consent import wordings
from consent.models import Agreement, Signatory
from pades import proof
from support import pdf

YEARS: Final = (1, 2, 3, 5)
DEFAULT_YEARS: Final = 3
GAP: Final = "…"  # stands where something is still to be filled in


@dataclass(frozen=True)
class Text:
    """An agreement's words, names put in. Everything the page and the PDF show of it, and the effects that its clauses have."""

    kind: str
    version: str
    language: str
    wording: str
    published: str
    title: str
    lead: str
    parties: Mapping[str, str]
    key_points: list[dict[str, str]]  # topic, title, text
    clauses: list[dict[str, Any]]
    statements: Mapping[str, str]
    effects: Mapping[str, str]
    years: int
    options: list[str] = field(default_factory=list)
    typed: Mapping[str, Any] = field(default_factory=dict)  # what the coach filled in: price, number of sessions…
    template: Mapping[str, Any] = field(default_factory=dict)  # the coach's own: id, number, name
    signers: list[dict[str, str]] = field(default_factory=list)  # role, name, job, field: in order of signing
    sponsor_points: list[dict[str, str]] = field(default_factory=list)  # the essentials for the organisation's readers

    def kept(self) -> dict[str, Any]:
        """The text as the agreement's details keep it."""
        return asdict(self)

    @property
    def template_name(self) -> str:
        """The template and its version, as evidence names it."""
        own = f" + {self.template['id']} {self.template['number']}" if self.template else ""
        return f"{self.kind} {self.version} {self.language}{own}"


def text_of(agreement: Agreement) -> Text:
    """The text that this agreement keeps."""
    names = [name for name in Text.__dataclass_fields__ if name in agreement.details]
    return Text(**{name: agreement.details[name] for name in names})


@dataclass(frozen=True)
class Choices:
    """What a coach chose for an agreement."""

    kind: str
    wording: str
    language: str
    years: int = DEFAULT_YEARS
    options: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)  # by placeholder, in words
    own: Sequence[Any] = ()  # the coach's own clauses, at their place
    template: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)  # the same values as the form takes them again
    client_pays: bool = False  # a part, as a private person, beside an organisation
    signers: Sequence[Mapping[str, str]] = ()  # of the organisation: name, job


def clauses_of(engagement: Engagement, choices: Choices) -> tuple[wordings.Clause, ...]:
    """The clauses that these choices make. Raises `wordings.Incompatible`."""
    return clauses_for(choices, is_paid_for=engagement.sponsor_id is not None)


def clauses_for(choices: Choices, *, is_paid_for: bool) -> tuple[wordings.Clause, ...]:
    """The same, whoever the agreement is with. Raises `wordings.Incompatible`."""
    is_priced = choices.kind == Agreement.Kind.COACHING and "without_price" not in choices.options
    return wordings.compose(
        wordings.Kind(choices.kind),
        choices.language,
        wording=choices.wording,
        is_paid_for=is_paid_for,
        is_consumer=is_priced and (not is_paid_for or choices.client_pays),
        options=choices.options,
        own=choices.own,
    )


def write_text(*, engagement: Engagement, choices: Choices) -> Text:
    """The agreement for this engagement, from today's templates. Names are put in as they are, never read as templates. Raises `wordings.Incompatible`."""
    parties = {
        "coach": engagement.coach.name,
        "client": engagement.client.name,
        "organisation": engagement.sponsor.name if engagement.sponsor else "",
    }
    return text_for(clauses_of(engagement, choices), parties=parties, choices=choices)


def text_for(clauses: Sequence[wordings.Clause], *, parties: Mapping[str, str], choices: Choices) -> Text:
    """These clauses between these parties, with the values chosen."""
    template = wordings.current(wordings.Kind(choices.kind), choices.language)
    own = {name: value for name, value in choices.values.items() if value != GAP or name != "code_of_conduct"}
    values = {
        "code_of_conduct": wordings.default("code_of_conduct", template.language),
        **own,
        **parties,
        "years": wordings.REGISTRY["years"].worded(choices.years, template.language),
    }
    effects = dict(wordings.effects(clauses))
    return Text(
        kind=choices.kind,
        version=template.version,
        language=template.language,
        wording=choices.wording,
        published=template.published.isoformat(),
        title=template.title,
        lead=template.lead,
        parties=parties,
        key_points=_points(template.key_points[choices.wording]),
        sponsor_points=_points(template.key_points.get("sponsor", ())),
        clauses=[{"code": c.code, "title": c.title, "paragraphs": wordings.fill(c.body, values)} for c in clauses],
        statements=dict(template.statements),
        effects=effects | ({"retention": str(choices.years)} if "retention" in effects else {}),
        years=choices.years,
        options=sorted(choices.options),
        typed=dict(choices.typed),
        template=dict(choices.template),
        signers=signers_of(choices.kind, parties, choices.signers),
    )


def _points(points: Sequence[wordings.KeyPoint]) -> list[dict[str, str]]:
    return [{"topic": point.topic, "title": point.title, "text": point.text} for point in points]


def signers_of(kind: str, parties: Mapping[str, str], organisation: Sequence[Mapping[str, str]] = ()) -> list[dict[str, str]]:
    """Who signs, in order: the client, the organisation's people, the coach last. What was signed elsewhere the client alone confirms."""
    client = {"role": "client", "name": parties["client"], "job": "", "field": "Client"}
    theirs = [
        {"role": "sponsor", "name": one["name"], "job": one.get("job", ""), "field": f"Sponsor{position}"}
        for position, one in enumerate(organisation, start=2)
    ]
    coach = {"role": "coach", "name": parties["coach"], "job": "", "field": "Coach"}
    return [client] if kind == Agreement.Kind.ELSEWHERE else [client, *theirs, coach]


def digest(document: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(document).hexdigest()


def evidence_digest(evidence: Mapping[str, Any]) -> str:
    """SHA-256 in hex of the evidence of a signature, as the PDF's signature names it."""
    return proof.evidence_digest(dict(evidence))


def render_text(text: Text, *, reference: str, is_draft: bool = False) -> bytes:
    """The agreement as a PDF, the same bytes each time; takes its time, so never inside a transaction. Raises `pdf.PdfFailed`."""
    with override(text.language):
        title = text.title if not is_draft else gettext("%(title)s (draft)") % {"title": text.title}
    context = {"text": text, "reference": reference, "is_draft": is_draft}
    return pdf.document("consent/pdf_agreement.html", context, title=title, language=text.language)


def render_stamp(text: Text, signatory: Signatory, evidence: Mapping[str, Any]) -> bytes:
    """What is seen of a signature in the PDF: one small page with the name as typed or drawn. Raises `pdf.PdfFailed`."""
    at = timezone.localtime(datetime.fromisoformat(evidence["at"]))
    context = {"evidence": evidence, "at": at, "exactly": at.isoformat(timespec="seconds"), "drawing": evidence.get("drawing")}
    return pdf.document("consent/pdf_stamp.html", context, title=signatory.field, language=text.language)


def render_proof(agreement: Agreement, record: Mapping[str, Any], *, sha256: str) -> bytes:
    """The readable pages of the proof file. Raises `pdf.PdfFailed`."""
    text = text_of(agreement)
    with override(text.language):
        title = gettext("Proof file: %(title)s") % {"title": text.title}
    signatures = [_signature(one) for one in agreement.signatories.filter(signed_at__isnull=False).order_by("signed_at")]
    context = {
        "text": text,
        "agreement": agreement,
        "reference": reference(agreement),
        "record": record,
        "signatures": signatures,
        "events": [{**event, "when": datetime.fromisoformat(event["at"])} for event in record["events"]],
        "sha256": sha256,
    }
    return pdf.document("consent/pdf_proof.html", context, title=title, language=text.language)


def _signature(one: Signatory) -> dict[str, Any]:
    """One signature as the proof file shows it."""
    evidence = one.evidence
    at = timezone.localtime(datetime.fromisoformat(evidence["at"]))
    return {
        "party": one.name,
        "role": one.role,
        "field": one.field,
        "evidence": evidence,
        "when": at,
        "exactly": at.isoformat(timespec="seconds"),
    }


def reference(agreement: Agreement) -> str:
    """What the document and its file are called: it tells nobody's name."""
    return f"CV-{agreement.id.hex[:8].upper()}"
