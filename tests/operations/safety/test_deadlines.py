"""Deadlines of a team under way: by when it is heard of, and when an alarm is due."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from govuk.dates import LONDON
from operations.safety.deadlines import Kind, Missed, Rules, Signs, check_in_by, missed

MINUTE = dt.timedelta(minutes=1)
RULES = Rules(
    every=20 * MINUTE,
    every_with_cadet=15 * MINUTE,
    alarm_after=3 * MINUTE,
    escalate_after=5 * MINUTE,
)
STARTED = dt.datetime(2026, 11, 27, 20, 0, tzinfo=LONDON)


def signs(**changes):
    return Signs(
        **{
            "started_at": STARTED,
            "ends_at": STARTED + 120 * MINUTE,
            "with_cadet": False,
            "checked_in_at": None,
            "spoken_to_at": None,
        }
        | changes
    )


def test_the_first_check_in_counts_from_the_start():
    assert check_in_by(signs(), RULES) == STARTED + 20 * MINUTE


def test_a_team_with_a_cadet_checks_in_sooner():
    assert check_in_by(signs(with_cadet=True), RULES) == STARTED + 15 * MINUTE


def test_the_next_one_counts_from_the_last():
    checked = signs(checked_in_at=STARTED + 12 * MINUTE)
    assert check_in_by(checked, RULES) == STARTED + 32 * MINUTE


def test_a_word_with_the_team_counts_like_a_check_in():
    spoken = signs(checked_in_at=STARTED + 5 * MINUTE, spoken_to_at=STARTED + 30 * MINUTE)
    assert check_in_by(spoken, RULES) == STARTED + 50 * MINUTE


def test_an_alarm_is_due_on_its_minute_and_not_a_second_before():
    due = STARTED + 20 * MINUTE
    second = dt.timedelta(seconds=1)
    assert not list(missed(signs(), RULES, at=due + 3 * MINUTE - second))
    assert list(missed(signs(), RULES, at=due + 3 * MINUTE)) == [
        Missed(Kind.CHECK_IN, due, STARTED)
    ]


def test_a_visit_that_nobody_ended_is_missed_too_though_its_team_checks_in():
    ends = STARTED + 120 * MINUTE
    well = signs(checked_in_at=ends)
    assert not list(missed(well, RULES, at=ends + 2 * MINUTE))
    assert list(missed(well, RULES, at=ends + 3 * MINUTE)) == [Missed(Kind.END, ends, ends)]


def test_minutes_are_the_same_in_the_night_when_the_clocks_go_back():
    started = dt.datetime(2026, 10, 25, 0, 50, tzinfo=dt.UTC)  # 01:50, ten minutes before
    through = signs(started_at=started, ends_at=started + 120 * MINUTE)
    assert check_in_by(through, RULES) - started == 20 * MINUTE


def test_minutes_are_the_same_in_the_night_when_the_clocks_go_forward():
    started = dt.datetime(2027, 3, 28, 0, 50, tzinfo=dt.UTC)  # 00:50, then it is 02:00
    through = signs(started_at=started, ends_at=started + 120 * MINUTE)
    assert check_in_by(through, RULES) - started == 20 * MINUTE


minutes = st.integers(0, 600).map(lambda number: STARTED + number * MINUTE)


@given(checked=st.none() | minutes, spoken=st.none() | minutes, later=minutes, at=minutes)
def test_a_later_sign_of_life_never_brings_a_deadline_nearer(checked, spoken, later, at):
    before = signs(checked_in_at=checked, spoken_to_at=spoken)
    after = signs(checked_in_at=max(filter(None, (checked, later))), spoken_to_at=spoken)
    assert check_in_by(after, RULES) >= check_in_by(before, RULES)
    kinds = [{one.kind for one in missed(each, RULES, at=at)} for each in (before, after)]
    assert kinds[1] <= kinds[0]


@given(checked=st.none() | minutes, at=minutes)
def test_what_is_missed_stays_so_without_a_sign(checked, at):
    one = signs(checked_in_at=checked)
    assert set(missed(one, RULES, at=at)) <= set(missed(one, RULES, at=at + MINUTE))
