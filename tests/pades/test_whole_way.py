"""From the text to the closed file: each step holds, by our own check and by other people's programs."""

from __future__ import annotations

import pytest

from pades import verifying
from tests.pades.samples import FOUR, NOW, TWO, steps


@pytest.mark.parametrize("people", [TWO, FOUR], ids=["two", "four"])
def test_each_step_is_good_and_only_with_the_fields_signed_so_far(people: list[str]) -> None:
    made = steps(people)
    fields = ["Sent", *people, "Archive"]

    reports = [verifying.check(file, fields=fields[: number + 1], at=NOW) for number, file in enumerate(made)]

    assert [one.problems for one in reports] == [()] * len(made)
