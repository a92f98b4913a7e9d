"""What holds everywhere, from the tables themselves: the purposes there are, the kinds of recipient there are, the two wordings. And a contact's own lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clients.models import Engagement, SponsorContact
from consent import promises
from consent.models import Agreement, Disclosure, Proposal
from consent.promises import Promise
from consent.purposes import PURPOSES, Kind
from consent.who_sees import answers
from consent.who_sees.answers import Answer, Reader, no, why_yes, yes
from consent.who_sees.known import Known

KINDS: Final[Mapping[str, Any]] = {
    Kind.CLIENT: gettext_lazy("the person coached, who may always keep a copy"),
    Kind.AUTHORITY: gettext_lazy("an authority, where the law requires it"),
    Kind.COACH: gettext_lazy("the coach alone"),
    Kind.CONTACT: gettext_lazy("one contact of the organisation, by name"),
    Kind.PROFESSIONAL: gettext_lazy("one professional, by name"),
    Kind.SUPERVISOR: gettext_lazy("the coach’s supervisor, by name"),
    Kind.BODY: gettext_lazy("a professional body"),
    Kind.PUBLIC: gettext_lazy("one place, by name"),
}
Lines = list[tuple[str, Answer]]


def facts(space: str) -> dict[str, Any]:
    """What the general drawer of a space shows."""
    language = get_language() or "fr"
    wordings = [promises.sentences(Promise(one, {"wording": one}), language)[0] for one in Engagement.Wording.values]
    purposes = [(row.label, KINDS[row.kind]) for row in PURPOSES.values()]
    asked = {row.kind for row in PURPOSES.values()}
    return {"space": space, "wordings": wordings, "purposes": purposes, "beside": [str(KINDS[kind]) for kind in Kind if kind not in asked]}


def of_copy(row: Disclosure, contact: SponsorContact, now: datetime) -> Lines | None:
    """Who reads the copy that a contact has open, as far as that contact may know; None where they cannot read it themselves."""
    engagement = row.consent.engagement
    known = Known(engagement, now, [contact])
    consent = next(one for one in known.consents if one.pk == row.consent_id)
    if not known.readable(consent):
        return None
    copy, shared = known.held[row.series], known.held[engagement.shared_key]
    is_alone = copy.holders <= {contact.person_id}
    nobody_else = no(_("This copy opens with your key alone.")) if is_alone else yes(_("Another key opens this copy."))
    coach = (
        yes(_("Wrote it, and keeps the text as it was proposed.")) if known.coach in shared.holders else no(_("Has no key to it any more."))
    )
    return [
        (_("You"), yes(why_yes("consent", consent, Reader.COACH), consent.until_date)),
        (engagement.client.name, yes(_("Read it before you, word for word, and sees each time you open it."))),
        (engagement.coach.name, coach),
        (_("Anybody else at %(organisation)s") % {"organisation": contact.sponsor.name}, nobody_else),
        (_("Whoever runs this instance"), answers.for_the_instance(answers.tier_of([(Disclosure, "body"), (Proposal, "body")]))),
    ]


def of_agreement(agreement: Agreement) -> Lines:
    """Who reads an agreement, for a contact who signs it."""
    signer, tier = _("Signs it."), answers.tier_of([(Agreement, "details"), (Agreement, "document")])
    engagement = agreement.engagement
    signs = _("Whoever signs it for the organisation")
    return [
        (_("You"), yes(_("You were asked to sign it."))),
        (engagement.client.name, yes(signer)),
        (engagement.coach.name, yes(signer)),
        (signs, yes(_("Their names stand in the agreement."))),
        (_("Whoever runs this instance"), answers.for_the_instance(tier)),
    ]
