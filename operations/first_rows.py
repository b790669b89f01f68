"""First rows of a new installation: the warning signs that staff are trained to notice, and the
usual rules. Both are the force's to change, from the administrators' pages.
"""

from typing import Any

from accounts.dates.policies import write_usual_rules
from accounts.models import DayPolicy
from operations.models import CadetPolicy, FollowUpPolicy, SafetyPolicy, VisitPolicy, WarningSign

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


def write_first_rows(**_: Any) -> None:
    """Write what is missing of them. A receiver of ``post_migrate``.

    Signs are written only where there is none: those that an administrator changed or took away
    do not come back.
    """
    if not WarningSign.objects.exists():
        WarningSign.objects.bulk_create(
            WarningSign(text=text, position=position)
            for position, text in enumerate(WARNING_SIGNS, start=1)
        )
    write_usual_rules(DayPolicy)
    write_usual_rules(CadetPolicy)
    write_usual_rules(VisitPolicy)
    write_usual_rules(FollowUpPolicy)
    write_usual_rules(SafetyPolicy)
