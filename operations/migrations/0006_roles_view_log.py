"""The roles anew: administrators may search the log."""

from importlib import import_module

from django.db import migrations

write_roles = import_module("operations.migrations.0003_roles").write_roles


class Migration(migrations.Migration):
    dependencies = [("operations", "0005_the_record"), ("accounts", "0003_view_log")]
    operations = [migrations.RunPython(write_roles, migrations.RunPython.noop)]
