"""Allocation: how many of a sample come from each stratum.

Proportional and equal shares, and those of Neyman (1934), "On the two different aspects of the
representative method": the larger and the more uneven a stratum, the more of the sample it gets.
Whole numbers by the largest remainder. Every stratum gives at least one venue, since one without
would have no chance at all, and none gives more than it has: what it can't give, the others do.
"""

import math
from collections.abc import Mapping
from enum import StrEnum


class Allocation(StrEnum):
    """The rule by which a sample is shared out."""

    PROPORTIONAL = "proportional"
    """As large a part of each stratum, so that a plain rate over all venues is fair."""

    EQUAL = "equal"
    """As many from each stratum, to compare them."""

    NEYMAN = "neyman"
    """The smallest interval for all venues together, where the rates of strata can be foreseen."""


def allocate(
    n: int,
    sizes: Mapping[str, int],
    rule: Allocation = Allocation.PROPORTIONAL,
    rates: Mapping[str, float] | None = None,
) -> dict[str, int]:
    """Share ``n`` out among strata; the shares add up to it.

    Args:
        n: The size of the sample.
        sizes: How many venues each stratum has, one at least.
        rule: By which rule.
        rates: For Neyman's: the expected rate of each stratum, from 0 to 1.

    Raises:
        ValueError: there are more strata than that, or fewer venues.

    """
    if not len(sizes) <= n <= sum(sizes.values()):
        raise ValueError("A sample has one venue of each stratum at least, and no more than all.")
    weights = {name: _weight(size, rule, (rates or {}).get(name)) for name, size in sizes.items()}
    if not any(weights.values()):  # rates of 0 or 1 alone: nothing is known of who is uneven
        weights = {name: float(size) for name, size in sizes.items()}
    return _whole(n, sizes, _wanted(n, sizes, weights))


def _weight(size: int, rule: Allocation, rate: float | None) -> float:
    if rule == Allocation.EQUAL:
        return 1.0
    if rule == Allocation.NEYMAN and rate is not None:
        return size * math.sqrt(rate * (1 - rate))
    return float(size)


def _wanted(n: int, sizes: Mapping[str, int], weights: Mapping[str, float]) -> dict[str, float]:
    """The shares as fractions, none below one and none above its stratum's size."""
    fixed: dict[str, float] = {}
    while True:
        free = [name for name in sizes if name not in fixed]
        left, together = n - sum(fixed.values()), sum(weights[name] for name in free)
        if together:
            shares = {name: left * weights[name] / together for name in free}
        else:
            room = sum(sizes[name] for name in free) or 1
            shares = {name: left * sizes[name] / room for name in free}
        above = {name: float(sizes[name]) for name in free if shares[name] > sizes[name]}
        below = {name: 1.0 for name in free if shares[name] < 1}
        # Only what is further off is fixed: the rest may turn out to fit.
        over = sum(shares[name] - cap for name, cap in above.items())
        under = sum(1 - shares[name] for name in below)
        if not above and not below:
            return fixed | shares
        fixed |= above if over >= under else below


def _whole(n: int, sizes: Mapping[str, int], wanted: Mapping[str, float]) -> dict[str, int]:
    """Fractions as whole numbers: those with the largest remainder are rounded up."""
    # What the arithmetic of computers adds or loses is no remainder.
    shares = {name: math.floor(share + 1e-9) for name, share in wanted.items()}
    by_remainder = sorted(sizes, key=lambda name: (shares[name] - wanted[name], name))
    for name in by_remainder[: n - sum(shares.values())]:
        shares[name] += 1
    return shares
