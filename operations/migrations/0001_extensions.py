"""What PostgreSQL needs before the tables."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Exclusion of overlapping visits by officer and cadet."""

    initial = True
    dependencies = []
    operations = [BtreeGistExtension()]
