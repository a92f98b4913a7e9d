"""Codes by mail, chosen by a person; and where each person is signed in."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import vault.encrypted


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(model_name="user", name="has_mailed_code", field=models.BooleanField(default=False)),
        migrations.AlterField(
            model_name="link",
            name="kind",
            field=models.CharField(
                choices=[
                    ("sign_up", "Sign Up"),
                    ("join", "Join"),
                    ("sign_in", "Sign In"),
                    ("sign", "Sign"),
                    ("admin", "Admin"),
                    ("code", "Code"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("session", models.CharField(max_length=40, unique=True)),
                ("sign_in", models.CharField(max_length=64)),
                ("details", vault.encrypted.EncryptedDetails()),
                ("made_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
    ]
