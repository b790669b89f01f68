"""What PostgreSQL needs before the tables."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from venues.registry.names import MAKE_FUNCTION


class Migration(migrations.Migration):
    """Search that tolerates typing mistakes."""

    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        migrations.RunSQL(MAKE_FUNCTION, "DROP FUNCTION makesafe_normal_name(text)"),
    ]
