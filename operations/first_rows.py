"""First rows of a new installation: the warning signs that staff are trained to notice, what a call
handler asks, and the usual rules. All are the force's to change, from the administrators' pages.
"""

from typing import Any

from accounts.dates.policies import write_usual_rules
from accounts.models import DayPolicy
from operations.models import (
    CadetPolicy,
    CallScript,
    ConcernPolicy,
    FollowUpPolicy,
    SafetyPolicy,
    VisitPolicy,
    WarningSign,
)

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

#: What a call handler asks: short, in the order of what is needed first.
CALL_QUESTIONS = (
    "Where are you calling from? Ask for the name of the place, its street and its postcode.",
    "Is anybody in danger now? If so, send officers before you ask anything else.",
    "Are the young person and the adults still there? Where in the building?",
    "What did you see or hear that worried you?",
    "How old does the young person seem, and how do they seem: afraid, confused, unwell?",
    "Who is with them, and what did they say about how they know each other?",
    "Has a room been asked for, booked or paid for? How?",
    "Is there a vehicle? Ask for its make, colour and registration.",
    "Can you stay on the line, and see them without being noticed?",
    "Do they know that you called? Ask staff not to hold or follow anybody.",
)

#: How to speak with people who may be a family like any other.
CALL_ADVICE = (
    "Most adults with a young person are a family. A worry is a reason to ask, not an accusation.",
    "Many parents look young, and children may look older or younger than they are. Members of a "
    "family may not look alike, speak alike or share a name. None of that is a sign by itself.",
    "Look at what comes together: fear, secrecy, alcohol, cash, many visitors, somebody who "
    "answers for the young person.",
    "Advise staff to speak as to any guest: “We ask everybody who checks in with somebody under 18 "
    "for identification and how they know each other. It takes a minute.”",
    "If it is explained, staff thank the guests and go on as with any other. Nobody has to be told "
    "that the police were called.",
    "If officers are sent, tell them what is known and what is only guessed. They speak to the "
    "adults and the young person apart, away from other guests, and say why they came.",
    "Record what was seen and done, nobody’s name, and nothing of how somebody looked beyond what "
    "matters.",
)


def write_first_rows(**_: Any) -> None:
    """Write what is missing of them. A receiver of ``post_migrate``.

    Signs and the question script are written only where there is none: those that an administrator
    changed or took away do not come back.
    """
    if not WarningSign.objects.exists():
        WarningSign.objects.bulk_create(
            WarningSign(text=text, position=position)
            for position, text in enumerate(WARNING_SIGNS, start=1)
        )
    if not CallScript.objects.exists():
        CallScript.objects.create(
            version=1, questions="\n".join(CALL_QUESTIONS), advice="\n".join(CALL_ADVICE)
        )
    write_usual_rules(DayPolicy)
    write_usual_rules(CadetPolicy)
    write_usual_rules(VisitPolicy)
    write_usual_rules(FollowUpPolicy)
    write_usual_rules(SafetyPolicy)
    write_usual_rules(ConcernPolicy)
