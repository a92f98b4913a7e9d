"""Three people with vaults, for each test anew."""

from __future__ import annotations

import pytest

from tests.vault.people import a_person
from vault.unlocked import Unlocked


@pytest.fixture
def coach() -> Unlocked:
    return a_person()


@pytest.fixture
def client_() -> Unlocked:
    return a_person()


@pytest.fixture
def stranger() -> Unlocked:
    return a_person()
