"""What the page of a proposal shows: evenings with their tours, and venues that are left out."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from accounts.dates.london import duty_day
from accounts.models import User
from govuk.dates import clock
from operations.proposals.models import Proposal
from operations.proposals.world import venues_to_visit, where_it_is
from operations.teams.models import Cadet
from venues.models import Venue

NO_PLACE = "It is not known where it is: add its postcode."
ALL_NEEDED = "All teams that could go are needed for other visits."


@dataclass(frozen=True)
class Stop:
    """A proposed visit."""

    venue: Venue
    times: str


@dataclass(frozen=True)
class Tour:
    """The proposed visits of a team on one evening."""

    day: dt.date
    lead: User
    welfare: User
    cadet: Cadet | None
    stops: list[Stop]


@dataclass(frozen=True)
class Evening:
    """The tours of an evening."""

    day: dt.date
    tours: list[Tour]


@dataclass(frozen=True)
class LeftOut:
    """A venue that a proposal does not visit, and why."""

    venue: Venue
    why: str


def evenings_of(proposal: Proposal) -> list[Evening]:
    """The tours of a proposal by evening."""
    tours = proposal.tours
    officers = User.objects.in_bulk({t[duty] for t in tours for duty in ("lead", "welfare")})
    cadets = Cadet.objects.in_bulk({tour["cadet"] for tour in tours if tour["cadet"]})
    venues = Venue.objects.in_bulk({stop["venue"] for tour in tours for stop in tour["stops"]})
    shown = []
    for tour in tours:
        stops = [Stop(venues[stop["venue"]], _times(stop)) for stop in tour["stops"]]
        shown.append(
            Tour(
                day=duty_day(dt.datetime.fromisoformat(tour["stops"][0]["starts_at"])),
                lead=officers[tour["lead"]],
                welfare=officers[tour["welfare"]],
                cadet=cadets[tour["cadet"]] if tour["cadet"] else None,
                stops=stops,
            )
        )
    return [Evening(day, list(of_it)) for day, of_it in groupby(shown, key=lambda t: t.day)]


def _times(stop: dict[str, Any]) -> str:
    begins, ends = (dt.datetime.fromisoformat(stop[name]) for name in ("starts_at", "ends_at"))
    return f"{clock(begins)} to {clock(ends)}"


def left_out_of(proposal: Proposal, *, by: User) -> list[LeftOut]:
    """The venues that a proposal leaves out, once that is known."""
    if proposal.is_working:
        return []
    whys = dict(proposal.left_out)
    found = []
    for venue in venues_to_visit(proposal.operation, by=by):
        if where_it_is(venue) is None:
            found.append(LeftOut(venue, NO_PLACE))
        elif venue.pk in whys:
            found.append(LeftOut(venue, _in_words(whys[venue.pk])))
    return found


def _in_words(rules: list[str]) -> str:
    if not rules:
        return ALL_NEEDED
    return (
        f"These rules forbid it together: {'; '.join(rules)}."
        if len(rules) > 1
        else (f"This rule forbids it: {rules[0]}.")
    )
