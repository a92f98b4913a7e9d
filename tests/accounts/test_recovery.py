"""A lost passphrase: one link, one sheet of paper, and no other way."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.db import ProgrammingError
from django.test import Client as Browser
from django.utils import timezone

from accounts import actions
from accounts.models import Link, User
from support import jobs, mail
from tests.accounts.people import code_of, second_factor, sign_in
from tests.cast import PASSPHRASE, person, signed_in
from vault import slots
from vault.models import LedgerEntry, Slot, Unlock
from vault.primitives import Closed
from vault.unlocked import Unlocked

INSIDE = "/accounts/settings/"
NEW = {"passphrase": "seven other words that nobody knows", "again": "seven other words that nobody knows"}


@pytest.fixture(autouse=True)
def _own_mail(settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "support.mail.Folder"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"


@pytest.fixture
def camille() -> User:
    return person("Camille Aubry")[0]


def is_open(browser: Browser) -> bool:
    return browser.get(INSIDE).status_code == 200


def asked_for(address: str = "camille@example.org", browser: Browser | None = None) -> str | None:
    """The path of the link that a lost passphrase brings, if one is mailed."""
    before = len(mail.inbox())
    page = (browser or Browser()).post("/accounts/lost/", {"address": address})
    assert "Consulter votre messagerie" in page.content.decode()
    jobs.run_pending()
    letters = mail.inbox()
    return letters[0].links[0].removeprefix(settings.URL) if len(letters) > before else None


def stepped_up(user: User) -> Browser:
    """A browser whose person gave their passphrase a moment ago."""
    browser = signed_in(user)
    browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    return browser


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the sheet's page."""
    return {name: re.search(f'name="{name}" value="([^"]*)"', page)[1] for name in ("code", "proof", "asked")}


def typed_back(sheet: dict[str, str]) -> dict[str, str]:
    """The two groups that are asked, as they stand on the sheet."""
    groups = sheet["code"].split("-")
    return {f"group_{number}": groups[int(number) - 1] for number in sheet["asked"].split(",")}


def confirmed_sheet(user: User) -> str:
    """The recovery code of a sheet that was made and confirmed."""
    browser = stepped_up(user)
    sheet = fields(browser.post("/accounts/recovery/").content.decode())
    assert browser.post("/accounts/recovery/", sheet | {"step": "confirm"} | typed_back(sheet))["Location"] == "/"
    return sheet["code"]


def test_a_link_comes_to_whoever_is_known_and_the_answer_tells_nobody(camille):
    assert re.fullmatch(r"/link/[\w-]{43}/", asked_for() or "")
    assert asked_for("nobody@example.org") is None

    known, unknown = (Browser().post("/accounts/lost/", {"address": f"{name}@example.org"}) for name in ("camille", "nobody"))
    assert re.sub(r'"X-CSRFToken": "\w+"|value="\w{64}"', "", known.content.decode()) == re.sub(
        r'"X-CSRFToken": "\w+"|value="\w{64}"', "", unknown.content.decode()
    )


def test_looking_at_a_link_consumes_nothing_and_using_it_signs_in_once_with_the_vault_shut(camille):
    link = asked_for()
    browser = Browser()
    for _ in range(2):
        assert browser.get(link).status_code == 200
    assert Link.objects.get().used_at is None

    answer = browser.post(link)

    assert answer["Location"] == "/accounts/recover/"
    assert browser.get(INSIDE)["Location"].startswith("/accounts/unlock/")
    assert not Unlock.objects.exists()
    assert Browser().post(link).status_code == 404
    assert Browser().get(link).status_code == 404


def test_a_link_that_is_wrong_used_expired_or_replaced_answers_alike(camille, time_machine):
    time_machine.move_to("2026-11-24 09:00+01:00", tick=False)
    used, replaced, expired = asked_for(), None, None
    Browser().post(used)
    replaced = asked_for()
    expired = asked_for()
    time_machine.shift(timedelta(minutes=15))

    def shown(link: str) -> tuple[int, str]:
        page = Browser().get(link)
        return page.status_code, re.sub(r'"X-CSRFToken": "\w+"|value="[^"]*"', "", page.content.decode())

    pages = {shown(link) for link in (used, replaced, expired, "/link/" + "x" * 43 + "/")}
    assert len(pages) == 1
    assert pages.pop()[0] == 404
    assert [Browser().post(link).status_code for link in (used, replaced, expired)] == [404] * 3


def test_two_who_use_a_link_at_once_do_not_both_get_in(camille):
    asked_for()
    link = Link.objects.get()
    actions.use_link(link=link, by=camille)

    with pytest.raises(actions.Refused):
        actions.use_link(link=link, by=camille)
    assert LedgerEntry.objects.filter(event="refused", code="link_used").exists()


def test_a_link_s_token_stands_nowhere_but_in_the_mail(camille):
    token = asked_for().split("/")[2]

    assert token not in str(Link.objects.values().get())
    assert Link.objects.get().token != token


def test_the_mailed_link_still_asks_for_the_second_factor(camille):
    secret = second_factor(camille)
    link, browser = asked_for(), Browser()

    assert browser.post(link)["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/accounts/recover/")["Location"].startswith("/accounts/login/")
    answer = browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    assert answer["Location"] == "/accounts/recover/"
    assert not is_open(browser)


def test_a_link_used_where_somebody_else_is_signed_in_ends_their_sign_in(camille):
    karim = person("Karim Benali")[0]
    browser = signed_in(karim)

    browser.post(asked_for())

    assert browser.get("/accounts/recover/").wsgi_request.user == camille
    assert not Unlock.objects.filter(person=karim.pk).exists()
    assert not is_open(browser)


def test_a_link_of_somebody_whose_account_was_closed_leads_nowhere(camille):
    link = asked_for()
    User.objects.filter(pk=camille.pk).update(is_active=False)

    assert Browser().post(link).status_code == 404
    assert asked_for() is None


def test_the_recovery_code_opens_the_vault_and_replaces_the_passphrase(camille):
    code, elsewhere = confirmed_sheet(camille), signed_in(camille)
    browser = Browser()
    browser.post(asked_for())

    wrong = browser.post("/accounts/recover/", {"code": slots.new_recovery_code()} | NEW)
    assert "n’ouvre pas votre coffre" in wrong.content.decode()
    assert not is_open(browser)
    untidy = code.lower().replace("-", "  ").replace("O", "0")
    answer = browser.post("/accounts/recover/", {"code": untidy} | NEW)

    assert answer["Location"] == "/accounts/recovery/"
    assert is_open(browser)
    assert not is_open(elsewhere), "the other sign-ins end"
    assert elsewhere.get("/accounts/unlock/")["Location"].startswith("/accounts/login/")
    assert sign_in(Browser()).status_code == 200, "the old passphrase opens nothing"
    assert sign_in(Browser(), passphrase=NEW["passphrase"]).status_code == 302
    assert browser.get("/accounts/recovery/").status_code == 200, "a new sheet, without asking for the passphrase again"
    camille.refresh_from_db()
    assert camille.recovery_confirmed_at is None


def test_the_passphrase_that_replaces_a_lost_one_is_not_made_of_the_name(camille):
    code, browser = confirmed_sheet(camille), Browser()
    browser.post(asked_for())

    page = browser.post("/accounts/recover/", {"code": code, "passphrase": "aubry camille aubry", "again": "aubry camille aubry"})

    assert "trop facile" in page.content.decode()
    assert not is_open(browser)


def test_the_old_sheet_counts_until_the_new_one_is_confirmed(camille):
    old = confirmed_sheet(camille)
    browser = Browser()
    browser.post(asked_for())
    browser.post("/accounts/recover/", {"code": old} | NEW)
    assert slots.open_with_recovery(camille.pk, old)

    sheet = fields(browser.post("/accounts/recovery/").content.decode())
    browser.post("/accounts/recovery/", sheet | {"step": "confirm"} | typed_back(sheet))

    with pytest.raises(Closed):
        slots.open_with_recovery(camille.pk, old)
    assert slots.open_with_recovery(camille.pk, sheet["code"])


def test_one_s_own_code_does_not_open_another_s_vault(camille):
    code, karim = confirmed_sheet(camille), person("Karim Benali")[0]
    confirmed_sheet(karim)
    browser = signed_in(karim)
    browser.post("/accounts/lock/")

    browser.post("/accounts/recover/", {"code": code} | NEW)

    assert not is_open(browser)


def test_without_a_sheet_the_page_says_so_and_asks_for_nothing(camille):
    browser = Browser()
    browser.post(asked_for())

    page = browser.get("/accounts/recover/").content.decode()

    assert "Il n’y a pas de fiche de secours" in page
    assert 'name="code"' not in page


def test_after_five_wrong_codes_the_next_must_wait(camille):
    confirmed_sheet(camille)
    browser = signed_in(camille)
    for _ in range(5):
        browser.post("/accounts/recover/", {"code": slots.new_recovery_code()} | NEW)

    assert "Trop d’essais" in browser.post("/accounts/recover/", {"code": slots.new_recovery_code()} | NEW).content.decode()


def test_a_sheet_counts_only_after_two_of_its_groups_were_typed_back(camille):
    browser = stepped_up(camille)
    sheet = fields(browser.post("/accounts/recovery/").content.decode())
    groups = typed_back(sheet)
    first = min(groups)

    wrong = browser.post("/accounts/recovery/", sheet | {"step": "confirm"} | groups | {first: "AAAA"})
    assert f"Ce n’est pas le groupe {first[-1]} de votre fiche." in wrong.content.decode()
    assert fields(wrong.content.decode())["code"] == sheet["code"], "the same sheet, to try again"
    assert not Slot.objects.filter(kind=Slot.Kind.RECOVERY).exists()

    untidy = {name: f" {group.lower()} ".replace("o", "0") for name, group in groups.items()}
    assert browser.post("/accounts/recovery/", sheet | {"step": "confirm"} | untidy)["Location"] == "/"
    camille.refresh_from_db()
    assert camille.recovery_confirmed_at is not None


def test_printing_may_take_longer_than_a_step_up_and_no_longer_than_an_hour(camille, time_machine):
    time_machine.move_to("2026-11-24 09:00+01:00", tick=False)
    browser = stepped_up(camille)
    sheet = fields(browser.post("/accounts/recovery/").content.decode())
    for _ in range(4):
        time_machine.shift(timedelta(minutes=14))
        assert is_open(browser)
    late = sheet | {"step": "confirm"} | typed_back(sheet)
    assert browser.post("/accounts/recovery/", sheet | {"step": "confirm"}).status_code == 200

    time_machine.shift(timedelta(minutes=5))

    assert browser.post("/accounts/recovery/", late)["Location"] == "/accounts/recovery/"
    assert not Slot.objects.filter(kind=Slot.Kind.RECOVERY).exists()


def test_a_code_that_was_not_made_here_for_this_person_is_not_taken(camille):
    browser = stepped_up(camille)
    mine = fields(browser.post("/accounts/recovery/").content.decode())
    theirs = fields(stepped_up(person("Karim Benali")[0]).post("/accounts/recovery/").content.decode())
    chosen = mine | {"code": "-".join(["AAAA"] * 8)}

    for sheet in (theirs, chosen, mine | {"proof": ""}):
        for step in ("confirm", "pdf"):
            answer = browser.post("/accounts/recovery/", sheet | {"step": step} | typed_back(sheet))
            assert answer["Location"] == "/accounts/recovery/"
    assert not Slot.objects.filter(kind=Slot.Kind.RECOVERY).exists()


def test_the_printed_sheet_says_all_that_is_needed_and_nothing_keeps_its_code(camille):
    second_factor(camille)
    spare = RecoveryCodes.activate(camille).get_unused_codes()
    browser = Browser()
    browser.force_login(camille, backend="accounts.backends.PassphraseBackend")
    browser.post("/accounts/unlock/", {"password": PASSPHRASE})
    sheet = fields(browser.post("/accounts/recovery/").content.decode())

    answer = browser.post("/accounts/recovery/", sheet | {"step": "pdf"})

    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert (answer["Content-Type"], len(reader.pages)) == ("application/pdf", 1)
    assert 'filename="coachvault.pdf"' in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    for wanted in [
        *sheet["code"].split("-"),
        *spare,
        settings.URL,
        "camille@example.org",
        "Fiche de secours",
        "Où la garder",
        str(timezone.now().year),
    ]:
        assert wanted in text
    assert sheet["code"] not in str(dict(browser.session))
    assert not Slot.objects.filter(kind=Slot.Kind.RECOVERY).exists()


def test_changing_the_passphrase_ends_the_other_sign_ins_and_this_one_stays_open(camille):
    here, there = signed_in(camille), signed_in(camille)
    code = confirmed_sheet(camille)

    assert here.post("/accounts/passphrase/", {"password": "not mine"} | NEW).status_code == 200
    assert is_open(there)
    answer = here.post("/accounts/passphrase/", {"password": PASSPHRASE} | NEW)

    assert answer["Location"] == "/accounts/settings/"
    assert is_open(here)
    assert there.get("/accounts/unlock/")["Location"].startswith("/accounts/login/")
    assert Unlock.objects.count() == 1
    assert sign_in(Browser()).status_code == 200
    assert sign_in(Browser(), passphrase=NEW["passphrase"]).status_code == 302
    assert slots.open_with_recovery(camille.pk, code), "the recovery sheet goes on working"
    jobs.run_pending()
    assert mail.inbox()[0].subject == "CoachVault\u00a0: votre phrase de passe a changé"


@pytest.mark.parametrize(
    ("passphrase", "again", "said"),
    [
        ("too short", "too short", "trop courte"),
        ("aaaaaaaaaaaabbbb", "aaaaaaaaaaaabbbb", "trop facile"),
        (NEW["passphrase"], "something else entirely", "pas identiques"),
    ],
)
def test_a_passphrase_that_is_short_monotonous_or_mistyped_is_not_taken(camille, passphrase, again, said):
    page = signed_in(camille).post("/accounts/passphrase/", {"password": PASSPHRASE, "passphrase": passphrase, "again": again})

    assert said in page.content.decode()
    assert sign_in(Browser()).status_code == 302


def test_a_change_that_fails_leaves_the_old_passphrase_and_every_sign_in(camille):
    browser = signed_in(camille)
    vault = Unlocked(camille.pk, slots.open_with_passphrase(camille.pk, PASSPHRASE))

    facts = {"person": User.objects.get(pk=camille.pk), "vault": vault, "new": slots.stretched(NEW["passphrase"]), "by": camille}
    with pytest.raises(ProgrammingError):
        actions.change_passphrase(**facts, at=timezone.now())  # only the owner may give the ledger a time: its last statement fails

    assert is_open(browser)
    assert sign_in(Browser()).status_code == 302


def test_settings_language_and_appearance_are_kept(camille):
    browser = signed_in(camille)

    browser.post("/accounts/settings/", {"name": "Camille A.", "language": "en"})
    camille.refresh_from_db()
    assert (camille.name, camille.address, camille.language, camille.has_shortcuts) == ("Camille A.", "camille@example.org", "en", False)
    assert "My settings" in browser.get("/accounts/settings/").content.decode()

    browser.post("/accounts/language/", {"language": "fr", "next": "/accounts/settings/"})
    browser.post("/accounts/language/", {"language": "tlh"})
    browser.post("/accounts/appearance/", {"theme": "dark", "discreet": "on"})
    browser.post("/accounts/appearance/", {"theme": "<script>"})
    page = browser.get("/accounts/settings/").content.decode()
    assert 'lang="fr" data-theme="dark" data-discreet' in page


def test_signed_out_the_language_is_a_cookie(camille):
    browser = Browser()

    browser.post("/accounts/language/", {"language": "en", "next": "/accounts/login/"})

    assert "Good to see you" in browser.get("/accounts/login/").content.decode()
    camille.refresh_from_db()
    assert camille.language == "fr"


def test_the_page_of_kept_mail_exists_only_on_an_instance_for_trying_out(camille, settings):
    link = asked_for()

    page = Browser().get("/mail/").content.decode()
    assert link in page
    assert "Uniquement sur une instance d’essai" in page

    settings.LOCAL = False
    assert Browser().get("/mail/").status_code == 404
    settings.LOCAL, settings.MAIL = True, "smtp"
    assert Browser().get("/mail/").status_code == 404
