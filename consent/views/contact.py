"""What a contact sees: engagements and texts that are shown to them by name, their questions, and nothing that tells of anything else."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts.act import Refused
from accounts.doors import admits
from clients.models import SponsorContact
from consent import listing, policies, promises
from consent.actions import looks
from consent.actions import requests as asking
from consent.actions import summaries as actions
from consent.forms import InformationForm
from consent.listing import Listed
from consent.models import Agreement, Disclosure, InformationRequest
from consent.views.papers import contact_copy

SHOWN_WITH = ("contact__sponsor", "consent__engagement__client", "consent__engagement__coach__person", "consent__proposal__summary")


@admits(SponsorContact)
def home(request: HttpRequest, contacts: list[SponsorContact]) -> HttpResponse:
    """List what is open to this contact now: engagements, texts, agreements, their own questions."""
    now = timezone.now()
    listed = listing.engagements_for(contacts, now)
    rows = list(Disclosure.objects.for_sponsor(contacts, now).select_related(*SHOWN_WITH).defer("body", "consent__proposal__body"))
    agreements = Agreement.objects.for_sponsor(contacts).select_related("engagement__client", "engagement__coach__person")
    names = {one.engagement.pk: one.engagement.client.name for one in listed}
    asked = InformationRequest.objects.for_sponsor(contacts)
    facts = {
        "listed": listed,
        "disclosures": rows,
        "contacts": contacts,
        "agreements": agreements.without_documents(),
        "requests": [(names.get(one.engagement_id, ""), *_seen(one, rows, now)) for one in asked],
        "has_figures": any(contact.may(SponsorContact.Right.PORTFOLIO) for contact in contacts),
    }
    return render(request, "consent/contact_home.html", facts)


@require_GET
@admits(SponsorContact)
def engagement(request: HttpRequest, contacts: list[SponsorContact], pk: UUID) -> HttpResponse:
    """Show an engagement as far as this contact may see it. Hidden, foreign and absent all answer 404."""
    one, now = _listed(contacts, pk), timezone.now()
    look = looks.look(engagement=one.engagement, by=one.contact)
    mine = [one.contact]
    shown = Disclosure.objects.for_sponsor(mine, now).select_related(*SHOWN_WITH).defer("body", "consent__proposal__body")
    rows = list(shown.filter(consent__engagement=pk))
    agreements = list(Agreement.objects.for_sponsor(mine).filter(engagement=pk).without_documents())
    asked = list(InformationRequest.objects.for_sponsor(mine).filter(engagement=pk))
    facts = {
        "one": look.listed,
        "knows_since": look.listed.why in listing.SINCE,
        "sessions": look.sessions,
        "disclosures": rows,
        "agreements": agreements,
        "goals": _goals(mine, agreements),
        "requests": [_seen(each, rows, now) for each in asked],
        "may_ask": one.contact.may(SponsorContact.Right.ASK),
        "why_not_ask": policies.allows(policies.check_may_request, one.contact, one.engagement, asked, now),
        "sentences": _cited(look, agreements),
    }
    return render(request, "consent/contact_engagement.html", facts)


@require_http_methods(["GET", "POST"])
@admits(SponsorContact)
def ask(request: HttpRequest, contacts: list[SponsorContact], pk: UUID) -> HttpResponse:
    """Ask the client for information. It goes to the client, who answers or not."""
    one, now = _listed(contacts, pk), timezone.now()
    policies.check_contact_may(one.contact, SponsorContact.Right.ASK)
    asked = InformationRequest.objects.for_sponsor([one.contact]).filter(engagement=pk)
    why_not = policies.allows(policies.check_may_request, one.contact, one.engagement, asked, now)
    form = InformationForm(request.POST or None)
    if request.method == "POST" and (why_not or form.is_valid()):
        return _asked(request, one, form, why_not)
    return render(request, "consent/contact_ask.html", {"one": one, "form": form, "why_not": why_not}, status=422 if form.errors else 200)


def _asked(request: HttpRequest, one: Listed, form: InformationForm, why_not: str) -> HttpResponse:
    """Pass a question on, or say why not."""
    try:
        if why_not:
            raise Refused(why_not, code="may_not_ask")
        asking.ask_for_information(engagement=one.engagement, by=one.contact, **form.cleaned_data)
        messages.success(request, _("Passed on to the person coached. What they answer, or whether they do, is theirs alone."))
    except Refused as no:
        if not no.sentence:
            raise
        messages.error(request, str(no.sentence))
    return redirect("contact_engagement", one.engagement.pk)


@require_GET
@admits(SponsorContact)
def portfolio(request: HttpRequest, contacts: list[SponsorContact]) -> HttpResponse:
    """Show sums over the engagements that this contact sees one by one, of what they see of each."""
    here = [contact for contact in contacts if contact.may(SponsorContact.Right.PORTFOLIO)]
    if not here:
        raise Http404
    return render(request, "consent/contact_portfolio.html", {"figures": listing.figures(listing.Seen(here, timezone.now()))})


@admits(SponsorContact)
@sensitive_variables()
def summary(request: HttpRequest, contacts: list[SponsorContact], pk: str) -> HttpResponse:
    """Decide, write it down, open the copy and show it. Closed, foreign and absent all answer 404."""
    now = timezone.now()
    row, contact = _open_to(contacts, pk, now)
    text = actions.view(disclosure=row, vault=request.vault, by=contact)  # type: ignore[attr-defined]
    return render(request, "consent/contact_summary.html", {"disclosure": row, "text": text, "contact": contact, "now": now})


@require_GET
@admits(SponsorContact)
@sensitive_variables()
def summary_pdf(request: HttpRequest, contacts: list[SponsorContact], pk: str) -> HttpResponse:
    """The same as a file that says on each page who keeps it since when. The decision is written and the copy opened before it is set."""
    now = timezone.now()
    row, contact = _open_to(contacts, pk, now)
    text = actions.download(disclosure=row, vault=request.vault, by=contact)  # type: ignore[attr-defined]
    return contact_copy(request, row, text, at=now)


def _open_to(contacts: list[SponsorContact], pk: str, now: datetime) -> tuple[Disclosure, SponsorContact]:
    row = get_object_or_404(Disclosure.objects.for_sponsor(contacts, now).select_related(*SHOWN_WITH), pk=pk)
    return row, next(contact for contact in contacts if contact.pk == row.contact_id)


def _listed(contacts: list[SponsorContact], pk: UUID) -> Listed:
    """An engagement as one of these contacts sees it. Raises Http404."""
    found = listing.find(contacts, pk, timezone.now())
    if found is None:
        raise Http404
    return found


def _seen(asked: InformationRequest, rows: list[Disclosure], now: Any) -> tuple[InformationRequest, str, Disclosure | None]:
    """A question as its contact sees it: from the text that is open to them, and the day."""
    text = next((row for row in rows if _summary_of(row).answers_id == asked.pk), None)
    return asked, listing.shown_state(asked.is_over(now), text is not None), text


def _summary_of(row: Disclosure) -> Any:
    return row.consent.proposal.summary  # type: ignore[union-attr]


def _goals(mine: list[SponsorContact], agreements: list[Agreement]) -> list[str]:
    """The agreed aims, word for word, of a three-way agreement in force that this contact signed."""
    signed = Agreement.objects.for_sponsor(mine).in_force().filter(signatories__contact__in=mine, signatories__signed_at__isnull=False)
    ours = set(signed.values_list("pk", flat=True))
    clauses = [clause for one in agreements if one.pk in ours for clause in one.details["clauses"]]
    return [paragraph for clause in clauses if clause["code"] == "three_way_goals" for paragraph in clause["paragraphs"][:1]]


def _cited(look: looks.Look, agreements: list[Agreement]) -> list[str]:
    """What the agreements in force say of what an organisation may learn, to whoever sees the engagement by such an agreement."""
    if look.listed.why != "agreement":
        return []
    return promises.sentences_for_contacts(look.promise, get_language() or "fr")
