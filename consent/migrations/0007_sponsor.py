import django.db.models.deletion
import uuid
import vault.encrypted
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0001_initial"),
        ("consent", "0006_law"),
    ]

    operations = [
        migrations.CreateModel(
            name="InformationRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("details", vault.encrypted.EncryptedDetails()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("passed_on", "Not answered"),
                            ("wanted", "The client asks for a text"),
                            ("refused", "Refused by the client"),
                            ("declined", "Declined by the coach"),
                            ("ended", "Ended"),
                        ],
                        default="passed_on",
                        max_length=9,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("deadline_date", models.DateField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("contact", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.sponsorcontact")),
                ("engagement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.engagement")),
            ],
            options={
                "ordering": ["-asked_at"],
            },
        ),
        migrations.AddField(
            model_name="summary",
            name="answers",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.informationrequest"
            ),
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("about", models.UUIDField(unique=True)),
                ("starts_at", models.DateTimeField()),
                ("minutes", models.PositiveSmallIntegerField()),
                ("was_held", models.BooleanField()),
                ("engagement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.engagement")),
            ],
            options={
                "ordering": ["starts_at"],
                "indexes": [models.Index(fields=["engagement", "starts_at"], name="attendance_of")],
            },
        ),
        migrations.AddConstraint(
            model_name="informationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("state", "passed_on")),
                    models.Q(models.Q(("state", "passed_on"), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="request_answered_pair",
            ),
        ),
    ]
