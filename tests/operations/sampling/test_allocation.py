"""Allocation: shares add up, fit into their strata, and follow their rule."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from operations.sampling.allocation import Allocation, allocate

strata = st.dictionaries(st.text(min_size=1, max_size=4), st.integers(1, 500), min_size=1)
rates = st.sampled_from([0.0, 0.02, 0.1, 0.5, 0.97, 1.0])


@given(strata, st.data(), st.sampled_from(Allocation))
def test_shares_add_up_and_fit(sizes, data, rule):
    n = data.draw(st.integers(len(sizes), sum(sizes.values())))
    expected = {name: data.draw(rates) for name in sizes}

    shares = allocate(n, sizes, rule, expected)

    assert sum(shares.values()) == n
    assert all(1 <= shares[name] <= size for name, size in sizes.items())


@given(strata, st.data())
def test_proportional_shares_are_off_by_less_than_one(sizes, data):
    n = data.draw(st.integers(len(sizes), sum(sizes.values())))
    exact = {name: n * size / sum(sizes.values()) for name, size in sizes.items()}
    assume(min(exact.values()) >= 1)

    shares = allocate(n, sizes)

    assert all(abs(shares[name] - exact[name]) < 1 for name in sizes)


@given(strata, st.data())
def test_equal_shares_differ_by_one_at_most_where_strata_have_enough(sizes, data):
    n = data.draw(st.integers(len(sizes), sum(sizes.values())))

    shares = allocate(n, sizes, Allocation.EQUAL)

    not_full = [shares[name] for name, size in sizes.items() if shares[name] < size]
    if not_full:
        assert max(shares.values()) - min(not_full) <= 1


def variance(shares, sizes, expected):
    return sum(
        sizes[name] ** 2 * (1 / n - 1 / sizes[name]) * expected[name] * (1 - expected[name])
        for name, n in shares.items()
    )


@given(strata, st.data())
def test_neyman_is_no_less_precise_than_the_other_rules(sizes, data):
    """But for the rounding of a share to a whole venue, which weighs in small samples alone."""
    n = data.draw(st.integers(len(sizes), sum(sizes.values())))
    expected = {name: data.draw(st.floats(0.05, 0.95)) for name in sizes}
    others = [allocate(n, sizes, rule) for rule in (Allocation.PROPORTIONAL, Allocation.EQUAL)]

    best = allocate(n, sizes, Allocation.NEYMAN, expected)

    rounding = sum(
        sizes[name] ** 2 * expected[name] * (1 - expected[name]) * (1 / m - 1 / (m + 1))
        for name, m in best.items()
    )
    for other in others:
        assert variance(best, sizes, expected) <= variance(other, sizes, expected) + rounding


def test_neyman_gives_more_to_the_uneven_stratum():
    """100 : 100 venues, standard deviations 0.5 : 0.3, so 25 : 15 of 40."""
    shares = allocate(40, {"a": 100, "b": 100}, Allocation.NEYMAN, {"a": 0.5, "b": 0.1})

    assert shares == {"a": 25, "b": 15}


def test_neyman_without_unevenness_is_proportional():
    rates = {"a": 0.0, "b": 1.0}

    assert allocate(8, {"a": 30, "b": 10}, Allocation.NEYMAN, rates) == {"a": 6, "b": 2}


def test_what_a_small_stratum_cannot_give_the_others_do():
    assert allocate(30, {"a": 2, "b": 100, "c": 100}, Allocation.EQUAL) == {
        "a": 2,
        "b": 14,
        "c": 14,
    }


def test_the_largest_remainder_is_rounded_up():
    """4.5, 3.3 and 2.2 of 10: the remainder of 0.5 gets the tenth."""
    assert allocate(10, {"a": 45, "b": 33, "c": 22}) == {"a": 5, "b": 3, "c": 2}


def test_a_tiny_stratum_still_has_a_chance():
    shares = allocate(10, {"halls": 1, "hotels": 999})

    assert shares == {"halls": 1, "hotels": 9}


@pytest.mark.parametrize("n", [0, 1, 6])
def test_too_few_and_too_many_are_refused(n):
    with pytest.raises(ValueError, match="each stratum"):
        allocate(n, {"a": 2, "b": 3})


def test_a_stratum_is_not_fixed_too_early():
    """A cap frees shares that lift another stratum over one: nothing of it is lost."""
    shares = allocate(12, {"a": 5, "b": 50, "c": 50}, Allocation.NEYMAN, {"a": 0.5, "b": 0.0})

    assert sum(shares.values()) == 12
    assert math.isclose(shares["c"], 12 - shares["a"] - 1)
