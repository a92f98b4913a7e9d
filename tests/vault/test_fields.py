"""The column of a sealed text takes nothing as nothing, and says by a path or by a condition under which key it stands."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db.models import Q

from consent.models import Proposal
from vault.fields import SealedField

pytestmark = pytest.mark.no_database


def test_where_nothing_is_sealed_nothing_is_stored() -> None:
    field = SealedField(null=True, under="key")

    assert (field.get_prep_value(None), field.get_db_prep_save(None, None), field.to_python(None)) == (None, None, None)
    assert Proposal._meta.get_field("answer").value_to_string(Proposal()) is None


def test_a_column_says_by_a_path_or_by_a_condition_which_texts_a_key_seals() -> None:
    series = uuid4()

    assert SealedField(under="notebook__key").sealed_under(series) == Q(notebook__key=series)
    assert SealedField(under=lambda key: Q(key=key, is_open=True)).sealed_under(series) == Q(key=series, is_open=True)
