"""Signing keys that a person had before, encrypted beside those of now; and an index by which too much reading is counted."""

from django.db import migrations

import vault.encrypted

INDEX = """
create index vault_ledger_shown on vault_ledger (by, at)
  where event in ('note.read', 'recording.played', 'tripwire.asked', 'tripwire.locked')
"""


class Migration(migrations.Migration):
    dependencies = [("vault", "0003_passkey_slots")]
    operations = [
        migrations.AddField("personkeys", "former", vault.encrypted.EncryptedDetails(null=True)),
        migrations.RunSQL(INDEX, "drop index vault_ledger_shown"),
    ]
