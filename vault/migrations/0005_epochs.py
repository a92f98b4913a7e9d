"""New epochs of keys: what is under way, and the one change that texts which never change may undergo: sealed again, as the ledger tells."""

import uuid

from django.db import migrations, models

TOLD = """
create function told_as_resealed(table_ text, column_ text, id_ uuid, old_ bytea, new_ bytea) returns boolean
language sql volatile set search_path = pg_catalog, public as $$
  select old_ is not null and new_ is not null and substring(new_ from 1 for 4) > substring(old_ from 1 for 4) and exists (
    select 1 from public.vault_ledger
    where about = id_ and event = 'resealed' and kind = table_ and code = column_ and digest = sha256(new_))
$$;
revoke all on function told_as_resealed from public;
"""


class Migration(migrations.Migration):
    dependencies = [("vault", "0004_former_keys")]
    operations = [
        migrations.CreateModel(
            name="Renewal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("series", models.UUIDField()),
                ("epoch", models.PositiveIntegerField()),
                ("maker", models.UUIDField()),
                ("resealed", models.PositiveIntegerField(default=0)),
                ("begun_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("done_at__isnull", True)), fields=["maker"], name="renewal_open")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at__isnull", True)), fields=("series",), name="one_renewal_at_a_time"
                    ),
                    models.UniqueConstraint(fields=("series", "epoch"), name="one_renewal_per_epoch"),
                ],
            },
        ),
        migrations.RunSQL(TOLD, "drop function told_as_resealed"),
    ]
