"""What goes on tonight, beside the answer to a call: alarms, check-ins, operations and the map.

Of the whole force, as the board is. Nothing here is further ahead than the board itself shows.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.dates.london import duty_day
from accounts.models import User
from operations.planning.models import Operation, OperationVenue
from operations.safety.deadlines import check_in_by
from operations.safety.models import Alarm, SafetyPolicy, signs_of
from operations.visits.models import Visit


@dataclass(frozen=True)
class DueCheckIn:
    """By when a team under way is to be heard of."""

    visit: Visit
    due_at: dt.datetime
    is_late: bool


@dataclass(frozen=True)
class Running:
    """An operation that runs tonight, and the command units in which it does."""

    operation: Operation
    areas: Sequence[str]


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
        running=_running(on_board, at=at),
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


def _running(visits: Iterable[Visit], *, at: dt.datetime) -> list[Running]:
    """The operations of this duty day, and where their venues are."""
    today = duty_day(at)
    operations = Operation.objects.filter(starts_on__lte=today, ends_on__gte=today)
    found = list(operations.order_by("starts_on", "pk"))
    chosen = OperationVenue.objects.filter(operation__in=[one.pk for one in found]).order_by()
    areas: defaultdict[int, set[str]] = defaultdict(set)
    for key, name in chosen.values_list("operation", "command_unit__name").distinct():
        areas[key].add(name or "No command unit")
    for visit in visits:
        if unit := visit.venue.local_authority.command_unit:
            areas[visit.operation_id].add(unit.name)
    return [Running(one, sorted(areas[one.pk])) for one in found]
