"""The policies behind ``visible_to``."""

from django.db import migrations

from operations.row_security import policies


class Migration(migrations.Migration):
    """Written again, from a new migration, whenever operations/row_security.py changes."""

    dependencies = [("operations", "0004_warning_signs"), ("accounts", "0001_initial")]
    operations = [migrations.RunSQL(policies(), migrations.RunSQL.noop)]
