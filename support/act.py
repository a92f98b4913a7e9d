"""What every action is: keyword-only, one transaction, signed `by`; a refusal rolls it back and leaves its trace."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import transaction
from django.http import Http404

T = TypeVar("T")


class Refused(Http404):
    """A rule said no. It carries a sentence for whoever may read it; whoever may not gets a plain 404."""

    def __init__(self, sentence: Any = "", *, code: str = "refused") -> None:
        super().__init__(sentence)
        self.sentence, self.code = sentence, code


def act(*, refused: Callable[..., None]) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Make an action of a function. After a `Refused` was rolled back, `refused(action's name, the refusal, facts)` writes it down, on its own."""

    def wrap(call: Callable[..., T]) -> Callable[..., T]:
        parameters = inspect.signature(call).parameters
        if any(p.kind is not p.KEYWORD_ONLY for p in parameters.values()) or "by" not in parameters:
            raise TypeError(f"{call.__qualname__}: an action takes keyword-only arguments, `by` among them")

        @wraps(call)
        def run(**facts: Any) -> T:
            try:
                with transaction.atomic():
                    return call(**facts)
            except Refused as no:
                with transaction.atomic():
                    refused(call.__name__, no, facts)
                raise

        run.is_act = True  # type: ignore[attr-defined]
        return run

    return wrap
