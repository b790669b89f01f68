"""What happens by itself: the real broker, a real worker, the schedule."""

import datetime as dt

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.utils import timezone
from kombu import Connection

from accounts import tasks as keeping
from accounts.dates.london import duty_day
from config.celery import app
from operations import tasks
from operations.follow_ups.due import Audience, Stage
from operations.models import ReminderCopy
from outbox import tasks as outbox
from outbox.models import Message, State
from tests import factories

pytestmark = pytest.mark.usefixtures("every_day_counts")

DAY = dt.timedelta(days=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("workers")
def test_a_days_work_goes_out_once_however_often_it_is_asked_for(place):
    today = duty_day(timezone.now())
    due = factories.FollowUpFactory(due_on=today)
    factories.VenueContactFactory(venue=due.visit.venue)
    late = factories.FollowUpFactory(due_on=today - 14 * DAY)  # nobody to write to at the venue
    factories.FollowUpFactory(due_on=today + 8 * DAY)
    for _ in range(3):
        place.send(tasks.remind)
    place.send(outbox.deliver, "reminders", queue="reminders_mail")
    with place.worker():
        place.wait_for("done remind", "done remind", "done remind")
        messages = Message.objects.filter(reminder_copies__isnull=False)
        place.wait_for(*(f"settled {message.pk}" for message in messages if message.is_waiting))
    assert not Message.objects.waiting().exists()
    sent = ReminderCopy.objects.filter(message__state=State.SENT)
    assert {
        (copy.reminder.follow_up, copy.reminder.stage, copy.reminder.audience) for copy in sent
    } == {
        (due, Stage.DUE, Audience.VENUE),
        (due, Stage.DUE, Audience.OFFICER),
        (late, Stage.CHASE, Audience.OFFICER),
        (late, Stage.CHASE, Audience.LEAD),
    }
    assert [place.times_handed_over(copy.message.message_id) for copy in sent] == [1] * 4
    assert len(place.messages()) == 4


def test_each_scheduled_task_exists():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    ours = {
        *(tasks.remind.name, tasks.count_figures.name, tasks.watch_teams.name),
        *(outbox.deliver.name, tasks.remind_of_calls.name, tasks.tell_of_changed_plans.name),
        tasks.look_after_proposals.name,
    }
    assert scheduled == ours | {
        keeping.seal.name,
        keeping.apply_retention.name,
        keeping.look_at_night_work.name,
    }
    assert scheduled <= set(app.tasks)


def test_reminders_are_decided_at_eight_in_london_in_summer_and_winter():
    schedule = app.conf.beat_schedule["decide the day's reminders"]["schedule"]
    assert isinstance(schedule, crontab)
    assert (min(schedule.hour), schedule.minute) == (8, {0})
    assert str(app.timezone) == "Europe/London"


def test_reminders_that_nobody_could_decide_at_eight_are_decided_later_the_same_day():
    schedule = app.conf.beat_schedule["decide the day's reminders"]
    assert schedule["schedule"].hour == set(range(8, 19))
    assert schedule["options"]["expires"] == 3600


def test_a_task_is_told_to_the_broker_only_when_it_is_done():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]


def test_the_broker_is_asked_for_abandoned_tasks_every_two_seconds():
    """The options reach the channel, where kombu reads them."""
    options = app.conf.broker_transport_options
    with Connection(settings.REDIS_URL, transport_options=options) as broker:
        channel = broker.default_channel
        assert channel.visibility_timeout == 600
        assert channel.unacked_restore_throttle == 1
        assert broker.transport_options["unacked_restore_interval"] == 2


@pytest.mark.django_db
def test_the_mornings_task_decides_as_the_system():
    follow_up = factories.FollowUpFactory(due_on=duty_day(timezone.now()))
    tasks.remind()
    assert set(follow_up.reminders.values_list("stage", flat=True)) == {Stage.DUE}


@pytest.mark.django_db
def test_work_of_the_night_that_was_not_done_is_warned_of_by_the_task(monkeypatch):
    asked = []
    monkeypatch.setattr(keeping.night_work, "warn", lambda at: asked.append(at))
    keeping.look_at_night_work()
    assert len(asked) == 1


@pytest.mark.django_db
def test_a_look_for_teams_raises_alarms_and_sends_on_those_that_nobody_took():
    minutes_ago = [timezone.now() - dt.timedelta(minutes=number) for number in (40, 20, 6)]
    silent = factories.UnderWayVisitFactory(starts_at=minutes_ago[0])
    left = factories.AlarmFactory(due_at=minutes_ago[1], raised_at=minutes_ago[2])
    tasks.watch_teams()
    assert silent.alarms.count() == 1
    left.refresh_from_db()
    assert left.escalated_at is not None
