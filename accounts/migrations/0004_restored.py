from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_address_and_keys")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="restored_to",
            field=models.DateTimeField(null=True),
        ),
    ]
