"""What a coach does with a template: start, write, publish in the place of the version before, begin the next, retire."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.act import Refused, act, person_of
from clients.models import Coach
from consent import states, tailoring, wordings
from consent.models import AgreementTemplate
from consent.tailoring import Content
from vault import ledger

Kind, State = AgreementTemplate.Kind, AgreementTemplate.State
LANGUAGES = ("fr", "en")


@act
def start_template(*, kind: str, language: str, name: str, by: Coach, at: datetime | None = None) -> AgreementTemplate:
    """This function will begin a template: a first draft that holds the library's clauses and nothing else. Refuses an unknown kind or language, or no name."""
    if kind not in Kind.values or language not in LANGUAGES:
        raise Refused(code="no_such_kind")
    content, now = Content(name.strip()), at or timezone.now()
    _check(content, kind, language)
    row = AgreementTemplate(coach=by, kind=kind, language=language, number=1, made_at=now, saved_at=now)
    _write(row, content)
    row.save(force_insert=True)
    _record_stored("template.started", row, by, at)
    return row


@act
def write_template(
    *, template: AgreementTemplate, content: Content, expected: datetime | None, by: Coach, at: datetime | None = None
) -> AgreementTemplate:
    """This function will keep what a draft holds. Refuses when it was saved since `expected`, what is not a draft, and what cannot be published."""
    row, now = _locked(template, by), at or timezone.now()
    _check_draft(row, expected)
    _check(content, row.kind, row.language)
    _write(row, tailoring.in_order(content, row.kind))
    row.saved_at = now
    row.save(update_fields=["details", "saved_at"])
    _record_stored("template.written", row, by, at)
    return row


@act
def publish_template(*, template: AgreementTemplate, expected: datetime | None, by: Coach, at: datetime | None = None) -> AgreementTemplate:
    """This function will publish the draft saved at `expected`, in the place of the version before. From then on it never changes."""
    row, now = _locked(template, by), at or timezone.now()
    _check_draft(row, expected)
    row.state = _step(row, "publish")
    _check(tailoring.content_of(row), row.kind, row.language)
    before = AgreementTemplate.objects.select_for_update().filter(series=row.series, state=State.PUBLISHED).first()
    if before is not None:
        _retire(before, "replace", now)
        _record("template.replaced", before, by, at)
    row.published_at = now
    row.save(update_fields=["state", "published_at"])
    _record_stored("template.published", row, by, at)
    return row


@act
def revise_template(*, template: AgreementTemplate, by: Coach, at: datetime | None = None) -> AgreementTemplate:
    """This function will begin the next version of a template with what this version holds. Refuses while a draft of it is there."""
    row, now = _locked(template, by), at or timezone.now()
    series = AgreementTemplate.objects.filter(series=row.series)
    if series.filter(state=State.DRAFT).exists():
        raise Refused(_("A draft of the next version is there already."), code="template_draft_exists")
    number = (series.aggregate(last=Max("number"))["last"] or 0) + 1
    draft = AgreementTemplate(series=row.series, coach=by, kind=row.kind, language=row.language, number=number, made_at=now, saved_at=now)
    _write(draft, tailoring.content_of(row))
    draft.save(force_insert=True)
    _record_stored("template.revised", draft, by, at)
    return draft


@act
def retire_template(*, template: AgreementTemplate, by: Coach, at: datetime | None = None) -> AgreementTemplate:
    """This function will offer a published template no longer. Agreements made from it keep their text."""
    row = _locked(template, by)
    _retire(row, "retire", at or timezone.now())
    _record("template.retired", row, by, at)
    return row


@act
def delete_draft(*, template: AgreementTemplate, by: Coach, at: datetime | None = None) -> None:
    """This function will delete a draft for good. Refuses anything that was published."""
    row = _locked(template, by)
    _step(row, "delete")
    found = row.pk
    row.delete()
    row.pk = found
    _record("template.deleted", row, by, at)


def _locked(template: AgreementTemplate, by: Coach) -> AgreementTemplate:
    """The version as it stands. The coach's row is held until the end of the transaction: one act on their templates ends before the next begins."""
    Coach.objects.select_for_update().get(pk=by.pk)
    row = AgreementTemplate.objects.select_for_update().filter(pk=template.pk, coach=by).first()
    if row is None:
        raise Refused(code="not_your_template")
    return row


def _step(row: AgreementTemplate, event: str) -> str:
    """The state that follows; refuses what the table does not know."""
    try:
        return states.after(states.TEMPLATE, row.state, event, states.COACH)
    except states.NoSuchStep:
        raise Refused(_("This version is published: it never changes. Begin a new one."), code=f"template_{row.state}") from None


def _check_draft(row: AgreementTemplate, expected: datetime | None) -> None:
    """Refuse what is published already, and a draft that another window saved meanwhile."""
    if row.state != State.DRAFT:
        raise Refused(_("This version is published: it never changes. Begin a new one."), code=f"template_{row.state}")
    if row.saved_at != expected:
        raise Refused(_("This draft was saved in another window meanwhile. Nothing was replaced."), code="template_changed_meanwhile")


def _check(content: Content, kind: str, language: str) -> None:
    """Refuse what could not be published."""
    for sentence in tailoring.problems(content, kind, language, get_language() or "fr").values():
        raise Refused(sentence, code="template_unfit")


def _write(row: AgreementTemplate, content: Content) -> None:
    """Put the content into the row, with the version of the library that it was written for."""
    row.details = {**content.kept(), "library": wordings.current(wordings.Kind(row.kind), row.language).version}


def _retire(row: AgreementTemplate, event: str, now: datetime) -> None:
    row.state, row.retired_at = _step(row, event), now
    row.save(update_fields=["state", "retired_at"])


def _record(event: str, row: AgreementTemplate, by: Coach, at: datetime | None, *, stored: bytes | None = None) -> None:
    ledger.record(
        event,
        chain=by.practice_id,
        by=person_of(by),
        kind="template",
        about=row.pk,
        other=row.series,
        code=row.kind,
        version=row.number,
        stored=stored,
        at=at,
    )


def _record_stored(event: str, row: AgreementTemplate, by: Coach, at: datetime | None) -> None:
    """The same with the hash of the content as it now stands: `manage.py verify` compares them."""
    column = AgreementTemplate.objects.filter(pk=row.pk).values_list("details", flat=True).get()
    _record(event, row, by, at, stored=bytes(column))
