"""Whether anybody on the way could read what goes to the databases and to the mail server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Final

from django.conf import settings
from django.db import connections

from coachvault.doctor.findings import Finding, good, warning

HERE: Final = {"localhost", ""}
QUERY: Final = "select host(inet_server_addr()), ssl from pg_stat_ssl where pid = pg_backend_pid()"
Connection = tuple[str, str, bool]  # the setting that names it, the other end (empty: a socket of this machine), whether it is encrypted
CURES: Final = {
    "DATABASE_URL": "DATABASE_URL=postgresql://…?sslmode=verify-full&sslrootcert=…",
    "KEYRING_URL": "KEYRING_URL=postgresql://…?sslmode=verify-full&sslrootcert=…",
    "COACHVAULT_MAIL": "COACHVAULT_MAIL=smtp+tls://user:password@host:587",
}


def look() -> Iterator[Finding]:
    """Everything about the way there. The databases must answer."""
    yield transport([*databases(), *mail()])


def transport(found: Iterable[Connection]) -> Finding:
    """Every connection that leaves this machine is encrypted."""
    plain = [(setting, end) for setting, end, encrypted in found if not encrypted and not is_here(end)]
    if not plain:
        return good("transport", "what leaves this machine is encrypted")
    said = ", ".join(f"{setting} to {end}" for setting, end in plain)
    return warning("transport", f"not encrypted: {said}", "\n".join(CURES[setting] for setting, _ in plain))


def is_here(end: str) -> bool:
    """Whether the other end is this machine."""
    try:
        return end in HERE or ip_address(end).is_loopback
    except ValueError:
        return False


def databases() -> Iterator[Connection]:
    """How the servers themselves see our connections."""
    for alias, setting in (("default", "DATABASE_URL"), ("keyring", "KEYRING_URL")):
        with connections[alias].cursor() as cursor:
            cursor.execute(QUERY)
            end, encrypted = cursor.fetchone()
        yield setting, end or "", encrypted


def mail() -> Iterator[Connection]:
    """The mail server, where there is one."""
    if settings.MAIL != "file":
        yield "COACHVAULT_MAIL", settings.EMAIL_HOST, settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
