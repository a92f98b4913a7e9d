"""At start: the instance keys open what is stored, or nothing starts. Whoever put in another key file is told before anything is written."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from vault import instance
from vault.keyring.models import Half
from vault.models import Slot
from vault.primitives import Closed

# Three values closed with each key that any value names: one that was damaged must not stop everybody
SOME: Final = "select * from (select *, row_number() over (partition by substr({0}, 1, 5)) as nth from {1} where {0} is not null) as few where nth < 4"
SHORTEST: Final = 5 + 73  # name of the key, seal of nothing


def refuse_wrong_keys() -> None:
    """Raise ImproperlyConfigured if there is a key of which nothing stored opens. An instance without people has nothing stored."""
    for alias, model, column in (("default", Slot, "root_key"), ("keyring", Half, "half")):
        table = model._meta.db_table
        with connections[alias].cursor() as cursor:
            cursor.execute("select to_regclass(%s) is not null", [table])
            if not cursor.fetchone()[0]:
                continue
        opened: dict[bytes, bool] = {}
        for row in model.objects.raw(SOME.format(column, table)):  # type: ignore[attr-defined]
            value = bytes(row.__dict__[column])
            if len(value) > SHORTEST and instance.name_of(value):  # else somebody's scribble, which `verify` finds
                opened[value[:5]] = opened.get(value[:5], False) or opens(row, column)
        if not all(opened.values()):
            raise ImproperlyConfigured(told())


def opens(row: Slot | Half, column: str) -> bool:
    """Whether the instance keys open this value."""
    try:
        getattr(row, column)
    except Closed:
        return False
    return True


def told() -> str:
    """What is said of a wrong key file, with the cure."""
    held = ", ".join(name.hex() for name in instance.names())
    return (
        f"The instance keys in {settings.KEYS_FILE} ({held}) do not open what is stored here: they are not the keys of this instance. "
        "Nothing was started and nothing was changed. Put the right file back: it is in the secrets archive beside your newest backup."
    )
