"""The rules of when a refresher and its reminders are due, with days lost and dates changed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.follow_ups.due import (
    WEEK,
    Audience,
    Decided,
    DueReminder,
    FollowUpFacts,
    Stage,
    current_reminders,
    due_reminders,
    next_reminder_on,
    refresher_due_on,
)

DUE = dt.date(2026, 6, 15)
DAY = dt.timedelta(days=1)


def facts(**changes) -> FollowUpFacts:
    usual = {"is_open": True, "due_on": DUE, "booked_for": None, "lead_is_responsible": False}
    return FollowUpFacts(**usual | changes)


def test_a_refresher_is_due_so_many_days_after_the_visit():
    friday = dt.date(2026, 6, 12)
    assert refresher_due_on(friday, 8, working_days_only=False) == dt.date(2026, 6, 20)


def test_a_refresher_is_due_on_the_next_working_day_where_the_policy_keeps_to_them():
    friday = dt.date(2026, 6, 12)
    assert refresher_due_on(friday, 8, working_days_only=True) == dt.date(2026, 6, 22)
    assert refresher_due_on(friday, 7, working_days_only=True) == dt.date(2026, 6, 19)


def remember(reminders: list[DueReminder], *, on: dt.date) -> tuple[Decided, ...]:
    return tuple(Decided(reminder, on) for reminder in reminders)


def stages_by_audience(reminders: list[DueReminder]) -> dict[Audience, Stage]:
    return {reminder.audience: reminder.stage for reminder in reminders}


def to_venue_and_officer(stage: Stage) -> dict[Audience, Stage]:
    return {Audience.VENUE: stage, Audience.OFFICER: stage}


CHASE_TO_ALL = to_venue_and_officer(Stage.CHASE) | {Audience.LEAD: Stage.CHASE}


@pytest.mark.parametrize(
    ("days", "stages"),
    [
        (-8, {}),
        (-7, to_venue_and_officer(Stage.SOON)),
        (-1, to_venue_and_officer(Stage.SOON)),
        (0, to_venue_and_officer(Stage.DUE)),
        (6, to_venue_and_officer(Stage.DUE)),
        (7, to_venue_and_officer(Stage.CHASE)),
        (13, to_venue_and_officer(Stage.CHASE)),
        (14, CHASE_TO_ALL),
        (21, CHASE_TO_ALL),
        (700, CHASE_TO_ALL),
    ],
)
def test_the_first_look_decides_the_latest_message_only(days, stages):
    assert stages_by_audience(due_reminders(facts(), on=DUE + days * DAY)) == stages


def test_each_message_names_the_day_it_is_meant_for():
    (date,) = {message.date for message in due_reminders(facts(), on=DUE + 23 * DAY)}
    assert date == DUE + 21 * DAY


def test_a_booked_date_counts_instead_of_the_due_date():
    booked = facts(booked_for=DUE + 13 * DAY)
    assert due_reminders(booked, on=DUE + 5 * DAY) == []
    assert {m.stage for m in due_reminders(booked, on=DUE + 6 * DAY)} == {Stage.SOON}


def test_the_lead_hears_of_an_overdue_refresher_however_late_it_is_booked_for():
    booked = facts(booked_for=DUE + 60 * DAY)
    assert due_reminders(booked, on=DUE + 13 * DAY) == []
    assert due_reminders(booked, on=DUE + 14 * DAY) == [
        DueReminder(Stage.CHASE, Audience.LEAD, DUE + 14 * DAY)
    ]
    assert next_reminder_on(booked, on=DUE) == DUE + 14 * DAY


def test_a_booking_for_the_due_date_itself_repeats_nothing():
    sent = remember(due_reminders(facts(), on=DUE - WEEK), on=DUE - WEEK)
    assert due_reminders(facts(booked_for=DUE, decided=sent), on=DUE - 3 * DAY) == []


def test_a_lead_who_is_the_responsible_officer_hears_once():
    reminders = due_reminders(facts(lead_is_responsible=True), on=DUE + 14 * DAY)
    assert stages_by_audience(reminders) == to_venue_and_officer(Stage.CHASE)


def test_a_date_changed_after_the_days_message_is_told_on_the_next_day():
    heard = remember(due_reminders(facts(), on=DUE), on=DUE)
    moved = facts(booked_for=DUE + 2 * DAY, decided=heard)
    assert due_reminders(moved, on=DUE) == []
    told = due_reminders(moved, on=DUE + DAY)
    assert stages_by_audience(told) == to_venue_and_officer(Stage.SOON)


@given(
    booked_for=st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    on=st.dates(dt.date(2025, 1, 1), dt.date(2028, 1, 1)),
)
def test_nobody_hears_of_a_closed_follow_up(booked_for, on):
    closed = facts(is_open=False, booked_for=booked_for)
    assert due_reminders(closed, on=on) == []
    assert next_reminder_on(closed, on=on) is None


@given(on=st.dates(DUE - 60 * DAY, DUE + 200 * DAY), told_today=st.booleans())
def test_the_next_reminder_is_the_next_day_on_which_something_is_due(on, told_today):
    decided = remember(due_reminders(facts(), on=on), on=on) if told_today else ()
    day = on
    while not due_reminders(facts(decided=decided), on=day):
        day += DAY
    assert next_reminder_on(facts(decided=decided), on=on) == day


#: What happens on a day: nothing, a run of the task or two, and perhaps a new date first.
DAYS = st.lists(
    st.tuples(st.integers(0, 2), st.none() | st.integers(-10, 40)), min_size=1, max_size=120
)


def live_through(days, *, lead_is_responsible=False):
    """Run the task on some days and change the booking on some: (day, facts, decided) for each."""
    decided: tuple[Decided, ...] = ()
    booked_for = None
    on = DUE - 40 * DAY
    for runs, new_date in days:
        on += DAY
        if new_date is not None:
            booked_for = on + new_date * DAY
        for _ in range(runs):
            now = facts(
                booked_for=booked_for, decided=decided, lead_is_responsible=lead_is_responsible
            )
            new = due_reminders(now, on=on)
            decided += remember(new, on=on)
            yield on, now, new


@given(days=DAYS)
def test_no_message_is_decided_twice(days):
    decided = [reminder for _, _, new in live_through(days) for reminder in new]
    assert len(decided) == len(set(decided))


@given(days=DAYS)
def test_no_audience_gets_more_than_one_message_a_day(days):
    heard = [(on, m.audience) for on, _, new in live_through(days) for m in new]
    assert len(heard) == len(set(heard))


@given(days=DAYS)
def test_after_a_run_the_latest_message_is_decided_unless_they_heard_that_day(days):
    for on, now, new in live_through(days):
        decided = now.decided + remember(new, on=on)
        for message in current_reminders(now, on=on):
            assert any(
                d.reminder == message or (d.on == on and d.reminder.audience == message.audience)
                for d in decided
            )


@given(days=DAYS)
def test_nothing_is_decided_before_its_day_or_more_than_six_days_late(days):
    for on, _, new in live_through(days):
        for message in new:
            assert dt.timedelta(0) <= on - message.date < WEEK


@given(days=DAYS)
def test_stages_follow_the_date_that_counts(days):
    for _, now, new in live_through(days):
        for message in new:
            weeks, rest = divmod((message.date - now.date_that_counts).days, 7)
            assert rest == 0
            assert message.stage == {-1: Stage.SOON, 0: Stage.DUE}.get(weeks, Stage.CHASE)
            assert message.audience is not Audience.LEAD or weeks >= 2
            assert message.stage in message.audience.stages


def test_the_lead_hears_at_the_chase_alone_and_all_others_at_each_stage():
    assert {audience: list(audience.stages) for audience in Audience} == {
        Audience.VENUE: list(Stage),
        Audience.OFFICER: list(Stage),
        Audience.LEAD: [Stage.CHASE],
    }


@given(skipped=st.sets(st.integers(-10, 60)))
def test_lost_days_lose_no_week_in_which_there_was_a_run(skipped):
    every_day = [(1, None)] * 110
    some_days = [(0 if n - 40 in skipped else 1, None) for n in range(1, 111)]
    daily = {reminder for _, _, new in live_through(every_day) for reminder in new}
    healed = {reminder for _, _, new in live_through(some_days) for reminder in new}
    ran = {DUE + (n - 40) * DAY for n in range(1, 111) if n - 40 not in skipped}
    assert healed == {
        reminder
        for reminder in daily
        if any(reminder.date <= day < reminder.date + WEEK for day in ran)
    }
