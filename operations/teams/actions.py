"""Cadets on record, and what the force's policy says of them on a day."""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Value

from accounts.acts.permissions import require
from accounts.acts.refusals import Problem, save_unless_taken
from accounts.acts.undo import undoable
from accounts.database import scope
from accounts.database.references import NaturalOrder
from accounts.dates.london import duty_day
from accounts.models import User
from accounts.roles import PLAN_OPERATIONS
from govuk.dates import LONDON
from operations.teams import cadet_rules
from operations.teams.models import Cadet, CadetPolicy, TeamMember
from operations.visits.models import Visit
from venues.models import CommandUnit, Venue

NO_POLICY = "No cadet policy is in force on that day. Ask an administrator to add one."


class CadetFields(TypedDict):
    """What is held of a cadet: no name."""

    reference: str
    command_unit: NotRequired[CommandUnit | None]
    birth_date: dt.date
    consented_on: dt.date | None
    briefed_on: dt.date | None


def may_take_back(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may take back what was done to these cadets."""
    keys = {record.pk for record in records if isinstance(record, Cadet)}
    return Cadet.objects.changeable_by(by).filter(pk__in=keys).count() == len(keys)


@undoable(
    "The cadet is off the record again.",
    may=may_take_back,
    back="operations:cadet_list",
    instead="Correct what is held of the cadet.",
)
@transaction.atomic
def add_cadet(*, on: dt.date, by: User, **fields: Unpack[CadetFields]) -> Cadet:
    """Put a cadet on record, on the day ``on``. The name stays with the cadet unit.

    Raises:
        PermissionDenied: ``by`` is no planner, or not of that command unit.
        Refused: a date lies ahead, the cadet is an adult, or the reference is taken or is
            not one as the force writes them.

    """
    _require_unit(fields.get("command_unit"), by=by)
    cadet = Cadet(**fields)
    save_unless_taken(cadet, problems_of(fields, on=on), about="reference")
    return cadet


@undoable("What is held of the cadet is as it was before.", may=may_take_back)
@transaction.atomic
def edit_cadet(
    *, cadet: Cadet, version: int, on: dt.date, by: User, **fields: Unpack[CadetFields]
) -> Cadet:
    """Change what is held, on the day ``on``. Raises as :func:`add_cadet` does, and:

    Raises:
        PermissionDenied: ``by`` does not keep this cadet's record, or is not of the command unit
            that the cadet is to belong to.
        EditConflictError: somebody else saved the cadet since ``version``.

    """
    if not Cadet.objects.changeable_by(by).filter(pk=cadet.pk).exists():
        raise PermissionDenied
    _require_unit(fields.get("command_unit", cadet.command_unit), by=by)
    cadet.claim(version)
    problems = problems_of(fields, cadet=cadet, on=on)
    for name, value in fields.items():
        setattr(cadet, name, value)
    save_unless_taken(cadet, problems, about="reference")
    return cadet


def _require_unit(unit: CommandUnit | None, *, by: User) -> None:
    """Refuse whoever is no planner, or of another command unit than the cadet's."""
    require(by, PLAN_OPERATIONS)
    if unit is not None and not CommandUnit.objects.of(by).filter(pk=unit.pk).exists():
        raise PermissionDenied


def problems_of(
    fields: Mapping[str, Any], *, cadet: Cadet | None = None, on: dt.date
) -> list[Problem]:
    """Why what is to be held of ``cadet``, or of a new one, won't do; ``fields`` may lack some.

    Of each of them the first reason: who was born tomorrow need not hear how old they are.
    """
    problems = [
        Problem(name, "This date is in the future. Enter when it happened.")
        for name in ("birth_date", "consented_on", "briefed_on")
        if (day := fields.get(name)) and day > on
    ]
    born = fields.get("birth_date")
    if cadet is None and born and cadet_rules.age_on(born, on) >= ADULT:
        problems.append(Problem("birth_date", "A cadet is under 18. Check the year."))
    if born and cadet_rules.age_on(born, on) < cadet_rules.YOUNGEST:
        older = f"A cadet is {cadet_rules.YOUNGEST} or older. Check the year."
        problems.append(Problem("birth_date", older))
    problems += [
        Problem(name, "This day is before the cadet’s birth date. Check the year.")
        for name in ("consented_on", "briefed_on")
        if born and (day := fields.get(name)) and day <= born
    ]
    if reference := fields.get("reference"):
        # One from before the force wrote them so stays as it is.
        if cadet is None or reference != cadet.reference:
            problems += _problems_of_reference(reference, on)
        others = Cadet.objects.exclude(pk=cadet.pk) if cadet else Cadet.objects.all()
        with scope.all_units():
            twin = others.filter(reference__natural=NaturalOrder(Value(reference))).first()
        if twin:
            named = f"There is already a cadet with this reference, {twin.reference}."
            problems.append(Problem("reference", named))
    return list({problem.about: problem for problem in reversed(problems)}.values())[::-1]


def _problems_of_reference(reference: str, on: dt.date) -> list[Problem]:
    """Why ``reference`` is none of the force's; a name fits no usual pattern."""
    policy = CadetPolicy.objects.in_force(on=on)
    if policy is None or re.fullmatch(policy.reference_pattern, reference):
        return []
    message = (
        f"Enter the cadet unit’s number for the cadet, like {policy.reference_example}, without "
        "spaces. Never a name."
    )
    return [Problem("reference", message)]


#: Years; who grows up stays on record with the visits they made.
ADULT = 18


def policy_on(day: dt.date) -> cadet_rules.PolicyFacts | None:
    """The policy in force on ``day`` as the pure rules want it, or None before the first."""
    row = CadetPolicy.objects.in_force(on=day)
    if row is None:
        return None
    return cadet_rules.PolicyFacts(
        min_age=row.min_age,
        max_age=row.max_age,
        latest_finish=row.latest_finish,
        consent_days=row.consent_days,
        briefing_days=row.briefing_days,
    )


def facts_of(cadet: Cadet, tested_venue_ids: Collection[int] = ()) -> cadet_rules.CadetFacts:
    """What the pure rules want to know of ``cadet``, who is on record."""
    assert cadet.birth_date is not None
    return cadet_rules.CadetFacts(
        birth_date=cadet.birth_date,
        consented_on=cadet.consented_on,
        briefed_on=cadet.briefed_on,
        tested_venue_ids=frozenset(tested_venue_ids),
    )


def reasons_not_to_go(
    cadet: Cadet, *, on: dt.date, policy: cadet_rules.PolicyFacts | None
) -> list[str]:
    """Why ``cadet`` may not go out on the day ``on``, whatever the visit; empty if they may."""
    if policy is None:
        return [NO_POLICY]
    noon = dt.datetime.combine(on, dt.time(12), tzinfo=LONDON)
    reasons = cadet_rules.reasons_not_to_go(
        facts_of(cadet),
        policy=policy,
        starts_at=noon,
        ends_at=noon,
        venue_id=0,
        adults=cadet_rules.ADULTS_NEEDED,
        welfare_officers=1,
    )
    return [reason.message for reason in reasons]


def visits_in_doubt(*, cadet: Cadet, by: User) -> list[tuple[Visit, list[str]]]:
    """The planned visits of ``cadet`` on which they may not go as things stand, and why.

    Those whose plan ``by`` may change, soonest first: a team is checked when it is made up, and
    what is held of the cadet may change after that.
    """
    policies: dict[dt.date, cadet_rules.PolicyFacts | None] = {}
    found = []
    visits = Visit.objects.plannable_by(by).planned().filter(team__cadet=cadet)
    for visit in visits.select_related("venue").order_by("starts_at", "pk"):
        day = duty_day(visit.starts_at)
        if day not in policies:
            policies[day] = policy_on(day)
        if reasons := reasons_not_to_go(cadet, on=day, policy=policies[day]):
            found.append((visit, reasons))
    return found


def visits_by_cadets(
    cadets: Collection[Cadet], venue: Venue, *, besides: int | None
) -> Mapping[int, str]:
    """Which of ``cadets`` have a visit to ``venue`` already, by key, and the state of that visit.

    Visits to a venue that was merged into this one count: it is the same place. So does a visit
    that is only planned, and one that tested nothing: the cadet may have been seen there.

    Args:
        cadets: The cadets asked about.
        venue: The venue.
        besides: The key of a visit that does not count, because its team is being made up.

    """
    members = (
        TeamMember.objects.at_venues([venue.pk])
        .filter(cadet__in=cadets)
        .exclude(visit=besides)
        .order_by("visit__starts_at")
    )
    with scope.all_units():  # whoever planned the other visit
        return dict(reversed(members.values_list("cadet", "visit__state")))
