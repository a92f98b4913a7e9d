"""Fails if a French catalogue has a text without a translation, a fuzzy one, or has not been compiled since it changed."""

import sys
from pathlib import Path

from babel.messages.pofile import read_po

wrong = []
for path in sorted(Path("locale").glob("fr*/LC_MESSAGES/*.po")):
    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    for message in catalogue:
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.id and (message.fuzzy or not all(texts)):
            wrong.append(f"{path}:{message.lineno} {'fuzzy' if message.fuzzy else 'not translated'}: {message.id}")
        wrong += [f"{path}:{message.lineno} {error}" for error in message.check(catalogue)]
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
        wrong.append(f"{compiled} is missing or older than its catalogue: make ready")
sys.exit("\n".join(map(str, wrong)) if wrong else 0)
