"""A chain's times never go back, even where the server's clock does."""

from django.db import migrations

WRITE = """
create or replace function ledger_write(
  chain_ uuid, event_ text, kind_ text, about_ uuid, subject_ uuid, other_ uuid, by_ uuid, code_ text, version_ bigint, digest_ bytea, at_ timestamptz
) returns void language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare p bytea; n bigint; h bytea;
begin
  insert into vault_ledger_head values (chain_, 0, decode('00', 'hex')) on conflict do nothing;
  select hash, position + 1 into p, n from vault_ledger_head where chain = chain_ for update;
  at_ := coalesce(at_, {clock});  -- read under the lock, so that times go the way positions go
  h := sha256(p || convert_to(json_build_array(
    chain_, n, event_, kind_, about_, subject_, other_, by_, code_, version_, encode(digest_, 'hex'), (extract(epoch from at_) * 1000000)::bigint
  )::text, 'UTF8'));
  insert into vault_ledger (chain, position, event, kind, about, subject, other, by, code, version, digest, at, previous, hash)
    values (chain_, n, event_, kind_, about_, subject_, other_, by_, code_, version_, digest_, at_, p, h);
  update vault_ledger_head set position = n, hash = h where chain = chain_;
end $$;
"""
LATEST = "greatest(clock_timestamp(), (select at from vault_ledger where chain = chain_ and position = n - 1))"


class Migration(migrations.Migration):
    dependencies = [("vault", "0005_epochs")]
    operations = [migrations.RunSQL(WRITE.replace("{clock}", LATEST), WRITE.replace("{clock}", "clock_timestamp()"))]
