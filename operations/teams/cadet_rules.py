"""Which cadets may go on a visit, tonight or any day: the force's policy as a pure rule.

A cadet is a volunteer under 18. Each rule here protects them, so where a rule could be read in
two ways the stricter reading is taken. That a cadet is not in two visits at once is kept by the
database (``cadet_is_not_in_two_visits_at_once``), which alone sees all visits.
"""

import datetime as dt
import enum
from collections.abc import Set
from dataclasses import dataclass

from accounts.dates.london import DAY_BEGINS, duty_day
from govuk.dates import LONDON, clock, plain_time

#: Adults in a team that takes a cadet along; one of them is the welfare officer.
ADULTS_NEEDED = 2
#: Years: no force may have younger cadets, whatever its policy.
YOUNGEST = 10


@dataclass(frozen=True, kw_only=True)
class PolicyFacts:
    """What a force allows, as it stands on the day of the visit."""

    min_age: int
    """Years, inclusive."""

    max_age: int
    """Years, inclusive."""

    latest_finish: dt.time
    """The time in London by which a visit with a cadet has ended; 00:30 means past midnight."""

    consent_days: int
    """Consent counts on its day and on the days after it, this many in all."""

    briefing_days: int
    """Likewise for the briefing."""


@dataclass(frozen=True, kw_only=True)
class CadetFacts:
    """What is known of a cadet: no name."""

    birth_date: dt.date
    consented_on: dt.date | None
    briefed_on: dt.date | None
    tested_venue_ids: Set[int] = frozenset()
    """The venues that this cadet has tested before."""


class Ground(enum.StrEnum):
    """Why a cadet may not go."""

    TOO_YOUNG = "too_young"
    """Below the policy's ages on the day the visit starts."""

    TOO_OLD = "too_old"
    """Above the policy's ages on the day the visit ends."""

    CONSENT = "consent"
    """No consent that is valid on the day."""

    BRIEFING = "briefing"
    """No briefing that is valid on the day."""

    TOO_LATE = "too_late"
    """The visit ends past the policy's finish time."""

    ADULTS = "adults"
    """The team has too few adults."""

    WELFARE_OFFICER = "welfare_officer"
    """None of the adults is the welfare officer."""

    TESTED_BEFORE = "tested_before"
    """The cadet has tested this venue before, and may be remembered there."""


@dataclass(frozen=True)
class Reason:
    """One reason not to go: for code the ground, for people the message."""

    ground: Ground
    message: str


def age_on(birth_date: dt.date, day: dt.date) -> int:
    """Age in whole years on ``day``.

    An age is attained at the start of the birthday (Family Law Reform Act 1969, section 9). The
    Act does not say when that is for a birth on 29 February in a year that has none; we take
    1 March, the first day on which a full year has passed.
    """
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (not had_birthday)


def finish_by(starts_at: dt.datetime, latest_finish: dt.time) -> dt.datetime:
    """The moment by which a visit that starts at ``starts_at`` (aware) must have ended.

    It is ``latest_finish`` on the clocks of London, in the evening that the start belongs to: up
    to ``DAY_BEGINS`` that is the evening of the day before. Where the clocks go back and show a
    time twice, the first is meant; a time they skip counts as by the clock before.
    """
    day = duty_day(starts_at) + dt.timedelta(days=latest_finish < DAY_BEGINS)
    return dt.datetime.combine(day, latest_finish, tzinfo=LONDON).astimezone(dt.UTC)


def reasons_not_to_go(
    cadet: CadetFacts,
    *,
    policy: PolicyFacts,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    venue_id: int,
    adults: int,
    welfare_officers: int,
) -> list[Reason]:
    """Every reason why ``cadet`` may not go on this visit; empty when they may.

    Args:
        cadet: What is known of the cadet.
        policy: The force's policy on the day of the visit.
        starts_at: Start of the visit's time window, aware.
        ends_at: End of the visit's time window, aware and after its start.
        venue_id: The venue to be tested.
        adults: How many adults are in the team, the welfare officer among them.
        welfare_officers: How many of them are welfare officers.

    Raises:
        ValueError: a time is naive, or the visit ends before it starts.

    """
    if starts_at.tzinfo is None or ends_at.tzinfo is None:
        raise ValueError("The times of a visit need a time zone.")
    if ends_at < starts_at:
        raise ValueError("A visit ends after it starts.")
    first_day, last_day = (moment.astimezone(LONDON).date() for moment in (starts_at, ends_at))
    deadline = finish_by(starts_at, policy.latest_finish)
    allowed_ages = f"The policy allows {policy.min_age} to {policy.max_age}."
    reasons = []

    if (age := age_on(cadet.birth_date, first_day)) < policy.min_age:
        problem = f"The cadet is {age} on {plain_time(first_day)}. {allowed_ages}"
        reasons.append(Reason(Ground.TOO_YOUNG, problem))
    if (age := age_on(cadet.birth_date, last_day)) > policy.max_age:
        problem = f"The cadet is {age} on {plain_time(last_day)}. {allowed_ages}"
        reasons.append(Reason(Ground.TOO_OLD, problem))
    for ground, what, given_on, valid_days in (
        (Ground.CONSENT, "Consent", cadet.consented_on, policy.consent_days),
        (Ground.BRIEFING, "The briefing", cadet.briefed_on, policy.briefing_days),
    ):
        # An age is by the calendar, as the law has it. What was given on a day counts for the
        # duty of that day: after midnight both days have to agree, the stricter reading.
        problem = _not_valid(
            what, given_on, valid_days, first_day=duty_day(starts_at), last_day=last_day
        )
        if problem:
            reasons.append(Reason(ground, problem))
    if ends_at > deadline:
        reasons.append(
            Reason(
                Ground.TOO_LATE,
                f"The visit ends at {clock(ends_at)}. "
                f"A visit with a cadet must end by {clock(policy.latest_finish)}.",
            )
        )
    if adults < ADULTS_NEEDED:
        reasons.append(Reason(Ground.ADULTS, "A cadet needs two adults in the team."))
    if welfare_officers < 1:
        reasons.append(Reason(Ground.WELFARE_OFFICER, "One of the adults must be welfare officer."))
    if venue_id in cadet.tested_venue_ids:
        reasons.append(Reason(Ground.TESTED_BEFORE, "The cadet has tested this venue before."))
    return reasons


def _not_valid(
    what: str, given_on: dt.date | None, valid_days: int, *, first_day: dt.date, last_day: dt.date
) -> str:
    """Why something given on a day and valid for some is not valid all visit long, or ''."""
    if given_on is None:
        return f"{what} is not on record."
    if given_on > first_day:
        return f"{what} is dated {plain_time(given_on)} and does not count before."
    last_valid = given_on + dt.timedelta(days=valid_days - 1)
    if last_valid < last_day:
        return f"{what} ran out on {plain_time(last_valid)}."
    return ""
