"""The column of a sealed value: it takes a `Sealed` or nothing, and gives a `Sealed`."""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller
from typing import Any, Final
from uuid import UUID

from django.core import checks
from django.core.exceptions import FieldError
from django.db import models

from vault.sealed import Place, Sealed

Under = str | Callable[[UUID], models.Q]
AT_ITS_PLACE: Final = methodcaller("place")


class SealedField(models.Field):  # type: ignore[type-arg]
    """A sealed text. Only a vault makes its values; look-ups other than `isnull` raise, since on ciphertext they silently find nothing.

    `under` finds the rows that a key seals, so that a new epoch forgets none: the path to the column that names the key's series, or the
    condition for one. `place` tells where a row's text is bound to.
    """

    def __init__(self, *, under: Under = "", place: Callable[[Any], Place] = AT_ITS_PLACE, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(**kwargs)
        self.under, self.place = under, place

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Name a column that does not say under which key it stands: a new epoch could not seal it again."""
        found = super().check(**kwargs)
        return found if self.under else [*found, checks.Error("A sealed column says under which key it stands.", obj=self, id="vault.E001")]

    def sealed_under(self, series: UUID) -> models.Q:
        """The rows whose text this key seals. Raises `TypeError` where the column does not say."""
        if not self.under:
            raise TypeError(f"{self} does not say under which key it stands")
        return models.Q(**{self.under: series}) if isinstance(self.under, str) else self.under(series)

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
