"""The problem of a proposal, as the database has it now and whoever asks may see it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q

from accounts.database import scope
from accounts.dates.london import DAY_BEGINS, duty_begins, duty_day, duty_ends
from accounts.models import User
from operations import people
from operations.planning.models import Operation, OperationVenue
from operations.proposals.wanted import Wanted
from operations.solver.problem import DAY, Cadet, Limits, Officer, Pair, Point, Problem, Site, Span
from operations.teams import actions as teams
from operations.teams.models import Cadet as CadetOnRecord
from operations.teams.models import TeamMember
from operations.visits.models import Visit
from operations.visits.states import VisitState
from venues.models import Venue

MINUTE = dt.timedelta(minutes=1)


def venues_to_visit(operation: Operation, *, by: User) -> list[Venue]:
    """The venues that were chosen for an operation and have no visit in it yet."""
    visited = Visit.objects.filter(operation=operation).exclude(state=VisitState.CANCELLED)
    chosen = OperationVenue.objects.visible_to(by).filter(
        operation=operation, venue__closed_on=None, venue__merged_into=None
    )
    chosen = chosen.exclude(venue__in=visited.values("venue")).select_related("venue")
    return [row.venue for row in chosen.order_by("venue__normal_name", "pk")]


def where_it_is(venue: Venue) -> Point | None:
    """The place of a venue; None where it is not known."""
    if venue.longitude is None or venue.latitude is None:
        return None
    return Point(float(venue.longitude), float(venue.latitude))


def problem_of(operation: Operation, wanted: Wanted, *, by: User) -> Problem | None:
    """What the solver is asked; None where no policy on cadets is in force on the first day."""
    venues = venues_to_visit(operation, by=by)
    places = {venue.pk: place for venue in venues if (place := where_it_is(venue))}
    policy = teams.policy_on(wanted.days[0])
    if policy is None or not places:
        return None
    base = _middle(places.values())
    officers = people.visiting_officers().filter(pk__in=wanted.officers)
    cadets = CadetOnRecord.objects.visible_to(by).on_record().filter(pk__in=wanted.cadets)
    hours = _hours(wanted)
    busy_officers = _busy("officer", wanted.officers, wanted)
    busy_cadets = _busy("cadet", wanted.cadets, wanted)
    been = _been(wanted.cadets, places)
    return Problem(
        days=wanted.days,
        sites=tuple(
            Site(
                venue=venue.pk,
                at=places[venue.pk],
                doors=Span(hours.begins, max(hours.begins, hours.ends - wanted.minutes)),
                minutes=wanted.minutes,
                days=frozenset(range(len(wanted.days))),
                district=venue.postcode.partition(" ")[0],
            )
            for venue in venues
            if venue.pk in places
        ),
        officers=tuple(
            Officer(
                key=officer.pk,
                base=base,
                free=_free(wanted, hours, busy_officers[officer.pk]),
                is_welfare_officer=officer.pk in wanted.welfare_officers,
            )
            for officer in officers
        ),
        cadets=tuple(
            Cadet(
                key=cadet.pk,
                facts=teams.facts_of(cadet, been[cadet.pk]),
                free=_free(wanted, hours, busy_cadets[cadet.pk]),
            )
            for cadet in cadets
        ),
        policy=policy,
        limits=Limits(vehicles=wanted.teams),
        with_cadet=bool(wanted.cadets),
        been_together=_been_together(wanted, places),
    )


def _middle(places: Iterable[Point]) -> Point:
    found = list(places)
    return Point(
        sum(place.longitude for place in found) / len(found),
        sum(place.latitude for place in found) / len(found),
    )


def _hours(wanted: Wanted) -> Span:
    """When teams are out, in minutes of the duty day."""
    begins, ends = (
        (time.hour * 60 + time.minute - DAY_BEGINS.hour * 60) % DAY
        for time in (wanted.begins, wanted.ends)
    )
    return Span(begins, ends or DAY)


def _free(wanted: Wanted, hours: Span, busy: Collection[dt.date]) -> Mapping[int, Span]:
    """The evenings on which somebody has no visit yet."""
    return {number: hours for number, day in enumerate(wanted.days) if day not in busy}


def _busy(who: str, keys: Collection[int], wanted: Wanted) -> defaultdict[int, set[dt.date]]:
    """On which of the days people have a visit, in whatever command unit."""
    first, last = duty_begins(min(wanted.days)), duty_ends(max(wanted.days))
    with scope.all_units():
        rows = TeamMember.objects.filter(
            **{f"{who}__in": keys}, visit__starts_at__lt=last, visit__ends_at__gt=first
        ).exclude(visit__state=VisitState.CANCELLED)
        found = list(rows.values_list(who, "visit__starts_at"))
    busy: defaultdict[int, set[dt.date]] = defaultdict(set)
    for key, starts_at in found:
        busy[key].add(duty_day(starts_at))
    return busy


def _been(cadets: Collection[int], venues: Collection[int]) -> defaultdict[int, set[int]]:
    """Which of the venues each cadet has been to, or is going to."""
    been: defaultdict[int, set[int]] = defaultdict(set)
    with scope.all_units():
        rows = TeamMember.objects.at_venues(venues).filter(cadet__in=cadets)
        for cadet, venue, merged in rows.values_list(
            "cadet", "visit__venue", "visit__venue__merged_into"
        ):
            been[cadet].update(key for key in (venue, merged) if key and key in venues)
    return been


def _been_together(wanted: Wanted, venues: Collection[int]) -> frozenset[Pair]:
    """Which officers and cadets were at one of the venues together."""
    with scope.all_units():
        rows = TeamMember.objects.at_venues(venues).filter(
            Q(cadet__in=wanted.cadets) | Q(officer__in=wanted.officers)
        )
        found = list(rows.values_list("visit", "visit__venue", "officer", "cadet"))
    officers: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for visit, venue, officer, _ in found:
        if officer:
            officers[visit, venue].add(officer)
    return frozenset(
        Pair(officer, cadet, venue)
        for visit, venue, _, cadet in found
        if cadet
        for officer in officers[visit, venue]
    )
