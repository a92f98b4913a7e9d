"""The English texts. The library sets their quotes and apostrophes."""

from consent.wordings.en import care, changes, closing, consumer, practical, promise, three_way, three_way_care
from consent.wordings.en.covers import COVERS
from consent.wordings.en.sentences import DEFAULTS, EFFECTS, PROBLEMS

__all__ = ["COVERS", "DEFAULTS", "EFFECTS", "PROBLEMS", "WORDS"]

WORDS = (
    promise.WORDS | care.WORDS | closing.WORDS | practical.WORDS | consumer.WORDS | three_way.WORDS | three_way_care.WORDS | changes.WORDS
)
