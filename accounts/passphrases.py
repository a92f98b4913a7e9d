"""A passphrase is as long as it is hard to guess: words that everybody tries first, and a person's own, count for little."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from django.contrib.auth.password_validation import CommonPasswordValidator

SHORTEST: Final = 12
KNOWN_COUNTS: Final = 4  # what one of the 20,000 most common passwords counts for, however long it is
OURS_COUNTS: Final = 2  # a word of this product, or of the person
AGAIN_COUNTS: Final = 1  # the same word once more, right after itself
SHORTEST_WORD: Final = 3
# Words of this product and its trade, in both languages: whoever guesses here begins with them (docs/rules.md)
WORDS: Final = """
coachvault vault coach coaching coachee client cliente contact sponsor manager drh admin administrator administrateur practice cabinet
session seance note notes notebook carnet summary synthese agreement contrat consent autorisation accompagnement
confidential confidentiel confidentiality confidentialite secret
password passphrase motdepasse phrasedepasse phrase passe welcome bienvenue bonjour hello
"""
OURS: Final = frozenset(WORDS.split())


@cache
def common() -> frozenset[str]:
    """The 20,000 most common passwords of published breaches, as Django carries them: those that can be part of another."""
    return frozenset(word for word in CommonPasswordValidator().passwords if len(word) >= SHORTEST_WORD)


def letters(text: str) -> str:
    """A text's letters and digits, without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def counted(typed: str, own: Iterable[str] = ()) -> int:
    """How many characters a passphrase counts for; `own` are the person's name and address."""
    text = letters(typed)
    signs = sum(not (sign.isalnum() or sign.isspace()) for sign in typed)
    ours = OURS | {word for one in own for word in map(letters, one.replace("@", " ").replace(".", " ").split()) if word}
    longest = max(map(len, common() | ours))
    best: list[dict[str, int]] = [{"": 0}]  # for each beginning of the text: its last word, and the least that it can count for
    for end in range(1, len(text) + 1):
        ends: dict[str, int] = {"": min(best[end - 1].values()) + 1}
        for start in range(max(0, end - longest), end - SHORTEST_WORD + 1):
            word = text[start:end]
            if word in ours or word in common():
                new = min(best[start].values()) + (OURS_COUNTS if word in ours else KNOWN_COUNTS)
                ends[word] = min(new, best[start].get(word, new) + AGAIN_COUNTS)
        best.append(ends)
    return min(best[-1].values()) + signs


def is_too_easy(typed: str, own: Iterable[str] = ()) -> bool:
    """Whether somebody who tries common words first, and what is known of the person, would come to it soon."""
    return len(set(typed)) < 5 or counted(typed, own) < SHORTEST
