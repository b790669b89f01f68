"""Precision: how many venues it takes, and what a number of them buys."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.sampling.precision import (
    Expectations,
    bought,
    effective_size,
    is_census_wiser,
    original_size,
)

rates = st.floats(0.01, 0.99)


def test_it_plans_as_the_synar_surveys_do():
    expected = Expectations(rate=0.1006, eligible=0.9255, completed=0.9255)

    assert effective_size(4307, 0.03, expected) == 256
    assert original_size(4307, 0.03, expected) == 299


@given(st.integers(1, 10_000), st.floats(0.005, 0.2), rates, st.floats(0.3, 1), st.floats(1, 3))
def test_the_size_buys_the_precision_that_was_wanted(frame, precision, rate, yields, effect):
    expected = Expectations(rate, eligible=yields, completed=0.9, design_effect=effect)
    size = original_size(frame, precision, expected)

    assert 1 <= size <= frame
    if size < frame:
        assert bought(frame, size, expected).bound <= precision + 1e-9


@given(st.integers(2, 5000), st.data(), rates)
def test_more_venues_never_buy_less(frame, data, rate):
    n = data.draw(st.integers(1, frame - 1))
    expected = Expectations(rate, eligible=0.9, completed=0.9)
    fewer, more = bought(frame, n, expected), bought(frame, n + 1, expected)

    assert more.bound <= fewer.bound
    assert more.high - more.low <= fewer.high - fewer.low + 1e-12
    assert 0 <= more.low <= rate <= more.high <= 1


def test_a_completed_census_leaves_nothing_to_estimate():
    found = bought(40, 40, Expectations(rate=0.3))

    assert (found.bound, found.low, found.high, found.outcomes) == (0, 0.3, 0.3, 40)


def test_without_a_finite_population_it_is_the_known_interval():
    """Wilson's for 40 of 100: 0.309 to 0.498."""
    found = bought(10**9, 100, Expectations(rate=0.4))

    assert (round(found.low, 3), round(found.high, 3)) == (0.309, 0.498)
    assert math.isclose(found.bound, 1.645 * math.sqrt(0.24 / 100), rel_tol=1e-6)


@pytest.mark.parametrize(("frame", "drawn", "wiser"), [(40, 32, True), (40, 31, False)])
def test_a_census_is_wiser_where_a_sample_is_most_of_the_frame(frame, drawn, wiser):
    assert is_census_wiser(frame, drawn) is wiser


def test_a_census_is_wiser_in_a_unit_with_40_hotels_and_not_in_a_force_with_thousands():
    expected = Expectations(rate=0.3, eligible=0.95, completed=0.9)

    assert is_census_wiser(40, original_size(40, 0.03, expected))
    assert not is_census_wiser(4000, original_size(4000, 0.03, expected))
