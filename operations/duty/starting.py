"""What a team still needs before its visit starts, asked of the database, and in words."""

import datetime as dt
from collections.abc import Collection, Sequence

from accounts.acts.refusals import Problem
from accounts.dates.london import duty_day
from accounts.roles import PLAN_OPERATIONS
from govuk.dates import moment
from operations.planning import schedule
from operations.safety.overrides import StartOverride
from operations.safety.policies import SafetyPolicy
from operations.teams.cadet_rules import Ground
from operations.teams.models import Cadet
from operations.teams.start_rules import Against, CadetAtStart, Missing, Need, missing
from operations.visits.models import Visit


def why_too_early(visit: Visit, *, at: dt.datetime, early: dt.timedelta) -> str:
    """A sentence that says from when on ``visit`` can start, or '' if it can by now.

    Args:
        visit: A planned one.
        at: Now.
        early: How long before its window a team may start. While a visit is under way the board
            says that calls are a test.

    """
    earliest = visit.starts_at - early
    if at >= earliest:
        return ""
    return (
        f"It is too early to start this visit. You can start it from {moment(earliest)}. "
        "If the team goes earlier, ask the planner to move the visit."
    )


def problems_of_start(
    visit: Visit, *, told: bool, willing: Collection[int], at: dt.datetime
) -> list[Problem]:
    """All that ``visit`` still needs to start at the moment ``at``, each beside its question.

    Args:
        visit: A planned one.
        told: Whether the team says that the control room knows.
        willing: The keys of the cadets who said that they are willing to go on.
        at: Now.

    """
    found = what_is_missing(visit, told=told, willing=willing, at=at)
    may = SafetyPolicy.on(duty_day(at)).may_be_allowed
    problems = []
    if of_the_plan := [one for one in found if one.about == "visit"]:
        because = " ".join(
            part for one in of_the_plan for part in (one.message, *_who_can_allow(visit, one, may))
        )
        message = (
            f"The visit can’t start with its team as it is. {because} Call {planner(visit)}: "
            "they can change the team or cancel the visit."
        )
        problems.append(Problem("visit", message))
    return problems + [
        Problem(one.about, " ".join([one.message, *_who_can_allow(visit, one, may)]))
        for one in found
        if one.about != "visit"
    ]


def what_is_missing(
    visit: Visit, *, told: bool, willing: Collection[int], at: dt.datetime
) -> list[Missing]:
    """The same as data. The rules for cadets are asked once more: what is held of them may have
    changed since the visit was planned, and so may the policy.
    """
    members = list(visit.team.select_related("cadet", "officer"))
    allowed = StartOverride.objects.filter(visit=visit).values_list("need", flat=True)
    return missing(
        told=told,
        cadets=[
            CadetAtStart(
                name=str(member.cadet),
                willing=member.cadet_id in willing,
                withdrawn=member.withdrawn_at is not None,
            )
            for member in members
            if member.cadet
        ],
        against=_against(
            visit,
            [
                schedule.Place(who, schedule.Duty(member.duty))
                for member in members
                if (who := member.cadet or member.officer)
            ],
            at,
        ),
        allowed={Need(need) for need in allowed},
    )


def _against(visit: Visit, team: Sequence[schedule.Place], at: dt.datetime) -> list[Against]:
    if not any(isinstance(place.who, Cadet) for place in team):
        return []
    as_it_happens = Visit(
        pk=visit.pk,
        venue_id=visit.venue_id,
        starts_at=at,
        ends_at=max(at, visit.ends_at),
    )
    return [
        Against(Ground(problem.code) if problem.code else None, problem.message)
        for problem in schedule.problems_of_cadets(as_it_happens, team)
    ]


def _who_can_allow(visit: Visit, one: Missing, may: Collection[Need]) -> list[str]:
    if one.need is None or one.need not in may:
        return []
    lead = visit.operation.lead
    who = f"the operation’s lead, {lead}," if lead.is_active else "a planner of your command unit"
    return [
        f"If you can’t: call {who} who can allow this start without it. Tell them that it is visit "
        f"{visit.number}."
    ]


def planner(visit: Visit) -> str:
    """Whom a team calls about its plan: who made it, or who answers for it if they have left."""
    if visit.created_by.has_perm(PLAN_OPERATIONS):
        return f"the planner, {visit.created_by}"
    lead = visit.operation.lead
    led = visit.operation.is_led
    return f"the operation’s lead, {lead}" if led else "a planner of your command unit"
