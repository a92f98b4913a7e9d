"""Fence 7, person × page: every address, GET and POST, every person of the cast, something of their own, of others and of nobody.

The table says a line per address: who may, what the id in it names, and what comes for what is one's own. All the rest follows:

- nobody signed in: the way to sign in;
- a method that the page does not take: 405, whoever asks;
- somebody it is not for: 404;
- a locked vault: the way to the passphrase;
- what is another's, or nobody's: 404, alike to the last byte.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client as Browser
from django.test.client import ClientHandler
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts import links
from accounts.models import Link, User
from clients import actions as clients
from clients import permissions
from clients.models import SponsorContact
from tests.cast import PASSPHRASE, Cast, signed_in
from tests.consent import agreements
from tests.databases import copies
from tests.house.strict import inline, lacking
from tests.house.world import World
from tests.sessions import destroying
from vault import primitives, slots
from vault.models import LedgerEntry

own_databases = pytest.fixture(copies, scope="module")

# `on` is a redirect into the instance, `login`, `unlock` and `step` those to the passphrase.
# `a|b`: a for nobody signed in, b for everybody else. The last two columns: GET and POST with a locked vault, where it may be locked.
TABLE = """
name                         who      id          GET      POST     locked
home                         anyone   -           login|on login|on
healthz                      anyone   -           200      200
readyz                       anyone   -           503      503
dev_mail                     anyone   -           200      200
administration               admin    -           200      200
coach_invite                 admin    -           405      on

account_login                anyone   -           200|on   200|on
account_logout               anyone   -           login|200 login
account_inactive             anyone   -           200      405
account_reauthenticate       person   -           200      on       200 on
vault_unlock                 person   -           on       on       200 on
vault_lock                   person   -           405      unlock   405 unlock
lost                         anyone   -           200      200
recover                      person   -           200      200      200 200
recovery_sheet               person   -           200      200
settings_page                person   -           200      on
change_passphrase            person   -           200      on
change_address               person   -           200      200
own_key                      person   -           200      405
seal_anew                    person   -           200      200
renew_keys                   person   -           200      422
start_again                  person   -           200      200      200 200
set_language                 anyone   -           405      on
set_appearance               anyone   -           405      on
restore_seen                 person   -           405      on
help                         anyone   -           200      200
mfa_index                    person   -           200      405
passkey_sign_in              anyone   -           405      login|on
mailed_code                  anyone   -           login|on login|on
passkey_list                 person   -           200      404
mailed_code_choice           person   -           200      on
sign_in_end                  person   -           405      404
mfa_authenticate             anyone   -           login|on login|on
mfa_activate_totp            person   -           200      200      200 200
mfa_deactivate_totp          person   -           404      404      404 404
mfa_view_recovery_codes      person   -           404      405      404 405
mfa_generate_recovery_codes  person   -           200      200      200 200

sign_up                      anyone   -           403      403
enrol                        anyone   invitation  200      on
link_again                   anyone   -           405      200
sign                         anyone   signing     200      200
sign_pdf                     anyone   signing     404      405
sign_proof                   anyone   signing     404      405
sign_page                    anyone   signpage    404      405
verify_page                  anyone   -           200      422
revocation_list              anyone   crl         200      405
root_certificate             anyone   -           200      405

client_list                  coach    -           200      200
client_add                   coach    -           200      on
client_page                  coach    client      200      200
client_edit                  coach    client      200      on
client_archive               coach    client      405      on
keys_confirm                 coach    client      on       on
client_invite                coach    client      405      on
barrier_list                 coach    -           200      405
barrier_add                  coach    client      200      200
barrier_lift                 coach    barrier     405      on
sponsor_list                 coach    -           200      200
sponsor_add                  coach    -           200      on
sponsor_page                 coach    sponsor     200      200
sponsor_edit                 coach    sponsor     200      on
contact_add                  coach    sponsor     200      on
contact_edit                 coach    contact     200      200
contact_invite               coach    contact     405      on
contact_leave                coach    contact     200      422
request_decline              coach    information 405      on
engagement_new               coach    -           200      200
engagement_step              coach    step        on       on

today                        coach    -           200      405
engagement_page              coach    engagement  200      405
engagement_log               coach    engagement  200      405
session_add                  coach    engagement  200      on
session_page                 coach    session     200      405
session_edit                 coach    session     200      on
session_state                coach    session     405      on
note_start                   coach    session     405      on
note_new                     coach    -           200      405
note_preview                 coach    -           405      200
note_page                    coach    note        200      405
note_write                   coach    note        405      on
note_finish                  coach    note        405      on
note_amend                   coach    note        405      on
note_delete                  coach    note        405      on
note_versions                coach    note        200      405
note_version                 coach    version     200      405
note_restore                 coach    version     405      on

agreement_new                coach    engagement  200      405
agreement_draft              coach    kind        200      on
agreement_preview            coach    kind        405      200
agreement_page               coach    agreement   200      405
agreement_send               coach    agreement   405      on
agreement_resend             coach    agreement   405      on
agreement_cancel             coach    agreement   405      on
agreement_answer             coach    question    405      on
agreement_countersign        coach    agreement   405      on
agreement_terminate          coach    agreement   405      on
agreement_pdf                coach    agreement   200      405
agreement_proof              coach    agreement   200      405
agreement_picture            coach    picture     200      405

pledge_home                  coach    -           200      405
pledge_start                 coach    -           405      on
pledge_deliver               coach    -           405      on
pledge_address               coach    -           405      on
pledge_page                  coach    pledge      200      405
pledge_write                 coach    draft       200      409
pledge_preview               coach    draft       405      200
pledge_publish               coach    draft       405      on
pledge_discard               coach    draft       405      on
pledge_changes               coach    pledge      200      405
pledge_pdf                   coach    pledge      200      405
pledge_public                anyone   public      200      405

template_list                coach    -           200      405
template_new                 coach    -           200      422
template_page                coach    template    200      405
template_edit                coach    written     200      409
template_preview             coach    written     405      200
template_pdf                 coach    template    200      405
template_versions            coach    template    200      405
template_publish             coach    template    405      on
template_revise              coach    template    405      on
template_retire              coach    template    405      on
template_delete              coach    template    405      on

law_list                     coach    -           200      405
law_new                      coach    engagement  200      422
law_page                     coach    law         200      405
law_pdf                      coach    law         200      405
law_received                 coach    law         200      405
law_papers                   coach    law         200      405
law_complete                 coach    law         on       on
law_tell                     coach    law         200      on
law_review                   coach    law         200      422
task_list                    coach    -           200      405
task_done                    coach    task        405      on

summary_add                  coach    engagement  200      200
summary_page                 coach    summary     200      409
summary_propose              coach    summary     405      on
summary_check                coach    summary     200      on
summary_preview              coach    summary     405      200
summary_take_answer          coach    summary     405      404
summary_hold                 coach    summary     405      on
summary_delete               coach    summary     405      on
proposal_page                coach    proposal    200      200
marks                        coach    engagement  200      on
mark_remove                  coach    marked      405      on
name_ask_again               coach    cleared     405      on
own_words                    coach    -           200      409
proposal_compare             coach    proposal    404      405
proposal_pdf                 coach    proposal    200      405
coach_wish                   coach    wish        200      405
coach_wish_write             coach    wish        405      on
coach_wish_decline           coach    wish        405      422

consent_register             coach    -           200      405
consent_register_csv         coach    -           200      405
consent_page                 coach    asked       200      405
consent_take_back            coach    asked       405      on
consent_paper                coach    purpose     200      200
consent_paper_page           coach    consent     404      405
consent_record               coach    consent     200      405
consent_record_pdf           coach    consent     200      405
engagement_consents          coach    engagement  200      405
consent_ask                  coach    purpose     200      200
engagement_end               coach    engagement  200      200
shared_entry                 coach    shared      200      405

retention_list               coach    -           200      405
retention_page               coach    engagement  200      405
hold_put                     coach    engagement  405      200
hold_end                     coach    hold        405      on
engagement_destroy           coach    engagement  200      200
note_destroy                 coach    note        200      200
renewal_begin                coach    newkey      405      on
renewal_page                 coach    renewal     200      200
destruction_file             coach    attested    200      405

who_sees                     coach    engagement  200      405
engagement_sees              coach    engagement  200      405
consents_sees                coach    engagement  200      405
session_sees                 coach    session     200      405
note_sees                    coach    note        200      405
summary_sees                 coach    summary     200      405
proposal_sees                coach    proposal    200      405
agreement_sees               coach    agreement   200      405
consent_sees                 coach    asked       200      405
coach_sees                   coach    -           200      405

rights_list                  coach    -           200      405
rights_page                  coach    request     200      405
rights_put_off               coach    request     405      200
rights_answer                coach    correction  405      200
rights_texts                 coach    request     200      405
rights_text                  coach    righttext   200      200
rights_hand_over             coach    request     on       on

client_home                  client   -           200      405
client_who_sees              client   engagement  200      405
client_engagement_sees       client   engagement  200      405
client_proposal_sees         client   proposal    200      405
client_agreement_sees        client   agreement   200      405
client_consent_sees          client   asked       200      405
client_sees                  client   -           200      405
client_log                   client   engagement  200      405
client_retention             client   engagement  200      405
client_destruction_file      client   attested    200      405
notebook                     client   -           200      405
notebook_private_new         client   -           200      on
notebook_private             client   private     200      405
notebook_private_write       client   private     405      on
notebook_private_delete      client   private     405      on
notebook_destroy             client   -           200      422
notebook_shared_new          client   -           200      405
notebook_shared_start        client   engagement  405      on
notebook_shared              client   shared      200      405
notebook_shared_write        client   shared      405      on
notebook_shared_share        client   shared      405      on
notebook_shared_delete       client   shared      405      on
client_agreement             client   agreement   200      on
client_agreement_pdf         client   agreement   200      405
client_agreement_proof       client   agreement   200      405
client_agreement_picture     client   picture     200      405
client_renounce              client   agreement   404      404
client_proposal              client   proposal    200      200
client_proposal_approve      client   proposal    405      200
client_proposal_show_again   client   proposal    405      200
client_proposal_refuse       client   proposal    405      on
client_proposal_change       client   proposal    405      on
client_proposal_compare      client   proposal    404      405
client_proposal_pdf          client   proposal    200      405
wish_new                     client   engagement  200      422
client_wish                  client   wish        200      405
client_wish_take_back        client   wish        405      on
client_request               client   information 200      405
client_request_want          client   information 405      on
client_request_refuse        client   information 405      on
client_consents              client   -           200      405      200 405
client_consent               client   asked       200      405
client_consent_give          client   asked       405      on
client_consent_refuse        client   asked       405      on
client_consent_withdraw      client   consent     405      on       405 on
client_consent_receipt       client   consent     200      405
client_consent_receipt_pdf   client   consent     200      405
client_consent_paper         client   consent     404      405
client_consent_start         client   start       200      200
client_law                   client   told        200      405
client_rights                client   -           200      405
client_rights_ask            client   rightkind   200      200
client_rights_page           client   request     200      405
client_rights_withdraw       client   request     405      on
client_rights_copy           client   handed      200      405
client_access                client   -           200      405
client_download              client   -           200      405
client_download_pdf          client   -           200      405
client_pledge                client   client      200      405
client_pledge_pdf            client   client      200      405
client_pledge_acknowledge    client   client      405      on
client_pledge_received       client   receipt     200      405

contact_home                 contact  -           200      200
contact_engagement           contact  engagement  200      405
contact_ask                  contact  engagement  200      on
contact_portfolio            contact  -           200      405
contact_agreement            contact  tripartite  200      on
contact_agreement_pdf        contact  tripartite  200      405
contact_agreement_picture    contact  tripicture  200      405
contact_summary              contact  disclosure  200      200
contact_summary_pdf          contact  disclosure  200      405
contact_summary_sees         contact  disclosure  200      405
contact_agreement_sees       contact  tripartite  200      405
contact_sees                 contact  -           200      405
"""

# One body that fills every form, so that nobody is stopped by an empty field rather than by a rule
BODY: dict[str, Any] = {
    "login": "nobody@example.org",
    "password": PASSPHRASE,
    "passphrase": "another row of plain words",
    "again": "another row of plain words",
    "name": "Quelqu’un",
    "address": "quelqu.un@example.org",
    "language": "fr",
    "theme": "dark",
    "role": "hr",
    "title": "Titre",
    "choice": "private",
    "wording": "A",
    "years": "3",
    "day": "2031-05-06",
    "time": "10:30",
    "minutes": "60",
    "place": "office",
    "event": "hold",
    "text": "Un texte",
    "version": "3",
    "answer": "Un autre texte",
    "why": "Un motif",
    "is_accepted": "on",
    "is_address_seen": "on",
    "until": "2027-01-01",
    "code_of_conduct": "ICF",
}
MAY = {"coach": {"camille", "bruno"}, "client": {"anais", "karim"}, "contact": {"helene"}, "admin": {"dominique"}}
PEOPLE = ["camille", "bruno", "anais", "karim", "helene", "dominique", "nobody", "camille, locked", "anais, locked"]
OWN = {"camille": "anais", "bruno": "bruno", "anais": "anais", "karim": "karim", "helene": "anais"}
OTHERS = {"camille": "bruno", "anais": "karim", "helene": "karim"}  # for everybody else: Anaïs's
NO_ROW = {"-", "step", "crl", "rightkind"}
TOKENS = {"invitation", "signing", "signpage"}  # whoever has the link may follow it
PUBLIC = {"public"}  # whoever has the address reads it: nobody's is told from another's, and nothing secret stands there
SIGNING, INVITATION = "a-token-by-which-to-sign", "a-token-by-which-to-join"
CSRF = re.compile(rb"[A-Za-z0-9]{64}")
SECOND = re.compile(rb'data-(?:now|lock-at)="\d*"')


@dataclass(frozen=True)
class Line:
    """One address of the table."""

    name: str
    who: str
    id: str
    answers: dict[str, str]  # by method
    locked: dict[str, str]

    def may(self, person: str) -> bool:
        """Whether the page is for this person."""
        return self.who in {"anyone", "person"} or person.partition(",")[0] in MAY[self.who]

    def expected(self, person: str, method: str, whose: str) -> str:
        """What comes."""
        answer = self.answers[method]
        if self.who == "anyone":
            nobody, _bar, others = answer.partition("|")
            return "404" if whose == "nobody's" and answer != "405" else nobody if person == "nobody" else others or nobody
        if person == "nobody":
            return "login"
        if answer == "405" or not self.may(person):
            return "405" if answer == "405" else "404"
        if "locked" in person and not self.locked:
            return "unlock"
        return "404" if self.id not in NO_ROW and whose != "own" else self.locked[method] if "locked" in person else answer


def lines() -> list[Line]:
    """The table, read."""
    found = [row.split() for row in TABLE.strip().splitlines()[1:] if row]
    return [
        Line(n, who, id_, {"GET": get, "POST": post}, dict(zip(("GET", "POST"), more, strict=False)))
        for n, who, id_, get, post, *more in found
    ]


@dataclass
class House:
    """The cast at home: three engagements in full, and a browser for each person."""

    worlds: dict[str, World]
    cookies: dict[str, str]
    ids: dict[str, Any]
    handler: ClientHandler  # one for all: each makes the middleware anew

    def browser(self, person: str, language: str = "fr") -> Browser:
        """A browser as this person left it."""
        browser = Browser(headers={"accept-language": language})
        browser.cookies, browser.handler = SimpleCookie(self.cookies[person]), self.handler
        return browser

    def tried(self, person: str, line: Line, method: str) -> dict[str, World | None]:
        """The worlds to try for somebody at an address. Where no row is looked for, one is enough."""
        name = person.partition(",")[0]
        other = {"another's": self.worlds[OTHERS.get(name, "anais")]}
        if line.id in NO_ROW or (line.answers[method] == "405" and line.id not in TOKENS):
            return other
        own = {"own": self.worlds[OWN[name]]} if name in OWN and line.may(person) and line.who != "anyone" else {}
        return own | other | ({"nobody's": None} if line.may(person) or person == "dominique" else {})

    def address(self, line: Line, world: World | None) -> str:
        """The address of a line, with ids of a world, or with random ones."""
        if line.id == "-":
            return reverse(line.name)
        if line.id == "step":
            return reverse(line.name, args=["title"])
        if line.id == "rightkind":
            return reverse(line.name, args=["access"])
        if line.id == "righttext":
            return reverse(line.name, args=[world.request.pk, world.note.pk] if world else [uuid4(), uuid4()])
        if line.id == "crl":
            return reverse(line.name, args=["issuing"])
        if line.id == "signpage":
            return reverse(line.name, args=[SIGNING if world else links.new_token(), 1])
        if line.id in TOKENS:
            return reverse(line.name, args=[{"signing": SIGNING, "invitation": INVITATION}[line.id] if world else links.new_token()])
        if line.id == "kind":
            return reverse(line.name, args=[world.engagement.pk if world else uuid4(), "confidentiality"])
        if line.id == "purpose":
            return reverse(line.name, args=[world.engagement.pk if world else uuid4(), "special_data"])
        if line.id == "start":
            return reverse(
                line.name, args=[*([world.engagement.pk, world.contact.pk] if world else [uuid4(), uuid4()]), "sponsor.attendance"]
            )
        if line.id == "newkey":
            return reverse(line.name, args=[world.engagement.pk if world else uuid4(), "notes"])
        if line.id == "attested":
            return reverse(line.name, args=[world.destruction.pk if world else uuid4(), "pdf"])
        if line.id == "question":
            return reverse(line.name, args=[world.agreement.pk, world.signatory.pk] if world else [uuid4(), uuid4()])
        if line.id in {"picture", "tripicture"}:
            shown = {"picture": "agreement", "tripicture": "tripartite"}[line.id]
            return reverse(line.name, args=[getattr(world, shown).pk if world else uuid4(), 1])
        if line.id in PUBLIC:
            return reverse(line.name, args=[world.pledge.token if world else uuid4()])
        if line.id == "version":
            return reverse(line.name, args=[world.note.pk if world else uuid4(), world.version if world else 2])
        return reverse(line.name, args=[getattr(world, line.id).pk if world else uuid4()])

    def ask(self, person: str, method: str, address: str, language: str = "fr") -> HttpResponse:
        """The answer to one request, of which nothing stays."""
        with undone():
            browser = self.browser(person, language)
            return browser.post(address, BODY) if method == "POST" else browser.generic(method, address)

    def secrets_from(self, person: str) -> list[bytes]:
        """Every phrase and name of the worlds that this person may not read now."""
        user = self.ids.get(person.partition(",")[0])
        told = [pair for world in self.worlds.values() for pair in world.readers().items()]
        return [phrase.encode() for phrase, readers in told if "locked" in person or user not in readers]


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside did not happen, in either database."""
    with transaction.atomic("default"), transaction.atomic("keyring"):
        yield
        transaction.set_rollback(True, "default")
        transaction.set_rollback(True, "keyring")


def link(kind: str, about: Any, token: str) -> None:
    """Give a mailed link the token that the worker would make."""
    assert Link.objects.filter(kind=kind, about=about).update(token=links.digest(token))


@pytest.fixture(autouse=True)
def _typed_a_moment_ago(settings: Any) -> None:
    """However long the table takes, the passphrase that was typed before it counts as typed lately."""
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600


@pytest.fixture(scope="module")
def house(own_databases: dict[str, str]) -> House:
    """Everybody, signed in once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slots, "COST", primitives.FLOOR)
        cast = Cast()
        worlds = {"anais": World.of_anais(cast), "karim": World.of_karim(cast), "bruno": World.of_bruno(cast)}
        for world in worlds.values():
            destroying.one_note(world)
        link(Link.Kind.SIGN, agreements.sent(cast.engagement(cast.anais)).signatories.first().pk, SIGNING)
        noe = clients.add_client(
            coach=cast.camille, name="Noé Arnal", address="noe@example.org", phone="", job="", language="fr", by=cast.camille
        )
        clients.invite(invited=noe, by=cast.camille)
        link(Link.Kind.JOIN, noe.pk, INVITATION)
        users = {name: getattr(cast, name).person for name in ("camille", "bruno", "anais", "karim", "helene")} | {
            "dominique": cast.dominique
        }
        browsers = {name: signed_in(user) for name, user in users.items()}
        browsers |= {f"{name}, locked": signed_in(users[name]) for name in ("camille", "anais")}
        for name, browser in browsers.items():
            browser.post(reverse("account_reauthenticate"), {"password": PASSPHRASE})  # so that rules alone say no
            if "locked" in name:
                browser.post(reverse("vault_lock"))
        browsers["nobody"] = Browser()
    cookies = {name: browser.cookies.output(header="", sep=";") for name, browser in browsers.items()}
    return House(worlds, cookies, {name: user.pk for name, user in users.items()}, browsers["nobody"].handler)


def kind(answer: HttpResponse) -> str:
    """An answer as the table says it."""
    if answer.status_code != 302:
        return str(answer.status_code)
    where = answer["Location"].partition("?")[0]
    ways = {"login": "account_login", "unlock": "vault_unlock", "step": "account_reauthenticate"}
    return next(
        (word for word, name in ways.items() if where == reverse(name)), "on" if where.startswith("/") else f"a redirect to {where}"
    )


def plain(answer: HttpResponse, address: str) -> tuple[int, bytes, set[str]]:
    """An answer without what differs by itself: its token, its second and its own address."""
    content = answer.content.replace(address.encode(), b"ADDRESS")
    return answer.status_code, SECOND.sub(b"SECOND", CSRF.sub(b"TOKEN", content)), set(answer.headers)


def test_every_address_is_in_the_table() -> None:
    def names(patterns: Any) -> Iterator[str]:
        for one in patterns:
            yield from [one.name or str(one.pattern)] if isinstance(one, URLPattern) else names(one.url_patterns)

    assert sorted(names(get_resolver().url_patterns)) == sorted(line.name for line in lines())


@pytest.mark.parametrize("person", PEOPLE)
def test_each_person_at_each_address(house: House, person: str) -> None:
    wrong, secret = [], house.secrets_from(person)
    for line, method in itertools.product(lines(), ("GET", "POST")):
        seen = {}
        for whose, world in house.tried(person, line, method).items():
            address = house.address(line, world)
            answer = house.ask(person, method, address)
            expected, got = line.expected(person, method, whose), kind(answer)
            if got != expected:
                wrong.append(f"{method} {line.name} ({whose}): {got}, not {expected}")
            if line.id not in TOKENS:
                wrong += [f"{method} {line.name} ({whose}) says “{phrase.decode()}”" for phrase in secret if phrase in answer.content]
            seen[whose] = plain(answer, address)
            if len(seen) == 1:
                wrong += [f"{method} {line.name} ({whose}): {found}" for found in lacking(answer, line.name) + inline(answer)]
        if "nobody's" in seen and line.id not in TOKENS | PUBLIC and seen["nobody's"] != seen["another's"]:
            wrong.append(f"{method} {line.name}: what is another's and what is nobody's differ")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("person", ["camille", "anais", "helene", "dominique", "nobody"])
def test_in_english_the_same_answers_come(house: House, person: str) -> None:
    wrong = []
    for line in [line for line in lines() if line.may(person)]:
        whose, world = next(iter(house.tried(person, line, "GET").items()))
        with undone():
            User.objects.update(language="en")
            answer = house.ask(person, "GET", house.address(line, world), "en")
        expected = line.expected(person, "GET", whose)
        if kind(answer) != expected:
            wrong.append(f"{line.name}: {kind(answer)}, not {expected}")
        says_otherwise = b"<html" in answer.content and b'<html lang="en"' not in answer.content
        if says_otherwise and line.id not in {"signing", "signpage", *PUBLIC}:  # the agreement and the pledge have their own language
            wrong.append(f"{line.name} is not in English")

    assert not wrong, "\n".join(wrong)


# vault.md, "Step-up": whoever, address, method; `step` leads to the passphrase, `here` asks for it on the page and does nothing
STEP_UP = """
export          anais    client_download              GET   step
export          anais    client_download_pdf          GET   step
export          anais    client_rights_copy           GET   step
export          camille  consent_register_csv         GET   step
export          camille  law_pdf                      GET   step
export          camille  law_papers                   GET   step
export          camille  law_received                 GET   step
approving       anais    client_proposal_approve      POST  here
approving       anais    client_consent_give          POST  here
approving       camille  law_tell                     POST  here
changed-key     anais    client_proposal_show_again   POST  here
recovery        anais    recovery_sheet               GET   step
recovery        anais    recovery_sheet               POST  step
recovery        anais    renew_keys                   GET   step
recovery        anais    renew_keys                   POST  step
shred           anais    notebook_destroy             GET   step
shred           anais    notebook_destroy             POST  step
shred           camille  note_destroy                 GET   step
shred           camille  note_destroy                 POST  step
shred           camille  engagement_destroy           GET   step
shred           camille  engagement_destroy           POST  step
address         camille  change_address               GET   step
address         camille  change_address               POST  step
new-factor      camille  mfa_activate_totp            GET   step
new-factor      camille  mfa_activate_totp            POST  step
new-factor      camille  mfa_generate_recovery_codes  POST  step
new-factor      anais    passkey_list                 GET   step
new-factor      anais    passkey_list                 POST  step
new-factor      helene   mailed_code_choice           GET   step
new-factor      helene   mailed_code_choice           POST  step
"""  # a changed key of a client's: tests/sessions/test_renewal.py; a text that is on screen anyway, kept as a file, is no export


@pytest.mark.parametrize("row", STEP_UP.strip().splitlines(), ids=lambda row: " ".join(row.split()[:4]))
def test_what_matters_asks_for_the_passphrase_again(house: House, settings: Any, row: str) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    _act, person, name, method, expected = row.split()
    line = next(line for line in lines() if line.name == name)
    acts = LedgerEntry.objects.exclude(event__endswith=".read")  # an entry is shown again with the question
    before = acts.count()

    with undone():
        browser = house.browser(person)
        address = house.address(line, house.worlds[OWN[person]])
        answer = browser.generic("GET", address) if method == "GET" else browser.post(address, {**BODY, "password": ""})
        after = acts.count()

    assert kind(answer) == "step" if expected == "step" else kind(answer) in {"200", "422", "on"}
    assert after == before


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("name", ["client_page", "note_page", "note_write", "agreement_page", "summary_page"])
def test_other_methods_tell_what_is_another_s_no_more_than_what_is_nobody_s(house: House, method: str, name: str) -> None:
    line = next(line for line in lines() if line.name == name)

    there, nowhere = (house.address(line, world) for world in (house.worlds["bruno"], None))
    answers = [plain(house.ask("camille", method, address), address) for address in (there, nowhere)]

    assert answers[0] == answers[1]
    assert answers[0][0] in {404, 405}


def test_a_page_s_query_tells_what_is_another_s_no_more_than_what_is_nobody_s(house: House) -> None:
    def asked(pk: Any) -> tuple[int, bytes, set[str]]:
        return plain(house.ask("camille", "GET", f"{reverse('engagement_new')}?client={pk}"), str(pk))

    assert asked(house.worlds["bruno"].client.pk) == asked(uuid4())
    assert b" checked" in asked(house.worlds["anais"].client.pk)[1]


def test_a_request_in_the_background_hears_423_when_locked_whatever_it_asks_for(house: House) -> None:
    line = next(line for line in lines() if line.name == "note_write")

    for world in (house.worlds["anais"], house.worlds["bruno"], None):
        with undone():
            answer = house.browser("camille, locked").post(house.address(line, world), BODY, headers={"x-requested-with": "fetch"})
        assert answer.status_code == 423


def test_who_left_an_organisation_finds_nothing(house: House) -> None:
    line = next(line for line in lines() if line.name == "contact_summary")
    world = house.worlds["anais"]

    with undone():
        SponsorContact.objects.filter(pk=world.contact.pk).update(left_at=timezone.now())
        assert kind(house.ask("helene", "GET", house.address(line, world))) == "404"
        assert kind(house.ask("helene", "GET", reverse("contact_home"))) == "404"


def test_a_permission_that_was_taken_leaves_nothing_to_be_found(house: House) -> None:
    world = house.worlds["anais"]
    hers = [
        line for line in lines() if line.who == "coach" and line.id in {"engagement", "session", "note", "version", "agreement", "summary"}
    ]

    with undone():
        permissions.take(permissions.COACH, world.coach.person, world.engagement)
        found = [line.name for line in hers if kind(house.ask("camille", "GET", house.address(line, world))) not in {"404", "405"}]

    assert found == []
