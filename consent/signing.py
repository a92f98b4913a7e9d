"""Where a link to sign leads: to a document that can still be signed, to the signed copy, or nowhere any more.

A link alone shows nothing: whoever opens it is sent a code at the address that the link went to, and types it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest

from accounts import links
from accounts.models import Link
from consent import addresses
from consent.models import Agreement, Signatory

SEEN: Final = "signing"  # the key of the browser's session under which stands what it opened, proved and signed
PROVEN_FOR: Final = timedelta(hours=12)  # how long a browser that typed the code may read on
AFTERWARDS: Final = timedelta(hours=1)  # for how long the browser that signed may fetch its copy and make a space
State = Agreement.State


@dataclass(frozen=True, slots=True)
class Standing:
    """A link, its signatory and their agreement at one moment. `over` says why nothing can be done, or is empty."""

    link: Link
    signatory: Signatory
    agreement: Agreement
    can_sign: bool = False
    can_fetch: bool = False
    over: str = ""


def look(token: str, at: datetime) -> Standing | None:
    """Where this token leads now; None for one that was never made or that another has replaced."""
    link = Link.objects.filter(token=links.digest(token), kind=Link.Kind.SIGN).first()
    rows = Signatory.objects.select_related(
        "contact",
        "agreement__engagement__coach__person",
        "agreement__engagement__client__person",
        "agreement__engagement__sponsor",
    )
    signatory = rows.filter(pk=link.about, agreement__sent_at__isnull=False).first() if link and link.about else None
    if link is None or signatory is None:
        return None
    agreement = signatory.agreement
    if link.address.casefold() != addresses.signatory_address(agreement, signatory).casefold() or not signatory.may_still:
        return None  # mailed to an address that they do not have any more, or to somebody who left or may not sign any more
    if not signatory.is_in_place:
        return None
    alive = link.used_at is None and link.expires_at > at
    is_in_time = agreement.expires_at is not None and agreement.expires_at > at
    if alive and agreement.state == State.SENT and is_in_time and signatory.signed_at is None:
        return Standing(link, signatory, agreement, can_sign=True)
    if alive and agreement.completed_at is not None and signatory.signed_at is not None:
        return Standing(link, signatory, agreement, can_fetch=True)
    return Standing(link, signatory, agreement, over=_why(agreement, signatory))


def _why(agreement: Agreement, signatory: Signatory) -> str:
    """Why a link leads nowhere any more."""
    if agreement.state in {State.DECLINED, State.CANCELLED}:
        return str(agreement.state)
    return "signed" if signatory.signed_at is not None else "expired"


def note(request: HttpRequest, link: Link, what: str, at: datetime) -> None:
    """Keep in this browser's session that it opened, proved or signed, by this link."""
    request.session[SEEN] = {**request.session.get(SEEN, {}), str(link.pk): [what, at.timestamp()]}


def _noted(request: HttpRequest, link: Link) -> tuple[str, float]:
    what, when = request.session.get(SEEN, {}).get(str(link.pk), ["", 0])
    return str(what), float(when)


def has_opened(request: HttpRequest, link: Link) -> bool:
    """Whether this browser opened the link on purpose."""
    return _noted(request, link)[0] != ""


def has_proven(request: HttpRequest, link: Link, at: datetime) -> bool:
    """Whether this browser typed the code that was mailed: before that nothing of the document is shown."""
    what, when = _noted(request, link)
    return what == "proven" and at.timestamp() - when < PROVEN_FOR.total_seconds()


def has_just_signed(request: HttpRequest, link: Link, at: datetime) -> bool:
    """Whether this browser signed by this link within the hour; to any other the used link says nothing."""
    what, when = _noted(request, link)
    return what == "signed" and at.timestamp() - when < AFTERWARDS.total_seconds()
