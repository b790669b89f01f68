"""What an authority covers."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.approval.scope import Aspect, Scope, beyond

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 1))
SCOPES = st.builds(
    lambda days, **rest: Scope(first=min(days), last=max(days), **rest),
    st.tuples(DAYS, DAYS),
    lead=st.integers(1, 3),
    scenario=st.integers(1, 3),
    reference=st.sampled_from(["A", "B"]),
    units=st.none() | st.frozensets(st.integers(1, 3)),
    venues=st.integers(0, 5),
    cadet_visits=st.integers(0, 5),
)


@given(SCOPES)
def test_what_was_authorised_covers_itself(scope):
    assert beyond(scope, scope) == []


@given(SCOPES, SCOPES)
def test_one_fingerprint_means_one_scope(one, other):
    assert (one.fingerprint == other.fingerprint) == (one == other)


@given(SCOPES, SCOPES, SCOPES)
def test_what_covers_what_covers_it_covers_it_too(small, middle, large):
    if not beyond(small, middle) and not beyond(middle, large):
        assert beyond(small, large) == []


SCOPE = Scope(
    lead=1,
    scenario=1,
    reference="A",
    first=dt.date(2026, 1, 10),
    last=dt.date(2026, 1, 20),
    units=frozenset({1, 2}),
    venues=10,
    cadet_visits=4,
)


@pytest.mark.parametrize(
    "less",
    [
        {"first": dt.date(2026, 1, 11)},
        {"last": dt.date(2026, 1, 19)},
        {"units": frozenset({1})},
        {"venues": 9},
        {"cadet_visits": 0},
    ],
)
def test_less_needs_no_new_authority(less):
    assert beyond(dataclasses.replace(SCOPE, **less), SCOPE) == []


@pytest.mark.parametrize(
    ("more", "aspect"),
    [
        ({"lead": 2}, Aspect.LEAD),
        ({"scenario": 2}, Aspect.SCENARIO),
        ({"reference": "B"}, Aspect.REFERENCE),
        ({"first": dt.date(2026, 1, 9)}, Aspect.DATES),
        ({"last": dt.date(2026, 1, 21)}, Aspect.DATES),
        ({"units": frozenset({1, 3})}, Aspect.UNITS),
        ({"venues": 11}, Aspect.VENUES),
        ({"cadet_visits": 5}, Aspect.CADET_VISITS),
    ],
)
def test_more_or_another_asks_again(more, aspect):
    assert beyond(dataclasses.replace(SCOPE, **more), SCOPE) == [aspect]


def test_the_whole_force_covers_every_unit():
    assert beyond(SCOPE, dataclasses.replace(SCOPE, units=None)) == []
