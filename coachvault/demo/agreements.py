"""The demo's agreements: each kind in each of its states, really signed, at the moments of the demo's past."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pypdf

from coachvault.demo import texts
from consent import actions, completing, documents, fixing
from consent.actions.agreements import Signer
from consent.models import Agreement, Signatory
from consent.promises import base
from support import pdf

if TYPE_CHECKING:
    from coachvault.demo.build import Demo

MINUTE: Final = timedelta(minutes=1)
SIGNERS: Final = {"anais": ("helene", "marc"), "karim": ("helene",), "oliver": ("ruth",), "oliver2": ("ruth",), "priya": ("ruth",)}


@dataclass(frozen=True, slots=True)
class Row:
    """One agreement: whose, of which kind and wording, how many days ago it was sent (None: it is a draft), and what came of it when."""

    key: str
    kind: str
    wording: str
    sent: float | None
    steps: tuple[tuple[str, float], ...] = ()


def signed(key: str, kind: str, wording: str, sent: float, *more: tuple[str, float]) -> Row:
    """An agreement that came into force two days after it was sent, and what came of it."""
    return Row(key, kind, wording, sent, (("sign", sent - 1), ("countersign", sent - 2), *more))


ROWS: Final = (
    signed("anais", "confidentiality", "A", 118),
    signed("anais", "three_way", "A", 113),
    Row("anais", "elsewhere", "A", 100, (("expire", 69),)),
    Row("anais", "elsewhere", "A", 60, (("cancel", 59),)),
    Row("anais", "amendment", "B", None),
    signed("karim", "confidentiality", "B", 99),
    signed("karim", "confidentiality", "A", 92),
    Row("karim", "amendment", "B", 50, (("cancel", 49),)),
    Row("karim", "coaching", "A", 12, (("decline", 11),)),
    Row("karim", "three_way", "A", 6, (("sign", 5),)),
    Row("karim", "elsewhere", "A", None),
    Row("solene", "confidentiality", "A", 149, (("decline", 148),)),
    Row("solene", "confidentiality", "B", 147, (("cancel", 146),)),
    Row("solene", "confidentiality", "A", 145, (("expire", 114),)),
    signed("solene", "confidentiality", "A", 112),
    signed("solene", "amendment", "B", 96),
    signed("solene", "amendment", "A", 60, ("terminate", 50)),
    signed("solene", "amendment", "B", 40),
    Row("solene2", "coaching", "B", 11.5, (("cancel", 11),)),
    Row("solene2", "coaching", "B", 10, (("sign", 9),)),
    Row("tanguy", "confidentiality", "A", 109, (("cancel", 108),)),
    Row("tanguy", "confidentiality", "B", 106, (("expire", 75),)),
    Row("tanguy", "confidentiality", "B", 74, (("decline", 72),)),
    Row("tanguy", "elsewhere", "B", 71, (("sign", 70), ("terminate", 30))),
    signed("tanguy", "confidentiality", "B", 28, ("terminate", 20)),
    Row("tanguy", "elsewhere", "B", 19, (("decline", 18),)),
    Row("tanguy", "confidentiality", "B", 4),
    signed("tanguy2", "coaching", "B", 5),
    Row("tanguy2", "amendment", "A", 1),
    Row("oliver", "confidentiality", "A", 58, (("sign", 55),)),
    Row("oliver", "three_way", "A", 57, (("cancel", 56),)),
    Row("oliver", "elsewhere", "A", 50, (("sign", 49),)),
    Row("oliver", "three_way", "A", 52, (("decline", 51),)),
    Row("oliver", "three_way", "A", 48, (("expire", 17),)),
    signed("oliver", "coaching", "A", 40, ("terminate", 20)),
    Row("oliver", "elsewhere", "A", 10, (("sign", 9),)),
    Row("oliver", "coaching", "A", 2),
    Row("oliver2", "confidentiality", "A", None),
    Row("oliver2", "three_way", "A", None),
    Row("oliver2", "elsewhere", "A", 3),
    signed("priya", "confidentiality", "A", 138),
    signed("priya", "coaching", "A", 130),
    signed("priya", "three_way", "A", 128),
    signed("priya", "three_way", "A", 122, ("terminate", 100)),
    signed("priya", "coaching", "A", 70),
    Row("priya", "amendment", "B", 60, (("expire", 29),)),
    Row("priya", "amendment", "B", 20, (("decline", 19),)),
    Row("priya", "three_way", "A", 12, (("sign_all", 11),)),
    Row("priya", "amendment", "B", 8, (("sign", 7),)),
    Row("anais", "coaching", "A", 88, (("expire", 57),)),
    Row("priya2", "confidentiality", "A", 3),
    Row("priya2", "coaching", "A", None),
)


class Agreements:
    """Makes them, each step on its day."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo

    def plan(self) -> None:
        """Put every step into the demo's past."""
        for row in ROWS:
            made: list[Agreement] = []
            self.demo.on(5 if row.sent is None else row.sent, lambda at, row=row, made=made: made.append(self._drafted(row, at)))
            for step, days in row.steps:
                self.demo.on(days, lambda at, step=step, row=row, made=made: getattr(self, "_" + step)(row, made[0], at))

    def _drafted(self, row: Row, at: datetime) -> Agreement:
        engagement = self.demo.engagements[row.key]
        signers = [Signer(self.demo.contacts[name]) for name in SIGNERS[row.key]] if row.kind == "three_way" else []
        values = dict(texts.AGREEMENT_VALUES["fr" if engagement.client.language == "fr" else "en"])
        if row.kind == "three_way" and row.key in texts.GOALS:
            values["goals"] = texts.GOALS[row.key].text
        if row.kind == "amendment":
            before = base(engagement)
            assert before is not None
            values["base_reference"] = documents.reference(before)
        chosen = documents.Choices(
            kind=row.kind,
            wording=row.wording,
            language=engagement.client.language,
            years=5,
            values=values,
            signers=[{"name": one.contact.name, "job": str(one.contact.get_role_display())} for one in signers],
        )
        text = documents.write_text(engagement=engagement, choices=chosen)
        file = _scan(text) if row.kind == "elsewhere" else None
        agreement = actions.draft_agreement(engagement=engagement, text=text, signers=signers, document=file, by=engagement.coach, at=at)
        return agreement if row.sent is None else self._send(agreement, text, at)

    def _send(self, agreement: Agreement, text: documents.Text, at: datetime) -> Agreement:
        document = fixing.fix(agreement, text, at=at)
        pages = pdf.count(document)
        by = agreement.engagement.coach
        return actions.send_agreement(agreement=agreement, text=text, document=document, pages=pages, is_address_seen=True, by=by, at=at)

    def _sign(self, row: Row, agreement: Agreement, at: datetime) -> None:
        """Everybody but the coach signs, an hour apart; where the coach has not signed in turn, an organisation's people have not either."""
        one = self._next(agreement)
        self._signed(row, one, at)
        is_going_on = any(step in {"countersign", "sign_all"} for step, _days in row.steps)
        while is_going_on and (one := self._next(agreement)).role == Signatory.Role.SPONSOR:
            at += 60 * MINUTE
            self._signed(row, one, at)
        agreement.refresh_from_db()
        if agreement.in_force_at is not None:
            completing.complete(agreement.pk, at + MINUTE, server="")

    _sign_all = _sign

    def _signed(self, row: Row, one: Signatory, at: datetime) -> None:
        agreement, evidence = one.agreement, _evidence(one, at)
        file = fixing.as_it_stands(agreement) if row.kind == "elsewhere" else fixing.sign(agreement, one, evidence, at=at)
        document = None if row.kind == "elsewhere" else file.document
        by = one.contact or self.demo.clients[row.key.rstrip("2")]
        actions.sign_agreement(
            agreement=agreement, signatory=one, evidence=evidence, document=document, base=file.base, link=None, by=by, at=at
        )

    def _countersign(self, row: Row, agreement: Agreement, at: datetime) -> None:
        one = self._next(agreement)
        evidence = _evidence(one, at)
        file = fixing.sign(one.agreement, one, evidence, at=at)
        by = one.agreement.engagement.coach
        actions.countersign_agreement(agreement=agreement, evidence=evidence, document=file.document, base=file.base, by=by, at=at)
        completing.complete(agreement.pk, at + MINUTE, server="")

    def _next(self, agreement: Agreement) -> Signatory:
        rows = Signatory.objects.select_related("contact", "agreement__engagement__coach__person", "agreement__engagement__client__person")
        found = rows.filter(agreement=agreement, signed_at__isnull=True).order_by("position").first()
        assert found is not None
        return found

    def _decline(self, row: Row, agreement: Agreement, at: datetime) -> None:
        reason = texts.DECLINE_REASONS.get(row.key)
        text = reason.text if reason and row.kind == "confidentiality" else ""
        by = self.demo.clients[row.key.rstrip("2")]
        actions.decline_agreement(agreement=agreement, signatory=self._next(agreement), reason=text, link=None, by=by, at=at)

    def _cancel(self, row: Row, agreement: Agreement, at: datetime) -> None:
        actions.cancel_agreement(agreement=agreement, by=agreement.engagement.coach, at=at)

    def _expire(self, row: Row, agreement: Agreement, at: datetime) -> None:
        actions.expire_agreement(agreement=agreement, by=None, at=at)

    def _terminate(self, row: Row, agreement: Agreement, at: datetime) -> None:
        actions.terminate_agreement(agreement=agreement, by=agreement.engagement.coach, at=at)


def _scan(text: documents.Text) -> bytes:
    """What was signed elsewhere: an agreement's own PDF, without fields to sign in."""
    reader = pypdf.PdfReader(io.BytesIO(documents.render_text(text, reference="2025", is_draft=True)))
    writer = pypdf.PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _evidence(one: Signatory, at: datetime) -> Mapping[str, Any]:
    details = one.agreement.details
    return {
        "name": one.name,
        "statement": details["statements"][one.role],
        "at": at.isoformat(),
        "network": "192.0.2.7",
        "browser": "Demo/1.0",
        "language": details["language"],
        "way": "space",
        "sent_to": one.address,
        "sha256": one.agreement.sha256,
        "template": documents.text_of(one.agreement).template_name,
        "wording": one.agreement.wording,
        "method": "simple electronic signature",
    }
