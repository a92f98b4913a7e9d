"""Several people who type their passphrase at the same moment all get in: no run of Argon2id hangs or fails because of another."""

from __future__ import annotations

import threading

import pytest

from vault import primitives
from vault.primitives import Cost

pytestmark = pytest.mark.no_database
TWO_LANES = Cost(19 * 1024, 2, 2)


def test_runs_at_the_same_moment_in_one_process_all_end_with_the_right_key() -> None:
    right = primitives.stretch("a passphrase", bytes(16), TWO_LANES)
    found: list[bytes | BaseException] = []

    def run() -> None:
        try:
            found.append(primitives.stretch("a passphrase", bytes(16), TWO_LANES))
        except BaseException as failure:
            found.append(failure)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert not [thread for thread in threads if thread.is_alive()]
    assert found == [right] * 12
