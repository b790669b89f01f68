"""What PostgreSQL needs before the tables."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Search that tolerates typing mistakes."""

    initial = True
    dependencies = []
    operations = [TrigramExtension()]
