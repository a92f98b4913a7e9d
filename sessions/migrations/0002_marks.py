import django.db.models.deletion
import uuid
import vault.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0001_initial"),
        ("coaching_sessions", "0002_finished_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClearedName",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("body", vault.fields.SealedField(editable=False)),
                ("made_at", models.DateTimeField()),
                ("engagement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.engagement")),
            ],
            options={
                "ordering": ["made_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="MarkedPerson",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("body", vault.fields.SealedField(editable=False)),
                ("version", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                ("engagement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.engagement")),
            ],
            options={
                "ordering": ["made_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="OwnWords",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("key", models.UUIDField()),
                ("body", vault.fields.SealedField(editable=False)),
                ("version", models.PositiveIntegerField()),
                ("saved_at", models.DateTimeField()),
                ("coach", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.coach")),
            ],
        ),
    ]
