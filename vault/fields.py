"""The column of a sealed value: it takes a `Sealed` or nothing, and gives a `Sealed`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from vault.sealed import Sealed


class SealedField(models.Field):  # type: ignore[type-arg]
    """A sealed text. Only a vault makes its values; look-ups other than `isnull` raise, since on ciphertext they silently find nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def get_internal_type(self) -> str:
        return "BinaryField"

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def to_python(self, value: Any) -> Sealed | None:
        return self._only_sealed(value)

    def get_prep_value(self, value: Any) -> bytes | None:
        sealed = self._only_sealed(value)
        return None if sealed is None else sealed.stored()

    def get_db_prep_save(self, value: Any, connection: Any) -> bytes | None:
        return self.get_prep_value(value)  # an expression too is refused: it could put a plain text into the column

    def _only_sealed(self, value: Any) -> Sealed | None:
        if value is None or isinstance(value, Sealed):
            return value
        raise TypeError(f"{self} takes what a vault sealed, not {type(value).__name__}")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self} is sealed: it cannot be searched")
        return super().get_lookup(lookup_name)

    def get_transform(self, name: str) -> Any:
        raise FieldError(f"{self} is sealed: it cannot be searched")

    def value_to_string(self, obj: models.Model) -> str | None:  # type: ignore[override]
        sealed = self._only_sealed(self.value_from_object(obj))
        return None if sealed is None else "sealed:" + sealed.stored().hex()
