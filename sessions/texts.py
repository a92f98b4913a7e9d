"""What may stand in a note: any words, in one form, within one size."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _

from accounts.act import Refused

MOST_BYTES: Final = 1_000_000  # of UTF-8
CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and line feed


class TooLong(Refused):
    """The text is longer than a note may be."""


def cleaned(text: str) -> str:
    """Return the text in Unicode's composed form, its lines ended alike, without control characters. Raises `TooLong`."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    result = unicodedata.normalize("NFC", CONTROLS.sub("", lines))
    if len(result.encode("utf-8", "replace")) > MOST_BYTES:
        raise TooLong(
            _("This note is too long to be saved: a note holds about 150,000 words. Put the rest into another note."), code="too_long"
        )
    return result
