"""A finished note never changes: the database says so too. It can be deleted, since retention and erasure must be able to."""

from django.db import migrations

REFUSE = """
create function note_is_finished() returns trigger language plpgsql as $$ begin raise exception 'a finished note never changes'; end $$;
create trigger finished_notes before update on coaching_sessions_note
  for each row when (old.finished_at is not null) execute function note_is_finished();
alter table coaching_sessions_note enable always trigger finished_notes;
create trigger kept_texts before update on coaching_sessions_noteversion for each row execute function note_is_finished();
alter table coaching_sessions_noteversion enable always trigger kept_texts;
"""
UNDO = """
drop trigger kept_texts on coaching_sessions_noteversion;
drop trigger finished_notes on coaching_sessions_note;
drop function note_is_finished;
"""


class Migration(migrations.Migration):
    dependencies = [("coaching_sessions", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, UNDO)]
