"""What Anaïs does in her notebook in these tests, in as few words as possible."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from clients.models import Client, Engagement
from sessions.models import Notebook, PrivateEntry, SharedEntry
from sessions.notebook import actions
from tests.cast import Cast

PRIVATE, SHARED = "Je n’ai rien dit de mon père à personne.", "Je voudrais parler du comité jeudi."


def sql(statement: str, *facts: Any) -> None:
    """What somebody does who writes to the database."""
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)


class Book:
    """A client's notebook beside an engagement with Camille."""

    def __init__(self, cast: Cast, client: Client | None = None) -> None:
        self.cast, self.camille, self.client = cast, cast.camille, client or cast.anais
        self.name = next(name for name, (user, _) in cast._people.items() if user.pk == self.client.person_id)
        self.engagement: Engagement = cast.engagement(self.client)

    @property
    def hers(self) -> dict[str, Any]:
        """A fresh open vault of hers, and who she is."""
        return {"vault": self.cast.vault(self.name), "by": self.client}

    @property
    def notebook(self) -> Notebook:
        return actions.make_notebook(**self.hers)

    def private(self, text: str = PRIVATE, *, keep: bool = True) -> PrivateEntry:
        """A private text."""
        entry = actions.start_private(notebook=self.notebook, **self.hers)
        return actions.write_private(entry=entry, text=text, expected_version=1, keep=keep, **self.hers) if text else entry

    def draft(self, text: str = SHARED, engagement: Engagement | None = None) -> SharedEntry:
        """A text for the coach, not shared."""
        return actions.start_shared(engagement=engagement or self.engagement, text=text, notebook=self.notebook, **self.hers)

    def shared(self, text: str = SHARED, engagement: Engagement | None = None, **more: Any) -> SharedEntry:
        """A text that the coach can read."""
        return self.share(self.draft(text, engagement), text, **more)

    def share(self, entry: SharedEntry, text: str, *, at: datetime | None = None) -> SharedEntry:
        """Share a text."""
        now = self.fresh(entry)
        return actions.share(entry=now, text=text, expected_version=now.version, notebook=self.notebook, at=at, **self.hers)

    def read(self, entry: SharedEntry) -> str:
        """What Camille reads, on opening it."""
        return actions.read_shared(entry=self.fresh(entry), vault=self.cast.vault("Camille Aubry"), by=self.camille)

    def text(self, entry: PrivateEntry) -> str:
        """What a private text says now."""
        now = self.fresh(entry)
        return self.hers["vault"].open(now.body, now.place())

    def fresh(self, entry: Any) -> Any:
        """The row as it stands in the database now."""
        related = ["notebook__client__coach"] if isinstance(entry, PrivateEntry) else ["engagement__coach", "engagement__client"]
        return type(entry).objects.select_related(*related).get(pk=entry.pk)

    def deleted_long_ago(self, entry: PrivateEntry | SharedEntry) -> None:
        """Delete a text, two minutes ago."""
        actions.delete_entry(entry=entry, by=self.client)
        type(entry).objects.filter(pk=entry.pk).update(deleted_at=self.fresh(entry).deleted_at - timedelta(minutes=2))
