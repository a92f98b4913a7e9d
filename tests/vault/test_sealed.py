"""Fence 3: without a key there is no text. Nothing shows a sealed value and nothing stores a plain one."""

from __future__ import annotations

import base64
import copy
import hashlib
import io
import itertools
import json
import logging
import pickle
import secrets
import string
import sys
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.exceptions import FieldError
from django.core.serializers import serialize
from django.core.serializers.base import DeserializationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DataError, transaction
from django.db.models import F, Field, TextField, Value
from django.db.models.functions import Cast, Concat, Length
from django.template import Context, Engine
from django.template.defaultfilters import register
from django.test import RequestFactory
from django.test.utils import register_lookup
from django.utils.module_loading import import_string

from consent.models import Summary
from sessions.models import NoteVersion
from tests.vault.people import NOW, a_key, a_person, a_place, again, sql
from vault.fields import SealedField
from vault.sealed import Sealed, Shown
from vault.unlocked import Unlocked

TEXT = "Elle veut partir"


@pytest.fixture
def vault() -> Unlocked:
    return a_person()


@pytest.fixture
def sealed(vault: Unlocked) -> Sealed:
    return vault.seal(TEXT, a_place(vault, a_key(vault)))


def shows_nothing(shown: str, sealed: Sealed) -> bool:
    """Whether neither the text nor the ciphertext stands in what was shown."""
    stored = sealed.stored()
    forms = [
        stored.hex(),
        base64.b64encode(stored).decode(),
        repr(stored)[2:40],
        stored[:16].hex(),
        base64.b64encode(stored[:15]).decode(),
        stored[:16].decode("latin-1"),
    ]
    return TEXT not in shown and "partir" not in shown and not any(form in shown for form in forms)


def test_every_way_of_writing_it_gives_the_same_word(sealed: Sealed) -> None:
    ways = [
        str(sealed),
        repr(sealed),
        f"{sealed}",
        f"{sealed!r}",
        f"{sealed:>9}",
        format(sealed),
        format(sealed, "x"),
        "%s" % sealed,  # noqa: UP031
        "%r" % sealed,  # noqa: UP031
        "{}".format(sealed),  # noqa: UP032
        string.Template("$it").substitute(it=sealed),
        sealed.__html__(),
        repr([sealed])[1:-1],
        repr({1: sealed})[4:-1],
    ]

    assert set(ways) == {"‹sealed›"}


@pytest.mark.parametrize(
    "way",
    [
        bytes,
        len,
        list,
        int,
        float,
        sorted,
        memoryview,
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        json.dumps,
        vars,
        lambda it: json.dumps({"it": it}, cls=DjangoJSONEncoder),
        lambda it: pickle.dumps([it], protocol=0),
        lambda it: it[0],
        lambda it: it[:3],
        lambda it: it + "x",
        lambda it: "x" + it,
        lambda it: it * 2,
        lambda it: "x" in it,
        lambda it: "".join([it]),
        lambda it: "%d" % it,  # noqa: UP031
        lambda it: next(iter(it)),
        lambda it: it < it,
    ],
)
def test_every_other_way_raises(sealed: Sealed, way: Any) -> None:
    with pytest.raises(TypeError):
        way(sealed)


def test_it_says_that_it_is_there_and_whether_it_is_the_same(sealed: Sealed) -> None:
    same = Sealed(sealed.stored())

    assert bool(sealed)
    assert sealed == same
    assert hash(sealed) == hash(same)
    assert sealed != sealed.stored()
    assert sealed != Sealed(sealed.stored() + b"x")
    assert sealed != str(sealed)


def test_what_the_ledger_keeps_of_it_is_the_sha_256_of_the_stored_bytes(sealed: Sealed) -> None:
    """So that `verify`, which reads the column, finds a row that was put back or written over."""
    assert sealed.digest() == hashlib.sha256(sealed.stored()).digest()
    assert Sealed(sealed.stored() + b"x").digest() != sealed.digest()


def test_a_copy_of_what_holds_it_raises_too(sealed: Sealed) -> None:
    row = NoteVersion(body=sealed, version=1, saved_at=NOW)

    for way in (copy.deepcopy, pickle.dumps):
        with pytest.raises(Shown):
            way(row)


ENGINE = Engine(libraries={}, builtins=["django.templatetags.i18n", "support.templatetags.words"])
FILTERS = sorted({**register.filters, **{name: None for builtin in ENGINE.template_builtins for name in builtin.filters}})


@pytest.mark.parametrize("name", FILTERS)
def test_no_filter_of_a_template_shows_it(sealed: Sealed, name: str) -> None:
    for argument, autoescape in itertools.product(["", ":3", ':"x"', ":other"], ["on", "off"]):
        source = "{% autoescape " + autoescape + " %}{{ it|" + name + argument + " }}{% endautoescape %}"
        try:
            shown = ENGINE.from_string(source).render(Context({"it": sealed, "other": sealed}))
        except Exception as no:
            shown = str(no)
        assert shows_nothing(shown, sealed)


@pytest.mark.parametrize(
    "source",
    [
        "{{ it }}",
        "{{ it.stored }}",
        "{{ it._stored }}",
        "{{ it.0 }}",
        "{% firstof it %}",
        "{% with x=it %}{{ x }}{% endwith %}",
        "{% for x in it %}{{ x }}{% endfor %}",
        "{% if it %}{{ it }}{% endif %}",
        "{% if 'a' in it %}x{% endif %}",
        "{% filter upper %}{{ it }}{% endfilter %}",
        "{% debug %}",
        "{% cycle it it %}",
        "{% ifchanged it %}{{ it }}{% endifchanged %}",
        "{% regroup rows by it as found %}{{ found }}",
        "{% blocktranslate %}{{ it }}{% endblocktranslate %}",
        "{% translate it %}",
        "{% widthratio it it 1 %}",
        "{% include it %}",
        "{% url it %}",
    ],
)
def test_no_tag_of_a_template_shows_it(sealed: Sealed, source: str) -> None:
    try:
        shown = ENGINE.from_string(source).render(Context({"it": sealed, "rows": [{"it": sealed}]}))
    except Exception as no:
        shown = str(no)

    assert shows_nothing(shown, sealed)


def test_a_template_can_ask_whether_there_is_one(sealed: Sealed) -> None:
    template = ENGINE.from_string("{% if it %}yes{% else %}no{% endif %}")

    assert template.render(Context({"it": sealed})) == "yes"
    assert template.render(Context({"it": None})) == "no"


@pytest.mark.parametrize(
    "formatter", [logging.Formatter("%(message)s %(it)s"), import_string(settings.LOGGING["formatters"]["line"]["()"])()]
)
def test_no_log_line_shows_it(sealed: Sealed, formatter: logging.Formatter) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.Logger("vault.test")
    logger.addHandler(handler)

    try:
        sealed + "x"  # type: ignore[operator]  # noqa: B018
    except Shown:
        logger.exception("%s and %r", sealed, sealed, extra={"it": sealed})
    logger.error(sealed, extra={"it": sealed})

    assert shows_nothing(stream.getvalue(), sealed)
    assert stream.getvalue()


@pytest.mark.parametrize("reporter", ["django.views.debug.ExceptionReporter", settings.DEFAULT_EXCEPTION_REPORTER])
def test_no_error_page_shows_it(sealed: Sealed, vault: Unlocked, reporter: str) -> None:
    typed = secrets.token_hex(8)
    request = RequestFactory().post("/note/", {"body": typed})
    try:
        raise ValueError(sealed)
    except ValueError:
        report = import_string(reporter)(request, *sys.exc_info())

    for shown in (report.get_traceback_html(), report.get_traceback_text()):
        assert shows_nothing(shown, sealed)
        assert typed not in shown
        assert repr(vault._root_key)[2:-1] not in shown


def a_summary(sealed: Any) -> Summary:
    """A summary in memory: all that serialising needs."""
    row = Summary(body=sealed, version=1)
    row.made_at = row.saved_at = NOW
    return row


def test_dumping_writes_ciphertext_and_it_does_not_come_back(sealed: Sealed) -> None:
    from django.core.serializers import deserialize

    dumped = serialize("json", [a_summary(sealed)])

    assert json.loads(dumped)[0]["fields"]["body"] == "sealed:" + sealed.stored().hex()
    assert TEXT not in dumped
    with pytest.raises(DeserializationError):
        list(deserialize("json", dumped))
    assert json.loads(serialize("json", [a_summary(None)]))[0]["fields"]["body"] is None


def a_note_version(note: UUID, body: Any) -> NoteVersion:
    return NoteVersion(note_id=note, body=body, version=1, saved_at=NOW)


@pytest.mark.parametrize(
    "plain", [TEXT, TEXT.encode(), memoryview(b"x"), 1, {"a": 1}, Value(TEXT), Value(TEXT.encode()), Cast(Value("x"), TextField())]
)
def test_what_no_vault_sealed_is_not_saved(plain: Any) -> None:
    row = a_note_version(uuid4(), plain)

    for act in (
        lambda: row.save(force_insert=True),
        lambda: NoteVersion.objects.bulk_create([row]),
        lambda: NoteVersion.objects.update(body=plain),
        lambda: NoteVersion.objects.bulk_update([NoteVersion(pk=uuid4(), body=plain)], ["body"]),
        lambda: NoteVersion.objects.create(note_id=uuid4(), body=plain, version=1, saved_at=NOW),
    ):
        with pytest.raises(TypeError), transaction.atomic():
            act()


def test_what_a_vault_sealed_is_saved_and_comes_back_sealed(vault: Unlocked) -> None:
    place = a_place(vault, a_key(vault))
    sealed = vault.seal(TEXT, place)
    row = a_note_version(uuid4(), sealed)

    with transaction.atomic():
        row.save(force_insert=True)
        stored = sql("select body from coaching_sessions_noteversion where id = %s", row.pk)[0][0]
        listed = NoteVersion.objects.values_list("body", flat=True).get(pk=row.pk)
        deferred = NoteVersion.objects.defer("body").get(pk=row.pk).body
        transaction.set_rollback(True)  # its note never was

    assert bytes(stored) == sealed.stored()
    assert listed == deferred == sealed
    assert again(vault).open(deferred, place) == TEXT


def test_a_sealed_value_is_not_moved_inside_the_database_either(sealed: Sealed) -> None:
    for moved in (F("body"), Value(sealed, output_field=SealedField())):
        with pytest.raises(TypeError), transaction.atomic():
            NoteVersion.objects.update(body=moved)


@pytest.mark.parametrize(
    "lookup",
    ["body", "body__exact", "body__in", "body__contains", "body__icontains", "body__gt", "body__regex", "body__length", "body__isnull__x"],
)
def test_searching_raises(lookup: str, sealed: Sealed) -> None:
    for value in (sealed, "x"):
        for ask in (NoteVersion.objects.filter, NoteVersion.objects.exclude, NoteVersion.objects.get):
            with pytest.raises((FieldError, TypeError)):
                list(ask(**{lookup: [value] if lookup.endswith("in") else value}))


def test_what_other_columns_may_be_asked_is_not_asked_of_a_sealed_one() -> None:
    with register_lookup(Field, Length), pytest.raises(FieldError, match="cannot be searched"):
        NoteVersion.objects.filter(body__length__gt=1)


def test_searching_from_another_row_raises_too() -> None:
    with pytest.raises(FieldError):
        Summary.objects.filter(proposals__body__contains="x").exists()


def test_asking_whether_there_is_one_works() -> None:
    assert not NoteVersion.objects.filter(body__isnull=True).exists()


def test_a_column_gives_sealed_values_however_it_is_read(sealed: Sealed) -> None:
    field = SealedField()

    assert field.from_db_value(memoryview(sealed.stored()), None, None) == sealed
    assert field.from_db_value(None, None, None) is None
    assert (field.db_type(None), field.get_internal_type(), field.editable) == ("bytea", "BinaryField", False)
    assert (field.to_python(sealed), field.to_python(None)) == (sealed, None)
    assert field.formfield is not None
    with pytest.raises(TypeError):
        field.to_python("sealed:00")


def test_no_text_function_of_the_database_makes_a_text_of_it() -> None:
    with pytest.raises((DataError, FieldError)), transaction.atomic():
        list(NoteVersion.objects.annotate(x=Concat("body", Value("x"))))
