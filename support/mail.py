"""Letters that carry neither names nor content: something awaits, here is the link."""

import os
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import translation

from support.words import spoken, typographic

SAYABLE: Final = {"link", "code"}  # all that a letter may be told
LETTER: Final = re.compile(r"[a-z_]+")
LINK: Final = re.compile(r"https?://[^\s<>\"]+")


class BadAddress(ValueError):
    """This is not one mail address; its value is not repeated."""


class TooMuchSaid(ValueError):
    """A letter was given more than a link and a code, or a link that leads elsewhere."""


@dataclass(frozen=True)
class Letter:
    """A message as it lies in the mail folder of a development machine."""

    subject: str
    to: str
    at: datetime
    text: str
    links: tuple[str, ...]


def send(*, to: str, language: str, letter: str, context: dict[str, str]) -> None:
    """Send the letter `templates/mail/<letter>.txt`, whose first line is the subject; raise BadAddress, TooMuchSaid.

    `context["link"]` is a path of this instance, or its full address.
    """
    speech = spoken(language)
    with translation.override(speech):
        subject, text = rendered(letter, context)
        html = render_to_string("mail/_letter.html", {"language": speech, "subject": subject, "paragraphs": _paragraphs(text)})
    sender = settings.DEFAULT_FROM_EMAIL
    headers = {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": speech,
        "Message-ID": f"<{secrets.token_hex(16)}@{parseaddr(sender)[1].rpartition('@')[2] or 'localhost'}>",  # no time, no process
    }
    message = EmailMultiAlternatives(subject, text, sender, [_one_address(to)], headers=headers)
    message.attach_alternative(html, "text/html")
    message.send()


def rendered(letter: str, context: dict[str, str]) -> tuple[str, str]:
    """Return subject and text of a letter in the active language, raise TooMuchSaid."""
    if not LETTER.fullmatch(letter):
        raise ValueError("A letter's name is made of small letters and underscores.")
    if context.keys() - SAYABLE:
        raise TooMuchSaid(f"A letter may be told {sorted(SAYABLE)} and nothing else.")
    told = dict(context) | ({"link": _full(context["link"])} if "link" in context else {})
    subject, _, text = render_to_string(f"mail/{letter}.txt", told).strip().partition("\n")
    return typographic(subject.strip()), typographic(re.sub(r"\n{3,}", "\n\n", text).strip()) + "\n"


def _full(link: str) -> str:
    """Return the link as a full address of this instance, raise TooMuchSaid when it leads elsewhere."""
    if link.startswith("/") and not link.startswith("//"):
        link = f"{settings.URL}{link}"
    if not link.startswith(f"{settings.URL}/"):
        raise TooMuchSaid("A letter's link leads to this instance.")
    return link


def _one_address(to: str) -> str:
    """Return the address, raise BadAddress."""
    try:
        validate_email(to)
    except ValidationError:
        raise BadAddress("This is not a mail address.") from None
    return to


def _paragraphs(text: str) -> list[str]:
    """Return the text's paragraphs, each on one line."""
    return [" ".join(paragraph.split("\n")) for paragraph in text.strip().split("\n\n")]


class Folder(BaseEmailBackend):
    """The mail back end that writes each message as one file into EMAIL_FILE_PATH, for its owner's eyes alone."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        """Write the messages; return how many."""
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            place = folder / f"{time.time_ns()}-{secrets.token_hex(4)}"
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(message.message().as_bytes(linesep="\r\n"))
            place.rename(place.with_suffix(".eml"))  # whoever reads the folder meets whole messages only
        return len(email_messages)


def inbox() -> list[Letter]:
    """Return the messages of the mail folder, newest first."""
    return [_read(place) for place in sorted(_folder().glob("*.eml"), reverse=True)]


def _folder() -> Path:
    """Return the mail folder."""
    return Path(settings.EMAIL_FILE_PATH)


def _read(place: Path) -> Letter:
    """Return one file of the mail folder as a letter."""
    message = message_from_bytes(place.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    text = body.get_content().replace("\r\n", "\n") if body else ""
    at = datetime.fromtimestamp(int(place.name.partition("-")[0]) / 1e9).astimezone()
    return Letter(str(message["Subject"]).strip(), str(message["To"]), at, text, tuple(LINK.findall(text)))
