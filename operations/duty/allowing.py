"""The act of a lead who allows a visit to start although something is missing."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.acts.refusals import Problem, refuse, refuse_if_any
from accounts.acts.undo import Return, undoable
from accounts.database import scope
from accounts.dates.london import duty_day
from accounts.models import User
from govuk.texts import one_line
from operations.safety.overrides import StartOverride
from operations.safety.policies import SafetyPolicy
from operations.teams.start_rules import Need
from operations.visits.models import Visit

#: Nothing longer stands between a plan and its start; once it has started, it stands.
UNTIL_THE_START = dt.timedelta(days=7)


def _leads(by: User, records: Sequence[Any]) -> bool:
    """Whether this person may take back what was allowed of these starts."""
    visits = {record.visit_id for record in records if isinstance(record, StartOverride)}
    led = Visit.objects.led_by(by, at=timezone.now(), also_started=True).filter(pk__in=visits)
    return led.count() == len(visits)


def _has_started(way: Return) -> str:
    """That the team has gone without it by now."""
    visits = {record.visit_id for record in way.left if isinstance(record, StartOverride)}
    waiting = Visit.objects.planned().filter(pk__in=visits).count()
    return "" if waiting == len(visits) else "The visit has started, or is over."


def _start(records: Sequence[Any]) -> str:
    return "the start"


@undoable(
    "The start needs again what it needed before.",
    may=_leads,
    refuses=_has_started,
    within=UNTIL_THE_START,
    shown_on="visit",
    names=_start,
    instead="Call the team.",
)
@transaction.atomic
def allow_start(
    *, visit: Visit, without: Collection[Need], reason: str, by: User, at: dt.datetime
) -> list[StartOverride]:
    """Let one planned visit start without something, for a reason that stays on record.

    What was allowed already stays as it was allowed first.

    Args:
        visit: A planned one.
        without: What it may start without: of the needs that the policy of the day lets a lead do
            without. Never the age, the consent or the two adults.
        reason: Why, in a few words, as its team reads it too.
        by: A planner of its command unit, or the lead of its operation once its time is near.
        at: Now.

    Raises:
        PermissionDenied: ``by`` is none of these.
        Refused: nothing is named, the policy allows none of it, or no reason is given.

    """
    held = Visit.objects.select_for_update(no_key=True).filter(pk=visit.pk).first()
    if held is None or not may_allow(by, held, at=at):
        raise PermissionDenied
    if not held.is_planned:
        raise refuse("visit", "This visit has started or is over, so there is nothing to allow.")
    reason = one_line(reason)
    refuse_if_any(_problems(held, without, reason))
    scope.set_reason(reason)
    before = set(StartOverride.objects.filter(visit=held).values_list("need", flat=True))
    return [
        StartOverride.objects.create(visit=held, need=need, reason=reason, by=by, at=at)
        for need in sorted(set(without))
        if need not in before
    ]


def may_allow(by: User, visit: Visit, *, at: dt.datetime) -> bool:
    """Whether this person leads ``visit``; also where it has just started, to be told so."""
    return Visit.objects.led_by(by, at=at, also_started=True).filter(pk=visit.pk).exists()


def _problems(visit: Visit, without: Collection[Need], reason: str) -> list[Problem]:
    problems = []
    may = SafetyPolicy.on(duty_day(visit.starts_at)).may_be_allowed
    if not without:
        problems.append(Problem("without", "Select what the visit may start without"))
    if beyond := [need for need in sorted(set(without)) if need not in may]:
        names = " or ".join(need.label for need in beyond)
        problems.append(
            Problem("without", f"The force’s rules let nobody allow a start without {names}.")
        )
    if not reason:
        problems.append(Problem("reason", "Enter why the visit may start without it"))
    return problems
