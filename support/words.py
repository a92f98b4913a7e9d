"""Words, dates and amounts as a careful printer of each language would set them."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from html import unescape
from typing import Final

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from django.utils import timezone, translation

NO_BREAK: Final = "\u00a0"
NARROW: Final = "\u202f"
LOCALES: Final = {"fr": "fr_FR", "en": "en_GB"}

# One private character stands for each piece that typography must leave alone.
MARK: Final = "\ue000"
KEPT: Final = re.compile(
    r"""
      \ue000
    | ```.*?``` | `[^`\n]+`                              # code
    | \b(?:https?://|www\.)[^\s<>«»“”"]*[^\s<>«»“”".,;:!?)\]'’]   # addresses of pages
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                       # addresses of people
    | \b\d{1,2}:\d{2}(?::\d{2})?\b                       # 14:05
    | &(?:\#\d+|\#x[0-9a-fA-F]+|[A-Za-z]\w*);            # characters written as HTML
    """,
    re.VERBOSE | re.DOTALL,
)
TAGS: Final = re.compile(r"<(?:code|pre)\b.*?</(?:code|pre)>|<[^>]*>", re.DOTALL | re.IGNORECASE)
KEPT_IN_HTML: Final = re.compile(f"{TAGS.pattern}|{KEPT.pattern}", re.VERBOSE | re.DOTALL | re.IGNORECASE)
ESCAPED_QUOTES: Final = re.compile(f"({TAGS.pattern})|&(?:#x27|#39|quot);", re.DOTALL | re.IGNORECASE)
SPACES: Final = f"[ {NO_BREAK}{NARROW}]*"


# What cannot be seen, or turns around the letters after it. The joiners of emoji and of Persian stay.
INVISIBLE: Final = re.compile("[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
BREAKS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def one_line(text: str) -> str:
    """Return what was typed as one line in Unicode's composed form: no control character, nothing invisible, single spaces."""
    return " ".join(unicodedata.normalize("NFC", INVISIBLE.sub("", BREAKS.sub(" ", text))).split())


def spoken(language: str | None) -> str:
    """Return "fr" or "en": the language asked for, else the one that is active."""
    wanted = (language or translation.get_language() or "fr")[:2]
    return wanted if wanted in LOCALES else "fr"


def typographic(text: str, language: str | None = None) -> str:
    """Return the text with its language's quotes, apostrophes and spaces; addresses, times and code stay as they are."""
    return _set(text, language, KEPT)


def typographic_html(html: str, language: str | None = None) -> str:
    """Return finished HTML with the words between its tags set as `typographic` sets them."""
    plain = ESCAPED_QUOTES.sub(lambda found: found[1] or unescape(found[0]), html)
    return _set(plain, language, KEPT_IN_HTML)


def _set(text: str, language: str | None, kept: re.Pattern[str]) -> str:
    """Return the text set in its language, the pieces that match `kept` untouched."""
    pieces = iter(kept.findall(text))
    bare = kept.sub(MARK, text)
    done = _french(bare) if spoken(language) == "fr" else _english(bare)
    return re.sub(MARK, lambda _: next(pieces), done)


def _french(text: str) -> str:
    """Return French text with guillemets, curly apostrophes and the spaces that must not break."""
    text = text.replace("'", "’").replace("...", "…")
    text = re.sub(r'(?<![\w.,;:!?…)\]])"(?=[\w(\[«’\ue000])', f"«{NO_BREAK}", text)
    text = text.replace('"', f"{NO_BREAK}»")
    text = re.sub(f"«{SPACES}", f"«{NO_BREAK}", text)
    text = re.sub(f"{SPACES}»", f"{NO_BREAK}»", text)
    text = re.sub(f"(?<=[^\\s:]){SPACES}:(?=[\\s;!?{MARK}]|$)", f"{NO_BREAK}:", text)
    text = re.sub(f"(?<=[^\\s;!?…(\\[]){SPACES}([;!?])(?=[\\s;!?)\\]»’…{MARK}{NO_BREAK}{NARROW}]|$)", f"{NARROW}\\1", text)
    return re.sub(r"(?<=\d) (?=[€%])", NO_BREAK, text)


def _english(text: str) -> str:
    """Return English text with curly quotes and apostrophes."""
    text = text.replace("...", "…")
    text = re.sub(r"(?<![\w.,;:!?…)\]”’])\"(?=[\w(\[‘'\ue000])", "“", text).replace('"', "”")
    return re.sub(r"(?<![\w.,;:!?…)\]”’])'(?=[^\W\d]|[(\[“\ue000])", "‘", text).replace("'", "’")


def _local(moment: date | datetime) -> date | datetime:
    """Return an aware datetime in the current time zone, anything else as it is."""
    return timezone.localtime(moment) if isinstance(moment, datetime) and timezone.is_aware(moment) else moment


def day(moment: date | datetime, language: str | None = None) -> str:
    """Return "mardi 24 novembre 2026" or "Tuesday 24 November 2026"."""
    here, speech = _local(moment), spoken(language)
    number = f"1er{NO_BREAK}" if speech == "fr" and here.day == 1 else f"{here.day}{NO_BREAK}"
    return f"{format_date(here, 'EEEE', LOCALES[speech])} {number}{format_date(here, 'MMMM y', LOCALES[speech])}"


def clock(moment: datetime | time, language: str | None = None) -> str:
    """Return "14 h 05", its spaces unbreakable, or "14:05"."""
    here = timezone.localtime(moment) if isinstance(moment, datetime) and timezone.is_aware(moment) else moment
    if spoken(language) == "fr":
        return f"{here.hour}{NO_BREAK}h{NO_BREAK}{here.minute:02}"
    return f"{here.hour:02}:{here.minute:02}"


def day_and_time(moment: datetime, language: str | None = None) -> str:
    """Return "mardi 24 novembre 2026 à 14 h 05" or "Tuesday 24 November 2026 at 14:05"."""
    between = "à" if spoken(language) == "fr" else "at"
    return f"{day(moment, language)} {between}{NO_BREAK}{clock(moment, language)}"


def month(moment: date | datetime, language: str | None = None) -> str:
    """Return "novembre 2026" or "November 2026"."""
    return format_date(_local(moment), "MMMM y", LOCALES[spoken(language)])


def short_day(moment: date | datetime, language: str | None = None) -> str:
    """Return "24/11/2026", the same in both languages."""
    return f"{_local(moment):%d/%m/%Y}"


def span(minutes: int, language: str | None = None) -> str:
    """Return "45 min", "1 h" or "1 h 30" (in English "1 h 30 min")."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return f"{rest}{NO_BREAK}min"
    unit = "" if spoken(language) == "fr" else f"{NO_BREAK}min"
    return f"{whole}{NO_BREAK}h" + (f"{NO_BREAK}{rest:02}{unit}" if rest else "")


def hours(minutes: int, language: str | None = None) -> str:
    """Return a total as hours with at most two decimals: "12,5 h" or "12.5 h"."""
    number = format_decimal(Decimal(minutes) / 60, "#,##0.##", locale=LOCALES[spoken(language)])
    return f"{number}{NO_BREAK}h"


def listed(items: Iterable[str], language: str | None = None) -> str:
    """Return "a, b et c" or "a, b and c"."""
    *first, last = [*items] or [""]
    between = " et " if spoken(language) == "fr" else " and "
    return between.join([", ".join(first), last]) if first else last


def ordinal(number: int, language: str | None = None, *, feminine: bool = False) -> str:
    """Return "1er", "1re", "2e" or "1st", "2nd", "11th"."""
    if spoken(language) == "fr":
        return f"{number}{('re' if feminine else 'er') if number == 1 else 'e'}"
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def initials(name: str) -> str:
    """Return "J.-P. M." for "Jean-Pierre Martin": particles written small are left out."""
    words = [word for word in re.sub(r"\b[dDlL]['’]", " ", name).split() if word[0].isupper()] or name.split()
    return NO_BREAK.join("-".join(f"{part[0].upper()}." for part in word.split("-") if part) for word in words)


def euros(cents: int, language: str | None = None) -> str:
    """Return "1 234,50 €" or "€1,234.50"."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=LOCALES[spoken(language)])
