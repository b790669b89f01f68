"""What judges plans: each rule is named where it is broken, and nothing else is."""

import datetime as dt
from dataclasses import replace

import pytest

from operations.solver.conflicts import Rule, conflicts
from operations.solver.problem import (
    Cadet,
    Crew,
    Limits,
    Officer,
    Pair,
    Plan,
    Point,
    Problem,
    Site,
    Span,
    Stop,
    Tour,
)
from operations.teams.cadet_rules import CadetFacts
from tests.operations.solver.instances import FIRST_DAY, POLICY

EVENING = Span(720, 1200)  # 18:00 to 02:00
STATION = Point(-0.5, 52.0)
NEAR = Point(-0.5, 52.01)  # 3 minutes of driving and 5 of parking


def site(venue, **fields):
    usual = {"at": NEAR, "doors": Span(720, 1100), "days": frozenset({0, 1, 7})}
    return Site(venue=venue, **usual | fields)


def officer(key, **fields):
    usual = {"base": STATION, "free": {0: EVENING, 1: EVENING, 7: EVENING}}
    return Officer(key=key, **usual | {"is_welfare_officer": True} | fields)


CADET = Cadet(
    key=1,
    facts=CadetFacts(birth_date=dt.date(2012, 1, 1), consented_on=FIRST_DAY, briefed_on=FIRST_DAY),
    free={0: EVENING, 1: EVENING, 7: EVENING},
)
WORLD = Problem(
    days=tuple(FIRST_DAY + dt.timedelta(days=number) for number in range(8)),
    sites=(site(1), site(2), site(3)),
    officers=(officer(1), officer(2), officer(3), officer(4)),
    cadets=(CADET, replace(CADET, key=2)),
    policy=POLICY,
    limits=Limits(),
)
CREW = Crew(day=0, lead=1, welfare=2, cadet=1, span=EVENING)
FIRST, SECOND = Stop(1, 740, 770), Stop(2, 780, 810)
TOUR = Tour(crew=CREW, span=Span(725, 830), stops=(FIRST, SECOND))
OTHER = Tour(
    crew=replace(CREW, lead=3, welfare=4, cadet=2), span=Span(725, 800), stops=(Stop(3, 740, 770),)
)


def broken(*tours, **changes):
    return {one.rule for one in conflicts(Plan(tours or (TOUR,)), replace(WORLD, **changes))}


def with_officer(key, **fields):
    return tuple(replace(o, **fields) if o.key == key else o for o in WORLD.officers)


def with_cadets(**fields):
    return tuple(replace(one, **fields) for one in WORLD.cadets)


def of_crew(**fields):
    return replace(TOUR, crew=replace(CREW, **fields))


def test_a_plan_that_keeps_the_rules_has_no_conflict():
    assert broken(TOUR, OTHER) == set()


@pytest.mark.parametrize(
    ("rule", "tours", "changes"),
    [
        (Rule.TWICE, (TOUR, replace(OTHER, stops=(Stop(1, 740, 770),))), {}),
        (Rule.DAY, (), {"sites": (site(1, days=frozenset({1})), site(2))}),
        (Rule.DOORS, (), {"sites": (site(1, doors=Span(741, 900)), site(2))}),
        (Rule.DOORS, (), {"sites": (site(1, doors=Span(700, 739)), site(2))}),
        (Rule.TRAVEL, (replace(TOUR, span=Span(735, 830)),), {}),
        (Rule.TRAVEL, (replace(TOUR, span=Span(725, 815)),), {}),
        (Rule.TRAVEL, (replace(TOUR, stops=(FIRST, Stop(2, 765, 795))),), {}),
        (Rule.TRAVEL, (replace(TOUR, stops=(FIRST, Stop(2, 780, 800))),), {}),
        (Rule.FREE, (), {"officers": with_officer(1, free={0: Span(726, 1200)})}),
        (Rule.FREE, (), {"officers": with_officer(2, free={0: Span(720, 829)})}),
        (Rule.FREE, (), {"officers": with_officer(1, free={1: EVENING})}),
        (Rule.FREE, (), {"cadets": with_cadets(free={})}),
        (Rule.BOTH_AT_ONCE, (TOUR, replace(OTHER, crew=replace(OTHER.crew, lead=1))), {}),
        (Rule.BOTH_AT_ONCE, (TOUR, replace(OTHER, crew=replace(OTHER.crew, cadet=1))), {}),
        (Rule.SKILLS, (), {"officers": with_officer(2, is_welfare_officer=False)}),
        (Rule.SKILLS, (of_crew(welfare=1),), {}),
        (Rule.SKILLS, (of_crew(cadet=None),), {}),
        (
            Rule.SKILLS,
            (),
            {"officers": tuple(replace(one, drives=False) for one in WORLD.officers)},
        ),
        (Rule.SHIFT, (), {"limits": Limits(longest_shift=104)}),
        (Rule.SESSION, (), {"limits": Limits(longest_session=104)}),
        (Rule.VEHICLES, (TOUR, OTHER), {"limits": Limits(vehicles=1)}),
        (
            Rule.SHIFTS,
            (TOUR, replace(OTHER, crew=replace(OTHER.crew, lead=1, day=1))),
            {"officers": with_officer(1, most_shifts=1)},
        ),
        (
            Rule.WEEK,
            (TOUR, replace(OTHER, crew=replace(OTHER.crew, cadet=1, day=1))),
            {"limits": Limits(longest_week=179)},
        ),
        (Rule.CADET, (), {"policy": replace(POLICY, min_age=16)}),
        (Rule.CADET, (), {"policy": replace(POLICY, latest_finish=dt.time(19, 29))}),
        (
            Rule.CADET,
            (),
            {"cadets": with_cadets(facts=replace(CADET.facts, tested_venue_ids=frozenset({2})))},
        ),
        (
            Rule.NEAR_HOME,
            (),
            {
                "sites": (site(1, district="ZZ1"), site(2)),
                "cadets": with_cadets(districts=frozenset({"ZZ1"})),
            },
        ),
        (Rule.PAIR, (), {"been_together": frozenset({Pair(2, 1, 1)})}),
    ],
)
def test_a_broken_rule_is_named(rule, tours, changes):
    assert rule in broken(*tours, **changes)


@pytest.mark.parametrize(
    ("tours", "changes"),
    [
        ((), {"limits": Limits(longest_shift=105, longest_session=105, longest_week=105)}),
        ((), {"policy": replace(POLICY, latest_finish=dt.time(19, 30))}),
        ((), {"sites": (site(1, doors=Span(740, 740)), site(2))}),
        ((), {"officers": with_officer(1, free={0: Span(725, 830)}, most_shifts=1)}),
        ((), {"been_together": frozenset({Pair(3, 1, 1), Pair(2, 2, 1), Pair(2, 1, 3)})}),
        # Next week counts by itself.
        (
            (TOUR, replace(OTHER, crew=replace(OTHER.crew, cadet=1, day=7))),
            {"limits": Limits(longest_week=105)},
        ),
        # One after the other on one evening.
        (
            (
                TOUR,
                replace(
                    OTHER,
                    crew=replace(OTHER.crew, lead=1),
                    span=Span(830, 900),
                    stops=(Stop(3, 840, 870),),
                ),
            ),
            {},
        ),
        # No postcode is near nobody's home.
        ((), {"cadets": with_cadets(districts=frozenset({""}))}),
    ],
)
def test_what_just_keeps_a_rule_is_no_conflict(tours, changes):
    assert broken(*tours, **changes) == set()


def test_a_team_without_a_cadet_is_asked_no_rule_of_cadets():
    tour = replace(of_crew(cadet=None), span=Span(725, 830))
    changes = {"with_cadet": False, "limits": Limits(longest_session=10)}
    assert broken(tour, policy=replace(POLICY, min_age=16), **changes) == set()


def test_a_conflict_says_where_and_in_which_words():
    (found,) = conflicts(Plan((TOUR,)), replace(WORLD, sites=(site(1, doors=Span(0, 1)), site(2))))
    assert (found.day, found.venue, found.message) == (0, 1, "Nobody can check in then.")
