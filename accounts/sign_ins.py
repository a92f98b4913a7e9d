"""Where a person is signed in: on what device, from what network, since when, last seen. Nothing here opens anything."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from allauth.account.adapter import get_adapter
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import logins, unlocking
from accounts.models import SignIn

EVERY: Final = timedelta(minutes=5)
BROWSERS: Final = {  # the first that is named in the header: most browsers name others after themselves
    "Edge": r"Edg(?:e|A|iOS)?/",
    "Opera": r"OPR/|Opera",
    "Samsung Internet": r"SamsungBrowser/",
    "Firefox": r"Firefox/|FxiOS/",
    "Chrome": r"Chrome/|CriOS/|Chromium/",
    "Safari": r"Safari/",
}
SYSTEMS: Final = {
    "iPhone": r"iPhone",
    "iPad": r"iPad",
    "Android": r"Android",
    "Windows": r"Windows",
    "macOS": r"Mac OS X|Macintosh",
    "ChromeOS": r"CrOS",
    "Linux": r"Linux",
}


def seen(request: HttpRequest, at: datetime) -> None:
    """Keep that this sign-in was seen, every five minutes at most; one that is not in the list yet is put there."""
    if at.timestamp() - request.session.get(logins.SEEN, 0) < EVERY.total_seconds():
        return
    if request.session.session_key is None:
        request.session.save()  # begun anew, since somebody else was signed in here
    session, is_known = logins.digest(request.session.session_key), logins.SEEN in request.session
    request.session[logins.SEEN] = int(at.timestamp())
    if SignIn.objects.filter(session=session).update(seen_at=at) or is_known:
        return  # one that was known and is gone has been ended: saving its session will fail
    told = {"person": request.user, "sign_in": unlocking.name_of(request), "details": device(request), "made_at": at, "seen_at": at}
    SignIn.objects.get_or_create(session=session, defaults=told)


def device(request: HttpRequest) -> dict[str, str]:
    """What is told of a device: the browser's family and the system, as its header claims, and the network that it came from."""
    claimed = request.headers.get("User-Agent", "")
    return {"browser": _first(BROWSERS, claimed), "system": _first(SYSTEMS, claimed), "network": network(_address(request))}


def network(address: str) -> str:
    """The network of an address: its last part is not kept. Empty for this machine itself, and for what is no address."""
    try:
        given = ip_address(address)
    except ValueError:
        return ""
    return "" if given.is_loopback else str(ip_network((given, 24 if given.version == 4 else 48), strict=False))


def living(request: HttpRequest, at: datetime) -> list[SignIn]:
    """This person's sign-ins, the one seen last first."""
    rows = SignIn.objects.filter(person=request.user.pk, session__in=Session.objects.filter(expire_date__gt=at).values("session_key"))
    return list(rows.order_by("-seen_at"))


def is_this(request: HttpRequest, row: SignIn) -> bool:
    """Whether this row is the sign-in that asks."""
    return row.session == logins.digest(request.session.session_key)


def others(request: HttpRequest) -> QuerySet[SignIn]:
    """Every sign-in of this person but this one."""
    return SignIn.objects.filter(person=request.user.pk).exclude(session=logins.digest(request.session.session_key))


def only_this(request: HttpRequest) -> None:
    """The others ended with the passphrase that was changed: nothing of them is told any more."""
    logins.end(others(request).values_list("session", flat=True))


def sweep(at: datetime) -> None:
    """Delete login sessions that are over, and the rows of those that are gone."""
    Session.objects.filter(expire_date__lte=at).delete()
    SignIn.objects.exclude(session__in=Session.objects.values("session_key")).filter(made_at__lt=at - timedelta(hours=1)).delete()


def _first(known: dict[str, str], claimed: str) -> str:
    return next((name for name, pattern in known.items() if re.search(pattern, claimed)), "")


def _address(request: HttpRequest) -> str:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""
