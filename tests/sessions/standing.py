"""One engagement with everything around it, made once for a module; each test finds it as if nothing had happened."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from django.db import transaction

from clients.models import Coach, Engagement
from sessions.destroying import going_on
from tests.cast import Cast
from tests.databases import copies
from tests.house.world import World
from vault import primitives, slots


class Standing(World):
    """Camille's engagement with Anaïs, and Bruno, another coach."""

    bruno: Coach


own_databases = pytest.fixture(copies, scope="module")


@pytest.fixture(scope="module")
def standing(own_databases: dict[str, str]) -> Standing:
    """Camille's engagement with Anaïs and everything around it, made once; and Bruno."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slots, "COST", primitives.FLOOR)
        cast = Cast()
        world = Standing.of_anais(cast)
        world.bruno = cast.bruno
        return world


@pytest.fixture
def world(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standing]:
    """The same, as if nothing had happened to it before."""
    monkeypatch.setattr(going_on, "SECONDS", 60.0)  # a second is short on a busy machine
    with transaction.atomic("default"), transaction.atomic("keyring"):
        here = copy.copy(standing)
        here.engagement = Engagement.objects.select_related("coach__person", "coach__practice", "client").get(pk=standing.engagement.pk)
        yield here
        transaction.set_rollback(True, "default")
        transaction.set_rollback(True, "keyring")
