"""Working days of England and Wales, in due dates and reminders."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.roles import Role
from operations.follow_ups import actions as acts
from operations.follow_ups import reminders, working_days
from operations.follow_ups.due import (
    WEEK,
    Decided,
    FollowUpFacts,
    Stage,
    current_reminders,
    due_reminders,
    next_reminder_on,
)
from operations.models import FollowUpPolicy, Reminder
from outbox.models import Message, State
from tests import factories
from tests.operations.pages import at

DAY = dt.timedelta(days=1)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31))
CHRISTMAS_2026 = dt.date(2026, 12, 25)  # a Friday; Boxing Day is made up for on Monday 28


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-12-24", True),
        ("2026-12-25", False),
        ("2026-12-26", False),
        ("2026-12-28", False),
        ("2026-12-29", True),
        ("2027-03-26", False),  # Good Friday
        ("2027-03-29", False),  # Easter Monday
        ("2022-09-19", False),  # the Queen's funeral
        ("2026-11-30", True),  # a holiday in Scotland alone
        ("2026-03-17", True),  # a holiday in Northern Ireland alone
    ],
)
def test_bank_holidays_of_england_and_wales_and_weekends_are_no_working_days(day, works):
    assert working_days.is_working_day(dt.date.fromisoformat(day)) == works


@given(DAYS)
def test_the_nearest_working_day_is_one_and_none_lies_between(day):
    after, before = working_days.on_or_after(day), working_days.on_or_before(day)
    assert before <= day <= after
    assert working_days.is_working_day(after)
    assert working_days.is_working_day(before)
    assert after - before <= WEEK
    between = [before + number * DAY for number in range(1, (after - before).days)]
    assert not any(map(working_days.is_working_day, between))
    assert (before == after) == working_days.is_working_day(day)


def facts(**changes):
    usual = {
        "is_open": True,
        "due_on": CHRISTMAS_2026,
        "booked_for": None,
        "lead_is_responsible": False,
        "working_days_only": True,
    }
    return FollowUpFacts(**usual | changes)


@given(
    due_on=DAYS,
    booked_for=st.none() | DAYS,
    days=st.integers(-30, 60),
)
def test_nothing_is_decided_on_a_day_nobody_works_and_nothing_is_lost_by_that(
    due_on, booked_for, days
):
    on = due_on + days * DAY
    now = facts(due_on=due_on, booked_for=booked_for)
    if not working_days.is_working_day(on):
        assert due_reminders(now, on=on) == []
    coming = next_reminder_on(now, on=on)
    assert coming is not None
    assert coming >= on
    assert working_days.is_working_day(coming)
    assert due_reminders(now, on=coming)


@given(due_on=DAYS, days=st.integers(-30, 400))
def test_day_after_day_each_message_goes_out_once_and_before_its_date_where_it_is_ahead(
    due_on, days
):
    decided: tuple[Decided, ...] = ()
    first = due_on - 2 * WEEK
    for number in range(min(days, 60) + 30):
        on = first + number * DAY
        for message in due_reminders(facts(due_on=due_on, decided=decided), on=on):
            assert message not in {d.reminder for d in decided}
            if message.stage is not Stage.CHASE:
                assert on <= message.date
                assert message.date - on <= WEEK
            decided += (Decided(message, on),)


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        ("2026-12-17", None),
        ("2026-12-18", Stage.SOON),
        ("2026-12-24", Stage.DUE),  # the working day before
        ("2026-12-31", Stage.DUE),  # the next would fall on New Year's Day
        ("2027-01-04", Stage.CHASE),
    ],
)
def test_messages_about_christmas_day_go_out_on_working_days(on, stage):
    messages = current_reminders(facts(), on=dt.date.fromisoformat(on))
    assert {message.stage for message in messages} == ({stage} if stage else set())


# The policy -------------------------------------------------------------------------------------


def settled(ended_at):
    visit = factories.RefresherNeededVisitFactory(starts_at=ended_at - dt.timedelta(minutes=25))
    by = factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)
    return acts.settle_follow_up(visit=visit, by=by)


FOUR_WEEKS_BEFORE_CHRISTMAS = dt.datetime(2026, 11, 27, 21, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_a_follow_up_is_due_on_a_working_day():
    assert settled(FOUR_WEEKS_BEFORE_CHRISTMAS).due_on == dt.date(2026, 12, 29)


@pytest.mark.django_db
def test_the_night_belongs_to_its_evening_before_the_working_day_is_looked_for():
    assert settled(FOUR_WEEKS_BEFORE_CHRISTMAS + dt.timedelta(hours=5)).due_on == dt.date(
        2026, 12, 29
    )


@pytest.mark.django_db
def test_a_force_may_count_every_day_from_a_day_on():
    FollowUpPolicy.objects.create(valid_from=dt.date(2026, 11, 27), working_days_only=False)
    assert settled(FOUR_WEEKS_BEFORE_CHRISTMAS).due_on == CHRISTMAS_2026
    assert settled(FOUR_WEEKS_BEFORE_CHRISTMAS - 2 * DAY).due_on == CHRISTMAS_2026 - 2 * DAY


@pytest.mark.django_db
def test_no_reminder_is_decided_at_the_weekend_and_on_monday_it_is():
    saturday = dt.date(2026, 6, 20)
    factories.FollowUpFactory(due_on=saturday - 3 * WEEK)
    assert not reminders.decide_reminders(at=at(8, day=saturday))
    assert reminders.decide_reminders(at=at(8, day=saturday + 2 * DAY))
    assert not Reminder.objects.exclude(date=saturday).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("working_days_only", "waits_for"), [(True, 22), (False, 20)])
def test_what_is_decided_after_fridays_message_went_waits_for_the_next_working_day(
    working_days_only, waits_for
):
    friday = dt.date(2026, 6, 19)
    FollowUpPolicy.objects.create(valid_from=friday, working_days_only=working_days_only)
    due = {"due_on": friday}
    officer = factories.FollowUpFactory(**due).responsible
    reminders.decide_reminders(at=at(8, day=friday))
    Message.objects.update(state=State.SENT, settled_at=timezone.now())
    factories.FollowUpFactory(**due, responsible=officer)
    reminders.decide_reminders(at=at(8, day=friday))
    assert Message.objects.waiting().get().day == dt.date(2026, 6, waits_for)


@pytest.mark.django_db
def test_the_usual_rule_is_written_for_a_new_installation():
    assert FollowUpPolicy.keeps_to_working_days(on=timezone.localdate())
    assert not FollowUpPolicy.keeps_to_working_days(on=dt.date(2019, 12, 31))
