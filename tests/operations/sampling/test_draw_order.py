"""Draw order: the seed and nothing else decides, and every venue is as likely as any other."""

from collections import Counter
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from operations.sampling.draw_order import Drawn, Share, drawn, in_draw_order, ticket
from operations.sampling.frames import Line

SEEDS = 10_000


def chi_square(found, expected):
    return sum((number - expected) ** 2 / expected for number in found)


def test_each_venue_is_in_the_sample_as_often_as_any_other():
    """Of 20 venues 5, by 10,000 seeds. 43.8 is passed once in a thousand (19 degrees)."""
    numbers = range(101, 121)
    found = Counter(
        number for seed in range(SEEDS) for number in in_draw_order(f"{seed:064x}", numbers)[:5]
    )

    # Of a sample without replacement the counts vary less: (N - n) / (N - 1).
    statistic = chi_square([found[n] for n in numbers], SEEDS * 5 / 20) / (15 / 19)
    assert statistic < 43.8
    assert statistic > 4.9  # nor too even to be chance: once in a thousand as well


def test_each_order_is_as_likely_as_any_other():
    """Of 4 venues there are 24 orders. 49.7 is passed once in a thousand (23 degrees)."""
    numbers = [1, 2, 3, 4]
    found = Counter(tuple(in_draw_order(f"{seed:064x}", numbers)) for seed in range(SEEDS))

    assert chi_square([found[order] for order in permutations(numbers)], SEEDS / 24) < 49.7


def test_a_venue_in_a_stratum_is_as_likely_as_the_others_of_it():
    """6 of 12 in one, 2 of 12 in the other, the same seeds. 31.3: once in a thousand (11)."""
    frame = [Line(n, "a" if n <= 12 else "b") for n in range(1, 25)]
    shares = [Share("a", 12, 6), Share("b", 12, 2)]
    found = Counter(
        one.number for seed in range(SEEDS) for one in drawn(frame, shares, f"{seed:064x}")
    )

    for first, n in ((1, 6), (13, 2)):
        counts = [found[number] for number in range(first, first + 12)]
        assert chi_square(counts, SEEDS * n / 12) / ((12 - n) / 11) < 31.3


@given(st.sets(st.integers(1, 10**6), max_size=30), st.text("0123456789abcdef", min_size=1))
def test_who_else_is_in_the_frame_does_not_change_who_comes_first(numbers, seed):
    order = in_draw_order(seed, numbers)
    half = set(list(numbers)[::2])

    assert sorted(order) == sorted(numbers)
    assert in_draw_order(seed, half) == [number for number in order if number in half]


def test_a_ticket_is_what_its_description_says():
    """As ``printf 5eed:12 | sha256sum`` has it."""
    assert ticket("5eed", 12).startswith("4e976288bb69")


def test_reserves_come_after_the_sample_of_their_stratum():
    frame = [Line(n, "a" if n % 2 else "b") for n in range(1, 11)]

    found = drawn(frame, [Share("a", 5, 2, 2), Share("b", 5, 1, 9)], "5eed")

    of_a = in_draw_order("5eed", [1, 3, 5, 7, 9])
    assert found[:4] == [
        Drawn(number, "a", place, place > 2) for place, number in enumerate(of_a[:4], start=1)
    ]
    assert [one.is_reserve for one in found[4:]] == [False, True, True, True, True]
    assert {one.number for one in found[4:]} == {2, 4, 6, 8, 10}
