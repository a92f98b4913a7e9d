""" "Who sees what?", computed: from the decision on the consents that stand, from who holds which key, from the permissions on the engagement.

Nothing here says no or yes by itself. Where the database and the rules disagree, the page shows what would really open.
"""

from __future__ import annotations

from consent.who_sees.answers import Answer, Can, Column, Group, Reader, Row, Table
from consent.who_sees.rows import stays_confidential
from consent.who_sees.sheet import Sheet

__all__ = ["Answer", "Can", "Column", "Group", "Reader", "Row", "Sheet", "Table", "stays_confidential"]
