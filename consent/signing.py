"""Where a link to sign leads: to a document that can still be signed, to the signed copy, or nowhere any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest

from accounts import links
from accounts.models import Link
from consent import addresses
from consent.models import Agreement

SEEN: Final = "signing"  # the key of the browser's session under which stands what it opened and signed
AFTERWARDS: Final = timedelta(hours=1)  # for how long the browser that signed may fetch its copy and make a space
State = Agreement.State


@dataclass(frozen=True, slots=True)
class Standing:
    """A link and its agreement at one moment. `over` says why nothing can be done, or is empty."""

    link: Link
    agreement: Agreement
    can_sign: bool = False
    can_fetch: bool = False
    over: str = ""


def look(token: str, at: datetime) -> Standing | None:
    """Where this token leads now; None for one that was never made or that another has replaced."""
    link = Link.objects.filter(token=links.digest(token), kind=Link.Kind.SIGN).first()
    rows = Agreement.objects.select_related("engagement__coach__person", "engagement__client__person", "engagement__sponsor")
    agreement = rows.filter(pk=link.about, sent_at__isnull=False).first() if link and link.about else None
    if link is None or agreement is None or link.address.casefold() != addresses.client_address(agreement.engagement).casefold():
        return None  # mailed to an address that the client does not have any more
    alive = link.used_at is None and link.expires_at > at
    is_in_time = agreement.expires_at is not None and agreement.expires_at > at
    if alive and agreement.state == State.SENT and is_in_time:
        return Standing(link, agreement, can_sign=True)
    if alive and agreement.state == State.IN_FORCE:
        return Standing(link, agreement, can_fetch=True)
    return Standing(link, agreement, over=_why(agreement))


def _why(agreement: Agreement) -> str:
    """Why a link leads nowhere any more."""
    if agreement.state in {State.DECLINED, State.CANCELLED}:
        return str(agreement.state)
    return "signed" if agreement.state in {State.SIGNED, State.IN_FORCE, State.SUPERSEDED} else "expired"


def note(request: HttpRequest, link: Link, what: str, at: datetime) -> None:
    """Keep in this browser's session that it opened, or signed, by this link."""
    request.session[SEEN] = {**request.session.get(SEEN, {}), str(link.pk): [what, at.timestamp()]}


def has_opened(request: HttpRequest, link: Link) -> bool:
    """Whether this browser opened the document on purpose: before that nothing of it is shown."""
    return str(link.pk) in request.session.get(SEEN, {})


def has_just_signed(request: HttpRequest, link: Link, at: datetime) -> bool:
    """Whether this browser signed by this link within the hour; to any other the used link says nothing."""
    what, when = request.session.get(SEEN, {}).get(str(link.pk), ["", 0])
    return bool(what == "signed" and at.timestamp() - when < AFTERWARDS.total_seconds())
