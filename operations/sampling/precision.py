"""Precision: how many venues an estimate takes, and how precise a sample makes it.

As the US Synar surveys of sales to young people plan theirs ("Synar Survey Estimation System", US
Center for Substance Abuse Prevention): the sample that is needed for the precision at the expected
rate in a finite population (the effective size), then as many more as turn out not to be eligible,
or are not completed. The precision is how far a one-sided 95 % bound lies from the rate, 3
percentage points by default. Their guide's example is a test here: of 4,307 outlets with an
expected rate of 10.06 %, of which 92.55 % are eligible and 92.55 % of those completed, 256 are
needed and 299 are drawn.
"""

import math
from dataclasses import dataclass

#: Standard deviations to a one-sided 95 % bound, and to either end of a 95 % interval.
ONE_SIDED = 1.645
TWO_SIDED = 1.96

#: Where the sample would be this much of the frame, a census is wiser: leaving one venue in five
#: out saves little, and then there is nothing to estimate. A choice of ours.
CENSUS_FROM = 0.8


@dataclass(frozen=True)
class Expectations:
    """What a planner expects of a survey. All but ``design_effect`` from 0 to 1."""

    rate: float = 0.5
    """The share that responds well. A half is the most cautious guess."""

    eligible: float = 1.0
    """The share of drawn venues that can be tested at all."""

    completed: float = 1.0
    """The share of those whose visit is completed."""

    design_effect: float = 1.0
    """How much larger the variance is than that of a simple random sample of the same size."""

    @property
    def yields(self) -> float:
        """The share of drawn venues that end with an outcome."""
        return self.eligible * self.completed


def effective_size(frame: int, precision: float, expected: Expectations) -> int:
    """How many outcomes a simple random sample needs for ``precision``."""
    wanted = ONE_SIDED**2 * expected.rate * (1 - expected.rate) / precision**2
    return min(frame, max(1, math.ceil(wanted / (1 + wanted / frame) - 1e-9)))


def original_size(frame: int, precision: float, expected: Expectations) -> int:
    """How many venues are drawn, so that as many outcomes come of them; the whole frame at most."""
    needed = effective_size(frame, precision, expected) * expected.design_effect
    return min(frame, math.ceil(needed / expected.yields - 1e-9))


def is_census_wiser(frame: int, drawn: int) -> bool:
    """Whether to visit every venue of the frame instead of drawing so many."""
    return drawn >= CENSUS_FROM * frame


@dataclass(frozen=True)
class Bought:
    """What a sample of some size buys."""

    outcomes: int
    """How many completed visits to expect."""

    bound: float
    """How far the one-sided 95 % bound lies from the rate."""

    low: float
    high: float
    """The ends of the 95 % interval around the expected rate."""


def bought(frame: int, drawn: int, expected: Expectations) -> Bought:
    """The interval that drawing so many venues buys, none of which says anything about others.

    Wilson's interval (1927) for the outcomes that it is worth, larger for the part of the frame
    that was seen: unlike rate ± error it never leaves the way from 0 to 1.
    """
    outcomes = drawn * expected.yields
    worth = max(outcomes / expected.design_effect, 1e-9)
    # Of a finite frame less remains unseen: as many outcomes are worth more.
    unseen = max(1 - worth / frame, 0.0)
    spread = expected.rate * (1 - expected.rate)
    bound = ONE_SIDED * math.sqrt(spread * unseen / worth)
    low, high = _wilson(expected.rate, worth / unseen) if unseen else (expected.rate,) * 2
    return Bought(math.floor(outcomes + 1e-9), min(bound, 1.0), low, high)


def _wilson(rate: float, n: float) -> tuple[float, float]:
    z = TWO_SIDED
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)
