"""The cadet policy: ages, consent, briefing, finish time, adults, venues tested before."""

import calendar
import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govuk.dates import LONDON
from operations.teams.cadet_rules import (
    CadetFacts,
    Ground,
    PolicyFacts,
    age_on,
    finish_by,
    reasons_not_to_go,
)

POLICY = PolicyFacts(
    min_age=13,
    max_age=17,
    latest_finish=dt.time(22, 0),
    consent_days=365,
    briefing_days=30,
)
DAY = dt.date(2026, 11, 24)
CADET = CadetFacts(
    birth_date=dt.date(2010, 6, 1),
    consented_on=DAY - dt.timedelta(days=100),
    briefed_on=DAY - dt.timedelta(days=7),
    tested_venue_ids=frozenset({11, 12}),
)


def london(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=LONDON)


def grounds(
    cadet: CadetFacts = CADET, *, policy: PolicyFacts = POLICY, **visit: Any
) -> list[Ground]:
    usual: dict[str, Any] = {
        "starts_at": london(DAY, 19),
        "ends_at": london(DAY, 19, 45),
        "venue_id": 99,
        "adults": 2,
        "welfare_officers": 1,
    }
    reasons = reasons_not_to_go(cadet, policy=policy, **(usual | visit))
    assert all(reason.message.endswith(".") for reason in reasons)
    return [reason.ground for reason in reasons]


dates = st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2040, 12, 31))
leap_days = st.sampled_from([dt.date(year, 2, 29) for year in range(1992, 2041, 4)])


def test_a_cadet_within_the_policy_may_go() -> None:
    assert grounds() == []


# Age --------------------------------------------------------------------------------------------


@given(dates | leap_days, st.integers(1, 30))
def test_an_age_is_attained_at_the_start_of_the_birthday(born: dt.date, years: int) -> None:
    year = born.year + years
    born_on_leap_day = (born.month, born.day) == (2, 29)
    if born_on_leap_day and not calendar.isleap(year):
        birthday = dt.date(year, 3, 1)
    else:
        birthday = born.replace(year=year)

    assert age_on(born, birthday) == years
    assert age_on(born, birthday - dt.timedelta(days=1)) == years - 1


@given(dates | leap_days, dates)
def test_nobody_grows_younger(born: dt.date, day: dt.date) -> None:
    next_day = day + dt.timedelta(days=1)

    assert age_on(born, next_day) - age_on(born, day) in (0, 1)


@pytest.mark.parametrize(
    ("birth_date", "expected"),
    [
        (dt.date(2013, 11, 24), []),  # 13 today
        (dt.date(2013, 11, 25), [Ground.TOO_YOUNG]),  # 13 tomorrow
        (dt.date(2008, 11, 25), []),  # 18 tomorrow
        (dt.date(2008, 11, 24), [Ground.TOO_OLD]),  # 18 today
    ],
)
def test_the_age_on_the_day_counts(birth_date: dt.date, expected: list[Ground]) -> None:
    assert grounds(replace(CADET, birth_date=birth_date)) == expected


def test_a_cadet_who_turns_18_while_the_visit_runs_may_not_go() -> None:
    late = replace(POLICY, latest_finish=dt.time(1, 0))
    turns_18 = replace(CADET, birth_date=dt.date(2008, 11, 25))

    assert grounds(
        turns_18,
        policy=late,
        starts_at=london(DAY, 23, 30),
        ends_at=london(DAY + dt.timedelta(days=1), 0, 15),
    ) == [Ground.TOO_OLD]


def test_the_day_is_the_one_on_london_clocks() -> None:
    # 23:30 UTC on 30 June is half past midnight of 1 July in London.
    late = replace(POLICY, latest_finish=dt.time(1, 0))
    starts_at = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)
    turns_13 = replace(
        CADET,
        birth_date=dt.date(2013, 7, 1),
        consented_on=dt.date(2026, 6, 1),
        briefed_on=dt.date(2026, 6, 20),
    )

    assert (
        grounds(
            turns_13,
            policy=late,
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(minutes=20),
        )
        == []
    )


# Consent and briefing ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "valid_days", "ground"),
    [("consented_on", 365, Ground.CONSENT), ("briefed_on", 30, Ground.BRIEFING)],
)
@pytest.mark.parametrize(
    ("days_before_visit", "allowed"),
    [("none", False), (-1, False), (0, True), ("last", True), ("past", False)],
)
def test_consent_and_briefing_must_be_valid_on_the_day(
    field: str, valid_days: int, ground: Ground, days_before_visit: int | str, allowed: bool
) -> None:
    days = {"last": valid_days - 1, "past": valid_days}.get(
        str(days_before_visit), days_before_visit
    )
    given_on = None if days == "none" else DAY - dt.timedelta(days=int(days))
    cadet = replace(CADET, **{field: given_on})  # type: ignore[arg-type]

    assert grounds(cadet) == ([] if allowed else [ground])


# Finish time ------------------------------------------------------------------------------------


@given(st.integers(-180, 180))
@example(0)
@example(1)
def test_a_visit_may_end_on_the_finish_time_but_not_past_it(minutes: int) -> None:
    ends_at = london(DAY, 22) + dt.timedelta(minutes=minutes)
    expected = [Ground.TOO_LATE] if minutes > 0 else []

    assert grounds(starts_at=london(DAY, 18), ends_at=ends_at) == expected


@pytest.mark.parametrize(
    "day",
    [
        dt.date(2026, 3, 28),  # the evening before the clocks go forward
        dt.date(2026, 3, 29),  # the evening after
        dt.date(2026, 10, 24),  # the evening before they go back
        dt.date(2026, 10, 25),  # the evening after
    ],
)
@pytest.mark.parametrize(("ends", "expected"), [((22, 0), []), ((22, 1), [Ground.TOO_LATE])])
def test_the_finish_time_is_by_london_clocks_around_both_clock_changes(
    day: dt.date, ends: tuple[int, int], expected: list[Ground]
) -> None:
    cadet = replace(CADET, consented_on=day, briefed_on=day)

    # In UTC, as the database holds it.
    starts_at, ends_at = london(day, 21).astimezone(dt.UTC), london(day, *ends).astimezone(dt.UTC)

    assert grounds(cadet, starts_at=starts_at, ends_at=ends_at) == expected


@pytest.mark.parametrize(
    ("start", "latest_finish", "finish"),
    [
        # Clocks go back on 25 October 2026 at 01:00 UTC: 01:30 comes twice, the first is meant.
        ((2026, 10, 24, 22), dt.time(1, 30), (2026, 10, 25, 0, 30)),
        ((2026, 10, 24, 22), dt.time(2, 30), (2026, 10, 25, 2, 30)),
        # Clocks go forward on 29 March 2026 at 01:00 UTC: there is no 01:30; the old clock counts.
        ((2026, 3, 28, 22), dt.time(1, 30), (2026, 3, 29, 1, 30)),
        ((2026, 3, 28, 22), dt.time(2, 30), (2026, 3, 29, 1, 30)),
        # An ordinary summer and an ordinary winter evening.
        ((2026, 7, 1, 18), dt.time(22, 0), (2026, 7, 1, 21, 0)),
        ((2026, 12, 1, 18), dt.time(22, 0), (2026, 12, 1, 22, 0)),
    ],
)
def test_the_deadline_in_utc(
    start: tuple[int, int, int, int], latest_finish: dt.time, finish: tuple[int, ...]
) -> None:
    starts_at = dt.datetime(*start, tzinfo=dt.UTC)

    assert finish_by(starts_at, latest_finish) == dt.datetime(*finish, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]


@given(
    st.datetimes(
        min_value=dt.datetime(2025, 1, 1),  # noqa: DTZ001
        max_value=dt.datetime(2028, 1, 1),  # noqa: DTZ001
        timezones=st.just(dt.UTC),
    )
)
def test_the_small_hours_belong_to_the_evening_before(starts_at: dt.datetime) -> None:
    hour = starts_at.astimezone(LONDON).hour
    late = finish_by(starts_at, dt.time(22, 0)) <= starts_at

    assert late is (hour >= 22 or hour < 6)


def test_a_visit_after_midnight_is_past_the_finish_time_of_the_evening() -> None:
    assert grounds(starts_at=london(DAY, 0, 30), ends_at=london(DAY, 1, 0)) == [Ground.TOO_LATE]


# Team and venue ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("adults", "welfare_officers", "expected"),
    [
        (2, 1, []),
        (3, 2, []),
        (2, 0, [Ground.WELFARE_OFFICER]),
        (1, 1, [Ground.ADULTS]),
        (0, 0, [Ground.ADULTS, Ground.WELFARE_OFFICER]),
    ],
)
def test_a_cadet_goes_with_two_adults_one_of_them_the_welfare_officer(
    adults: int, welfare_officers: int, expected: list[Ground]
) -> None:
    assert grounds(adults=adults, welfare_officers=welfare_officers) == expected


def test_a_cadet_does_not_go_to_a_venue_they_have_tested_before() -> None:
    assert grounds(venue_id=11) == [Ground.TESTED_BEFORE]
    assert grounds(venue_id=13) == []


# As a whole -------------------------------------------------------------------------------------


def test_every_reason_is_given_at_once_and_in_plain_words() -> None:
    nobody = CadetFacts(
        birth_date=dt.date(2015, 1, 1),
        consented_on=None,
        briefed_on=dt.date(2026, 1, 1),
        tested_venue_ids=frozenset({1}),
    )

    reasons = reasons_not_to_go(
        nobody,
        policy=POLICY,
        starts_at=london(DAY, 21, 30),
        ends_at=london(DAY, 22, 15),
        venue_id=1,
        adults=1,
        welfare_officers=0,
    )

    assert [reason.message for reason in reasons] == [
        f"The cadet is 11 on {DAY.day} {DAY:%B %Y}. The policy allows 13 to 17.",
        "Consent is not on record.",
        "The briefing ran out on 30 January 2026.",
        "The visit ends at 22:15. A visit with a cadet must end by 22:00.",
        "A cadet needs two adults in the team.",
        "One of the adults must be welfare officer.",
        "The cadet has tested this venue before.",
    ]


@given(
    st.dates(dt.date(2005, 1, 1), dt.date(2016, 1, 1)),
    st.integers(8, 15),
    st.integers(15, 20),
)
def test_a_wider_policy_never_adds_a_reason(born: dt.date, lower: int, upper: int) -> None:
    cadet = replace(CADET, birth_date=born)
    narrow = replace(POLICY, min_age=lower, max_age=upper)
    wide = replace(POLICY, min_age=lower - 1, max_age=upper + 1)

    assert set(grounds(cadet, policy=wide)) <= set(grounds(cadet, policy=narrow))


@pytest.mark.parametrize(
    "times",
    [
        {"starts_at": dt.datetime(2026, 11, 24, 19)},  # noqa: DTZ001
        {"ends_at": dt.datetime(2026, 11, 24, 20)},  # noqa: DTZ001
        {"ends_at": london(DAY, 18)},
    ],
)
def test_times_that_make_no_sense_are_refused(times: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="visit"):
        grounds(**times)
