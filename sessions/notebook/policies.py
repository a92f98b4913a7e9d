"""What may not be done with a notebook, each with its sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.act import Refused
from clients.models import Client, Engagement, joined
from sessions.notebook.models import Notebook, PrivateEntry, SharedEntry


def check_hers(entry: PrivateEntry | SharedEntry, by: Client) -> None:
    """Refuses whoever is not the client whose text it is."""
    owner = entry.notebook.client_id if isinstance(entry, PrivateEntry) else entry.engagement.client_id
    if owner != by.id:
        raise Refused(code="not_hers")


def check_as_made(notebook: Notebook) -> None:
    """Refuses a notebook whose client, person or key is another than it was made with: then somebody wrote to the database."""
    if notebook.details.get("made_as") != notebook.made_as or joined(notebook.client) is None:
        raise Refused(does_not_open(), code="another_notebook")


def check_made_for(notebook: Notebook, client: Client) -> None:
    """Refuses to destroy a key that was made for another client."""
    if not str(notebook.details.get("made_as", "")).startswith(f"{client.id} "):
        raise Refused(does_not_open(), code="another_notebook")


def check_may_share(engagement: Engagement) -> None:
    """Refuses an engagement that has ended, and one whose client or keys are others than it was opened with."""
    if engagement.ended_at is not None:
        raise Refused(_("This engagement has ended: what was shared stays as it is."), code="engagement_ended")
    if engagement.details.get("parties") != engagement.parties:
        raise Refused(does_not_open(), code="other_parties")


def check_may_delete(entry: PrivateEntry | SharedEntry) -> None:
    """Refuses a shared text of an engagement that has ended. What was never shared can always go."""
    if isinstance(entry, SharedEntry) and entry.shared_at is not None:
        check_may_share(entry.engagement)


def check_there(entry: PrivateEntry | SharedEntry) -> None:
    """Refuses a text that was deleted."""
    if entry.deleted_at is not None:
        raise Refused(_("This text was deleted meanwhile. Nothing was saved."), code="entry_deleted")


def check_not_empty(text: str) -> None:
    """Refuses to share a text without a word."""
    if not text.strip():
        raise Refused(_("There is nothing to share yet: the text is empty."), code="entry_empty")


def does_not_open() -> str:
    """What to say where a seal or a key does not fit."""
    return _("This text does not open: what is stored is not what was saved here. Nothing is shown.")
