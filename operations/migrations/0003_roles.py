"""The roles, as groups with their permissions."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

from accounts.roles import write_groups


def write_roles(apps, schema_editor):
    """Write each role's group. Permissions are otherwise made after the last migration only."""
    for app in ("auth", "accounts", "venues", "operations"):
        config = apps.get_app_config(app)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    permission = apps.get_model("auth", "Permission")

    def permission_of(name):
        app, codename = name.split(".")
        return permission.objects.get(content_type__app_label=app, codename=codename)

    write_groups(apps.get_model("auth", "Group"), permission_of)


class Migration(migrations.Migration):
    """Run again (from a new migration) whenever accounts/roles.py changes."""

    dependencies = [("operations", "0002_initial"), ("accounts", "0001_initial")]
    operations = [migrations.RunPython(write_roles, migrations.RunPython.noop)]
