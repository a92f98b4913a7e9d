"""Checks signed PDFs, one after the other, in a process apart. Run by pades/verifying.py; messages as in support/pdf_worker.py."""

import json
import logging
import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.pdf_worker import Answer, serve


def checker() -> Answer:
    """Return the one who answers orders; raise ImportError if pyHanko is missing."""
    from pades.verify_proof import Trust, examine

    logging.disable(logging.CRITICAL)

    def answer(message: bytes) -> bytes:
        head, _, pdf = message.partition(b"\n")
        order = json.loads(head)
        trust = Trust(
            bytes.fromhex(order["root"]),
            bytes.fromhex(order["issuing"]),
            [bytes.fromhex(one) for one in order["crls"]],
            [bytes.fromhex(one) for one in order["timestamp_roots"]],
        )
        problems, found = examine(pdf, order["fields"], trust, datetime.fromisoformat(order["at"]))
        return json.dumps({"problems": problems, "signatures": [vars(one) for one in found]}, default=datetime.isoformat).encode()

    return answer


if __name__ == "__main__":
    serve(checker)
