"""Starting again, for whoever has neither passphrase nor recovery sheet any more: what they alone could open is gone, the rest is given again."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.act import Refused, act
from accounts.changes import actions as accounts
from accounts.models import User
from clients.models import Client, Coach
from consent.actions.keys import follow_new_keys, hold_open_to
from sessions.models import Notebook
from sessions.notebook.actions import destroy_notebook
from vault.slots import Stretched
from vault.unlocked import Unlocked


@act
@sensitive_variables()
def start_again(*, person: User, new: Stretched, by: User, at: datetime | None = None) -> Unlocked:
    """This function will give a client or a contact new keys; their private notebooks are destroyed. Refuses a coach: their notes would be lost."""
    if Coach.of(person) is not None:
        raise Refused(_("A coach cannot start again: every note would be lost for good."), code="coach_cannot_start_again")
    list(Client.objects.select_for_update(of=("self",)).filter(person=person).order_by("pk").values_list("pk"))
    hold_open_to(person)
    vault = accounts.start_again(person=person, new=new, by=by, at=at)
    for client in Client.of(person) or []:
        for notebook in Notebook.objects.for_client([client]):
            destroy_notebook(notebook=notebook, by=client, at=at)
    follow_new_keys(person=person, by=by, at=at)
    return vault
