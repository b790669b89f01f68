"""What acts on venues are told, and what they refuse."""

import datetime as dt
from collections import defaultdict

from venues.models import TrainingSession

NOW = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)
TODAY = NOW.date()


def refusal(error) -> dict[str, list[str]]:
    told = defaultdict(list)
    for problem in error.value.problems:
        told[problem.about].append(problem.message)
    return dict(told)


def session_fields(**changes):
    return {
        "kind": TrainingSession.Kind.INITIAL,
        "held_on": TODAY,
        "mode": TrainingSession.Mode.IN_PERSON,
        "delivered_by": "Safer hotels team",
        "front_desk_staff": 10,
        "attended": 10,
    } | changes
