"""What of a plan breaks a rule, whoever made it: a solver or a person.

It knows nothing of how plans are made and shares no code with that but the rules themselves, so
that it can judge it.
"""

import enum
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from operations.solver.problem import Cadet, Officer, Pair, Plan, Point, Problem, Site, Span, Tour
from operations.teams.cadet_rules import reasons_not_to_go


class Rule(enum.StrEnum):
    """What a plan has to keep."""

    TWICE = "twice"
    DAY = "day"
    DOORS = "doors"
    TRAVEL = "travel"
    FREE = "free"
    BOTH_AT_ONCE = "both at once"
    SKILLS = "skills"
    SHIFT = "shift"
    SHIFTS = "shifts"
    VEHICLES = "vehicles"
    CADET = "cadet"
    SESSION = "session"
    WEEK = "week"
    NEAR_HOME = "near home"
    PAIR = "pair"


@dataclass(frozen=True)
class Conflict:
    """A rule that a plan breaks: for code the rule, for people the sentence."""

    rule: Rule
    message: str
    day: int
    venue: int | None = None


def conflicts(plan: Plan, problem: Problem) -> list[Conflict]:
    """All that breaks a rule; empty for a plan that can be carried out."""
    officers = {officer.key: officer for officer in problem.officers}
    cadets = {cadet.key: cadet for cadet in problem.cadets}
    sites = {site.venue: site for site in problem.sites}
    found = [*_of_people(plan, problem, officers)]
    for tour in plan.tours:
        lead, welfare = officers[tour.crew.lead], officers[tour.crew.welfare]
        cadet = None if tour.crew.cadet is None else cadets[tour.crew.cadet]
        found += _of_crew(tour, problem, lead, welfare, cadet)
        found += _of_stops(tour, problem, lead.base, sites)
        if cadet:
            found += _of_cadet(tour, problem, (lead, welfare), cadet, sites)
    return found


def _of_people(plan: Plan, problem: Problem, officers: dict[int, Officer]) -> Iterator[Conflict]:
    """What only all tours together show."""
    visits = Counter(stop.venue for tour in plan.tours for stop in tour.stops)
    for tour in plan.tours:
        for stop in tour.stops:
            if visits[stop.venue] > 1:
                yield Conflict(
                    Rule.TWICE, "This venue is visited twice.", tour.crew.day, stop.venue
                )
    busy: dict[tuple[str, int, int], list[Span]] = defaultdict(list)
    shifts: Counter[int] = Counter()
    weeks: Counter[tuple[int, int, int]] = Counter()
    out: Counter[int] = Counter()
    for tour in plan.tours:
        crew = tour.crew
        out[crew.day] += 1
        people = [("officer", crew.lead), ("officer", crew.welfare)]
        shifts.update({crew.lead, crew.welfare})
        if crew.cadet is not None:
            people.append(("cadet", crew.cadet))
            year, week, _ = problem.days[crew.day].isocalendar()
            weeks[crew.cadet, year, week] += tour.span.ends - tour.span.begins
            if weeks[crew.cadet, year, week] > problem.limits.longest_week:
                hours = problem.limits.longest_week / 60
                yield Conflict(
                    Rule.WEEK, f"The cadet is out for more than {hours:g} hours a week.", crew.day
                )
        for kind, key in people:
            if any(_meet(tour.span, other) for other in busy[kind, key, crew.day]):
                yield Conflict(Rule.BOTH_AT_ONCE, f"The {kind} is in two teams at once.", crew.day)
            busy[kind, key, crew.day].append(tour.span)
        if out[crew.day] == problem.limits.vehicles + 1:
            yield Conflict(Rule.VEHICLES, "There are fewer vehicles than teams.", crew.day)
        for key in (crew.lead, crew.welfare):
            if shifts[key] == officers[key].most_shifts + 1:
                yield Conflict(Rule.SHIFTS, "The officer has more shifts than agreed.", crew.day)


def _meet(one: Span, other: Span) -> bool:
    return one.begins < other.ends and other.begins < one.ends


def _of_crew(
    tour: Tour, problem: Problem, lead: Officer, welfare: Officer, cadet: Cadet | None
) -> Iterator[Conflict]:
    """Whether these people can go together, then."""
    day, crew = tour.crew.day, tour.crew
    if lead.key == welfare.key:
        yield Conflict(Rule.SKILLS, "A team has two officers.", day)
    if not welfare.is_welfare_officer:
        yield Conflict(Rule.SKILLS, "The welfare officer is not trained as one.", day)
    if not (lead.drives or welfare.drives):
        yield Conflict(Rule.SKILLS, "Nobody of the team drives.", day)
    if problem.with_cadet and cadet is None:
        yield Conflict(Rule.SKILLS, "No cadet goes along.", day)
    team = [lead.free, welfare.free, *([cadet.free] if cadet else [])]
    for days in team:
        free = days.get(day)
        if free is None or not tour.span.within(free):
            yield Conflict(Rule.FREE, "Somebody of the team is not free then.", day)
    longest = problem.limits.longest_shift
    if tour.span.ends - tour.span.begins > longest:
        yield Conflict(Rule.SHIFT, f"The shift is longer than {longest / 60:g} hours.", day)
    longest = problem.limits.longest_session
    if crew.cadet is not None and tour.span.ends - tour.span.begins > longest:
        yield Conflict(Rule.SESSION, f"The cadet is out for more than {longest / 60:g} hours.", day)


def _of_stops(
    tour: Tour, problem: Problem, base: Point, sites: dict[int, Site]
) -> Iterator[Conflict]:
    """Whether the visits can be made one after the other."""
    day, here, left = tour.crew.day, base, tour.span.begins
    for stop in tour.stops:
        site = sites[stop.venue]
        if day not in site.days:
            yield Conflict(Rule.DAY, "The venue can’t be visited on this day.", day, stop.venue)
        if not site.doors.begins <= stop.begins <= site.doors.ends:
            yield Conflict(Rule.DOORS, "Nobody can check in then.", day, stop.venue)
        if stop.begins < left + problem.minutes(here, site.at):
            yield Conflict(Rule.TRAVEL, "The team can’t be there by then.", day, stop.venue)
        if stop.ends < stop.begins + site.minutes:
            yield Conflict(Rule.TRAVEL, "The visit takes longer than that.", day, stop.venue)
        here, left = site.at, stop.ends
    if tour.span.ends < left + problem.minutes(here, base):
        yield Conflict(Rule.TRAVEL, "The team can’t be back by then.", day)


def _of_cadet(
    tour: Tour,
    problem: Problem,
    adults: tuple[Officer, Officer],
    cadet: Cadet,
    sites: dict[int, Site],
) -> Iterator[Conflict]:
    """The force's policy on cadets, asked for each visit as for one that is planned by hand."""
    day = tour.crew.day
    welfare_officers = sum(officer.is_welfare_officer for officer in adults)
    for stop in tour.stops:
        for reason in reasons_not_to_go(
            cadet.facts,
            policy=problem.policy,
            starts_at=problem.moment(day, stop.begins),
            ends_at=problem.moment(day, stop.ends),
            venue_id=stop.venue,
            adults=len({officer.key for officer in adults}),
            welfare_officers=welfare_officers,
        ):
            yield Conflict(Rule.CADET, reason.message, day, stop.venue)
        if sites[stop.venue].district in cadet.districts - {""}:
            near = "The cadet lives or goes to school near this venue."
            yield Conflict(Rule.NEAR_HOME, near, day, stop.venue)
        for officer in adults:
            if Pair(officer.key, cadet.key, stop.venue) in problem.been_together:
                again = "This officer and this cadet were at the venue together before."
                yield Conflict(Rule.PAIR, again, day, stop.venue)
