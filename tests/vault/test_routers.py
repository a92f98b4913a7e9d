"""The keyring's table lives alone in its database."""

from __future__ import annotations

from django.apps import apps
from django.db import connections

from accounts.models import User
from tests.vault.people import sql
from vault.keyring.models import Half
from vault.models import DataKey
from vault.routers import KeyringRouter

ROUTER = KeyringRouter()


def test_only_the_keyring_is_read_and_written_in_the_keyring_s_database() -> None:
    for model in apps.get_models():
        wanted = "keyring" if model is Half else "default"
        assert (ROUTER.db_for_read(model), ROUTER.db_for_write(model)) == (wanted, wanted)


def test_nothing_else_is_migrated_there_and_the_keyring_nowhere_else() -> None:
    assert ROUTER.allow_migrate("keyring", "keyring")
    assert ROUTER.allow_migrate("default", "vault")
    assert not ROUTER.allow_migrate("keyring", "vault")
    assert not ROUTER.allow_migrate("default", "keyring")
    assert set(connections["keyring"].introspection.table_names()) == {"keyring_half", "django_migrations"}


def test_no_row_relates_across_the_two_databases() -> None:
    assert ROUTER.allow_relation(DataKey(), User())
    assert ROUTER.allow_relation(Half(), Half())
    assert not ROUTER.allow_relation(Half(), DataKey())
    assert not ROUTER.allow_relation(DataKey(), Half())


def test_open_vaults_are_kept_out_of_backups_and_of_the_write_ahead_log() -> None:
    assert sql("select relpersistence from pg_class where relname = 'vault_unlock'") == [("u",)]
