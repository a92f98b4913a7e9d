"""What a passphrase counts for, and which are not taken."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from accounts import passphrases
from tests.accounts.people import sign_in
from tests.cast import PASSPHRASE, person, signed_in

OWN = ("Camille Aubry", "camille@example.org")


@pytest.mark.no_database
@pytest.mark.parametrize(
    "typed",
    [
        "password1234",
        "1q2w3e4r5t6y",
        "123456789012",
        "qwertyqwerty",
        "iloveyouforever",
        "motdepasse2026",
        "CoachVault 2026!",
        "Confidentialité!",
        "Camille Aubry 1974",
        "camille example",
        "soleil soleil soleil",
        "ababababababab",
    ],
)
def test_what_is_tried_first_is_too_easy(typed: str) -> None:
    assert passphrases.is_too_easy(typed, OWN)


@pytest.mark.no_database
@pytest.mark.parametrize(
    "typed",
    [
        PASSPHRASE,
        "correct horse battery staple",
        "le chat boit du lait",
        "aB3$kq9!xT2z",
        "tzvbqxwjhnrk",
        "730158264915",
        "夜の海で静かに歌う鯨の群れ",
    ],
)
def test_words_of_one_s_own_are_taken_whatever_signs_they_are_made_of(typed: str) -> None:
    assert not passphrases.is_too_easy(typed, OWN)


@pytest.mark.no_database
def test_at_least_three_thousand_common_passwords_are_known() -> None:
    assert len(passphrases.common()) > 19_000


@pytest.mark.no_database
def test_every_common_password_is_too_easy_and_stays_so_with_a_year_after_it() -> None:
    longer = [word for word in passphrases.common() if len(word) >= passphrases.SHORTEST and word.isalnum() and word.isascii()]

    assert len(longer) > 100
    assert [word for word in longer if not passphrases.is_too_easy(word) or not passphrases.is_too_easy(f"{word}2026")] == []


@pytest.mark.no_database
def test_the_longest_passphrase_is_counted_at_once() -> None:
    assert passphrases.counted("z" * 1024) <= 1024


@pytest.mark.parametrize("typed", ["password1234", "camille aubry 1974"])
def test_an_easy_one_gets_a_sentence_and_the_old_one_stays(typed: str) -> None:
    camille, _ = person("Camille Aubry", language="en")
    browser = signed_in(camille)

    page = browser.post("/accounts/passphrase/", {"password": PASSPHRASE, "passphrase": typed, "again": typed})

    assert "too easy to guess" in page.content.decode()
    assert sign_in(Browser()).status_code == 302


def test_a_passphrase_of_a_hundred_signs_is_taken_whole() -> None:
    camille, _ = person("Camille Aubry")
    long = "une phrase " * 12 + "qui finit ici"

    signed_in(camille).post("/accounts/passphrase/", {"password": PASSPHRASE, "passphrase": long, "again": long})

    assert sign_in(Browser(), passphrase=long).status_code == 302
    assert sign_in(Browser(), passphrase=long[:-1]).status_code == 200
