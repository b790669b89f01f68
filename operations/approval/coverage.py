"""What of an operation its authority covers, asked of the database, and in words."""

from django.db.models import Exists, OuterRef

from accounts.database import scope
from accounts.dates.london import duty_day
from accounts.models import User
from govuk.dates import plain_time
from operations.approval.models import Authorisation
from operations.approval.scope import OF_THE_WHOLE, Aspect, Scope, beyond
from operations.planning.models import Operation
from operations.scenarios.models import Scenario
from operations.teams.models import TeamMember
from operations.visits.models import Visit, VisitQuerySet
from operations.visits.states import VisitState
from venues.models import CommandUnit


def standing(operation: Operation) -> Authorisation | None:
    """The authority by which the operation goes on; None where it has none."""
    return Authorisation.objects.standing().filter(operation=operation).first()


def scope_of(operation: Operation) -> Scope:
    """What the operation is now, all its command units together."""
    with scope.all_units():
        units = set(operation.chosen_venues.values_list("command_unit", flat=True).distinct())
        venues = operation.chosen_venues.count()
        cadet_visits = with_cadets(operation).count()
    return Scope(
        lead=operation.lead_id,
        scenario=operation.scenario_id,
        reference=operation.authorisation_reference,
        first=operation.starts_on,
        last=operation.ends_on,
        units=frozenset(units - {None}),
        venues=venues,
        cadet_visits=cadet_visits,
    )


def with_cadets(operation: Operation) -> VisitQuerySet:
    """The visits of an operation that a cadet goes on, or went; cancelled ones are none."""
    cadets = TeamMember.objects.filter(visit=OuterRef("pk"), cadet__isnull=False)
    return Visit.objects.filter(Exists(cadets), operation=operation).exclude(
        state=VisitState.CANCELLED
    )


def not_covered(operation: Operation, by: Authorisation) -> list[Aspect]:
    """What of the operation is not covered ``by`` an authority any more."""
    return beyond(scope_of(operation), by.scope)


def differences(operation: Operation, by: Authorisation) -> list[str]:
    """The same in sentences, for whoever may see both."""
    now, covered = scope_of(operation), by.scope
    words = {aspect: (_in_words(aspect, covered), _in_words(aspect, now)) for aspect in Aspect}
    return [
        f"{aspect.label}: authorised {words[aspect][0]}, now {words[aspect][1]}"
        for aspect in beyond(now, covered)
    ]


def _in_words(aspect: Aspect, of: Scope) -> str:
    match aspect:
        case Aspect.LEAD:
            return str(User.objects.get(pk=of.lead))
        case Aspect.SCENARIO:
            return str(Scenario.objects.get(pk=of.scenario))
        case Aspect.REFERENCE:
            return of.reference or "none"
        case Aspect.DATES:
            return f"{plain_time(of.first)} to {plain_time(of.last)}"
        case Aspect.UNITS:
            return units_in_words(of.units)
        case Aspect.VENUES:
            return f"{of.venues} at most" if of.units is None else str(of.venues)
        case _:
            return str(of.cadet_visits)


def units_in_words(keys: frozenset[int] | None) -> str:
    """The names of command units."""
    if keys is None:
        return "the whole force"
    names = CommandUnit.objects.filter(pk__in=keys).order_by("name").values_list("name", flat=True)
    return ", ".join(names) or "none"


NOT_PUBLISHED = "The operation of this visit is not published, so the visit can’t start."
ASK = "Ask the planner: it needs to be authorised again."


def why_not_covered(visit: Visit) -> str:
    """Why ``visit`` can't start by the authority of its operation; '' if it can.

    What was changed since is no part of what somebody authorised, so the visits that the change is
    about wait, and no others.
    """
    operation = visit.operation
    if not operation.is_published:
        return NOT_PUBLISHED
    covered = standing(operation)
    if covered is None:
        return f"Nobody has authorised this operation. {ASK}"
    now = scope_of(operation)
    changed = beyond(now, covered.scope)
    if whole := [aspect.label.lower() for aspect in changed if aspect in OF_THE_WHOLE]:
        return (
            f"The operation was changed since it was authorised ({', '.join(whole)}), so its "
            f"visits can’t start. {ASK}"
        )
    return _why_beyond(visit, covered, changed)


def _why_beyond(visit: Visit, covered: Authorisation, changed: list[Aspect]) -> str:
    """The same for a change that leaves out some visits only."""
    assert covered.valid_from is not None
    assert covered.valid_until is not None
    if not covered.valid_from <= duty_day(visit.starts_at) <= covered.valid_until:
        return f"The operation is authorised for other days than this one. {ASK}"
    units = covered.scope.units
    if Aspect.UNITS in changed and units is not None and visit.command_unit_id not in units:
        return f"The operation is not authorised for this command unit. {ASK}"
    with scope.all_units():
        if Aspect.VENUES in changed and visit.venue_id not in _venues_of(visit.operation, covered):
            return f"The operation has more venues than were authorised. {ASK}"
        if Aspect.CADET_VISITS in changed and visit.pk in _cadet_visits_beyond(visit, covered):
            return f"The operation has more visits with a cadet than were authorised. {ASK}"
    return ""


def _venues_of(operation: Operation, covered: Authorisation) -> set[int]:
    """The venues that count as authorised: those that were chosen first."""
    chosen = operation.chosen_venues.order_by("added_at", "pk")
    return set(chosen.values_list("venue", flat=True)[: covered.venues_at_most])


def _cadet_visits_beyond(visit: Visit, covered: Authorisation) -> set[int]:
    """The visits with a cadet that are too many: those that have started count first, then those
    that were planned first.
    """
    planned = with_cadets(visit.operation).order_by("started_at", "pk")
    return set(planned.values_list("pk", flat=True)[covered.cadet_visits_at_most :])
