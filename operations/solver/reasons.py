"""Why a venue was left out of a plan: the smallest set of rules that forbids each visit to it.

Each answer was tried: without these rules somebody could go, with them nobody can, and no smaller
set says as much. Where somebody could go, all who could are needed for other visits.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from operations.solver.conflicts import Rule, conflicts
from operations.solver.crews import cadet_span
from operations.solver.problem import (
    DAY,
    WHOLE_DAY,
    Cadet,
    Crew,
    Officer,
    Plan,
    Problem,
    Site,
    Span,
    Stop,
    Tour,
)


@dataclass(frozen=True)
class Loosening:
    """A rule, in words, and the problem without it."""

    words: str
    without: Callable[[Problem], Problem]


def _every_day(problem: Problem) -> dict[int, Span]:
    return dict.fromkeys(range(len(problem.days)), WHOLE_DAY)


def _sites(problem: Problem, **fields: Any) -> Problem:
    return replace(problem, sites=tuple(replace(site, **fields) for site in problem.sites))


def _officers(problem: Problem, **fields: Any) -> Problem:
    return replace(problem, officers=tuple(replace(one, **fields) for one in problem.officers))


def _cadets(problem: Problem, **fields: Any) -> Problem:
    return replace(problem, cadets=tuple(replace(one, **fields) for one in problem.cadets))


def _tested_nothing(problem: Problem) -> Problem:
    return replace(
        problem,
        cadets=tuple(
            replace(one, facts=replace(one.facts, tested_venue_ids=frozenset()))
            for one in problem.cadets
        ),
    )


def _unlimited(problem: Problem) -> Problem:
    limits = replace(problem.limits, longest_shift=DAY, longest_session=DAY, longest_week=7 * DAY)
    return replace(problem, limits=limits)


#: In the order in which they are told.
LOOSENINGS = (
    Loosening(
        "the days on which the venue can be visited",
        lambda problem: _sites(problem, days=frozenset(range(len(problem.days)))),
    ),
    Loosening(
        "the hours in which guests can check in",
        lambda problem: _sites(problem, doors=WHOLE_DAY),
    ),
    Loosening(
        "when officers are free",
        lambda problem: _officers(problem, free=_every_day(problem)),
    ),
    Loosening(
        "that a welfare officer goes along",
        lambda problem: _officers(problem, is_welfare_officer=True),
    ),
    Loosening("that one of the officers drives", lambda problem: _officers(problem, drives=True)),
    Loosening("when cadets are free", lambda problem: _cadets(problem, free=_every_day(problem))),
    Loosening("that no cadet tests a venue twice", _tested_nothing),
    Loosening(
        "that no cadet goes near home or school",
        lambda problem: _cadets(problem, districts=frozenset()),
    ),
    Loosening(
        "that an officer and a cadet are not at one venue twice",
        lambda problem: replace(problem, been_together=frozenset()),
    ),
    Loosening("how long a shift may be", _unlimited),
    Loosening("that a cadet goes along", lambda problem: replace(problem, with_cadet=False)),
)


def why_left_out(site: Site, problem: Problem) -> tuple[str, ...]:
    """The smallest set of rules that forbids each visit to ``site``; empty where none does.

    Sets of up to three rules are tried. Where not even three are enough, all are named.
    """
    alone = replace(problem, sites=(site,), kept=())
    if a_tour_to(alone):
        return ()
    for number in (1, 2, 3):
        for some in itertools.combinations(LOOSENINGS, number):
            looser = alone
            for one in some:
                looser = one.without(looser)
            if a_tour_to(looser):
                return tuple(one.words for one in some)
    return tuple(one.words for one in LOOSENINGS)


def a_tour_to(problem: Problem) -> Tour | None:
    """A tour to the one site of ``problem`` and back that breaks no rule; None where none can."""
    for day in sorted(problem.sites[0].days):
        young: list[tuple[Cadet | None, Span]] = [(None, WHOLE_DAY)]
        if problem.with_cadet:
            spans = ((cadet, cadet_span(problem, cadet, day)) for cadet in problem.cadets)
            young = [(cadet, span) for cadet, span in spans if span]
        for lead in problem.officers:
            if day in lead.free and _there_and_back(problem, day, lead):
                tour = _tour_led_by(lead, problem, day, young)
                if tour:
                    return tour
    return None


def _tour_led_by(
    lead: Officer, problem: Problem, day: int, young: list[tuple[Cadet | None, Span]]
) -> Tour | None:
    """The same, led by somebody who has the time, with one of these cadets."""
    others = [
        one
        for one in problem.officers
        if one is not lead
        and day in one.free
        and one.is_welfare_officer
        and (one.drives or lead.drives)
        and _there_and_back(problem, day, lead, one)
    ]
    for cadet, free in young:
        for welfare in others:
            tour = _there_and_back(problem, day, lead, welfare, cadet, free)
            if tour is None:
                continue
            broken = {one.rule for one in conflicts(Plan((tour,)), problem)}
            if not broken:
                return tour
            if broken & OF_CADETS:
                break  # whoever else goes along
    return None


#: Rules that a cadet breaks with whichever officers.
OF_CADETS = {Rule.CADET, Rule.NEAR_HOME}


def _there_and_back(
    problem: Problem,
    day: int,
    lead: Officer,
    welfare: Officer | None = None,
    cadet: Cadet | None = None,
    free: Span = WHOLE_DAY,
) -> Tour | None:
    """A tour to the site alone, as early as all of them can; None where there is no time for it."""
    (site,) = problem.sites
    span = lead.free[day].cut(free)
    if welfare:
        span = span.cut(welfare.free[day])
    way = problem.minutes(lead.base, site.at)
    begins = max(site.doors.begins, span.begins + way)
    back = begins + site.minutes + way
    longest = problem.limits.longest_shift
    if begins > site.doors.ends or back > span.ends or way + site.minutes + way > longest:
        return None
    crew = Crew(
        day=day,
        lead=lead.key,
        welfare=(welfare or lead).key,
        cadet=cadet.key if cadet else None,
        span=span,
    )
    stop = Stop(site.venue, begins, begins + site.minutes)
    return Tour(crew=crew, span=Span(begins - way, back), stops=(stop,))
