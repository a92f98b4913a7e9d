"""An engagement's end: what was on its way stops, every consent ends, and the copies are gone."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.act import Refused, act, person_of
from accounts.jobs import write_to
from clients.models import Coach, Engagement
from consent.actions.agreements import cancel_agreement
from consent.actions.consents import reconsider
from consent.models import Agreement
from consent.standing import hold_all
from vault import ledger


@act
def end_engagement(*, engagement: Engagement, by: Coach | None, at: datetime | None = None) -> Engagement:
    """This function will end an engagement: agreements that are not signed by all are cancelled, consents end, copies are shredded. Notes stay.

    What the agreements promise of confidentiality goes on. Raises `Refused` where it is over already.
    """
    row = Engagement.objects.select_for_update(of=("self",), no_key=True).select_related("client", "coach").get(pk=engagement.pk)
    if row.ended_at is not None:
        raise Refused(_("This engagement is over."), code="engagement_over")
    row.ended_at = at or timezone.now()
    row.save(update_fields=["ended_at"])
    hold_all(row)
    under_way = Agreement.objects.filter(engagement=row, state__in=[Agreement.State.DRAFT, Agreement.State.SENT, Agreement.State.SIGNED])
    for agreement in under_way.without_documents():
        cancel_agreement(agreement=agreement, by=by, at=at)
    reconsider(engagement=row, by=by, at=at)
    if row.client.person_id is not None:
        write_to.defer(person=str(row.client.person_id), letter="something_new")
    ledger.record("engagement.ended", chain=row.coach.practice_id, by=person_of(by), kind="engagement", about=row.id, subject=row.id, at=at)
    return row
