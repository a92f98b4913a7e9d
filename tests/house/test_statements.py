"""Fence: how many statements each page asks of the two databases, besides those of signing in and the ledger's. The goal is six (P12).

What is over six has several cards with rows of their own; it may come down, and only by a word in this table up.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.cast import PASSPHRASE, Cast, signed_in
from tests.house.test_matrix import House, Line, lines
from tests.house.world import World
from tests.sessions import destroying

PINNED = """
administration               7
account_reauthenticate       0
recover                      1
recovery_sheet               1
settings_page                0
change_passphrase            0
change_address               0
own_key                      3
seal_anew                    2
renew_keys                   0
start_again                  0
mfa_index                    1
passkey_list                 2
mailed_code_choice           0
mfa_activate_totp            2
mfa_generate_recovery_codes  0
client_list                  6
client_add                   0
client_page                  6
client_edit                  2
barrier_list                 8
barrier_add                  5
sponsor_list                 2
sponsor_add                  0
sponsor_page                 7
sponsor_edit                 1
contact_add                  1
contact_edit                 1
contact_leave                1
engagement_new               4
today                        11
engagement_page              19
engagement_log               6
session_add                  1
session_page                 2
session_edit                 1
note_new                     1
note_page                    11
note_versions                2
note_version                 6
agreement_new                9
agreement_draft              5
agreement_page               5
pledge_home                  3
pledge_page                  2
pledge_write                 1
pledge_changes               2
template_list                2
template_new                 0
template_page                3
template_edit                1
template_versions            3
law_list                     3
law_new                      1
law_page                     8
law_tell                     8
law_review                   8
task_list                    2
summary_add                  3
summary_page                 11
summary_check                15
proposal_page                5
marks                        9
own_words                    3
coach_wish                   4
consent_register             2
consent_page                 2
consent_paper                2
engagement_consents          10
consent_ask                  9
engagement_end               3
shared_entry                 5
retention_list               4
retention_page               6
engagement_destroy           81
note_destroy                 4
renewal_page                 45
who_sees                     18
engagement_sees              18
consents_sees                15
session_sees                 12
note_sees                    10
summary_sees                 11
proposal_sees                12
agreement_sees               14
consent_sees                 15
coach_sees                   0
rights_list                  2
rights_page                  5
rights_texts                 6
rights_text                  11
client_home                  16
client_who_sees              18
client_engagement_sees       18
client_proposal_sees         12
client_agreement_sees        14
client_consent_sees          16
client_sees                  0
client_log                   6
client_retention             5
notebook                     9
notebook_private_new         0
notebook_private             3
notebook_destroy             1
notebook_shared_new          2
notebook_shared              4
client_agreement             4
client_proposal              10
wish_new                     4
client_wish                  6
client_request               2
client_consents              6
client_consent               2
client_consent_start         4
client_law                   6
client_rights                1
client_rights_ask            2
client_rights_page           6
client_access                8
client_pledge                2
contact_home                 9
contact_engagement           19
contact_ask                  7
contact_portfolio            7
contact_agreement            10
contact_summary              10
contact_summary_sees         14
contact_agreement_sees       6
contact_sees                 0
"""
WHO = {"coach": "camille", "client": "anais", "contact": "helene", "admin": "dominique", "person": "anais"}
FILES = re.compile(r"_(pdf|csv|file|picture|proof|copy|receipt|record|papers|received|download)$")
BESIDES = re.compile(
    r'FROM "(accounts_user|django_session|mfa_authenticator)"'  # the login, the person, a second factor or not
    r'|"vault_unlock"'
    r'|FROM "clients_(coach|client|sponsorcontact)".*WHERE.*"person_id" = '  # what somebody is here
    r"|ledger_append|synchronous_commit"
    r"|^(SAVEPOINT|RELEASE|ROLLBACK)"
)


def pinned() -> dict[str, int]:
    """The table, read."""
    return {name: int(number) for name, number in (row.split() for row in PINNED.strip().splitlines())}


def pages() -> list[Line]:
    """The lines of the matrix that show a page to somebody signed in."""
    return [line for line in lines() if line.who in WHO and line.answers["GET"] == "200" and not FILES.search(line.name)]


def at_home(cast: Cast) -> House:
    """One engagement in full, and a browser for each of those around it."""
    world = World.of_anais(cast)
    destroying.one_note(world)
    users = {name: getattr(cast, name).person for name in ("camille", "anais", "helene")} | {"dominique": cast.dominique}
    browsers: dict[str, Any] = {name: signed_in(user) for name, user in users.items()}
    for browser in browsers.values():
        browser.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    cookies = {name: browser.cookies.output(header="", sep=";") for name, browser in browsers.items()}
    return House({"anais": world}, cookies, {name: user.pk for name, user in users.items()}, browsers["camille"].handler)


def asked(house: House, line: Line) -> list[str]:
    """The statements of one page, without those that are besides."""
    address = house.address(line, house.worlds["anais"])
    with CaptureQueriesContext(connections["default"]) as first, CaptureQueriesContext(connections["keyring"]) as second:
        answer = house.ask(WHO[line.who], "GET", address)
    assert answer.status_code == 200, (line.name, answer.status_code)
    return [one["sql"] for one in [*first, *second] if not BESIDES.search(one["sql"])]


def test_every_page_is_in_the_table() -> None:
    assert sorted(pinned()) == sorted(line.name for line in pages())


def test_each_page_asks_as_many_statements_as_the_table_says(cast: Cast) -> None:
    house, table, wrong = at_home(cast), pinned(), []

    for line in pages():
        found = len(asked(house, line))
        if found != table.get(line.name):
            found = len(asked(house, line))  # what a process asks once, it has asked
        if found != table.get(line.name):
            wrong.append(f"{line.name:<28} {found}")

    assert not wrong, "\n".join(wrong)
