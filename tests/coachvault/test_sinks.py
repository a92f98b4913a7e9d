"""What people write stands where it belongs and nowhere else: words are planted everywhere, things go right and wrong, every sink is searched."""

from __future__ import annotations

import html
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.db import connections
from django.test import RequestFactory
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import User
from clients.models import Engagement
from tests.cast import PASSPHRASE, Cast
from tests.coachvault import sinks
from tests.coachvault.sinks import Found, PostOffice
from tests.coachvault.test_serve import family
from tests.coachvault.walker import Walker
from tests.consent import agreements, register
from tests.databases import as_owner, copies
from tests.house.world import vault_of
from tests.live import running
from vault import primitives, slots

pytestmark = pytest.mark.timeout(240)
own_databases = pytest.fixture(copies, scope="module")

TYPED = (
    "note edited crash summary notebook agenda name phone job org contact address title aim reason law request wrong reached own "
    "passphrase refused unknown path query cookie agent broken"
)


def word(kind: str) -> str:
    """A word that stands nowhere else: letters and digits, so that no encoding hides it."""
    return f"Zq{kind}{secrets.token_hex(6)}"


@dataclass
class Aftermath:
    """What was planted, and every place where it may have been left."""

    words: dict[str, str]
    control: str
    places: Found = field(default_factory=list)
    letters: list[tuple[str, bytes]] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    limits: list[str] = field(default_factory=list)

    def of(self, kind: str) -> Found:
        """The places of one kind."""
        return [place for place in self.places if place[0].startswith(kind)]


@pytest.fixture(scope="module")
def aftermath(own_databases: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    """One day of a practice on the running product, through its pages, with things going wrong; then all that it left."""
    place, told = tmp_path_factory.mktemp("instance"), tmp_path_factory.mktemp("log") / "said"
    (place / "tmp").mkdir()
    for name in ("secrets", "static", "media"):
        (settings.DATA / name).mkdir(exist_ok=True)
        (place / name).symlink_to(settings.DATA / name)
    found = Aftermath({kind: word(kind) for kind in TYPED.split()}, word("control"))
    with pytest.MonkeyPatch.context() as patch, sinks.post_office() as office, sinks.watched(place / "tmp") as temporary:
        patch.setattr(slots, "COST", primitives.FLOOR)
        more = {"COACHVAULT_MAIL": office.url, "TMPDIR": str(place / "tmp")}
        with running(own_databases, place, told, **more) as url:
            day = Day(url, found, office)
            day.goes_by()
            here = family(os.getpid()).items()
            web = sorted(pid for pid, command in here if "gunicorn" in command)[1:]  # the first of them only starts the others
            programs = [*web, *(pid for pid, command in here if "manage.py worker" in command)]
            found.limits = [Path(f"/proc/{pid}/limits").read_text() for pid in programs]
        (place / "tmp" / "control").write_text(found.control)
        collect(found, day, told)
    found.places += temporary
    return found


def collect(found: Aftermath, day: Day, told: Path) -> None:
    """Put a word that is meant to be found into each sink, and note what all of them hold."""
    planted(found.control)
    found.places += [("what web and worker said", told.read_bytes() + found.control.encode()), *sinks.postgres_log(), *sinks.tables()]
    for who, walker in day.people.items():
        met = [*walker.met, ("header of our own", found.control.encode()), ("title", found.control.encode())]
        found.places += [(f"{kind} ({who})", what) for kind, what in met]
        found.places += [(f"PDF's own words ({who})", sinks.of_pdf(file)) for file in walker.files]
    found.letters = list(day.office.letters)
    found.places += [(f"letter to {to}", message.replace(b"=\r\n", b"")) for to, message in found.letters]


def planted(control: str) -> None:
    """Put a word into the cache, and into PostgreSQL's log."""
    with as_owner(), connections["default"].cursor() as cursor:
        cursor.execute("insert into cache values (%s, '', now())", [control])
    address = os.environ["DATABASE_URL"]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(re.sub(r"//[^@:/]*", f"//{control}", address, count=1)).close()


@dataclass
class Day:
    """What the people do, in order."""

    url: str
    found: Aftermath
    office: PostOffice
    people: dict[str, Walker] = field(default_factory=dict)
    cast: Cast = field(default_factory=Cast)

    def __getattr__(self, kind: str) -> str:
        """A planted word by its kind."""
        return self.found.words[kind]

    def walker(self, who: str, **said: str) -> Walker:
        return self.people.setdefault(who, Walker(self.url, **said))

    def goes_by(self) -> None:
        """All of it."""
        self.signs_in()
        self.opens_an_engagement()
        self.writes()
        self.makes_a_sheet_and_a_second_factor()
        self.things_go_wrong()
        self.client_joins()
        self.bad_requests()
        self.camille.post("/accounts/logout/")

    def signs_in(self) -> None:
        """Camille, at first with a wrong passphrase; somebody nobody knows; somebody who lost theirs."""
        coach = self.cast.camille
        self.camille = self.walker("camille", **{"User-Agent": self.agent})
        self.camille.get("/accounts/login/")
        assert self.camille.post("/accounts/login/", login=coach.person.address, password=self.wrong) == 200
        assert self.camille.post("/accounts/login/", login=f"{self.unknown}@example.org", password=self.wrong) == 200
        self.camille.get("/accounts/lost/")
        assert self.camille.post("/accounts/lost/", address=f"{self.unknown}@example.org") == 200
        self.camille.sign_in(coach.person.address, PASSPHRASE)

    def opens_an_engagement(self) -> None:
        """A client, an organisation with a contact, what the engagement is about, and a barrier with its reason."""
        me = self.camille
        me.get("/coach/clients/add/")
        facts = {"name": self.name, "address": f"{self.address}@example.org", "phone": self.phone, "job": self.job, "language": "fr"}
        assert me.post("/coach/clients/add/", **facts) == 302
        self.client = me.id()
        assert me.post("/coach/clients/add/", name=f"{self.name} bis", language="fr") == 302
        other = me.id()
        assert me.post(f"/coach/clients/{self.client}/barriers/add/", other=other, reason=self.reason) == 302
        assert me.post("/coach/organisations/add/", name=self.org, domain="", group="") == 302
        sponsor = me.id()
        contact = {"name": self.contact, "address": "contact@example.org", "role": "hr", "language": "fr"}
        assert me.post(f"/coach/organisations/{sponsor}/contacts/add/", **contact) == 302
        steps = {"client": {"choice": self.client}, "sponsor": {"choice": sponsor}, "wording": {"wording": "A"}, "check": {}}
        steps = {"client": steps["client"], "sponsor": steps["sponsor"], "title": {"title": self.title, "objective": self.aim}} | steps
        for step, answer in steps.items():
            assert me.post(f"/coach/engagements/new/{step}/", **answer) == 302, step
        self.engagement = me.id()

    def writes(self) -> None:
        """A session, a note, a summary, an entry about the law that is checked and recorded."""
        me = self.camille
        facts = {"day": timezone.localdate().isoformat(), "time": "07:00", "minutes": "60", "place": "video", "agenda": self.agenda}
        assert me.post(f"/coach/engagements/{self.engagement}/sessions/new/", **facts) == 302
        self.session = me.id()
        assert me.post(f"/coach/sessions/{self.session}/note/") == 302
        self.note_id = me.id()
        self.write = f"/coach/notes/{self.note_id}/write/"
        assert me.post(self.write, text=self.edited, version="1") == 302
        assert me.post("/coach/notes/preview/", text=self.note) == 200
        assert me.post(self.write, text=self.note, version="2") == 302
        assert self.note.encode() in me.get(f"/coach/notes/{self.note_id}/")
        agreements.in_force(Engagement.objects.get(pk=self.engagement))
        contact = re.search(rb'value="([0-9a-f-]{36})"', me.get(f"/coach/engagements/{self.engagement}/summaries/new/"))
        assert contact
        assert me.post(f"/coach/engagements/{self.engagement}/summaries/new/", contact=contact[1].decode()) == 302
        assert me.post(f"/coach/summaries/{me.id()}/", text=self.summary, version="1") in {200, 302}
        law = {"way": "immediate_danger", "ground": "serious_danger", "called": self.law, "given": self.law, "told": "later"}
        assert me.post(f"/coach/engagements/{self.engagement}/law/new/", **law) in {200, 422}
        register.requisition(Engagement.objects.get(pk=self.engagement), vault_of(self.cast.camille), self.law)

    def makes_a_sheet_and_a_second_factor(self) -> None:
        """The recovery sheet, printed and typed back; the key of an authenticator app."""
        me, words = self.camille, self.found.words
        me.get("/accounts/reauthenticate/")
        assert me.post("/accounts/reauthenticate/", password=PASSPHRASE) == 302
        me.get("/accounts/recovery/")
        assert me.post("/accounts/recovery/") == 200
        code, proof, asked = (self._hidden(name) for name in ("code", "proof", "asked"))
        words["recovery"] = code
        assert me.post("/accounts/recovery/", step="pdf", code=code, proof=proof) == 200
        groups = {f"group_{number}": code.split("-")[int(number) - 1] for number in asked.split(",")}
        assert me.post("/accounts/recovery/", step="confirm", code=code, proof=proof, asked=asked, **groups) == 302
        page = me.get("/accounts/2fa/totp/activate/")
        words["totp"] = re.search(rb'id="totp-key">([A-Z2-7]+)<', page)[1].decode()  # type: ignore[index]
        digits = totp.format_hotp_value(totp.hotp_value(words["totp"], next(iter(totp.yield_hotp_counters_from_time()))))
        assert me.post("/accounts/2fa/totp/activate/", code=digits) == 302

    def _hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]+)"'.encode(), self.camille.page)
        assert found, name
        return found[1].decode()

    def things_go_wrong(self) -> None:
        """A page that breaks on what was typed, a database that quotes it, a refusal, a job that fails, a letter that nobody takes."""
        me, answers = self.camille, self.found.answers
        with broken("coaching_sessions_note", f"cannot keep {self.broken}"):
            answers["broken"] = me.post(self.write, text=self.crash, version="3"), me.page
        stranger = "00000000-0000-4000-8000-000000000000"
        answers["refused"] = me.post(f"/coach/clients/{stranger}/edit/", name=self.refused, language="fr"), me.page
        with broken("accounts_link", f"cannot keep {self.broken}"):
            assert me.post(f"/coach/clients/{self.client}/invite/") == 302
            gives_up(1)
        facts = {"name": self.name, "address": f"refused{self.address}@example.org", "phone": "", "job": "", "language": "fr"}
        assert me.post("/coach/clients/add/", **facts) == 302
        assert me.post(f"/coach/clients/{me.id()}/invite/") == 302
        gives_up(2)

    def client_joins(self) -> None:
        """The client follows the link of the letter, writes in the notebook, asks about data, takes everything home."""
        assert self.camille.post(f"/coach/clients/{self.client}/invite/") == 302
        until(self.invited)
        self.found.words["invitation"] = self.invited()[0].decode()
        way, me = f"/link/{self.invitation}/", self.walker("client")
        me.get(way)
        assert me.post(way, name=self.own, passphrase=f"{self.passphrase} words", again=f"{self.passphrase} words") == 302
        me.get("/client/")
        assert me.post("/client/notebook/private/new/") == 302
        assert me.post(f"/client/notebook/private/{me.id()}/write/", text=self.notebook, version="1") == 302
        assert self.camille.post("/accounts/unlock/", password=PASSPHRASE) == 302
        about = re.search(rb'name="about" value="([^"]+)"', me.get("/client/rights/new/rectification/"))
        assert about, me.page[-3000:]
        assert me.post("/client/rights/new/rectification/", about=about[1].decode(), wrong=self.request, right=self.request) == 302
        assert me.get("/client/download.pdf").startswith(b"%PDF-")
        me.post("/accounts/logout/")

    def invited(self) -> list[bytes]:
        """What leads in, in the client's letters."""
        letters = [message.replace(b"=\r\n", b"") for to, message in self.office.letters if f"<{self.address}" in to]
        return re.findall(rb"/link/([\w-]+)/", b"".join(letters))

    def bad_requests(self) -> None:
        """What no browser would send."""
        me = self.walker("nobody")
        me.get(f"/{self.path}/?q={self.query}")
        me.get("/accounts/login/")
        for headers in (
            {"Host": f"{self.path}.example"},
            {"Cookie": f"login-1={self.cookie}; {self.cookie}"},
            {"X-Odd": f"\x01{self.query}"},
            {"Bad Header": self.query},
            {"Content-Length": self.query},
            {"Content-Type": f"multipart/form-data; boundary=\x7f{self.query}"},
            {"Transfer-Encoding": self.query},
        ):
            try:
                me.ask("POST", f"/accounts/login/?{self.query}", f"login={self.reached}", **headers)
            except OSError:
                continue


class broken:
    """While it lasts, a table refuses every change, in a sentence that quotes."""

    def __init__(self, table: str, sentence: str) -> None:
        self.table, self.sentence = table, sentence

    def __enter__(self) -> None:
        self._as_owner(
            f"create function pg_temp_no() returns trigger language plpgsql as $$ begin raise exception '{self.sentence}'; end $$;"
            f"create trigger no before update on {self.table} for each row execute function pg_temp_no()"
        )

    def __exit__(self, *_: object) -> None:
        self._as_owner("drop function pg_temp_no cascade")

    @staticmethod
    def _as_owner(statement: str) -> None:
        with as_owner(), connections["default"].cursor() as cursor:
            cursor.execute(statement)


def gives_up(most: int) -> None:
    """Wait until so many jobs have failed for good: what failed once is said to have failed often."""

    def failed() -> int:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "update procrastinate_jobs set attempts = 50, scheduled_at = now() where status = 'todo' and attempts between 1 and 49"
            )
            cursor.execute("select count(*) from procrastinate_jobs where status = 'failed'")
            return int(cursor.fetchone()[0])

    until(lambda: failed() >= most)


def until(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# What was left


ALLOWED = {("address", "address"), ("invitation", "address"), ("path", "address"), ("query", "address"), ("address", "letter")}
ALLOWED |= {("invitation", "letter"), ("address", "address")}
SINKS = [
    "what web and worker said",
    "PostgreSQL's log",
    "temporary file",
    "table",
    "letter",
    "title",
    "header",
    "address",
    "PDF's own words",
]


@pytest.mark.parametrize("sink", SINKS)
def test_no_word_that_somebody_wrote_stands_in(aftermath: Aftermath, sink: str) -> None:
    places = aftermath.of(sink)

    found = {
        kind: where for kind, said in aftermath.words.items() if (kind, sink) not in ALLOWED and (where := sinks.holders(said, places))
    }

    assert places
    assert not found


def test_a_letter_names_its_reader_on_the_envelope_alone(aftermath: Aftermath) -> None:
    address = aftermath.words["address"]

    for to, message in aftermath.letters:
        lines = [line for line in message.splitlines() if address.encode().lower() in line.lower()]
        assert not [line for line in lines if not line.startswith(b"To: ")], to


def test_what_stands_in_clear_is_found_in_every_sink(aftermath: Aftermath) -> None:
    control = [("letter", b"base64: " + sinks.forms(aftermath.control)[4]), ("PDF", sinks.forms(aftermath.control)[2])]

    where = sinks.holders(aftermath.control, aftermath.places + control)

    kinds = ("what web and worker said", "PostgreSQL's log", "temporary file", "table default.cache", "letter", "title", "header", "PDF")
    assert [kind for kind in kinds if not any(one.startswith(kind) for one in where)] == []


def test_what_went_wrong_did_go_wrong_and_was_written_down_without_values(aftermath: Aftermath) -> None:
    said = aftermath.of("what web and worker said")[0][1].decode()

    assert [status for status, _ in aftermath.answers.values()] == [500, 404]
    sentence = agreements.french("An error stopped this page. It was noted without anything that you wrote.")
    assert sentence in html.unescape(aftermath.answers["broken"][1].decode())
    for line in ("'%s: %s' 500 ProgrammingError at", "SMTPRecipientsRefused at", "'Job accounts.send_link", "'Invalid HTTP_HOST header'"):
        assert line in said, said[-3000:]
    assert "Traceback" not in said
    assert not [page for _, page in aftermath.answers.values() if b"Traceback" in page]


def test_neither_web_nor_worker_leaves_its_memory_on_the_disk(aftermath: Aftermath) -> None:
    assert len(aftermath.limits) >= 2
    assert all(re.search(r"Max core file size\s+0\s+0", limit) for limit in aftermath.limits)


def test_a_report_of_an_error_carries_no_variable_no_field_and_no_value() -> None:
    kept = word("local")
    request = RequestFactory().post(f"/coach/?q={kept}", {"text": kept}, headers={"user-agent": kept, "cookie": f"a={kept}"})
    request.user = User(details={"address": kept, "name": kept})

    try:
        held, text = {"secret": kept}, kept
        try:
            raise KeyError(kept)
        except KeyError as cause:
            cause.add_note(kept)
            raise ValueError(f"{held} {text}") from cause
    except ValueError as error:
        error.add_note(kept)
        reporter = import_string(settings.DEFAULT_EXCEPTION_REPORTER)(request, type(error), error, error.__traceback__)

    for report in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "test_a_report_of_an_error" in report
        assert "KeyError" in report
        assert not sinks.holders(kept, [("report", report.encode())])
