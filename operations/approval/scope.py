"""What an authority covers, and what of an operation it does not cover any more: a pure rule.

Asked again is for what decides whether an operation is right: who leads it, what is played, when,
where, how often, with how many cadets. Its name and notes, who is in which team, the times within
the dates, fewer venues and fewer visits need no new authority.
"""

import datetime as dt
import enum
import hashlib
import json
from dataclasses import dataclass


class Aspect(enum.StrEnum):
    """One thing that an authority is about."""

    LEAD = "lead"
    """Who answers for it."""

    SCENARIO = "scenario"
    """What is played, by its version."""

    REFERENCE = "reference"
    """Which written authority it goes by."""

    DATES = "dates"
    """From when to when."""

    UNITS = "units"
    """In which command units."""

    VENUES = "venues"
    """At how many venues at most."""

    CADET_VISITS = "cadet_visits"
    """How many visits at most are made with a cadet."""

    @property
    def label(self) -> str:
        """What people call it."""
        return {
            Aspect.LEAD: "Lead",
            Aspect.SCENARIO: "Scenario",
            Aspect.REFERENCE: "Authority reference",
            Aspect.DATES: "Dates",
            Aspect.UNITS: "Command units",
            Aspect.VENUES: "Venues",
            Aspect.CADET_VISITS: "Visits with a cadet",
        }[self]


#: Where one of these changed no visit is covered; the others leave out the visits beyond alone.
OF_THE_WHOLE = frozenset({Aspect.LEAD, Aspect.SCENARIO, Aspect.REFERENCE})


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What an operation is, as far as somebody has to authorise it."""

    lead: int
    scenario: int
    reference: str
    first: dt.date
    last: dt.date
    units: frozenset[int] | None
    """The keys of command units; None: the whole force."""

    venues: int
    cadet_visits: int

    @property
    def fingerprint(self) -> str:
        """A hash of all of it: whoever authorises says which one they have read."""
        said = {
            "lead": self.lead,
            "scenario": self.scenario,
            "reference": self.reference,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "units": None if self.units is None else sorted(self.units),
            "venues": self.venues,
            "cadet_visits": self.cadet_visits,
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def beyond(now: Scope, covered: Scope) -> list[Aspect]:
    """What of an operation as it is ``now`` is not covered by what was authorised."""
    is_beyond = {
        Aspect.LEAD: now.lead != covered.lead,
        Aspect.SCENARIO: now.scenario != covered.scenario,
        Aspect.REFERENCE: now.reference != covered.reference,
        Aspect.DATES: now.first < covered.first or now.last > covered.last,
        Aspect.UNITS: covered.units is not None
        and (now.units is None or not now.units <= covered.units),
        Aspect.VENUES: now.venues > covered.venues,
        Aspect.CADET_VISITS: now.cadet_visits > covered.cadet_visits,
    }
    return [aspect for aspect in Aspect if is_beyond[aspect]]
