"""What a schedule is made of: sites to visit, people and when they are free, rules; and a plan.

Pure: nothing here knows the database. Days are indexes into :attr:`Problem.days`, times are minutes
from the beginning of the duty day (06:00), so that a night belongs to its evening.
"""

import datetime as dt
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from accounts.dates.london import duty_begins
from operations.teams.cadet_rules import CadetFacts, PolicyFacts

#: Metres of a degree of latitude (the mean radius of the Earth, 6,371 km).
_DEGREE = 111_195


#: Minutes.
DAY = 24 * 60


class Point(NamedTuple):
    """A place, in degrees."""

    longitude: float
    latitude: float


class Span(NamedTuple):
    """From when to when on a day, in minutes of it."""

    begins: int
    ends: int

    def within(self, other: "Span") -> bool:
        """Whether all of it lies in ``other``."""
        return other.begins <= self.begins and self.ends <= other.ends

    def cut(self, other: "Span") -> "Span":
        """What both have in common; it may end before it begins."""
        return Span(max(self.begins, other.begins), min(self.ends, other.ends))


#: All of a duty day.
WHOLE_DAY = Span(0, DAY)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A venue that is to be visited once."""

    venue: int
    at: Point
    doors: Span
    """From when a team can come in, and until when the last one can."""

    minutes: int = 30
    """How long the visit takes."""

    days: frozenset[int]
    district: str = ""
    """The outward part of its postcode."""


@dataclass(frozen=True, kw_only=True)
class Officer:
    """An adult of a team."""

    key: int
    base: Point
    """Where their tours begin and end."""

    free: Mapping[int, Span]
    """By day; a day that is missing they have off."""

    is_welfare_officer: bool = False
    drives: bool = True
    most_shifts: int = 99


@dataclass(frozen=True, kw_only=True)
class Cadet:
    """A volunteer under 18."""

    key: int
    facts: CadetFacts
    free: Mapping[int, Span]
    districts: frozenset[str] = frozenset()
    """The outward parts of the postcodes of home and school: nobody there is to know them."""


class Pair(NamedTuple):
    """An officer and a cadet who were at a venue together."""

    officer: int
    cadet: int
    venue: int


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a shift may be."""

    longest_shift: int = 360
    """Minutes from leaving the base to being back. Six hours need no break in law (Working Time
    Regulations 1998, regulation 12)."""

    longest_session: int = 270
    """The same with a cadet: four and a half hours, for which somebody under 18 needs none."""

    longest_week: int = 480
    """Minutes of a cadet's sessions in a calendar week."""

    vehicles: int = 99
    """How many teams can be out on one evening."""

    detour: float = 1.3
    """How much longer a road is than the straight line."""

    metres_a_minute: float = 500.0
    """30 km an hour, as in a town."""

    turnaround: int = 5
    """Minutes from a door to the car and from the car to the next door."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is to be planned, with whom, by which rules."""

    days: tuple[dt.date, ...]
    sites: tuple[Site, ...]
    officers: tuple[Officer, ...]
    cadets: tuple[Cadet, ...] = ()
    policy: PolicyFacts
    limits: Limits = field(default_factory=Limits)
    with_cadet: bool = True
    """Whether each team takes a cadet along."""

    been_together: frozenset[Pair] = frozenset()
    kept: tuple["Tour", ...] = ()
    """Tours that stay as they are, since they are past, or somebody wants them so. Between their
    visits there may be more."""

    def moment(self, day: int, minute: int) -> dt.datetime:
        """The moment of a minute of a day (aware)."""
        return duty_begins(self.days[day]) + dt.timedelta(minutes=minute)

    def metres(self, a: Point, b: Point) -> int:
        """How far it is to drive, by the straight line and a factor."""
        narrowing = math.cos(math.radians((a.latitude + b.latitude) / 2))
        east = (a.longitude - b.longitude) * narrowing
        north = a.latitude - b.latitude
        return round(math.hypot(east, north) * _DEGREE * self.limits.detour)

    def minutes(self, a: Point, b: Point) -> int:
        """How long it takes from one place to the other, from door to door."""
        if a == b:
            return 0
        driving = self.metres(a, b) / self.limits.metres_a_minute
        return math.ceil(driving) + self.limits.turnaround


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Who goes together on one evening."""

    day: int
    lead: int
    welfare: int
    cadet: int | None
    span: Span
    """From when to when all of them are there."""


class Stop(NamedTuple):
    """A visit of a tour."""

    venue: int
    begins: int
    ends: int


@dataclass(frozen=True, kw_only=True)
class Tour:
    """The visits of a team on one evening, in their order, from leaving the base to being back."""

    crew: Crew
    span: Span
    stops: tuple[Stop, ...]


@dataclass(frozen=True)
class Plan:
    """Tours, and what they cost."""

    tours: tuple[Tour, ...]

    @property
    def venues(self) -> frozenset[int]:
        """The venues that are visited."""
        return frozenset(stop.venue for tour in self.tours for stop in tour.stops)

    def metres(self, problem: Problem) -> int:
        """How far all teams drive together."""
        at = {site.venue: site.at for site in problem.sites}
        base = {officer.key: officer.base for officer in problem.officers}
        total = 0
        for tour in self.tours:
            home = base[tour.crew.lead]
            places = [home, *(at[stop.venue] for stop in tour.stops), home]
            total += sum(problem.metres(a, b) for a, b in itertools.pairwise(places))
        return total
