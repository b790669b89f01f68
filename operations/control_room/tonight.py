"""What goes on tonight, beside the answer to a call: alarms, check-ins, operations and the map.

Of the whole force, as the board is. Nothing here is further ahead than the board itself shows.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.dates.london import duty_day
from accounts.models import User
from operations.safety.deadlines import check_in_by
from operations.safety.models import Alarm, signs_of
from operations.safety.policies import SafetyPolicy
from operations.visits.models import Visit


@dataclass(frozen=True)
class DueCheckIn:
    """By when a team under way is to be heard of."""

    visit: Visit
    due_at: dt.datetime
    is_late: bool


@dataclass(frozen=True)
class Running:
    """An operation with visits on the board: in which command units, and until when.

    Its reference is for those who plan it, and so is what is not on the board yet.
    """

    areas: Sequence[str]
    until: dt.datetime


@dataclass(frozen=True)
class Tonight:
    """What stands beside the answer."""

    alarms: Sequence[Alarm]
    check_ins: Sequence[DueCheckIn]
    running: Sequence[Running]

    @property
    def visits(self) -> list[Visit]:
        """The visits that are told of."""
        return [*(it.visit for it in self.alarms), *(it.visit for it in self.check_ins)]


def tonight(visits: Iterable[Visit], *, by: User, at: dt.datetime) -> Tonight:
    """What goes on at the moment ``at``.

    Args:
        visits: What is on the board, with venues.
        by: Who looks.
        at: Now.

    """
    on_board = list(visits)
    return Tonight(
        alarms=list(Alarm.objects.visible_to(by).open().with_what_is_shown()),
        check_ins=_check_ins(on_board, at=at),
        running=_running(on_board),
    )


def _check_ins(visits: Iterable[Visit], *, at: dt.datetime) -> list[DueCheckIn]:
    """The next check-in of each team under way, the first that is due before the others."""
    rules = SafetyPolicy.on(duty_day(at)).rules
    by_key = {visit.pk: visit for visit in visits if visit.is_under_way}
    if not by_key:
        return []
    due = {key: check_in_by(signs, rules) for key, signs in signs_of(Visit.objects.under_way())}
    made = [DueCheckIn(by_key[key], by, by <= at) for key, by in due.items() if key in by_key]
    return sorted(made, key=lambda one: (one.due_at, one.visit.pk))


def _running(visits: Sequence[Visit]) -> list[Running]:
    """The operations whose visits are not over, the first to end before the others."""
    of_operation: defaultdict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        if not visit.is_finished:
            of_operation[visit.operation_id].append(visit)
    units = {visit.pk: visit.venue.local_authority.command_unit for visit in visits}
    found = [
        Running(
            sorted({unit.name if (unit := units[it.pk]) else "No command unit" for it in its}),
            max(it.ends_at for it in its),
        )
        for its in of_operation.values()
    ]
    return sorted(found, key=lambda one: (one.until, one.areas))
