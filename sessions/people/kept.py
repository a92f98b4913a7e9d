"""What is kept of people and words, taken apart and put together: the text that is sealed, and the plain values that come out of it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.act import Refused
from sessions.leak_check import words_of
from sessions.texts import CONTROLS

LONGEST_NAME: Final = 120
LONGEST_WORD: Final = 100
MOST_WORDS: Final = 300
ROUND: Final = " \t*_~`#>\"'«»“”,;:!?.()[]\u00a0\u202f"  # what a selected name may bring along


def one_line(text: str) -> str:
    """A text in Unicode's composed form, on one line, without what stands around it."""
    return " ".join(unicodedata.normalize("NFC", CONTROLS.sub(" ", text)).split())


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the coach marked."""

    name: str
    role: str = ""

    @classmethod
    def typed(cls, name: str, role: str) -> Person:
        """A person as the coach typed or selected it. Raises `Refused` with a sentence."""
        name, role = one_line(name).strip(ROUND), one_line(role)
        if not words_of(name):
            raise Refused(_("Please type a name, or select it in the note."), code="no_name")
        if len(name) > LONGEST_NAME or len(role) > LONGEST_NAME:
            raise Refused(_("This is too long for a name: at most 120 characters."), code="name_too_long")
        return cls(name, role)

    @classmethod
    def kept(cls, text: str) -> Person:
        return cls(**json.loads(text))

    def text(self) -> str:
        """What is sealed."""
        return json.dumps({"name": self.name, "role": self.role}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Cleared:
    """A part of other clients' names that is another person's in an engagement."""

    part: str  # folded
    clients: frozenset[UUID]

    @classmethod
    def kept(cls, text: str) -> Cleared:
        found = json.loads(text)
        return cls(found["part"], frozenset(UUID(client) for client in found["clients"]))

    def text(self) -> str:
        """What is sealed."""
        return json.dumps({"part": self.part, "clients": sorted(str(client) for client in self.clients)}, ensure_ascii=False)


def entries(typed: str) -> list[str]:
    """The entries of a list with one to a line, each once. Raises `Refused` with a sentence."""
    lines = [one_line(line) for line in typed.replace("\r", "\n").split("\n")]
    once = list({words_of(line): line for line in reversed(lines) if line}.values())[::-1]
    if unusable := [line for line in once if not words_of(line)]:
        raise Refused(_("An entry needs at least one letter or digit: %(entry)s") % {"entry": unusable[0][:20]}, code="no_word")
    if len(once) > MOST_WORDS or any(len(line) > LONGEST_WORD for line in once):
        raise Refused(_("At most 300 entries, of 100 characters each."), code="list_too_long")
    return once


def listed(words: Iterable[str]) -> str:
    """The entries as they are sealed, one to a line."""
    return "\n".join(words)
