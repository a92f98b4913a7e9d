"""The encrypted fields do none of what the package they come from does wrong, and open at their own row only."""

from __future__ import annotations

import base64
import json
import pickle
import struct
import time
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.core.serializers import deserialize
from django.db import IntegrityError, transaction
from django.db.models import BinaryField, F, Field, Func, Value
from django.db.models.functions import Cast, Length
from django.test.utils import register_lookup

from clients.models import Practice
from tests.vault.people import NOW, sql
from vault.encrypted import EncryptedBytes, EncryptedField, EncryptedText, Token
from vault.keyring import halves
from vault.keyring.models import Half
from vault.models import PersonKeys, Slot
from vault.primitives import Closed, context

NAME = "Cabinet Aubry"


def a_practice(**details: Any) -> Practice:
    return Practice.objects.create(details={"name": NAME} | details, made_at=NOW)


def column(row: Practice) -> bytes:
    return bytes(sql("select details from clients_practice where id = %s", row.pk)[0][0])


def plant(row: Practice, stored: bytes) -> None:
    sql("update clients_practice set details = %s where id = %s", stored, row.pk)


def test_what_was_saved_is_read_back_and_stands_encrypted() -> None:
    row = a_practice(name="Énergie 株式会社")

    found = Practice.objects.get(pk=row.pk)

    assert found.details == {"name": "Énergie 株式会社"}
    assert found.name == "Énergie 株式会社"
    assert "株式会社".encode() not in column(row)


def test_a_text_that_happens_to_be_ciphertext_is_only_a_text() -> None:
    row = a_practice()
    typed = ["encrypted:" + column(row).hex(), base64.b64encode(column(row)).decode(), repr(column(row)), "‹encrypted›"]

    other = a_practice(name=typed[0], more=typed)

    assert dict(Practice.objects.get(pk=other.pk).details) == {"name": typed[0], "more": typed}


@pytest.mark.parametrize("planted", [b"Cabinet Aubry", b'{"name":"Cabinet Aubry"}', b"", b"\x01", b"\x01abcd", b"\x00" * 100])
def test_a_plain_value_planted_in_the_column_is_refused(planted: bytes) -> None:
    row = a_practice()
    plant(row, planted)

    found = Practice.objects.get(pk=row.pk)

    with pytest.raises(Closed):
        _ = found.details


def test_every_byte_of_the_column_counts() -> None:
    row = a_practice()
    stored = column(row)

    for at in range(len(stored)):
        row.details = Token(stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :])
        with pytest.raises(Closed):
            _ = row.details


def test_the_values_of_two_rows_cannot_be_swapped() -> None:
    one, other = a_practice(), a_practice(name="Cabinet Keller")
    first, second = column(one), column(other)
    plant(one, second)
    plant(other, first)

    for row in Practice.objects.all():
        with pytest.raises(Closed):
            _ = row.details


def test_the_values_of_two_fields_and_of_two_models_cannot_be_swapped() -> None:
    person = uuid4()
    PersonKeys.objects.create(person=person, sealing=b"1", signing=b"2", private=b"", made_at=NOW)
    sql("update vault_personkeys set sealing = signing, signing = sealing where person = %s", person)
    half = halves.make(person)
    taken = sql("select half from keyring_half where key = %s", person, alias="keyring")[0][0]

    row = PersonKeys.objects.get(pk=person)

    for name in ("sealing", "signing"):
        with pytest.raises(Closed):
            getattr(row, name)
    sql("update vault_personkeys set sealing = %s where person = %s", taken, person)
    with pytest.raises(Closed):
        _ = PersonKeys.objects.get(pk=person).sealing
    assert halves.read(person) == half


def test_a_value_does_not_follow_a_row_to_another_id() -> None:
    row = Practice.objects.get(pk=a_practice().pk)
    row.pk = uuid4()

    with pytest.raises(Closed):
        row.save(force_insert=True)


def test_the_time_of_saving_is_not_in_the_token() -> None:
    stored, now = column(a_practice()), int(time.time())

    seconds = {struct.pack(f"{order}{size}", now + more) for order in "<>" for size in "IQ" for more in range(-2, 3)}
    assert not any(moment in stored for moment in seconds)


@pytest.mark.parametrize(
    "value", ["plain", b"plain", {"name": "x"}, Value(b"plain"), Value("plain"), F("details"), F("made_at"), Func(function="now")]
)
def test_update_raises_whatever_it_is_given(value: Any) -> None:
    row = a_practice()

    with pytest.raises(TypeError), transaction.atomic():
        Practice.objects.filter(pk=row.pk).update(details=value)

    assert Practice.objects.get(pk=row.pk).name == NAME


def test_update_raises_even_for_another_row_s_token() -> None:
    row, other = a_practice(), a_practice()
    token = Practice.objects.values_list("details", flat=True).get(pk=other.pk)

    with pytest.raises(TypeError):
        Practice.objects.filter(pk=row.pk).update(details=token)


def test_update_still_destroys_a_half() -> None:
    key = uuid4()
    halves.make(key)

    assert Half.objects.filter(pk=key).update(half=None, destroyed_at=NOW) == 1


LOOKUPS = [
    "details",
    "details__exact",
    "details__in",
    "details__contains",
    "details__gt",
    "details__startswith",
    "details__name",
    "details__isnull__x",
]


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_searching_raises(lookup: str) -> None:
    for ask in (Practice.objects.filter, Practice.objects.exclude, Practice.objects.get, Practice.objects.get_or_create):
        with pytest.raises(FieldError):
            ask(**{lookup: ["x"] if lookup.endswith("in") else "x"})


def test_what_other_columns_may_be_asked_is_not_asked_of_an_encrypted_one() -> None:
    with register_lookup(Field, Length), pytest.raises(FieldError, match="cannot be searched"):
        Practice.objects.filter(details__length__gt=1)


def test_asking_whether_there_is_a_value_works() -> None:
    key = uuid4()
    halves.make(key)

    assert Half.objects.filter(pk=key, half__isnull=False).exists()
    assert not Half.objects.filter(pk=key, half__isnull=True).exists()


def test_values_and_annotations_show_only_ciphertext() -> None:
    row = a_practice()
    rows = Practice.objects.filter(pk=row.pk)

    found = [
        rows.values("details")[0]["details"],
        rows.values_list("details")[0][0],
        rows.annotate(copy=F("details"))[0].copy,
        bytes(rows.annotate(copy=Cast("details", BinaryField()))[0].copy),
    ]

    assert found == [column(row)] * 4
    assert {str(token) for token in found[:3]} == {repr(token) for token in found[:3]} == {"‹encrypted›"}
    assert f"{found[0]}" == "‹encrypted›"


def test_no_query_carries_a_value_to_be_encrypted() -> None:
    with pytest.raises(TypeError, match="set it on the row"):
        list(Practice.objects.annotate(x=Value("plain", output_field=EncryptedText())))


def test_dumpdata_writes_ciphertext_and_it_does_not_come_back_as_a_value() -> None:
    row, out = a_practice(), StringIO()

    call_command("dumpdata", "clients.practice", stdout=out)

    fields = json.loads(out.getvalue())[0]["fields"]
    assert fields["details"] == "encrypted:" + column(row).hex()
    assert NAME not in out.getvalue()
    found = next(iter(deserialize("json", out.getvalue())))
    with pytest.raises(TypeError), transaction.atomic():
        found.save()


def test_dumpdata_writes_nothing_for_nothing() -> None:
    half, out = uuid4(), StringIO()
    Half.objects.create(key=half, half=None, destroyed_at=NOW)

    call_command("dumpdata", "keyring.half", database="keyring", stdout=out)

    assert json.loads(out.getvalue())[0]["fields"]["half"] is None
    assert Half._meta.get_field("half").value_to_string(Half.objects.get()) is None


def test_many_rows_are_made_at_once_and_never_changed_at_once() -> None:
    rows = Practice.objects.bulk_create([Practice(details={"name": f"Cabinet {number}"}, made_at=NOW) for number in range(3)])

    assert sorted(row.name for row in Practice.objects.all()) == ["Cabinet 0", "Cabinet 1", "Cabinet 2"]
    for row in rows:
        row.details = {"name": "changed"}
    with pytest.raises(TypeError), transaction.atomic():
        Practice.objects.bulk_update(rows, ["details"])
    with pytest.raises(TypeError), transaction.atomic():
        Practice.objects.bulk_create([Practice(details=Value(b"plain"), made_at=NOW)])


def test_a_deferred_field_is_read_and_opened_when_it_is_asked_for() -> None:
    row = a_practice()

    deferred, only = Practice.objects.defer("details").get(pk=row.pk), Practice.objects.only("made_at").get(pk=row.pk)

    assert (deferred.name, only.name) == (NAME, NAME)
    plant(row, b"plain")
    with pytest.raises(Closed):
        _ = Practice.objects.defer("details").get(pk=row.pk).details


def test_refreshing_reads_what_stands_there_now() -> None:
    row = Practice.objects.get(pk=a_practice().pk)
    assert row.name == NAME
    changed = Practice.objects.get(pk=row.pk)
    changed.details = {**changed.details, "name": "Cabinet Keller"}
    changed.save()

    row.refresh_from_db()

    assert row.name == changed.name == "Cabinet Keller"


def test_a_value_is_opened_once_and_a_row_that_is_given_other_ciphertext_shows_that_one_s() -> None:
    found = Practice.objects.get(pk=a_practice().pk)
    assert found.details is found.details
    changed = Practice.objects.get(pk=found.pk)
    changed.details = {"name": "Cabinet Keller"}
    changed.save()

    found.details = Token(column(changed))

    assert found.name == "Cabinet Keller"


def test_a_text_takes_the_room_of_its_letters_whatever_their_script() -> None:
    short, long = a_practice(name="é"), a_practice(name="é" + "社" * 1000)

    assert len(column(long)) - len(column(short)) == 3000


def test_saving_some_fields_leaves_the_others_as_they_stand() -> None:
    row = Practice.objects.get(pk=a_practice().pk)
    stored = column(row)

    row.made_at = NOW.replace(year=2028)
    row.save(update_fields=["made_at"])
    assert column(row) == stored

    row.details = {"name": "Cabinet Keller"}
    row.save(update_fields=["made_at"])
    assert column(row) == stored
    row.save(update_fields=["details"])
    assert Practice.objects.get(pk=row.pk).name == "Cabinet Keller"


def test_saving_what_was_not_touched_leaves_the_same_bytes() -> None:
    row = Practice.objects.get(pk=a_practice().pk)
    stored = column(row)

    row.save()
    assert column(row) == stored
    assert row.name == NAME
    row.save()
    assert column(row) == stored


def test_details_are_read_only_once_read() -> None:
    details: Any = Practice.objects.get(pk=a_practice().pk).details

    with pytest.raises(TypeError):
        details["name"] = "x"
    with pytest.raises(TypeError):
        del details["name"]
    with pytest.raises(AttributeError):
        details.update(name="x")


@pytest.mark.parametrize("value", ["text", b"bytes", ["name"], 1, object(), {"when": NOW}])
def test_details_are_a_mapping_of_json_values(value: Any) -> None:
    with pytest.raises(TypeError):
        Practice.objects.create(details=value, made_at=NOW)


@pytest.mark.parametrize("value", ["text", 1, {"a": 1}])
def test_a_field_of_bytes_takes_bytes(value: Any) -> None:
    with pytest.raises(TypeError):
        PersonKeys.objects.create(person=uuid4(), sealing=value, signing=b"", private=b"", made_at=NOW)


def test_bytes_come_back_whatever_holds_them() -> None:
    for value in (b"", b"\0\xff", bytearray(b"x"), memoryview(b"y")):
        row = PersonKeys.objects.create(person=uuid4(), sealing=value, signing=b"", private=b"", made_at=NOW)
        assert PersonKeys.objects.get(pk=row.pk).sealing == bytes(value)


def test_a_text_field_takes_text_and_gives_it_back() -> None:
    field = EncryptedText()

    assert field.decode(field.encode("Énergie")) == "Énergie"
    for value in (b"bytes", 1, ["x"]):
        with pytest.raises(TypeError, match="text, not"):
            field.encode(value)


def test_the_common_field_is_of_no_use_alone() -> None:
    for call in (EncryptedField().encode, EncryptedField().decode):
        with pytest.raises(TypeError, match="one of the fields below"):
            call(b"x")


def test_nothing_is_nothing_and_a_missing_value_is_refused_by_the_database() -> None:
    Half.objects.create(key=uuid4(), half=None, destroyed_at=NOW)
    assert Half.objects.get().half is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Practice.objects.create(details=None, made_at=NOW)


def test_the_class_shows_its_field_and_migrations_name_it() -> None:
    assert Practice.details.field is Practice._meta.get_field("details")  # type: ignore[attr-defined]
    assert EncryptedBytes(null=True).deconstruct()[1:] == ("vault.encrypted.EncryptedBytes", [], {"null": True})
    assert sql("select data_type from information_schema.columns where table_name = 'vault_slot' and column_name = 'root_key'") == [
        ("bytea",)
    ]
    assert Slot._meta.get_field("root_key").get_internal_type() == "BinaryField"


def test_validating_a_row_opens_nothing_that_was_typed() -> None:
    practice = Practice(details={"name": "encrypted:00"}, made_at=NOW)

    practice.full_clean()

    assert practice.details == {"name": "encrypted:00"}


def test_the_place_names_model_field_and_row() -> None:
    row = a_practice()

    assert Practice._meta.get_field("details").place(row) == context("clients.Practice", "details", str(row.pk))


def test_a_row_that_travels_before_it_is_read_carries_ciphertext() -> None:
    row = Practice.objects.get(pk=a_practice().pk)

    carried = pickle.dumps(row)

    assert NAME.encode() not in carried
    assert pickle.loads(carried).name == NAME
