"""What an operation's page says of the cadets and the starts of its visits."""

import datetime as dt
from dataclasses import dataclass, field

from accounts.models import User
from accounts.roles import PLAN_OPERATIONS
from operations.planning.models import Operation
from operations.teams.models import TeamMember
from operations.teams.welfare import WelfareAnswer
from operations.visits.models import Visit


@dataclass(frozen=True)
class Welfare:
    """What of an operation's visits needs somebody's eye."""

    to_speak_to: list[Visit] = field(default_factory=list)
    """After them a cadet said that it was not easy, and nobody has spoken to the cadet yet."""

    to_change: list[Visit] = field(default_factory=list)
    """Planned, and a cadet has withdrawn: they can't start as they are."""

    ended_early: list[Visit] = field(default_factory=list)
    """They were over when a cadet withdrew, the latest first."""

    starts: list[Visit] = field(default_factory=list)
    """Near, for a lead who is no planner: the team may call for a start to be allowed."""

    @property
    def visits(self) -> set[Visit]:
        """All of them, for the record of what was read."""
        return {*self.to_speak_to, *self.to_change, *self.ended_early, *self.starts}


def welfare_of(operation: Operation, user: User, *, at: dt.datetime) -> Welfare:
    """What ``user`` reads of it: planners of their own visits, a lead of the starts alone."""
    if not user.has_perm(PLAN_OPERATIONS):
        if operation.lead_id != user.pk:
            return Welfare()
        led = Visit.objects.led_by(user, at=at).filter(operation=operation)
        return Welfare(starts=list(led.order_by("starts_at", "pk")))
    of_it = {"visit__in": Visit.objects.visible_to(user).filter(operation=operation)}
    answers = WelfareAnswer.objects.visible_to(user).to_see_to().filter(**of_it)
    withdrawn = TeamMember.objects.withdrawn().filter(**of_it)
    lost = [member.visit for member in withdrawn.select_related("visit__venue")]
    return Welfare(
        to_speak_to=[answer.visit for answer in answers.select_related("visit__venue")],
        to_change=[visit for visit in lost if visit.is_planned],
        ended_early=[visit for visit in lost if visit.is_finished],
    )


def with_cadets_to_speak_to(user: User) -> list[Operation]:
    """The operations after whose visits somebody is still to speak to a cadet, for planners."""
    if not user.has_perm(PLAN_OPERATIONS):
        return []
    waiting = WelfareAnswer.objects.visible_to(user).to_see_to().order_by()
    found = Operation.objects.visible_to(user).filter(pk__in=waiting.values("visit__operation"))
    return list(found.order_by("starts_on", "pk"))
