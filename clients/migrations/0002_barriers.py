import django.db.models.deletion
import uuid
import vault.encrypted
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Barrier",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("details", vault.encrypted.EncryptedDetails()),
                ("made_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.coach")),
                ("one", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client")),
                ("other", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("one__lt", models.F("other"))), name="barrier_in_order"),
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)), fields=("one", "other"), name="one_barrier_per_pair"
                    ),
                ],
            },
        ),
    ]
