"""The asked-for encrypted fields, made strict: bound to model, field and row, and closed on any doubt.

A value is encrypted when its row is saved and decrypted when the row's attribute is read. `values()`, annotations and
`dumpdata` meet ciphertext; searching, `update()` and expressions raise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import FieldError
from django.db.models import Model
from django.db.models.query_utils import DeferredAttribute
from encrypted_model_fields.fields import EncryptedTextField as StockField

from vault import instance, primitives


class Token(bytes):
    """Ciphertext as it stands in the column. It has no readable form."""

    def __str__(self) -> str:
        return "‹encrypted›"

    __repr__ = __str__


class _OfThisRow(Token):
    """Ciphertext that a row's own save made or opened: the only thing that goes into the column."""


class _Decrypting(DeferredAttribute):
    """Reads the attribute with the row's own id, so that a value moved to another row does not open."""

    field: EncryptedField

    def __get__(self, row: Any, cls: Any = None) -> Any:
        held = super().__get__(row)
        if not isinstance(held, Token):
            return held
        key = "_decrypted_" + self.field.attname
        cached = row.__dict__.get(key)
        if cached is None or cached[0] is not held:
            cached = row.__dict__[key] = (held, self.field.decode(instance.decrypt(bytes(held), self.field.place(row))))
        return cached[1]

    def __set__(self, row: Any, value: Any) -> None:
        row.__dict__[self.field.attname] = value  # a data descriptor, so that reading always passes through __get__


class EncryptedField(StockField):
    """What the three fields share. `encode` and `decode` stand between the value and its bytes."""

    descriptor_class = _Decrypting

    def encode(self, value: Any) -> bytes:
        raise TypeError("use one of the fields below")

    def decode(self, raw: bytes) -> Any:
        raise TypeError("use one of the fields below")

    def place(self, row: Model) -> bytes:
        """What the ciphertext is bound to: the model, the field and the row's id."""
        return primitives.context(self.model._meta.label, self.attname, str(row.pk))

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def get_internal_type(self) -> str:
        return "BinaryField"

    def to_python(self, value: Any) -> Any:
        return value  # never decrypts what somebody typed

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Token | None:  # type: ignore[override]
        return None if value is None else Token(bytes(value))

    def pre_save(self, row: Model, add: bool) -> _OfThisRow | None:
        held = row.__dict__.get(self.attname)
        if held is None:
            return None
        if isinstance(held, Token):
            instance.decrypt(bytes(held), self.place(row))  # never copies on what it cannot open
            return _OfThisRow(held)
        return _OfThisRow(instance.encrypt(self.encode(held), self.place(row)))

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value is not None and not isinstance(value, _OfThisRow):
            raise TypeError(f"{self}: set it on the row and save the row")
        return None if value is None else bytes(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return self.get_db_prep_save(value, connection)

    def get_lookup(self, name: str) -> Any:  # type: ignore[override]
        if name != "isnull":
            raise FieldError(f"{self} is encrypted: it cannot be searched")
        return super().get_lookup(name)

    def get_transform(self, name: str) -> Any:
        raise FieldError(f"{self} is encrypted: it cannot be searched")

    def value_to_string(self, row: Model) -> str | None:  # type: ignore[override]
        token = self.pre_save(row, False)
        return None if token is None else "encrypted:" + token.hex()


class EncryptedText(EncryptedField):
    """A text."""

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, str):
            raise TypeError(f"{self}: text, not {type(value).__name__}")
        return value.encode()

    def decode(self, raw: bytes) -> str:
        return raw.decode()


class EncryptedBytes(EncryptedField):
    """Bytes: a key, a PDF."""

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise TypeError(f"{self}: bytes, not {type(value).__name__}")
        return bytes(value)

    def decode(self, raw: bytes) -> bytes:
        return raw


class EncryptedDetails(EncryptedField):
    """The details of a row that are read together, as one value: a flat mapping of names to JSON values, given back read-only."""

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, Mapping):
            raise TypeError(f"{self}: a mapping, not {type(value).__name__}")
        return json.dumps(dict(value), ensure_ascii=False, separators=(",", ":")).encode()

    def decode(self, raw: bytes) -> Mapping[str, Any]:
        return MappingProxyType(json.loads(raw))
