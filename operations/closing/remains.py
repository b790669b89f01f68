"""What remains of an operation before it is closed: what stands in the way, and what goes on."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from accounts.database import scope
from accounts.dates.london import duty_begins, duty_ends
from accounts.models import User
from accounts.roles import VIEW_FOLLOW_UPS
from govuk.dates import plain_time
from operations.calls.concerns import Concern
from operations.follow_ups.models import FollowUp
from operations.planning.models import Operation
from operations.safety.models import Alarm
from operations.visits.models import Visit
from operations.visits.states import NotCompletedReason
from operations.visits.windows_in_words import window


@dataclass(frozen=True)
class Link:
    """One thing that remains, and where it is dealt with."""

    words: str
    url: str


@dataclass(frozen=True)
class Remaining:
    """One kind of thing that remains."""

    label: str
    what_to_do: str
    links: list[Link] = field(default_factory=list)
    others: bool = False
    """Whether there are more, of command units that are not the reader's: not how many."""

    @property
    def is_there(self) -> bool:
        return bool(self.links) or self.others


@dataclass(frozen=True)
class Remains:
    """All that remains, for one reader."""

    in_the_way: list[Remaining]
    goes_on: list[Remaining]
    visits: set[Visit]
    """Those that are shown, for the record of what was read."""

    @property
    def is_blocked(self) -> bool:
        """Whether the operation can't be closed yet."""
        return any(kind.is_there for kind in self.in_the_way)

    @property
    def goes_on_after(self) -> bool:
        """Whether anything is left to do once it is closed."""
        return any(kind.is_there for kind in self.goes_on)


def remains_of(operation: Operation, user: User, *, at: dt.datetime) -> Remains:
    """What remains of ``operation``, as far as ``user`` may see it."""
    visits = Visit.objects.filter(operation=operation).select_related("venue")
    seen = visits.visible_to(user)
    planned, under_way = list(seen.planned()), list(seen.under_way())
    left_open = list(seen.filter(not_completed_reason=NotCompletedReason.NOT_CLOSED))
    with scope.all_units():
        n_planned, n_under_way = visits.planned().count(), visits.under_way().count()
        n_alarms = Alarm.objects.filter(visit__operation=operation).open().count()
    alarms = list(Alarm.objects.visible_to(user).filter(visit__operation=operation).open())
    return Remains(
        in_the_way=[
            Remaining(
                "Planned and not held",
                "Cancel each visit that will not be made.",
                _to("visit_cancel", planned, at),
                others=n_planned > len(planned),
            ),
            Remaining(
                "Still under way",
                "Ask the team to log the visit; once it is overdue, it can be ended instead.",
                _to("visit_detail", under_way, at),
                others=n_under_way > len(under_way),
            ),
            Remaining(
                "Open alarms",
                "Speak to the team, then close the alarm.",
                [Link(f"Alarm {alarm.pk}", alarm.get_absolute_url()) for alarm in alarms],
                others=n_alarms > len(alarms),
            ),
        ],
        goes_on=[
            Remaining(
                "Outcomes that no team logged",
                "The team can still log what happened.",
                _to("visit_detail", left_open, at),
            ),
            Remaining(
                "Open concerns",
                "Calls about a venue of this operation, in its days, that somebody follows up.",
                [
                    Link(f"A call, due {plain_time(concern.due_on)}", _call(concern))
                    for concern in _concerns(operation, user)
                ],
            ),
            Remaining(
                "Follow-ups whose officer can’t see to them any more",
                "A training coordinator hands them over.",
                [
                    Link(str(follow_up.visit.venue), follow_up.get_absolute_url())
                    for follow_up in FollowUp.objects.visible_to(user)
                    .unanswered()
                    .filter(visit__operation=operation)
                    .select_related("visit__venue")
                ],
                others=not user.has_perm(VIEW_FOLLOW_UPS)
                and FollowUp.objects.unanswered().filter(visit__operation=operation).exists(),
            ),
        ],
        visits={*planned, *under_way, *left_open},
    )


def is_in_the_way(operation: Operation) -> bool:
    """Whether anything stands in the way, whoever may see it."""
    with scope.all_units():
        alarms = Alarm.objects.filter(visit__operation=operation).open()
        return operation.visits.ahead().exists() or alarms.exists()


def _to(page: str, visits: Iterable[Visit], at: dt.datetime) -> list[Link]:
    return [
        Link(
            f"{visit.venue.name}, {window(visit, at=at)}",
            reverse(f"operations:{page}", args=[visit.pk]),
        )
        for visit in visits
    ]


def _concerns(operation: Operation, user: User) -> list[Concern]:
    found = Concern.objects.visible_to(user).still_open()
    return list(
        found.filter(
            call__venue__in=operation.chosen_venues.values("venue"),
            call__called_at__gte=duty_begins(operation.starts_on),
            call__called_at__lt=duty_ends(operation.ends_on),
        ).order_by("due_on", "pk")
    )


def _call(concern: Concern) -> str:
    return reverse("operations:call_detail", args=[concern.call_id])
