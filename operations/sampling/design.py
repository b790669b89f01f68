"""Designs: what a planner decides of a draw before chance does, and what follows from it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from operations.sampling.allocation import Allocation, allocate
from operations.sampling.draw_order import Share
from operations.sampling.precision import (
    Bought,
    Expectations,
    bought,
    effective_size,
    is_census_wiser,
    original_size,
)


@dataclass(frozen=True)
class Design:
    """How a sample is to be drawn."""

    number: int | None = None
    """How many venues; None for as many as the precision takes."""

    aspects: tuple[str, ...] = ()
    """By what the frame is divided into strata."""

    allocation: Allocation = Allocation.PROPORTIONAL
    precision: float = 0.03
    """How far the one-sided 95 % bound is to lie from the rate, from 0 to 1."""

    expected: Expectations = field(default_factory=Expectations)
    rates: Mapping[str, float] = field(default_factory=dict)
    """The expected rate of each stratum, where it is another."""

    reserves: float = 0.25
    """Reserves, as a part of the sample of each stratum."""


@dataclass(frozen=True)
class Outlook:
    """What a design comes to in a frame."""

    frame: int
    needed: int
    """Outcomes that the precision takes."""

    original: int
    """Venues to draw for them."""

    number: int
    """Venues that are drawn."""

    shares: list[Share]
    """Empty where the number can't be shared out among the strata."""

    buys: Bought
    census: bool
    """Whether a census is wiser."""

    @property
    def is_possible(self) -> bool:
        """Whether it can be drawn."""
        return bool(self.shares)

    @property
    def reserves(self) -> int:
        """How many reserves there are."""
        return sum(share.reserves for share in self.shares)


def outlook(sizes: Mapping[str, int], design: Design) -> Outlook:
    """What ``design`` comes to in a frame whose strata have these sizes: one venue at least."""
    frame = sum(sizes.values())
    original = original_size(frame, design.precision, design.expected)
    number = original if design.number is None else design.number
    if design.number is None:
        number = max(number, len(sizes))  # each stratum gives one
    return Outlook(
        frame=frame,
        needed=effective_size(frame, design.precision, design.expected),
        original=original,
        number=number,
        shares=_shares(number, sizes, design),
        buys=bought(frame, min(max(number, 1), frame), design.expected),
        census=is_census_wiser(frame, original),
    )


def _shares(number: int, sizes: Mapping[str, int], design: Design) -> list[Share]:
    if not len(sizes) <= number <= sum(sizes.values()):
        return []
    rates = {name: design.rates.get(name, design.expected.rate) for name in sizes}
    samples = allocate(number, sizes, design.allocation, rates)
    return [
        Share(name, size, n, min(size - n, math.ceil(n * design.reserves)))
        for name, size in sizes.items()
        for n in [samples[name]]
    ]
