"""Plans that a solver makes: no rule is broken, what is kept stays, and loads are even."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.solver import tours
from operations.solver.conflicts import conflicts
from operations.solver.crews import form_crews
from operations.solver.problem import Plan, Span
from operations.solver.solve import even_out, solve
from operations.solver.tours import for_seconds
from tests.operations.solver.instances import make


@st.composite
def worlds(draw):
    """Worlds small enough to be planned in a moment, with too many and with too few people."""
    return make(
        venues=draw(st.integers(1, 25)),
        officers=draw(st.integers(0, 14)),
        cadets=draw(st.integers(0, 8)),
        evenings=draw(st.integers(1, 9)),
        seed=draw(st.integers(0, 10_000)),
        vehicles=draw(st.integers(1, 6)),
        with_cadet=draw(st.booleans()),
    )


@given(worlds())
@settings(max_examples=40)
def test_no_plan_breaks_a_rule(problem):
    found = []
    plan = solve(problem, until=for_seconds(0.05), found=found.append)
    for one in (*found, plan):
        assert conflicts(one, problem) == []


@given(worlds(), st.data())
@settings(max_examples=25)
def test_planning_the_rest_moves_nothing_that_is_kept(problem, data):
    plan = solve(problem, until=for_seconds(0.05))
    kept = tuple(tour for tour in plan.tours if data.draw(st.booleans()))
    rest = replace(problem, kept=kept)
    again = solve(rest, until=for_seconds(0.05))
    assert conflicts(again, rest) == []
    stops = {tour.crew: tour.stops for tour in again.tours}
    for tour in kept:
        assert set(tour.stops) <= set(stops[tour.crew])


@pytest.fixture(scope="module")
def world():
    return make(venues=40, officers=24, cadets=16, evenings=6, seed=3)


@pytest.fixture(scope="module")
def plan(world):
    return solve(world, until=for_seconds(1))


def test_every_venue_is_visited_where_there_are_people_enough(world, plan):
    assert plan.venues == {site.venue for site in world.sites}


def test_the_same_seed_goes_the_same_way(world):
    def until():
        asked.append(1)
        return len(asked) > 300

    plans = []
    for _ in range(2):
        asked = []
        plans.append(solve(world, until=until, seed=7))
    assert plans[0] == plans[1]


def test_whoever_is_ill_is_replaced_and_nobody_else_is_moved(world, plan):
    gone = plan.tours[0]
    ill = gone.crew.lead
    officers = tuple(
        replace(one, free={day: span for day, span in one.free.items() if day != gone.crew.day})
        if one.key == ill
        else one
        for one in world.officers
    )
    rest = replace(world, officers=officers, kept=tuple(t for t in plan.tours if t is not gone))
    again = solve(rest, until=for_seconds(0.5))
    assert conflicts(again, rest) == []
    assert again.venues == plan.venues
    after = {tour.crew: set(tour.stops) for tour in again.tours}
    assert all(set(tour.stops) <= after[tour.crew] for tour in rest.kept)


def test_what_is_kept_alone_is_the_plan_where_it_can_not_be_kept(world, plan):
    tour = plan.tours[0]
    late = replace(tour, crew=replace(tour.crew, span=Span(0, 1)))
    problem = replace(world, kept=(late,))
    assert solve(problem, until=for_seconds(0.2)) == Plan((late,))


def test_without_a_crew_there_is_an_empty_plan(world):
    assert solve(replace(world, officers=()), until=for_seconds(1)) == Plan(())


def shifts(plan, problem):
    counted = Counter({officer.key: 0 for officer in problem.officers})
    for tour in plan.tours:
        counted.update((tour.crew.lead, tour.crew.welfare))
    return counted


def test_shifts_go_from_who_has_many_to_who_has_few(world, plan):
    """All that two officers alone could do is given to others as well."""
    able = {"free": {day: Span(0, 24 * 60) for day in range(6)}, "base": world.officers[0].base}
    able |= {"is_welfare_officer": True, "drives": True, "most_shifts": 9}
    officers = tuple(replace(one, **able) for one in world.officers)
    problem = replace(world, officers=officers)
    before = solve(problem, until=for_seconds(0.5))
    lead, welfare = before.tours[0].crew.lead, before.tours[0].crew.welfare
    one_a_day = {tour.crew.day: tour for tour in before.tours}.values()
    two = Plan(
        tuple(
            replace(tour, crew=replace(tour.crew, lead=lead, welfare=welfare)) for tour in one_a_day
        )
    )
    after = even_out(two, problem)
    assert max(shifts(two, problem).values()) == len(two.tours)
    assert max(shifts(after, problem).values()) < len(two.tours)
    assert conflicts(after, problem) == []
    assert after.metres(problem) <= two.metres(problem) + 10_000 * 2 * len(two.tours)


def test_a_tour_that_is_kept_keeps_its_people(world, plan):
    problem = replace(world, kept=plan.tours)
    assert even_out(plan, problem) == plan


def test_crews_are_spread_over_the_evenings(world):
    a_day = Counter(crew.day for crew in form_crews(world))
    assert set(a_day) == set(range(6))


def test_each_better_plan_is_told_and_costs_less(world):
    costs = []

    def found(plan):
        left_out = len(world.sites) - len(plan.venues)
        cost = plan.metres(world) + tours.TEAM * len(plan.tours) + tours.LEFT_OUT * left_out
        costs.append(cost)

    solve(world, until=for_seconds(0.5), found=found)
    assert len(costs) > 1
    assert costs == sorted(costs, reverse=True)


def test_a_night_on_which_the_clocks_change_is_as_long_as_it_is():
    """In October 01:30 comes twice: a cadet's visit ends by the first 23:00 all the same."""
    problem = make(venues=8, officers=8, cadets=6, evenings=1, seed=1)
    for day in (dt.date(2026, 10, 24), dt.date(2027, 3, 27)):
        cadets = tuple(
            replace(
                cadet,
                facts=replace(
                    cadet.facts,
                    consented_on=day,
                    briefed_on=day,
                    birth_date=day - dt.timedelta(days=15 * 366),
                ),
            )
            for cadet in problem.cadets
        )
        night = replace(problem, days=(day,), cadets=cadets)
        plan = solve(night, until=for_seconds(0.2))
        assert plan.tours
        assert conflicts(plan, night) == []
        last = max(night.moment(0, tour.span.ends) for tour in plan.tours)
        assert last <= dt.datetime.combine(day, dt.time(23), tzinfo=night.moment(0, 0).tzinfo)
