"""What calls tell of the outcome of the visit that they were about: a pure rule.

The control room knows that police were contacted, how and when, and what followed, better than an
officer in the lobby who overhears half of it. So what it recorded are the first answers of the
outcome's form. Nothing is answered that nobody said, and nobody's answer is overwritten: where the
two differ, both are shown.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from operations.visits.facts import CALLS

#: The number called → the way of contact that an outcome knows. Others leave the question open.
METHODS = {"999": "999", "101": "101", "online": "online"}
#: An outcome takes no more minutes.
MOST_MINUTES = 24 * 60
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class CallFacts:
    """What the control room recorded of a call. None and empty stand for what nobody said."""

    called_at: dt.datetime
    number: str = ""
    makesafe_quoted: bool | None = None
    recognised: bool | None = None
    officers_sent: bool | None = None
    arrived_at: dt.datetime | None = None
    incident_reference: str = ""


def answers(calls: Iterable[CallFacts], *, started_at: dt.datetime | None) -> dict[str, Any]:
    """The answers to questions of an outcome that calls about one visit give.

    The first call tells when and how police were contacted. What it leaves open a later one may
    answer.

    Args:
        calls: Those that were matched to the visit.
        started_at: When the team started, from which the minutes count.

    Returns:
        Each answer by the name of its question; questions that nobody answered are missing.

    """
    in_order = sorted(calls, key=lambda call: call.called_at)
    if not in_order:
        return {}
    first = in_order[0]
    found: dict[str, Any] = {
        "police_contacted": True,
        "contact_method": METHODS.get(first.number, ""),
        "contact_minutes": _minutes(started_at, first.called_at),
        "makesafe_quoted": _first_said(call.makesafe_quoted for call in in_order),
        "call_handler_recognised": _first_said(
            call.recognised for call in in_order if call.number in CALLS
        ),
        "officers_sent": _first_said(call.officers_sent for call in in_order),
        "incident_reference": next(
            (call.incident_reference for call in in_order if call.incident_reference), ""
        ),
    }
    if found["officers_sent"]:
        arrived = [call.arrived_at for call in in_order if call.arrived_at]
        found["officers_arrived_minutes"] = _minutes(first.called_at, min(arrived, default=None))
    return {question: answer for question, answer in found.items() if answer not in (None, "")}


def _first_said(said: Iterable[bool | None]) -> bool | None:
    return next((answer for answer in said if answer is not None), None)


def _minutes(since: dt.datetime | None, until: dt.datetime | None) -> int | None:
    """Whole minutes between two moments, if both are known and in this order."""
    if since is None or until is None or until < since:
        return None
    minutes = (until - since) // MINUTE
    return minutes if minutes <= MOST_MINUTES else None
