"""A finished note, and an earlier text, may be sealed again under a new epoch of its key, as the ledger tells; in no other way do they change."""

from django.db import migrations

AGAIN = """
create or replace function note_is_finished() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  if to_jsonb(new) - 'body' = to_jsonb(old) - 'body' and told_as_resealed(tg_table_name, 'body', old.id, old.body, new.body) then
    return new;
  end if;
  raise exception 'a finished note never changes';
end $$;
"""
UNDO = """
create or replace function note_is_finished() returns trigger language plpgsql as $$ begin raise exception 'a finished note never changes'; end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("coaching_sessions", "0004_notebook"), ("vault", "0005_epochs")]
    operations = [migrations.RunSQL(AGAIN, UNDO)]
