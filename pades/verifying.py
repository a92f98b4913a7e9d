"""A signed PDF is accepted only if everything holds at once: its exact fields in order, every signature, and our own root.

Each is read in a process apart, of 1 GiB and 20 seconds at most; a file over 8 MiB is not read at all.
"""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from pades.authority import authority
from pades.writing import timestamp_roots
from support.pdf import PdfBusy, PdfFailed, PdfUnavailable, Pool

WORKER: Final = Path(__file__).resolve().parent / "verify_worker.py"


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature: its field, its signer's name, when it was made, by the signer's word and by the timestamp's, and what is wrong with it."""

    field: str
    name: str
    reason: str
    signed_at: datetime | None
    timestamped_at: datetime | None
    wrong: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. `problems` are short codes: "unreadable", "fields", "form", "not certified", or "field: what is wrong"."""

    is_good: bool
    problems: tuple[str, ...]
    signatures: tuple[Signed, ...]


def check(pdf: bytes, *, fields: list[str], at: datetime) -> Report:
    """Return whether the file is signed in exactly these fields, in this order, and unchanged since; never raise for a bad file.

    Raises PdfBusy when too many are being checked, PdfUnavailable when the process cannot work at all.
    """
    return begin(pdf, fields=fields, at=at)()


def begin(pdf: bytes, *, fields: list[str], at: datetime) -> Callable[[], Report]:
    """Begin a check; what is returned waits for its report, and raises what `check` raises."""
    opened = authority(at)
    order = {
        "fields": fields,
        "at": at.isoformat(),
        "root": opened.root.certificate.hex(),
        "issuing": opened.issuing.certificate.hex(),
        "crls": [one.hex() for one in opened.crls],
        "timestamp_roots": [one.hex() for one in timestamp_roots()],
    }
    beside = ThreadPoolExecutor(1, thread_name_prefix="check")
    answer = beside.submit(_pool.render, json.dumps(order).encode() + b"\n" + pdf)
    beside.shutdown(wait=False)
    return lambda: _report(answer)


def _report(answer: Future[bytes]) -> Report:
    """The report in the worker's answer."""
    try:
        told = json.loads(answer.result())
    except (PdfBusy, PdfUnavailable):
        raise
    except PdfFailed:
        return Report(False, ("unreadable",), ())
    found = told["signatures"]
    problems = (*told["problems"], *(f"{one['field']}: {one['wrong']}" for one in found if one["wrong"]))
    return Report(not problems, problems, tuple(_signed(one) for one in found))


def _signed(found: dict[str, str | None]) -> Signed:
    """One signature, from the worker's answer."""

    def moment(name: str) -> datetime | None:
        told = found[name]
        return datetime.fromisoformat(told) if told else None

    return Signed(
        found["field"] or "",
        found["name"] or "",
        found["reason"] or "",
        moment("signed_at"),
        moment("timestamped_at"),
        found["wrong"] or "",
    )


_pool = Pool(workers=1, script=WORKER)


def _after_fork() -> None:
    """Give a forked process a pool of its own."""
    global _pool
    _pool.forget()
    _pool = Pool(workers=1, script=WORKER)


os.register_at_fork(after_in_child=_after_fork)
atexit.register(lambda: _pool.close())
