"""Letters say that something awaits, and nothing else; the folder keeps them for their owner."""

import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail as outgoing
from django.utils import translation

from support import mail

pytestmark = pytest.mark.no_database

LETTERS = sorted(place.stem for place in (Path(settings.BASE_DIR) / "templates/mail").glob("[a-z]*.txt"))
TOLD = {"link": "/welcome/aB-_9/", "code": "204 613"}


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    """A mail folder in use."""
    settings.EMAIL_BACKEND = "support.mail.Folder"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return settings.EMAIL_FILE_PATH


WITHOUT_LINK = {"address_changed", "address_taken"}  # to an address that leads nowhere here, or not any more


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_letter_has_an_opaque_subject_and_what_it_is_for(letter: str, language: str):
    mail.send(to="camille@example.org", language=language, letter=letter, context=TOLD)

    [message] = outgoing.outbox
    assert message.subject.startswith("CoachVault\u00a0:" if language == "fr" else "CoachVault:")
    if letter not in WITHOUT_LINK:
        assert ("204 613" if letter == "code" else f"{settings.URL}/welcome/aB-_9/") in message.body
    assert "camille" not in message.body.lower()
    assert message.body.startswith("Bonjour," if language == "fr" else "Hello,")


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_is_translated(letter: str):
    with translation.override("en"):
        english = mail.rendered(letter, TOLD)
    with translation.override("fr"):
        french = mail.rendered(letter, TOLD)

    shared = set(english[1].splitlines()) & set(french[1].splitlines()) - {"", "CoachVault", "204 613"}
    assert english[0] != french[0]
    assert {line for line in shared if not line.startswith("http")} == set()


def test_the_html_repeats_the_text_and_asks_for_nothing_from_afar():
    mail.send(to="camille@example.org", language="fr", letter="something_new", context=TOLD)

    [message] = outgoing.outbox
    html = message.alternatives[0][0]
    assert '<html lang="fr">' in html
    assert f'href="{settings.URL}/welcome/aB-_9/"' in html
    assert not {"<img", "<link", "src=", "style"} & {word for word in ("<img", "<link", "src=", "style") if word in html}


def test_a_letter_says_that_no_one_wrote_it():
    mail.send(to="camille@example.org", language="fr", letter="something_new", context=TOLD)

    assert outgoing.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("to", ["a@b.fr\nBcc: c@d.fr", "a@b.fr\r\n", "a@b.fr, c@d.fr", "A <a@b.fr>", "", "a"])
def test_only_one_address_is_an_address(to: str):
    with pytest.raises(mail.BadAddress) as refusal:
        mail.send(to=to, language="fr", letter="code", context=TOLD)

    assert "b.fr" not in str(refusal.value)
    assert outgoing.outbox == []


@pytest.mark.parametrize(
    "context", [{"name": "Camille"}, {"link": "https://elsewhere.example/"}, {"link": "//elsewhere.example/"}, {"link": "javascript:x"}]
)
def test_a_letter_is_told_a_link_of_ours_and_a_code_and_nothing_else(context: dict[str, str]):
    with pytest.raises(mail.TooMuchSaid):
        mail.send(to="camille@example.org", language="fr", letter="code", context=context)


def test_the_mail_folder_holds_one_private_file_for_each_letter(folder: Path):
    for _ in range(3):
        mail.send(to="camille@example.org", language="fr", letter="something_new", context=TOLD)

    assert [stat.S_IMODE(place.stat().st_mode) for place in folder.iterdir()] == [0o600] * 3
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_inbox_reads_newest_first(folder: Path):
    mail.send(to="camille@example.org", language="fr", letter="something_new", context=TOLD)
    mail.send(to="nadia@example.org", language="en", letter="sign_in_link", context=TOLD)

    newest, oldest = mail.inbox()
    assert (newest.to, newest.subject, newest.links) == (
        "nadia@example.org",
        "CoachVault: your link to sign in",
        (f"{settings.URL}/welcome/aB-_9/",),
    )
    assert (oldest.subject, oldest.at < newest.at) == ("CoachVault\u00a0: du nouveau dans votre espace", True)
    assert "votre espace\u00a0:" in oldest.text


def test_a_mail_folder_that_does_not_exist_yet_is_empty(folder: Path):
    assert mail.inbox() == []
