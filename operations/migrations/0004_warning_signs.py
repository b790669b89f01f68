"""The warning signs that hotel staff are trained to notice, and the usual rules for cadets."""

import datetime as dt

from django.db import migrations

#: In our own words, after the public guidance of Operation Makesafe. Administrators may add more.
WARNING_SIGNS = (
    "A young person comes with one or more older adults who do not seem to be family",
    "An adult is reluctant to give names, identification or contact details",
    "The room is paid for in cash or with a prepaid card",
    "Guests arrive late, without luggage and without a booking",
    "A room is asked for that is out of sight: by an exit, or away from other guests",
    "One adult books for several guests who are not there at check-in",
    "Alcohol is carried in plain view by or for a young person",
    "A young person seems afraid, withdrawn or confused",
    "A young person seems to have drunk alcohol or taken drugs",
    "An adult speaks for the young person, or does not leave them alone",
    "A young person does not know where they are, or gives answers that sound rehearsed",
    "A young person is dressed to look older, or has nothing of their own with them",
    "Many visitors come to one room, at odd hours and for a short time",
    "The room is booked for a few hours, or extended day by day in cash",
    "Housekeeping is refused again and again, or the sign on the door never comes off",
)


def add(apps, schema_editor):
    """Write what is not there yet."""
    signs = apps.get_model("operations", "WarningSign").objects
    for position, text in enumerate(WARNING_SIGNS, start=1):
        signs.get_or_create(text=text, defaults={"position": position})
    apps.get_model("operations", "CadetPolicy").objects.get_or_create(
        valid_from=dt.date(2020, 1, 1)
    )


class Migration(migrations.Migration):
    """Both are the force's to change, from the administrators' pages."""

    dependencies = [("operations", "0003_roles")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
