"""Every page answers with the strictest headers and nothing inline; whatever is sent to it, it never breaks."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from tests.house.strict import inline, lacking
from tests.house.test_matrix import BODY, OWN, House, house, lines, own_databases, undone

__all__ = ["house", "own_databases"]
pytestmark = pytest.mark.timeout(300)

# What a form never sends by itself, and a curious or broken program does
ODD = ["\0", "a\0b", "9" * 5000, "-1", "٣", "²", "1e999", "NaN", "‮𝕏\ufffe", "2031-99-99", "' or 1=1 --", "{{ 1 }}%(x)s%s", "é" * 70_000]
RAW = ["%FF%FE", "%C0%80", "%ED%A0%80", "%", "%zz"]  # no UTF-8, and no percent-encoding
ASKED = "again answered archived before client consent contact crossing download edit engagement expected finish from kind language next "
ASKED += "page press proof proposal reason replace request seen shown sponsor step undo view way asked code once clear words reference"
SECONDS = float(os.environ.get("COACHVAULT_ODD_SECONDS", "4"))  # for each person; a long run finds more
SEED = int(os.environ.get("COACHVAULT_SEED", str(time.time_ns())))
NAMED = re.compile(rb'name="([\w-]+)"')


def test_what_would_be_stopped_is_seen() -> None:
    page = '<p style="a:b"><a href="javascript:x()" onclick=y>z</a><script>q()</script><style>p{}</style><img src="//elsewhere.example/x">'

    assert len(inline(HttpResponse(page))) == 7
    assert lacking(HttpResponse(page), "home")[:2] == ["Cache-Control", "X-Robots-Tag"]


# Methods


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "FOO"])
def test_a_method_that_no_page_takes_is_refused_and_echoes_nothing(house: House, method: str) -> None:
    wrong = []

    for line in lines():
        for person in ("camille", "nobody"):
            answer = house.browser(person).generic(method, house.address(line, None), b"a body", headers={"x-sent": "a header of mine"})
            if answer.status_code != 405 or answer.content or answer["Allow"] != "GET, HEAD, POST":
                wrong.append(f"{line.name}: {answer.status_code}")

    assert not wrong


@pytest.mark.parametrize("person", ["camille", "anais", "helene", "nobody"])
def test_head_answers_as_get_does_without_the_text(house: House, person: str) -> None:
    wrong, mine = [], [line for line in lines() if line.may(person) and line.answers["GET"] != "405"]

    for line in random.Random(f"{SEED} {person}").sample(mine, 12):
        whose, world = next(iter(house.tried(person, line, "GET").items()))
        address = house.address(line, world)
        got, head = house.ask(person, "GET", address), house.ask(person, "HEAD", address)
        if (head.status_code, head.content, set(head.headers)) != (got.status_code, b"", set(got.headers)):
            wrong.append(f"{line.name} ({whose}): {head.status_code}, not {got.status_code}")

    assert not wrong, "\n".join(wrong)


# Odd requests


def odd_requests(house: House, person: str, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """Method, address and body: every page once with all oddities of one kind in every parameter, then single fields of right forms, at random."""
    mine = [line for line in lines() if line.may(person) and (line.who != "anyone" or person == "nobody")]
    addresses = {line.name: house.address(line, house.worlds[OWN.get(person, "anais")]) for line in mine}
    rng.shuffle(mine)
    for line in mine:
        odd = rng.choice([quote(text, safe="") for text in ODD[:-1]] + RAW)
        if line.answers["GET"] != "405":
            yield "GET", f"{addresses[line.name]}?{'&'.join(f'{name}={odd}&{name}={odd}' for name in ASKED.split())}", ""
        if line.answers["POST"] != "405":
            yield "POST", addresses[line.name], "&".join(f"{name}={odd}&{name}=2" for name in [*BODY, *ASKED.split()])
    forms = {line.name: fields(house, person, addresses[line.name]) for line in mine if line.answers["POST"] != "405"}
    while True:
        where = rng.choice(list(forms))
        name, odd = rng.choice(forms[where]), rng.choice([quote(text, safe="") for text in ODD] + RAW)
        body = urlencode({key: value for key, value in BODY.items() if key != name})
        yield "POST", addresses[where], f"{body}&{quote(name)}={odd}"


def fields(house: House, person: str, address: str) -> list[str]:
    """The names of what can be filled in on a page, and of what forms of that kind may carry."""
    return sorted({found.decode() for found in NAMED.findall(house.ask(person, "GET", address).content)} | set(ASKED.split()) | set(BODY))


@pytest.mark.parametrize("person", ["camille", "anais", "helene", "dominique", "nobody"])
def test_no_field_of_any_form_and_no_parameter_breaks_a_page(house: House, person: str) -> None:
    rng, until, broken, asked = random.Random(f"{SEED} {person}"), time.monotonic() + SECONDS, [], 0

    for method, address, body in odd_requests(house, person, rng):
        answer = sent(house, person, method, address, body)
        asked += 1
        if answer.status_code >= 500 and not address.startswith("/readyz"):
            broken.append(f"{answer.status_code} {method} {address[:200]} {body[-200:]}: {answer.exc_info}")
        if time.monotonic() > until and asked > 40:
            break

    print(f"{person}: {asked} odd requests, seed {SEED}")
    assert not broken, "\n".join(broken[:20])


def sent(house: House, person: str, method: str, address: str, body: str) -> Any:
    """The answer to one request, whatever the page does with it; nothing of it stays."""
    with undone():
        browser = house.browser(person)
        browser.raise_request_exception = False
        return browser.generic(method, address, body, content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize("cookie", ["\\000", "%00", "é", "\xff\xfe", '"', "a" * 4000, "../../etc", "{}"])
def test_no_cookie_breaks_a_page(house: House, cookie: str, settings: Any) -> None:
    kinds = ("SESSION", "CSRF", "VAULT", "LANGUAGE", "THEME", "DISCREET")

    for person in ("camille", "nobody"):
        for name in (getattr(settings, f"{kind}_COOKIE_NAME") for kind in kinds):
            browser = house.browser(person)
            browser.raise_request_exception = False
            browser.cookies[name] = cookie
            with undone():
                assert browser.get(reverse("today")).status_code in {200, 302}, name
                assert browser.get(reverse("account_login")).status_code in {200, 302}, name


# Too much, and the wrong kind

WHERE = ["note_preview", "settings_page", "verify_page", "consent_paper", "agreement_draft"]


def address_of(house: House, name: str) -> str:
    return house.address(next(line for line in lines() if line.name == name), house.worlds["anais"])


@pytest.mark.parametrize("name", WHERE)
def test_too_much_is_refused_in_a_sentence(house: House, name: str) -> None:
    many = "&".join(f"f{number}=1" for number in range(1002))
    files = {f"file{number}": SimpleUploadedFile("a.pdf", b"x") for number in range(101)}
    address, browser = address_of(house, name), house.browser("camille")

    with undone():
        answers = [
            browser.generic("POST", address, many, content_type="application/x-www-form-urlencoded"),
            browser.generic("POST", address, "text=" + "a" * 5_000_000, content_type="application/x-www-form-urlencoded"),
            browser.post(address, {"text": "a" * 5_000_000}),
            browser.post(address, files),
        ]

    assert [answer.status_code for answer in answers] == [413] * 4
    assert all("C’est trop en une seule fois" in answer.content.decode() for answer in answers)
    assert all(not inline(answer) for answer in answers)


BOUNDARY = "multipart/form-data; boundary=x"
PART = 'Content-Disposition: form-data; name="text"'
BROKEN = {
    "no boundary": ("multipart/form-data", b"--x\r\n"),
    "a boundary of no kind": ("multipart/form-data; boundary=\xff", b"--x\r\n"),
    "cut off": (BOUNDARY, f"--x\r\n{PART}\r\n\r\nhalf a te".encode()),
    "a name in no encoding": (BOUNDARY, b'--x\r\nContent-Disposition: form-data; name="\xff\xfe"\r\n\r\na\r\n--x--\r\n'),
    "no base64": (BOUNDARY, f"--x\r\n{PART}\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%\r\n--x--\r\n".encode()),
    "a header without end": (BOUNDARY, f"--x\r\n{PART}; {'a' * 100_000}".encode()),
    "parts in parts": (
        BOUNDARY,
        b"".join(
            b"--x\r\nContent-Disposition: form-data; name=a\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" for _ in range(3000)
        ),
    ),
    "a name with a null": (
        BOUNDARY,
        b'--x\r\nContent-Disposition: form-data; name="te\x00xt"; filename="\x00../../a"\r\n\r\na\r\n--x--\r\n',
    ),
    "an encoding that nobody has": ("application/x-www-form-urlencoded; charset=rot13", b"text=a"),
    "another encoding": ("application/x-www-form-urlencoded; charset=utf-16", "text=é".encode("utf-16")),
    "JSON": ("application/json", b'{"text": 1}'),
    "XML": ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    "nothing": ("", b""),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_read_is_refused_in_a_sentence_or_is_an_empty_form(house: House, what: str) -> None:
    kind, body = BROKEN[what]

    for name in WHERE:
        with undone():
            browser = house.browser("camille")
            browser.raise_request_exception = False
            answer = browser.generic("POST", address_of(house, name), body, content_type=kind)
        assert answer.status_code < 500, (name, answer.exc_info)
        assert b"Traceback" not in answer.content
        assert not inline(answer)
        if answer.status_code == 400 and answer.content:
            assert "n’a pas pu être lue" in answer.content.decode(), name
