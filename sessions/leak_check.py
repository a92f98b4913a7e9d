"""The confidentiality reading: what in a text may say more than its reader should know. Plain values in, findings out; nothing is kept.

Both sides are compared as folded words: no case, no accents, no invisible characters, one apostrophe, one dash. So a name is found in
any spelling of its letters, and never inside another word.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

PHRASE: Final = 7  # words
GLUED: Final = 7  # letters that make a full name certain, however they are spaced
SAME: Final = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
APOSTROPHES: Final = "\u2019\u2018\u02bc\u02bb\uff07\u00b4\u2032"
FILLERS: Final = "\u115f\u1160\u3164\uffa0"  # letters by name, seen by nobody
INNER: Final = {"", "'", "-"}  # what may stand between the parts of one word
WORD: Final = re.compile(r"[^\W\d_]+|\d+")
TITLES: Final = {"m", "mr", "mrs", "ms", "mme", "mlle", "dr", "pr", "prof", "me", "monsieur", "madame", "mademoiselle", "maitre"}
MARKDOWN: Final = re.compile(r"(?<=\])\([^()\s]{1,2000}\)|^[ \t>]*(?:[-*+][ \t]+\[[ xX]\]|\d{1,9}[.)])(?=[ \t])", re.MULTILINE)
MAIL: Final = re.compile(
    r"[^\s@<>()\[\],;:\"]{1,64}(?:@|[ ]?[(\[][ ]?(?:at|arobase)[ ]?[)\]][ ]?)(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,24}"
)
PHONE: Final = re.compile(
    r"""(?<![\w+]) (?!\d{1,2}[./ -]\d{1,2}[./ -]\d{4}(?!\d))          # a date is none
    (?: (?:\+[ ]?|00)[1-9] (?:[ ().\t/-]{0,3}\d){6,13}                 # from abroad
      | \(?0[1-9] (?:[ ().\t/-]{0,2}\d){7,9}                           # France and its neighbours
      | \(?[2-9]\d{2}\)?[ .-]{1,2}\d{3}[ .-]\d{4} ) (?!\d)             # North America""",
    re.VERBOSE,
)


class Kind(StrEnum):
    """What was found."""

    CLIENT = "client"  # another client's full name: it stops
    NAME = "name"  # another client's first name or surname alone
    MARKED = "marked"
    PHRASE = "phrase"
    MAIL = "mail"
    PHONE = "phone"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place of the text, from `start` to before `end`. `about`: the name, the note or the word that it was held against."""

    kind: Kind
    start: int
    end: int
    about: str = ""
    clients: frozenset[UUID] = frozenset()
    count: int = 0  # of words, for a phrase

    @property
    def key(self) -> str:
        """How a form names it. It holds no word of the text."""
        return f"{self.kind}-{self.start}-{self.end}"

    @property
    def stops(self) -> bool:
        """Whether the text cannot go out as long as this stands in it. All the rest only asks."""
        return self.kind == Kind.CLIENT

    @property
    def explanation(self) -> str:
        """Why it was found, in the language of whoever reads."""
        if self.kind == Kind.PHRASE:
            said = ngettext(
                "%(count)s word that stands just so in a private note: %(about)s.",
                "%(count)s words that stand just so in a private note: %(about)s.",
                self.count,
            )
            return said % {"count": self.count, "about": self.about}
        return str(_sentence(self.kind)) % {"about": self.about}


def _sentence(kind: Kind) -> str:
    return {
        Kind.CLIENT: _("The full name of another client of yours: %(about)s. Write the sentence without it."),
        Kind.NAME: _("A first name or surname that another client of yours bears: %(about)s."),
        Kind.MARKED: _("Somebody whom you marked in the notes of this engagement: %(about)s."),
        Kind.MAIL: _("An e-mail address."),
        Kind.PHONE: _("A telephone number."),
        Kind.WORD: _("On your own list: %(about)s."),
    }[kind]


@dataclass(frozen=True, slots=True)
class Known:
    """What a text is held against. `cleared`: (client, folded part of their name) that was said to be another person's here."""

    own: str = ""  # the client whom the text is about
    clients: tuple[tuple[UUID, str], ...] = ()  # the coach's others
    marked: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()  # how each is called, and its Markdown
    words: tuple[str, ...] = ()
    cleared: frozenset[tuple[UUID, str]] = frozenset()


# Folding


class _Folding(dict[int, str]):
    """Each character in its folded form, worked out when first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _folded(chr(code))
        return found


def _folded(character: str) -> str:
    if character in APOSTROPHES:
        return "'"
    kept = ""
    for one in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold()):
        kind = unicodedata.category(one)
        if kind == "Pd":
            kept += "-"
        elif kind not in {"Mn", "Me", "Cf"} and one not in FILLERS and (kind != "Cc" or one.isspace()):  # accents, and what is invisible
            kept += SAME.get(one, one)
    return kept


FOLDING: Final = _Folding()


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a name or an entry."""
    return tuple(WORD.findall(text.translate(FOLDING)))


class Words:
    """A text as folded words, each of which knows its place in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        pieces = [FOLDING[ord(character)] for character in text]
        self.folded = "".join(pieces)
        self._at = [at for at, piece in enumerate(pieces) for _each in piece] + [len(text)]
        self._found = list(WORD.finditer(self.folded))
        self.words = [one[0] for one in self._found]
        self._where: dict[str, list[int]] = {}
        self._begins, self._ends, length = {}, {}, 0
        for number, word in enumerate(self.words):
            self._where.setdefault(word, []).append(number)
            self._begins[length] = number
            length += len(word)
            self._ends[length] = number + 1
        self._letters = "".join(self.words)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the folded text stands in the text itself, with the marks and invisible characters that belong to its end."""
        return self._at[start], max(self._at[end], self._at[end - 1] + 1)

    def span(self, first: int, after: int) -> tuple[int, int]:
        """Where the words from `first` to before `after` stand in the text."""
        return self.place(self._found[first].start(), self._found[after - 1].end())

    def runs(self, words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
        """Where these words stand one after the other, or as one word."""
        for first in self._where.get(words[0], ()) if words else ():
            if tuple(self.words[first : first + len(words)]) == words:
                yield first, first + len(words)
        for first in self._where.get("".join(words), ()) if len(words) > 1 else ():
            yield first, first + 1

    def spaced_anyhow(self, words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
        """Where the letters of these words stand from the beginning of a word to the end of one; short ones only spaced as they are."""
        letters = "".join(words)
        at = self._letters.find(letters)
        while at >= 0:
            first, after = self._begins.get(at), self._ends.get(at + len(letters))
            if first is not None and after is not None and (len(letters) >= GLUED or tuple(self.words[first:after]) == words):
                yield first, after
            at = self._letters.find(letters, at + 1)

    def has_small_letter(self, number: int) -> bool:
        """Whether a word begins with a small letter."""
        return self.text[self._at[self._found[number].start()]].islower()

    def number_of_words(self) -> list[int]:
        """For each folded word the number of the word, as one counts words, that it is a part of: `l’idée` is one."""
        counted, found = -1, []
        for number, one in enumerate(self._found):
            before = self.folded[self._found[number - 1].end() : one.start()] if number else None
            counted += before not in INNER
            found.append(counted)
        return found


# Names


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name: the ways to write it in full, and its parts."""

    full: frozenset[tuple[str, ...]]
    first: tuple[str, ...]
    last: tuple[str, ...] = ()

    @property
    def words(self) -> set[str]:
        return {*self.first, *self.last}


def name_of(written: str) -> Name:
    """Take a name apart: `Karim Benali`, `BENALI Karim`, `Benali, Karim`, `Mme Anne-Lise Le Goff (Nord)`. A single word is a first name."""
    plain = re.sub(r"\([^()]*\)", " ", written.replace("\u200b", ""))
    if "," in plain:
        plain = " ".join(reversed(plain.split(",", 1)))
    chunks = [chunk for chunk in plain.split() if words_of(chunk)]
    while len(chunks) > 1 and "".join(words_of(chunks[0])) in TITLES:
        chunks.pop(0)
    if not chunks:
        return Name(frozenset(), ())
    given = next((chunk for chunk in chunks if not chunk.isupper()), chunks[0])
    chunks.remove(given)
    first, last = words_of(given), tuple(word for chunk in chunks for word in words_of(chunk))
    if not last:
        return Name(frozenset(), first)
    married = [(word,) for word in words_of(chunks[-1]) if len(word) > 2]
    endings = {last, words_of(chunks[-1]), *married}
    orders = {(*first, *ending) for ending in endings} | {(*ending, *first) for ending in endings}
    return Name(frozenset(orders), first, last)


def is_same(one: str, other: str) -> bool:
    """Whether two names are written alike, in whatever order."""
    mine, theirs = name_of(one), name_of(other)
    return bool(mine.first) and (bool(mine.full & theirs.full) or (not mine.last and not theirs.last and mine.first == theirs.first))


def _places(here: Words, name: Name, *, parts: bool = True) -> Iterator[tuple[bool, int, int, tuple[str, ...]]]:
    """Where a name stands: whether in full, first word, word after, which words of it."""
    for words in name.full:
        for first, after in here.spaced_anyhow(words):
            yield True, first, after, words
    for words in {name.first, name.last} if parts else ():
        for first, after in here.runs(words):
            if words == name.first or not here.has_small_letter(first):  # a surname may be a common word
                yield False, first, after, words


def _clients(here: Words, known: Known) -> Iterator[Finding]:
    own, parts = name_of(known.own), dict[tuple[int, int], set[tuple[UUID, str]]]()
    for client, written in known.clients:
        name = name_of(written)
        for is_full, first, after, words in _places(here, name):
            if is_full:
                yield Finding(Kind.CLIENT, *here.span(first, after), written, frozenset({client}))
            elif not set(words) <= own.words and (client, "".join(words)) not in known.cleared:
                parts.setdefault((first, after), set()).add((client, written))
    for (first, after), found in parts.items():
        names = ", ".join(sorted(written for _client, written in found))
        yield Finding(Kind.NAME, *here.span(first, after), names, frozenset(client for client, _written in found))


def _marked(here: Words, known: Known) -> Iterator[Finding]:
    own = name_of(known.own)
    for written in known.marked:
        name = name_of(written)
        for _is_full, first, after, words in _places(here, name, parts=not name.last or written[:1].isupper()):
            if not set(words) <= own.words:
                yield Finding(Kind.MARKED, *here.span(first, after), written)


def part_cleared(text: str, finding: Finding) -> str:
    """The folded part of a name that stands where a finding is: what is kept when it is said to be another person's."""
    return "".join(words_of(text[finding.start : finding.end]))


# Phrases, contact details, own words


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _phrases(text: str, known: Known) -> Iterator[Finding]:
    """Stretches of seven words or more that stand just so in a note; those that overlap as one."""
    here = Words(MARKDOWN.sub(_blank, text))
    stretches = list(zip(*(here.words[i:] for i in range(PHRASE)), strict=False))
    wanted, told = set(stretches), dict[tuple[str, ...], str]()
    for label, note in known.notes if wanted else ():
        there = WORD.findall(MARKDOWN.sub(_blank, html.unescape(note)).translate(FOLDING))
        for found in wanted.intersection(zip(*(there[i:] for i in range(PHRASE)), strict=False)):
            told.setdefault(found, label)
    numbers = here.number_of_words()
    for first, after in _merged(at for at, stretch in enumerate(stretches) if stretch in told):
        count = numbers[after - 1] - numbers[first] + 1
        if count >= PHRASE:
            yield Finding(Kind.PHRASE, *here.span(first, after), told[stretches[first]], count=count)


def _merged(starts: Iterable[int]) -> Iterator[tuple[int, int]]:
    """From where each stretch of seven begins, in order: the stretches, overlapping ones as one."""
    first = after = -1
    for start in starts:
        if start >= after:
            if after > 0:
                yield first, after
            first = start
        after = start + PHRASE
    if after > 0:
        yield first, after


def _contacts(here: Words) -> Iterator[Finding]:
    for kind, shape in ((Kind.MAIL, MAIL), (Kind.PHONE, PHONE)):
        for found in shape.finditer(here.folded):
            yield Finding(kind, *here.place(*found.span()))


def _own_words(here: Words, known: Known) -> Iterator[Finding]:
    for entry in known.words:
        for first, after in here.runs(words_of(entry)):
            yield Finding(Kind.WORD, *here.span(first, after), entry)


# Together


def check(text: str, known: Known) -> list[Finding]:
    """Everything found in the text, in its order."""
    here = Words(text)
    found = [*_names(here, known), *_phrases(text, known), *_contacts(here), *_own_words(here, known)]
    once = {one.key: one for one in reversed(found)}
    return sorted(once.values(), key=lambda one: (one.start, not one.stops, one.end, one.kind))


RANK: Final = {Kind.CLIENT: 1, Kind.NAME: 2, Kind.MARKED: 3}  # the graver first; before all of them the client's own name


def _names(here: Words, known: Known) -> Iterator[Finding]:
    """The names, but for those inside the client's own, or inside another that says as much or more."""
    own = [here.span(first, after) for _full, first, after, _words in _places(here, name_of(known.own), parts=False)]
    places: list[tuple[int, int, int, Finding | None]] = [(start, -end, 0, None) for start, end in own]
    places += [(one.start, -one.end, RANK[one.kind], one) for one in (*_clients(here, known), *_marked(here, known))]
    reached = [0, 0, 0, 0]  # how far the names of each rank reach, of those that begin no later
    for _start, end, rank, one in sorted(places, key=lambda place: place[:3]):
        if one is not None and max(reached[: rank + 1]) < -end:
            yield one
        reached[rank] = max(reached[rank], -end)
