"""A person may have several passkeys, each with a slot of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vault", "0002_ledger"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="slot", name="one_slot_of_a_kind"),
        migrations.AddField(model_name="slot", name="credential", field=models.BinaryField(null=True)),
        migrations.AlterField(
            model_name="slot",
            name="kind",
            field=models.CharField(choices=[("passphrase", "Passphrase"), ("recovery", "Recovery"), ("passkey", "Passkey")], max_length=10),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "passkey"), _negated=True), fields=("person", "kind"), name="one_slot_of_a_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.UniqueConstraint(fields=("person", "credential"), name="one_slot_of_a_passkey"),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credential__isnull", False), ("kind", "passkey")),
                    models.Q(models.Q(("kind", "passkey"), _negated=True), ("credential__isnull", True)),
                    _connector="OR",
                ),
                name="passkey_slots_name_theirs",
            ),
        ),
    ]
