"""An offer to undo names the records whose pages show it. Those of before run out as they are."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_addresses_tidy"),
    ]

    operations = [
        migrations.RemoveField(model_name="undo", name="about"),
        migrations.AddField(
            model_name="undo",
            name="about",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                default=list,
                help_text="The records whose pages offer it.",
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="undo",
            index=django.contrib.postgres.indexes.GinIndex("about", name="undo_by_record"),
        ),
    ]
