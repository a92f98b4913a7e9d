"""Who is in the demo. Their passphrases and recovery codes derive from the instance's demo seed; nothing of them stands in the code."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from mnemonic import Mnemonic

DOMAIN: Final = "demo.example"


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person: a key by which the rest of the demo names them, their name, role and language."""

    key: str
    name: str
    role: str  # coach, client, sponsor or admin
    language: str = "fr"

    @property
    def address(self) -> str:
        return f"{self.key}@{DOMAIN}"


PEOPLE: Final = {
    person.key: person
    for person in (
        Person("camille", "Camille Aubry", "coach"),
        Person("bruno", "Bruno Keller", "coach"),
        Person("grace", "Grace Whitfield", "coach", "en"),
        Person("dominique", "Dominique Serre", "admin"),
        Person("anais", "Anaïs Lefort", "client"),
        Person("karim", "Karim Benali", "client"),
        Person("solene", "Solène Darrieux", "client"),
        Person("tanguy", "Tanguy Morvan", "client"),
        Person("oliver", "Oliver Pemberton", "client", "en"),
        Person("priya", "Priya Raman", "client", "en"),
        Person("helene", "Hélène Vasseur", "sponsor"),
        Person("marc", "Marc Delorme", "sponsor"),
        Person("ruth", "Ruth Ainsley", "sponsor", "en"),
    )
}


def _derived(what: str, length: int) -> bytes:
    seed = bytes.fromhex(settings.DEMO_SEED_FILE.read_text().strip())
    return hmac.digest(seed, what.encode(), "sha256")[:length]


def passphrase(person: Person) -> str:
    """Twelve words, the same each time on this instance."""
    words: str = Mnemonic("french" if person.language == "fr" else "english").to_mnemonic(_derived(f"passphrase:{person.key}", 16))
    return " ".join(words.split()[:7])


def recovery_code(person: Person) -> str:
    """A recovery code, the same each time on this instance."""
    letters = base64.b32encode(_derived(f"recovery:{person.key}", 20)).decode()
    return "-".join(letters[i : i + 4] for i in range(0, 32, 4))
