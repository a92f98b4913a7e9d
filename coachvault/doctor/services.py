"""What works beside the databases: mail, documents, the worker, the static files."""

from __future__ import annotations

import os
import smtplib
import ssl
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from coachvault.doctor.findings import Finding, good, missing
from coachvault.management.commands.upgrade import fingerprint
from consent.models import Agreement
from pades.models import Authority
from support import pdf

HEARTBEAT_SECONDS: Final = 60
SMTP_SECONDS: Final = 5
PENDING: Final = timedelta(minutes=15)
MAIL: Final = "COACHVAULT_MAIL=smtp+tls://user:password@host:587 make run"
RUN: Final = "make run    # or the worker alone: .venv/bin/python manage.py worker"


def look() -> Iterator[Finding]:
    """Everything that works beside the databases."""
    yield mail()
    yield documents()
    yield worker()
    yield signatures()
    yield static_files()


def mail() -> Finding:
    """Mail can leave: the folder takes files, or the server answers."""
    return folder(Path(settings.EMAIL_FILE_PATH)) if settings.MAIL == "file" else smtp()


def folder(path: Path) -> Finding:
    """The folder of an instance for trying out takes files."""
    there = next(one for one in (path, *path.parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError:
        return missing("mail", f"nothing can be written to {path}", f"chmod u+rwx {there}")
    return good("mail", "goes to files: nobody receives any" if settings.LOCAL else "goes to files")


def smtp() -> Finding:
    """The mail server answers EHLO, encrypted where the setting asks for it."""
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    context = ssl.create_default_context()  # as a letter asks: with a certificate that somebody vouches for
    try:
        if settings.EMAIL_USE_SSL:
            server: smtplib.SMTP = smtplib.SMTP_SSL(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=SMTP_SECONDS, context=context)
        else:
            server = smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=SMTP_SECONDS)
        try:
            code, _ = server.ehlo()
            if settings.EMAIL_USE_TLS:
                server.starttls(context=context)
        finally:
            server.close()
    except (OSError, smtplib.SMTPException) as no:
        return missing("mail", f"{where} does not answer ({type(no).__name__})", MAIL)
    if code != 250:
        return missing("mail", f"{where} answers EHLO with {code}", MAIL)
    return good("mail", f"{where} answers")


def documents() -> Finding:
    """A document can be set as a PDF."""
    try:
        made = pdf.render(
            "<!doctype html><html lang=en><title>One line</title><body><p>One line.</p></body></html>", title="One line", language="en"
        )
    except pdf.PdfUnavailable:
        return missing("documents", "the libraries for text are missing", f"sudo {pdf.LIBRARIES}")
    except pdf.PdfFailed as no:
        return missing("documents", str(no), ".ci/setup run")
    return good("documents", f"one line makes a PDF of {len(made)} bytes")


def worker() -> Finding:
    """A worker gave a sign of life."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("select extract(epoch from now() - max(last_heartbeat)) from procrastinate_workers")
            row = cursor.fetchone()
    except DatabaseError:
        return missing("worker", "it cannot be looked at while the database is away", RUN)
    if row is None or row[0] is None or row[0] > HEARTBEAT_SECONDS:
        return missing("worker", "no sign of life in the last minute", RUN)
    return good("worker", f"a sign of life {float(row[0]):.0f} s ago")


def signatures() -> Finding:
    """Every agreement that all have signed has its time-stamp and proof file, and the revocation lists are fresh."""
    now = timezone.now()
    try:
        late = Agreement.objects.filter(in_force_at__lt=now - PENDING, completed_at__isnull=True, files__isnull=False).distinct().count()
        stale = Authority.objects.filter(crls_end_at__lt=now).exists()
    except DatabaseError:
        return missing("signatures", "they cannot be looked at while the database is away", RUN)
    server = settings.TSA_URL or "this instance itself"
    if late:
        return missing(
            "signatures", f"{late} signed agreements wait for their time-stamp from {server}", f"curl -I {settings.TSA_URL or settings.URL}"
        )
    if stale:
        return missing("signatures", "the revocation lists are out of date: no worker has renewed them", RUN)
    return good("signatures", f"nothing waits; time-stamps come from {server}")


def static_files() -> Finding:
    """What browsers fetch is collected, and of this version."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if not stamp.exists() or stamp.read_text() != fingerprint() or not os.access(stamp.parent / "staticfiles.json", os.R_OK):
        return missing("static files", "not collected, or of another version", ".venv/bin/python manage.py upgrade")
    return good("static files", "collected")
