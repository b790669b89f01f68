"""Why a venue was left out: the smallest set of rules, which trying confirms."""

import itertools
from dataclasses import replace

import pytest

from operations.solver.conflicts import conflicts
from operations.solver.problem import Pair, Plan, Point, Span
from operations.solver.reasons import LOOSENINGS, a_tour_to, why_left_out
from tests.operations.solver.instances import make

WORLD = make(venues=6, officers=10, cadets=6, evenings=3, seed=5)
SITE = WORLD.sites[0]
FAR = Point(4.0, 55.0)


def everybody(people, **fields):
    return tuple(replace(one, **fields) for one in people)


def who_tested(venue):
    return tuple(
        replace(one, facts=replace(one.facts, tested_venue_ids=frozenset({venue})))
        for one in WORLD.cadets
    )


TOGETHER = frozenset(
    Pair(officer.key, cadet.key, SITE.venue) for officer in WORLD.officers for cadet in WORLD.cadets
)


@pytest.mark.parametrize(
    ("words", "site", "changes"),
    [
        ("the days on which", {"days": frozenset()}, {}),
        ("the hours in which", {"doors": Span(0, 60)}, {}),
        ("when officers are free", {}, {"officers": everybody(WORLD.officers, free={})}),
        (
            "a welfare officer",
            {},
            {"officers": everybody(WORLD.officers, is_welfare_officer=False)},
        ),
        ("drives", {}, {"officers": everybody(WORLD.officers, drives=False)}),
        ("when cadets are free", {}, {"cadets": everybody(WORLD.cadets, free={})}),
        ("tests a venue twice", {}, {"cadets": who_tested(SITE.venue)}),
        (
            "near home",
            {},
            {"cadets": everybody(WORLD.cadets, districts=frozenset({SITE.district}))},
        ),
        ("at one venue twice", {}, {"been_together": TOGETHER}),
        (
            "how long a shift",
            {},
            {"limits": replace(WORLD.limits, longest_shift=20, longest_session=20)},
        ),
        ("a cadet goes along", {}, {"policy": replace(WORLD.policy, max_age=13)}),
    ],
)
def test_the_one_rule_that_forbids_a_venue_is_named(words, site, changes):
    problem = replace(WORLD, **changes)
    (found,) = why_left_out(replace(SITE, **site), problem)
    assert words in found


def test_where_two_rules_forbid_it_both_are_named_and_each_alone_is_not_enough():
    site = replace(SITE, doors=Span(0, 60))
    problem = replace(WORLD, cadets=everybody(WORLD.cadets, districts=frozenset({SITE.district})))
    found = why_left_out(site, problem)
    assert len(found) == 2
    alone = replace(problem, sites=(site,))
    by_words = {one.words: one for one in LOOSENINGS}
    assert not any(a_tour_to(by_words[words].without(alone)) for words in found)
    both = by_words[found[1]].without(by_words[found[0]].without(alone))
    assert a_tour_to(both)


def test_a_place_that_is_too_far_is_forbidden_by_the_hours_and_the_shift_together():
    found = why_left_out(replace(SITE, at=FAR), WORLD)
    assert set(found) <= {one.words for one in LOOSENINGS}
    assert len(found) > 1


def test_a_venue_that_somebody_could_visit_is_forbidden_by_no_rule():
    assert why_left_out(SITE, WORLD) == ()


def test_the_tour_that_is_tried_breaks_no_rule():
    for site in WORLD.sites:
        alone = replace(WORLD, sites=(site,))
        if tour := a_tour_to(alone):
            assert conflicts(Plan((tour,)), alone) == []


def test_no_smaller_set_would_do():
    """Tried for all pairs of rules on a world in which three forbid it."""
    site = replace(SITE, doors=Span(0, 60), days=frozenset())
    problem = replace(WORLD, cadets=everybody(WORLD.cadets, districts=frozenset({SITE.district})))
    found = why_left_out(site, problem)
    assert len(found) == 3
    alone = replace(problem, sites=(site,))
    for one, other in itertools.combinations(LOOSENINGS, 2):
        assert not a_tour_to(other.without(one.without(alone)))
