"""Which visits a Makesafe call may be about, by place and time: a pure rule, without a database.

It only proposes. That a call is about a test is said by a person: whatever is not certain is a real
call. So the rule leaves out rather than guesses, and says *certain* of one case alone: the venue is
the same entry of the registry, and at the moment of the call its team was there, or in its window.
"""

import datetime as dt
import enum
import re
from dataclasses import dataclass
from functools import cached_property

from venues.registry.names import normal_name
from venues.registry.place_words import SHARED, SHORT, in_full
from venues.registry.postcodes import normalise_postcode

#: Words that tell no place from another.
COMMON = SHARED | {"near", "opposite", "road", "street"}
#: What ends the name of a street, where no number says that it is one.
STREETS = frozenset(SHORT.values()) | frozenset(
    "broadway close drive embankment green grove hill mews parade quay row walk way wharf".split()
)


class Likeness(enum.IntEnum):
    """How sure it is that a call is about a visit, the surest first."""

    CERTAIN = 1
    """The same venue, while its team was there or in its window."""

    POSSIBLE = 2
    """The place or the time fits, but not both for sure."""

    NONE = 3
    """Nothing says so."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a call came from, or where a visit is, as far as that is known."""

    venue: int | None = None
    """The entry of the registry."""

    name: str = ""
    """The venue's name."""

    address: str = ""
    postcode: str = ""
    heard: str = ""
    """The place as somebody said it on the telephone."""

    @cached_property
    def streets(self) -> frozenset[str]:
        """The streets of its address in the normal form, without the numbers of houses."""
        found = set()
        for line in map(_words, re.split(r"[\n,;]", self.address)):
            named = [word for word in line if not any(map(str.isdigit, word))]
            has_number = len(named) < len(line)
            if set(named) - COMMON and (has_number or named[-1] in STREETS):
                found.add(" ".join(named))
        return frozenset(found)

    @cached_property
    def squeezed_postcode(self) -> str:
        """Its postcode without a space; empty if it has none."""
        return normalise_postcode(self.postcode).replace(" ", "").upper()


@dataclass(frozen=True, kw_only=True)
class Times:
    """When a visit is, or was."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Margins:
    """How far from a visit's times a call may still be about it."""

    before: dt.timedelta
    """A team that came early."""

    after: dt.timedelta
    """Staff that called once the team had gone."""

    overdue: dt.timedelta
    """From the end of a window until a visit that nobody ended is certain no more."""


def likeness(
    call: Place, called_at: dt.datetime, visit: Place, times: Times, margins: Margins
) -> Likeness:
    """How sure it is that a call from ``call`` at ``called_at`` is about the visit at ``visit``."""
    if not _is_near(called_at, times, margins):
        return Likeness.NONE
    if call.venue is not None and call.venue == visit.venue:
        sure = _is_on(called_at, times, margins)
        return Likeness.CERTAIN if sure else Likeness.POSSIBLE
    return Likeness.POSSIBLE if _may_be_there(call, visit) else Likeness.NONE


def _is_on(at: dt.datetime, times: Times, margins: Margins) -> bool:
    """Whether the team was there at that moment, or in its window and not gone yet."""
    begins = min(times.starts_at, times.started_at or times.starts_at)
    last = times.ends_at + (margins.overdue if times.started_at else dt.timedelta(0))
    return begins <= at <= min(last, times.ended_at or last)


def _is_near(at: dt.datetime, times: Times, margins: Margins) -> bool:
    """Whether that moment is within the margins of the window, or of when the team was there.

    Of a team that never set out it can be no call but in its window: it may not have said so yet.
    """
    if times.started_at is None:
        return times.starts_at <= at <= times.ends_at
    first = min(times.starts_at, times.started_at)
    last = max(times.ends_at, times.ended_at or times.ends_at)
    return first - margins.before <= at <= last + margins.after


def _may_be_there(call: Place, visit: Place) -> bool:
    """Whether a place may be that of the visit: by street, postcode, or what was heard."""
    if call.squeezed_postcode and call.squeezed_postcode == visit.squeezed_postcode:
        return True
    if call.streets & visit.streets:
        return True
    heard = _words(call.heard)
    if visit.squeezed_postcode and visit.squeezed_postcode in "".join(heard).upper():
        return True
    if any(f" {street} " in f" {' '.join(heard)} " for street in visit.streets):
        return True
    return bool(set(_words(visit.name)) & set(heard) - COMMON)


def _words(text: str) -> list[str]:
    """The words of a text in the normal form, those of streets in full."""
    return in_full(normal_name(text).split())
