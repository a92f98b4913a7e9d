from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_second_factor")]
    operations = [
        migrations.AlterField(
            "link",
            "kind",
            models.CharField(
                max_length=8,
                choices=[
                    ("sign_up", "Sign Up"),
                    ("join", "Join"),
                    ("sign_in", "Sign In"),
                    ("sign", "Sign"),
                    ("admin", "Admin"),
                    ("code", "Code"),
                    ("address", "Address"),
                ],
            ),
        ),
    ]
