"""Who holds a key, asked without opening anything. A grant that nobody gave as the rules say opens nothing, and is told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from vault.keyring.models import Half
from vault.models import KeyGrant, PersonKeys
from vault.primitives import Closed, PublicKeys
from vault.unlocked import check_given


@dataclass(frozen=True, slots=True)
class Series:
    """A key as a text is sealed with it: of which kind, where, who must have made it, and what a copy's grant is bound to."""

    id: UUID
    kind: str
    practice: UUID
    maker: UUID
    bound_to: bytes = b""


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds one key now, and who only seems to: a row names them, but nobody gave it. `is_living`: key and half are both there."""

    holders: frozenset[UUID] = frozenset()
    strays: frozenset[UUID] = frozenset()
    is_living: bool = False


def held(series: Iterable[Series]) -> dict[UUID, Held]:
    """Who holds each of these keys, in three statements however many there are."""
    wanted = {one.id: one for one in series}
    rows = list(KeyGrant.objects.filter(key__series__in=list(wanted), key__shredded_at__isnull=True).select_related("key"))
    public = keys_on_file({person for row in rows for person in (row.holder, row.giver)})
    living = set(Half.objects.filter(pk__in={row.key_id for row in rows}, half__isnull=False).values_list("pk", flat=True))
    rows = [row for row in rows if row.key_id in living]
    return {one.id: _held(one, [row for row in rows if row.key.series == one.id], public) for one in wanted.values()}


def keys_on_file(people: Iterable[UUID]) -> dict[UUID, PublicKeys]:
    """The public keys of each of these people who has made their vault. Keys that were written over are left out: they hold nothing."""
    found = {}
    for row in PersonKeys.objects.filter(pk__in=set(people)):
        try:
            found[row.pk] = row.public()
        except Closed:
            continue
    return found


def _held(series: Series, rows: list[KeyGrant], public: Mapping[UUID, PublicKeys]) -> Held:
    holders = {row.holder for row in rows if _opens(row, series, public)}
    return Held(frozenset(holders), frozenset({row.holder for row in rows} - holders), bool(rows))


def _opens(row: KeyGrant, series: Series, public: Mapping[UUID, PublicKeys]) -> bool:
    """Whether this grant opens for its holder: the maker's own, which only their vault can prove, or given and signed by the maker."""
    if (row.key.kind, row.key.practice, row.key.maker) != (series.kind, series.practice, series.maker):
        return False
    if row.holder == row.giver:
        return row.holder == series.maker
    giver, to = public.get(row.giver), public.get(row.holder)
    try:
        return giver is not None and to is not None and bool(check_given(row, giver=giver, to=to, bound_to=series.bound_to))
    except Closed:
        return False
