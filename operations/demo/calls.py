"""Invented Makesafe calls: those that the visits led to, and real concerns, by the usual acts."""

import datetime as dt
import random

from accounts.database import scope
from accounts.dates.london import duty_day
from accounts.models import User
from operations.calls import actions, concern_actions
from operations.calls.actions import CallFields
from operations.calls.models import Call
from operations.demo.world import World
from operations.models import ContactMethod, Visit
from venues.models import Venue

MINUTE = dt.timedelta(minutes=1)
#: Days ago on which somebody called about a real concern, and what came of the older ones.
CONCERNS = (
    (58, "nothing", "A father with his daughter. Staff thanked them and gave them their room."),
    (44, "passed_on", "Passed to the CSE team, with the registration of the car."),
    (37, "not_traced", "They had left before officers came. The cameras showed no faces."),
    (23, "crime", "Officers met them in the car park. A crime is on record."),
    (9, "nothing", "An aunt with two nieces on the way to a wedding."),
    (3, "", ""),
    (2, "", ""),
)
HEARD = (
    "the guest house by the harbour, she did not say the street",
    "a hotel at the station end of the main road",
)


def make(chance: random.Random, world: World, *, now: dt.datetime) -> None:
    """Write the calls of the visits that led to one, and some about real concerns."""
    handler, planner = world.people["handler"], world.people["planner"]
    visits = Visit.objects.completed().filter(outcome__contact_method__in=_NUMBERS)
    with scope.acting(planner):
        for visit in visits.select_related("outcome", "venue").order_by("starts_at", "pk"):
            if chance.random() < 0.9:
                _about_a_test(chance, visit, handler=handler, planner=planner)
        for days, result, came_of_it in CONCERNS:
            at = _evening(chance, now, days)
            venue = chance.choice(world.venues)
            said = _said(chance, at, venue=venue)
            call = actions.log_call(by=handler, at=_logged_at(said), **said)
            concern = actions.open_concern(
                call=call, version=call.version, by=planner, at=at + 20 * MINUTE
            )
            if result:
                owner = world.people["lead"]
                concern = concern_actions.give_concern(
                    concern=concern, to=owner, version=concern.version, by=planner
                )
                concern_actions.close_concern(
                    concern=concern,
                    result=result,
                    came_of_it=came_of_it,
                    version=concern.version,
                    by=owner,
                    at=at + dt.timedelta(hours=15),
                )
        # One that nobody settled in its shift, and one of now.
        for at, heard in zip((_evening(chance, now, 1), now - 9 * MINUTE), HEARD, strict=True):
            said = _said(chance, at, place=heard)
            if _logged_at(said) > now:  # the officers are on their way
                said["arrived_at"] = None
            actions.log_call(by=handler, at=min(now, _logged_at(said)), **said)


_NUMBERS = (ContactMethod.CALL_999, ContactMethod.CALL_101)


def _about_a_test(chance: random.Random, visit: Visit, *, handler: User, planner: User) -> None:
    """The call that the team heard of; the control room often knows it to the minute."""
    outcome = visit.outcome
    assert outcome is not None  # the visit is completed
    assert visit.started_at is not None
    after = (outcome.contact_minutes or 4) + chance.choice((0, 0, 0, 1, 2))
    called_at = (visit.started_at + after * MINUTE).replace(second=0, microsecond=0)
    arrived = outcome.officers_arrived_minutes
    said = _said(chance, called_at, venue=visit.venue) | {
        "number": outcome.contact_method,
        "makesafe_quoted": outcome.makesafe_quoted,
        "recognised": outcome.call_handler_recognised,
        "officers_sent": outcome.officers_sent,
        "sent_at": called_at + 3 * MINUTE if outcome.officers_sent else None,
        "arrived_at": called_at + max(arrived, 4) * MINUTE if arrived else None,
        "incident_reference": outcome.incident_reference,
    }
    logged_at = _logged_at(said)
    call = actions.log_call(by=handler, at=logged_at, **said)
    offered = actions.proposals(call, by=planner, at=logged_at)
    if visit in [one.visit for one in offered]:
        actions.match_call(
            call=Call.objects.get(pk=call.pk),
            visit=visit,
            version=call.version,
            by=planner,
            at=logged_at,
        )


def _logged_at(said: CallFields) -> dt.datetime:
    """A minute after the last that is said to have been done."""
    done = (said["called_at"], said["sent_at"], said["arrived_at"])
    return max(moment for moment in done if moment) + MINUTE


def _said(
    chance: random.Random, at: dt.datetime, *, venue: Venue | None = None, place: str = ""
) -> CallFields:
    sent = chance.random() < 0.8
    called_at = at.replace(second=0, microsecond=0)
    return {
        "called_at": called_at,
        "answered_after": chance.choice((4, 5, 6, 8, 9, 12, 15, 21, 34)),
        "number": chance.choice(_NUMBERS),
        "makesafe_quoted": chance.random() < 0.7,
        "recognised": chance.random() < 0.8,
        "venue": venue,
        "place": place,
        "officers_sent": sent,
        "sent_at": called_at + 4 * MINUTE if sent else None,
        "arrived_at": called_at + chance.randint(9, 28) * MINUTE if sent else None,
        "done": "",
        "incident_reference": f"WES-{chance.randint(10000, 99999)}",
    }


def _evening(chance: random.Random, now: dt.datetime, days: int) -> dt.datetime:
    day = duty_day(now) - dt.timedelta(days=days)
    evening = dt.datetime.combine(day, dt.time(20), tzinfo=dt.UTC)
    return evening + chance.randint(0, 150) * MINUTE
