"""What allauth's table lacks."""

from django.db import migrations


class Migration(migrations.Migration):
    """An account has one subject at the provider; allauth lets it have several."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]
    operations = [
        migrations.RunSQL(
            "CREATE UNIQUE INDEX account_has_one_subject"
            " ON socialaccount_socialaccount (user_id, provider)",
            "DROP INDEX account_has_one_subject",
        ),
    ]
