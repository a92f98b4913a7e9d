"""The ledger's tables, the only functions that write them, and the triggers that refuse every change; unlock rows are kept out of the WAL."""

from django.db import migrations

TABLES = """
create table vault_ledger (
  id bigint generated always as identity primary key,
  chain uuid not null,
  position bigint not null,
  event text not null check (event ~ '^[a-z][a-z_.]{1,63}$'),
  kind text not null check (kind ~ '^[a-z_.]{0,63}$'),
  about uuid, subject uuid, other uuid, by uuid,
  code text not null check (code ~ '^[a-z0-9_.:-]{0,63}$'),
  version bigint,
  digest bytea check (length(digest) = 32),
  at timestamptz not null,
  previous bytea not null,
  hash bytea not null,
  unique (chain, position)
);
create index vault_ledger_about on vault_ledger (about, at);
create index vault_ledger_subject on vault_ledger (subject, at);
create table vault_ledger_head (chain uuid primary key, position bigint not null, hash bytea not null);
"""

FUNCTIONS = """
create function ledger_write(
  chain_ uuid, event_ text, kind_ text, about_ uuid, subject_ uuid, other_ uuid, by_ uuid, code_ text, version_ bigint, digest_ bytea, at_ timestamptz
) returns void language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare p bytea; n bigint; h bytea;
begin
  insert into vault_ledger_head values (chain_, 0, decode('00', 'hex')) on conflict do nothing;
  select hash, position + 1 into p, n from vault_ledger_head where chain = chain_ for update;
  at_ := coalesce(at_, clock_timestamp());  -- read under the lock, so that times go the way positions go
  h := sha256(p || convert_to(json_build_array(
    chain_, n, event_, kind_, about_, subject_, other_, by_, code_, version_, encode(digest_, 'hex'), (extract(epoch from at_) * 1000000)::bigint
  )::text, 'UTF8'));
  insert into vault_ledger (chain, position, event, kind, about, subject, other, by, code, version, digest, at, previous, hash)
    values (chain_, n, event_, kind_, about_, subject_, other_, by_, code_, version_, digest_, at_, p, h);
  update vault_ledger_head set position = n, hash = h where chain = chain_;
end $$;

create function ledger_append(
  chain_ uuid, event_ text, kind_ text, about_ uuid, subject_ uuid, other_ uuid, by_ uuid, code_ text, version_ bigint, digest_ bytea
) returns void language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  select ledger_write(chain_, event_, kind_, about_, subject_, other_, by_, code_, version_, digest_, null)
$$;

create function ledger_append_at(
  chain_ uuid, event_ text, kind_ text, about_ uuid, subject_ uuid, other_ uuid, by_ uuid, code_ text, version_ bigint, digest_ bytea, at_ timestamptz
) returns void language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  select ledger_write(chain_, event_, kind_, about_, subject_, other_, by_, code_, version_, digest_, at_)
$$;

revoke all on function ledger_write from public;
revoke all on function ledger_append from public;
revoke all on function ledger_append_at from public;

create function ledger_refuse() returns trigger language plpgsql as $$ begin raise exception 'the ledger is append-only'; end $$;
create trigger ledger_rows before update or delete on vault_ledger for each row execute function ledger_refuse();
create trigger ledger_truncate before truncate on vault_ledger for each statement execute function ledger_refuse();
create trigger ledger_signed_rows before update or delete on vault_ledger_signature for each row execute function ledger_refuse();
create trigger ledger_signed_truncate before truncate on vault_ledger_signature for each statement execute function ledger_refuse();
alter table vault_ledger enable always trigger ledger_rows;
alter table vault_ledger enable always trigger ledger_truncate;
alter table vault_ledger_signature enable always trigger ledger_signed_rows;
alter table vault_ledger_signature enable always trigger ledger_signed_truncate;
"""

UNDO = """
drop function ledger_append_at; drop function ledger_append; drop function ledger_write;
drop table vault_ledger; drop table vault_ledger_head;
drop trigger ledger_signed_rows on vault_ledger_signature; drop trigger ledger_signed_truncate on vault_ledger_signature;
drop function ledger_refuse;
"""


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial")]
    operations = [
        migrations.RunSQL(TABLES + FUNCTIONS, UNDO),
        migrations.RunSQL("alter table vault_unlock set unlogged", "alter table vault_unlock set logged"),
    ]
