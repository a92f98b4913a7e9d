"""Retention: notices, holds, what was destroyed. What is fixed may be sealed again under a new epoch, as the ledger tells, and in no other way."""

import django.db.models.deletion
import uuid
import vault.encrypted
from django.db import migrations, models


AGAIN = """
create or replace function law_is_fixed() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  if current_user = (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
    return case when tg_op = 'DELETE' then old else new end;
  end if;
  if tg_op = 'UPDATE' then
    if to_jsonb(new) - 'body' = to_jsonb(old) - 'body' and told_as_resealed(tg_table_name, 'body', old.id, old.body, new.body) then
      return new;
    end if;
  end if;
  raise exception 'what was entered in the register of legal disclosures stays as it is' using errcode = 'integrity_constraint_violation';
end $$;
create or replace function rights_are_fixed() returns trigger language plpgsql set search_path = pg_catalog, public as $$
declare sealed text;
begin
  if current_user = (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
    return case when tg_op = 'DELETE' then old else new end;
  end if;
  if tg_op = 'UPDATE' then
    foreach sealed in array array['text', 'reason', 'draft', 'body'] loop
      if to_jsonb(old) ? sealed and to_jsonb(new) - sealed = to_jsonb(old) - sealed and told_as_resealed(tg_table_name, sealed, old.id,
          (to_jsonb(old) ->> sealed)::bytea, (to_jsonb(new) ->> sealed)::bytea) then
        return new;
      end if;
    end loop;
  end if;
  if tg_table_name = 'consent_rightspart' then
    if old.body is null and (tg_op = 'DELETE'
        or (new.id, new.request_id, new.engagement_id, new.source) = (old.id, old.request_id, old.engagement_id, old.source)) then
      return case when tg_op = 'DELETE' then old else new end;
    end if;
  elsif tg_table_name = 'consent_rightsrequest' and tg_op = 'UPDATE' then
    if old.closed_at is null and (new.id, new.engagement_id, new.covers_all, new.kind, new.text, new.asked_at)
        = (old.id, old.engagement_id, old.covers_all, old.kind, old.text, old.asked_at)
      and (old.extended_at is null or (new.reason, new.extended_at, new.due_date) = (old.reason, old.extended_at, old.due_date)) then
      return new;
    end if;
  end if;
  raise exception 'what was asked, answered or handed over stays as it is' using errcode = 'integrity_constraint_violation';
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("vault", "0005_epochs"),
        ("clients", "0002_barriers"),
        ("consent", "0009_rights"),
    ]

    operations = [
        migrations.AddField(
            model_name="legaldisclosure",
            name="key",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="rightsanswer",
            name="carry_out_date",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="task",
            name="kind",
            field=models.CharField(
                choices=[
                    ("recall", "Take a name down that may no longer be shown"),
                    ("law_papers", "Complete the papers of an immediate danger"),
                    ("law_review", "See whether your client can be told now"),
                    ("rights", "Answer a request about personal data"),
                    ("retention", "See what will be destroyed, and when"),
                    ("other_key", "Ask by voice: a person’s key has changed"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("legal_claim", "A claim before a court is made, or is to be expected (GDPR, article 17(3)(e))"),
                            ("legal_duty", "The law obliges to keep them (GDPR, article 17(3)(b))"),
                            ("authority", "A court or an authority forbids destroying them"),
                            ("asked_by_client", "The person coached asks that they be kept (GDPR, article 18(1))"),
                        ],
                        max_length=15,
                    ),
                ),
                ("details", vault.encrypted.EncryptedDetails()),
                ("until_date", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "engagement",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="clients.engagement"),
                ),
            ],
            options={
                "ordering": ["-made_at"],
            },
        ),
        migrations.CreateModel(
            name="Destruction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "scope",
                    models.CharField(choices=[("note", "One note"), ("engagement", "Everything written in the engagement")], max_length=10),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("retention", "The time for which they were to be kept is over"),
                            ("erasure", "The person coached asked for it (GDPR, article 17)"),
                            ("decision", "The coach decided it"),
                        ],
                        max_length=9,
                    ),
                ),
                ("renewal", models.UUIDField(null=True)),
                ("by", models.UUIDField(null=True)),
                ("details", vault.encrypted.EncryptedDetails()),
                ("begun_at", models.DateTimeField()),
                ("shredded_at", models.DateTimeField(null=True)),
                ("record", vault.encrypted.EncryptedBytes(null=True)),
                ("document", vault.encrypted.EncryptedBytes(null=True)),
                ("attested_at", models.DateTimeField(null=True)),
                (
                    "engagement",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="destructions", to="clients.engagement"),
                ),
                (
                    "request",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.rightsrequest"),
                ),
            ],
            options={
                "ordering": ["-begun_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("scope", "engagement")), fields=("engagement",), name="an_engagement_goes_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("attested_at__isnull", True), ("document__isnull", True), ("record__isnull", True)),
                            models.Q(
                                ("attested_at__isnull", False),
                                ("document__isnull", False),
                                ("record__isnull", False),
                                ("shredded_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="destruction_attested_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionNotice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("days", models.PositiveSmallIntegerField()),
                ("due_date", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("engagement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.engagement")),
            ],
            options={
                "ordering": ["made_at"],
                "constraints": [models.UniqueConstraint(fields=("engagement", "days", "due_date"), name="one_notice_per_day")],
            },
        ),
        migrations.RunSQL(AGAIN, migrations.RunSQL.noop),
    ]
