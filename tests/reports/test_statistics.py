"""Rates and Wilson's interval, against the literature and by their properties."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.statistics import MINIMUM_N, Rate, percent, wilson_interval


@st.composite
def shares(draw: st.DrawFn, least: int = 1, most: int = 5000) -> tuple[int, int]:
    n = draw(st.integers(least, most))
    return draw(st.integers(0, n)), n


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17:857-872, Table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_agrees_with_the_published_examples(
    successes: int, n: int, low: float, high: float
) -> None:
    assert wilson_interval(successes, n) == pytest.approx((low, high), abs=0.00005)


@given(shares())
def test_the_interval_lies_within_0_and_1_and_holds_the_rate(share: tuple[int, int]) -> None:
    successes, n = share
    low, high = wilson_interval(successes, n)

    assert 0 <= low <= successes / n <= high <= 1
    assert low < high


@given(shares())
def test_the_bounds_are_where_the_score_test_just_rejects(share: tuple[int, int]) -> None:
    successes, n = share
    z = 1.959963984540054

    for bound in wilson_interval(successes, n, z=z):
        if 0 < bound < 1:
            score = (successes / n - bound) / math.sqrt(bound * (1 - bound) / n)
            assert abs(score) == pytest.approx(z, rel=1e-6)


@given(shares(), st.integers(2, 50))
def test_the_interval_narrows_as_n_grows(share: tuple[int, int], times: int) -> None:
    successes, n = share
    low, high = wilson_interval(successes, n)
    narrower_low, narrower_high = wilson_interval(successes * times, n * times)

    assert narrower_high - narrower_low < high - low


@given(shares())
def test_the_interval_of_the_opposite_is_its_mirror(share: tuple[int, int]) -> None:
    successes, n = share
    low, high = wilson_interval(successes, n)

    assert wilson_interval(n - successes, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_nothing_observed_says_nothing() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert Rate(0, 0).value is None
    assert Rate(0, 0).in_words() == "no visits yet"
    assert Rate(0, 0).in_words("call") == "no calls yet"


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (0, -1)])
def test_a_share_that_cannot_be_is_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        wilson_interval(successes, n)
    with pytest.raises(ValueError, match="not a share"):
        Rate(successes, n)


def test_a_rate_is_told_with_its_interval_and_n() -> None:
    assert Rate(31, 43).in_words() == "72% (95% interval 57% to 83%, n = 43)"
    assert Rate(0, 20).in_words() == "0% (95% interval 0% to 16%, n = 20)"


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (Rate(3, 4), "3 of 4 visits"),
        (Rate(1, 1), "1 of 1 visit"),
        (Rate(0, 2), "0 of 2 visits"),
    ],
)
def test_a_rate_on_fewer_than_five_is_told_as_counts(rate: Rate, words: str) -> None:
    assert rate.in_words() == words
    assert (rate.percent, rate.interval_in_words) == ("", "")


@given(shares(least=0, most=60))
def test_a_percentage_is_never_told_without_n_nor_on_fewer_than_five(
    share: tuple[int, int],
) -> None:
    words = Rate(*share).in_words()

    assert ("%" in words) is (share[1] >= MINIMUM_N)
    assert ("%" not in words) or f"n = {share[1]}" in words


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0%"), (0.125, "13%"), (0.004, "0%"), (0.996, "100%"), (1, "100%")]
)
def test_percentages_are_whole_and_halves_go_up(share: float, words: str) -> None:
    assert percent(share) == words
