"""Rates and their intervals, which say how sure we can be: pure arithmetic on counts."""

import math
from dataclasses import dataclass

#: A rate on fewer observations than this is shown as counts.
MINIMUM_N = 5

#: The standard normal deviate of a two-sided 95% interval.
Z_95 = 1.959963984540054


def wilson_interval(successes: int, n: int, *, z: float = Z_95) -> tuple[float, float]:
    """The score interval for a proportion, without continuity correction.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22 (1927), 209-212; "method 3" of R. G. Newcombe,
    Statistics in Medicine 17 (1998), 857-872. Chosen since it stays within 0 and 1 and holds its
    coverage where n is small or the rate is near 0 or 1, as ours often are.

    Returns:
        The lower and the upper bound as shares, 0 to 1. With nothing observed, that is (0, 1).

    Raises:
        ValueError: unless 0 ≤ successes ≤ n.

    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a share.")
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # The bounds at the ends are 0 and 1 by the formula; rounding would leave them just beside.
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == n else (centre + spread) / scale
    return low, high


@dataclass(frozen=True)
class Rate:
    """So many of so many, with what that says about the true share.

    Raises:
        ValueError: unless 0 ≤ successes ≤ n.

    """

    successes: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.successes <= self.n:
            raise ValueError(f"{self.successes} of {self.n} is not a share.")

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None where nothing was observed."""
        return self.successes / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% Wilson interval as shares, 0 to 1."""
        return wilson_interval(self.successes, self.n)

    @property
    def is_small(self) -> bool:
        """Too few observations for a percentage: show the counts."""
        return self.n < MINIMUM_N

    @property
    def percent(self) -> str:
        """The share in whole percent like "72%", or "" where the counts must be shown."""
        return "" if self.is_small else percent(self.successes / self.n)

    @property
    def interval_in_words(self) -> str:
        """The interval like "58% to 83%", or "" where the counts must be shown."""
        low, high = self.interval
        return "" if self.is_small else f"{percent(low)} to {percent(high)}"

    def counts(self, thing: str = "visit") -> str:
        """The counts like "3 of 4 visits"; ``thing`` is what was observed, in the singular."""
        return f"{self.successes} of {self.n} {thing}{'' if self.n == 1 else 's'}"

    def in_words(self, thing: str = "visit") -> str:
        """The rate as it may be shown: never a bare percentage, and counts where n is small."""
        if not self.n:
            return f"no {thing}s yet"
        if self.is_small:
            return self.counts(thing)
        return f"{self.percent} (95% interval {self.interval_in_words}, n = {self.n})"


def percent(share: float) -> str:
    """A share as whole percent, halves rounded up: 0.125 is "13%"."""
    return f"{math.floor(share * 100 + 0.5)}%"
