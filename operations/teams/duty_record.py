"""A cadet's duty record: when they were out, for how long, and what they said. Pure: no database.

It is made to be printed for a parent, so it knows no venue and nobody.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from accounts.dates.london import duty_day


@dataclass(frozen=True, kw_only=True)
class Stint:
    """One visit as the record has it."""

    began: dt.datetime
    ended: dt.datetime
    was_willing: bool
    """Whether they were asked before, and said that they were willing to go on."""

    how_it_was: str
    """What they said afterwards, in words; empty where they were not asked or did not say."""

    withdrew: bool
    """Whether the visit ended when they wished to stop."""

    @property
    def day(self) -> dt.date:
        """The duty day: a night belongs to its evening."""
        return duty_day(self.began)

    @property
    def lasted(self) -> dt.timedelta:
        return self.ended - self.began


@dataclass(frozen=True)
class Month:
    """The visits of one month, the earliest first."""

    first: dt.date
    stints: tuple[Stint, ...]

    @property
    def lasted(self) -> dt.timedelta:
        """How long they were out in all."""
        return total(self.stints)


def months(stints: Iterable[Stint]) -> list[Month]:
    """The months in which there were visits, the latest first."""
    ordered = sorted(stints, key=lambda stint: (stint.began, stint.ended))
    found = groupby(ordered, key=lambda stint: stint.day.replace(day=1))
    return [Month(first, tuple(group)) for first, group in found][::-1]


def total(stints: Iterable[Stint]) -> dt.timedelta:
    """How long these visits took in all."""
    return sum((stint.lasted for stint in stints), dt.timedelta(0))
