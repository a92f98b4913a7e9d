"""The attestation of a destruction: numbers and hashes, no text and no title, for coach and client; as JSON, and as a PDF that the instance signs.

Made by the worker once the keyring's halves are gone, and tried again until it is. What it says of old copies is the truth, not a wish.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.act import Refused
from consent import rights
from consent.models import Destruction
from consent.retention import HALF_STAYS
from pades import writing
from support import pdf
from vault import shredding
from vault.keyring.models import Half
from vault.models import DataKey

SCHEMA: Final = "coachvault.destruction.1"
WHAT: Final[Mapping[str, Any]] = {
    "note": gettext_lazy("Notes and additions to them"),
    "version": gettext_lazy("Earlier texts of notes"),
    "mark": gettext_lazy("People marked in the notes"),
    "name": gettext_lazy("Names said to be another person’s"),
    "draft": gettext_lazy("Drafts of summaries"),
    "part": gettext_lazy("What was prepared to answer a request"),
    "proposal": gettext_lazy("Texts proposed to the client"),
    "wish": gettext_lazy("Wishes that a contact be told something"),
    "entry": gettext_lazy("Texts of the notebook given to the coach to read"),
    "request": gettext_lazy("Words of requests about data"),
    "answer": gettext_lazy("Words of answers"),
    "handed": gettext_lazy("Copies handed over on request"),
    "told": gettext_lazy("Notices of what the law required"),
    "law": gettext_lazy("Entries of the register of what the law required"),
    "copy": gettext_lazy("Copies made for contacts"),
    "agenda": gettext_lazy("Agendas of sessions"),
    "objective": gettext_lazy("The objective of the engagement"),
    "text": gettext_lazy("Other sealed texts"),
}
ENCRYPTED: Final = frozenset({"agenda", "objective"})  # with the instance's key: an old backup of the database still opens them with it


def named(goes: list[list[Any]]) -> list[tuple[Any, int]]:
    """What went, in words, with how many there were."""
    return [(WHAT[code], number) for code, number in goes]


def staying(stays: list[list[Any]]) -> list[tuple[Any, Any, int]]:
    """What stays, in words, why, and how many there are."""
    return [(*rights.STAYS[code], number) for code, number in stays]


def attest(pk: UUID, at: datetime | None = None) -> bool:
    """Make and keep the attestation of one destruction; whether it is there now. Raises `PdfFailed`, `SigningRefused`."""
    from consent.actions.retention import keep_attestation

    now = at or timezone.now()
    rows = Destruction.objects.select_related("engagement__coach__person", "engagement__coach__practice", "engagement__client", "request")
    row = rows.get(pk=pk)
    if row.attested_at is not None or row.shredded_at is None or not halves_are_gone(row, now):
        return row.attested_at is not None
    language = row.engagement.client.language
    record = json.dumps(as_json(row, language), ensure_ascii=False, indent=2).encode()
    sha256 = hashlib.sha256(record).hexdigest()
    document = writing.certify_proof(_pdf(row, language, sha256), at=now, reason="Attestation", server="")
    try:
        keep_attestation(destruction=row, record=record, sha256=sha256, document=document, by=None, at=at)
    except Refused:  # another worker was first
        return True
    return True


def keys_of(row: Destruction) -> list[DataKey]:
    """The epochs of keys that went."""
    return list(DataKey.objects.filter(pk__in=[UUID(key["id"]) for key in row.details["keys"]]))


def halves_are_gone(row: Destruction, at: datetime) -> bool:
    """Whether every key that went is destroyed in the keyring too; finishes it where a worker was stopped between the two databases."""
    keys = [UUID(key["id"]) for key in row.details["keys"]]
    left = Half.objects.filter(pk__in=keys, destroyed_at__isnull=True)
    if left.exists():
        shredding.finish(at)
    return not left.exists() and not DataKey.objects.filter(pk__in=keys, shredded_at__isnull=True).exists()


def as_json(row: Destruction, language: str) -> dict[str, Any]:
    """The attestation for machines. It names the two people and no text."""
    engagement, details = row.engagement, row.details
    gone_at = _gone_at(row)
    with translation.override(language):
        return {
            "schema": SCHEMA,
            "id": str(row.pk),
            "instance": settings.URL,
            "language": language,
            "engagement": str(engagement.pk),
            "coach": {"id": str(engagement.coach_id), "name": engagement.coach.name},
            "client": {"id": str(engagement.client_id), "name": engagement.client.name},
            "scope": row.scope,
            "ground": row.ground,
            "request": str(row.request_id) if row.request_id else None,
            "decided_by": "coach" if row.by else "instance, as announced",
            "begun_at": row.begun_at.isoformat(),
            "destroyed_at": gone_at.isoformat(),
            "goes": [{"kind": code, "name": str(WHAT[code]), "number": number} for code, number in details["goes"]],
            "stays": [{"kind": code, "name": str(rights.STAYS[code][0]), "number": number} for code, number in details["stays"]],
            "keys": [{"series": key["series"], "epoch": key["epoch"]} for key in details["keys"]],
            "sealed_bytes_sha256": details["sha256"],
            "old_copies": {
                "keyring_until": (gone_at + HALF_STAYS).isoformat(),
                "database_backups_unreadable_if_older_than": gone_at.isoformat(),
                "said": [str(line) for line in old_copies(row, gone_at)],
            },
        }


def _gone_at(row: Destruction) -> datetime:
    """When the last half was destroyed."""
    keys = [UUID(key["id"]) for key in row.details["keys"]]
    at = Half.objects.filter(pk__in=keys).order_by("-destroyed_at").values_list("destroyed_at", flat=True).first()
    assert row.shredded_at is not None
    return max(row.shredded_at, at or row.shredded_at)


def old_copies(row: Destruction, gone_at: datetime) -> list[str]:
    """What still stands elsewhere, and until when."""
    from support.words import day

    last, since = day(timezone.localdate(gone_at + HALF_STAYS)), day(timezone.localdate(gone_at))
    said = [
        _(
            "Each text opened only with two halves of a key: one held by people, one kept by the instance in a database apart. The instance’s half was destroyed."
        ),
        _(
            "Old files, log and backups of the server of that database can still hold it until %(day)s at the latest: its operator keeps none longer than seven days."
        )
        % {"day": last},
        _(
            "Backups of the main database older than %(day)s still hold the sealed bytes whose hashes stand here. From %(last)s on nobody can open them, whoever has them."
        )
        % {"day": since, "last": last},
    ]
    if any(code in ENCRYPTED for code, _number in row.details["goes"]):
        said.append(
            _(
                "Agendas and the objective were kept with the instance’s key, not sealed. They are deleted here; a backup of the main database made before still holds them, for whoever also has that key, until it is deleted."
            )
        )
    return said


def _pdf(row: Destruction, language: str, sha256: str) -> bytes:
    """The pages to be read."""
    gone_at = _gone_at(row)
    with translation.override(language):
        title, old = _("Attestation of destruction"), old_copies(row, gone_at)
    facts = {
        "row": row,
        "gone_at": gone_at,
        "goes": named(row.details["goes"]),
        "stays": staying(row.details["stays"]),
        "old_copies": old,
        "sha256": sha256,
    }
    return pdf.document("consent/pdf_destruction.html", facts, title=title, language=language)
