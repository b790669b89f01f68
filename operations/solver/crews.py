"""Who goes with whom on each evening: crews that break no rule, of which the tours use some.

Those of tours that are kept come first. Then one crew is added to each evening by turns, until
nobody is left who can go. Of those who can, the one with the fewest shifts goes, so that loads stay
even. A crew counts against everybody's shifts and a cadet's week whether a tour uses it or not.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from operations.solver.problem import WHOLE_DAY, Cadet, Crew, Officer, Problem, Span
from operations.teams.cadet_rules import ADULTS_NEEDED, finish_by, reasons_not_to_go

#: Minutes: a crew that has less time together makes no visit.
SHORTEST = 60
MINUTE = dt.timedelta(minutes=1)
NOWHERE = -1


class _Evening:
    """Whoever is not in a crew yet on one evening."""

    def __init__(self, problem: Problem, day: int) -> None:
        self.day = day
        self.officers = {one.key: one for one in problem.officers if day in one.free}
        spans = ((cadet, cadet_span(problem, cadet, day)) for cadet in problem.cadets)
        self.cadets = {cadet.key: (cadet, span) for cadet, span in spans if span}
        self.vehicles = problem.limits.vehicles

    def take(self, crew: Crew) -> None:
        """Its people are in a crew from now on."""
        del self.officers[crew.lead], self.officers[crew.welfare]
        if crew.cadet is not None:
            del self.cadets[crew.cadet]
        self.vehicles -= 1


class _Loads:
    """What is on everybody so far."""

    def __init__(self, problem: Problem) -> None:
        self._longest = problem.limits.longest_session
        self._weeks: Counter[tuple[int, tuple[int, int]]] = Counter()
        self._days = problem.days
        self.shifts: Counter[int] = Counter()

    def add(self, crew: Crew) -> None:
        """Count a crew for each of its people."""
        self.shifts.update((crew.lead, crew.welfare))
        if crew.cadet is not None:
            session = min(self._longest, crew.span.ends - crew.span.begins)
            self._weeks[crew.cadet, self._week(crew.day)] += session

    def of_week(self, cadet: int, day: int) -> int:
        """Minutes that a cadet is out in the week of a day."""
        return self._weeks[cadet, self._week(day)]

    def _week(self, day: int) -> tuple[int, int]:
        year, week, _ = self._days[day].isocalendar()
        return year, week


def form_crews(problem: Problem) -> list[Crew]:
    """As many crews as can be formed, those of tours that are kept first."""
    loads = _Loads(problem)
    days = sorted({day for site in problem.sites for day in site.days})
    evenings = {day: _Evening(problem, day) for day in days}
    crews = [tour.crew for tour in problem.kept]
    for crew in crews:
        loads.add(crew)
        if crew.day in evenings:
            evenings[crew.day].take(crew)
    while evenings:
        for day, evening in list(evenings.items()):
            new = _next_crew(problem, evening, loads)
            if new is None:
                del evenings[day]
                continue
            crews.append(new)
            evening.take(new)
            loads.add(new)
    return crews


def _next_crew(problem: Problem, evening: _Evening, loads: _Loads) -> Crew | None:
    """One more crew for an evening; None where there is none."""
    if not evening.vehicles:
        return None
    day, limits = evening.day, problem.limits
    able: list[tuple[Cadet | None, Span]] = [(None, WHOLE_DAY)]
    if problem.with_cadet:
        young = list(evening.cadets.values())
        young.sort(key=lambda one: (loads.of_week(one[0].key, day), len(one[0].free)))
        able = [*young]
    for cadet, free in able:
        if cadet:
            longest = min(limits.longest_session, free.ends - free.begins)
            if loads.of_week(cadet.key, day) + longest > limits.longest_week:
                continue
        if pair := _pair(evening.officers.values(), day, free, loads.shifts):
            lead, welfare = pair
            span = free.cut(lead.free[day]).cut(welfare.free[day])
            young_one = cadet.key if cadet else None
            return Crew(day=day, lead=lead.key, welfare=welfare.key, cadet=young_one, span=span)
    return None


def _pair(
    officers: Iterable[Officer], day: int, free: Span, shifts: Counter[int]
) -> tuple[Officer, Officer] | None:
    """A lead and a welfare officer for whoever is ``free`` then: those with the fewest shifts."""
    able = [
        officer
        for officer in officers
        if shifts[officer.key] < officer.most_shifts and _long(free.cut(officer.free[day]))
    ]
    able.sort(key=lambda officer: (shifts[officer.key], officer.key))
    # Who is trained as welfare officer is kept for the teams that need one.
    leads = sorted(able, key=lambda officer: officer.is_welfare_officer)
    for welfare in able:
        if not welfare.is_welfare_officer:
            continue
        for lead in leads:
            together = free.cut(lead.free[day]).cut(welfare.free[day])
            if lead is not welfare and (lead.drives or welfare.drives) and _long(together):
                return lead, welfare
    return None


def _long(span: Span) -> bool:
    return span.ends - span.begins >= SHORTEST


def cadet_span(problem: Problem, cadet: Cadet, day: int) -> Span | None:
    """When a cadet can be out on a day by the policy, whatever the venue; None for never."""
    free = cadet.free.get(day)
    if free is None:
        return None
    finish = finish_by(problem.moment(day, free.begins), problem.policy.latest_finish)
    span = free.cut(Span(0, (finish - problem.moment(day, 0)) // MINUTE))
    if not _long(span):
        return None
    against = reasons_not_to_go(
        cadet.facts,
        policy=problem.policy,
        starts_at=problem.moment(day, span.begins),
        ends_at=problem.moment(day, span.ends),
        venue_id=NOWHERE,
        adults=ADULTS_NEEDED,
        welfare_officers=1,
    )
    return None if against else span
