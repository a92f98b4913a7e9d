"""Why nothing was signed. Light to import: whoever catches these need not load what signs."""

from __future__ import annotations


class SigningRefused(Exception):
    """The file is not in the state in which this signature may be made."""


class TimestampFailed(Exception):
    """The timestamp server gave no answer that holds. Nothing was written; try again later."""
