"""The mail server's address. Where it says TLS, letters and password go over TLS or not at all."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# The usual port, STARTTLS, TLS from the first byte
SCHEMES: Final = {"smtp": (25, False, False), "smtp+tls": (587, True, False), "smtp+ssl": (465, False, True)}


def server(url: str) -> dict[str, Any]:
    """Django's settings of the mail server at `url`; raises ImproperlyConfigured, and does not repeat what may hold a password."""
    try:
        found = urlsplit(url)
        host, port = found.hostname, found.port
    except ValueError:
        host = port = None
    if not host or found.scheme not in SCHEMES or found.path.strip("/") or found.query or found.fragment:
        raise ImproperlyConfigured(
            "COACHVAULT_MAIL is no address of a mail server. smtp+tls://user:password@host:587 is one (STARTTLS), "
            "smtp+ssl://user:password@host:465 another; signs like / # ? @ % in the password are written %2F %23 %3F %40 %25. "
            "Or `file`: nobody receives any."
        )
    usual, starttls, tls = SCHEMES[found.scheme]
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or usual,
        "EMAIL_HOST_USER": unquote(found.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(found.password or ""),
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": tls,
    }
