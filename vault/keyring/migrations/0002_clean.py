"""Rewrites the table of halves, so that destroyed ones leave its file: only the owner may, so the application calls a function of the owner's."""

from django.db import migrations

MAKE = """
create function keyring_clean() returns void language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  cluster public.keyring_half using keyring_half_pkey;
end $$;
revoke all on function keyring_clean from public;
"""


class Migration(migrations.Migration):
    dependencies = [("keyring", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, "drop function keyring_clean")]
