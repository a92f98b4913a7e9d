"""Les textes français. La bibliothèque y met la typographie et les espaces insécables."""

from consent.wordings.fr import care, changes, closing, consumer, practical, promise, three_way, three_way_care
from consent.wordings.fr.covers import COVERS
from consent.wordings.fr.sentences import DEFAULTS, EFFECTS, PROBLEMS

__all__ = ["COVERS", "DEFAULTS", "EFFECTS", "PROBLEMS", "WORDS"]

WORDS = (
    promise.WORDS | care.WORDS | closing.WORDS | practical.WORDS | consumer.WORDS | three_way.WORDS | three_way_care.WORDS | changes.WORDS
)
