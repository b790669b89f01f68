"""kill -9 at each instant: no reminder is lost and none is there twice.

A real worker with its children, the real broker, PostgreSQL. No test waits by the clock: a worker
says where it is, stands still there and is killed.
"""

import os
import signal
import time

import pytest
from django.utils import timezone

from accounts.dates.london import duty_day
from operations import tasks
from operations.follow_ups.due import Audience, Stage
from outbox.models import Message, State
from tests import factories
from tests.operations.watched_worker import BEFORE_THE_COMMIT

pytestmark = [
    pytest.mark.usefixtures("every_day_counts"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("workers"),
]


@pytest.fixture
def follow_up(db):
    """Due today, at a venue with a contact: one reminder to the venue, one to the officer."""
    follow_up = factories.FollowUpFactory(due_on=duty_day(timezone.now()))
    factories.VenueContactFactory(venue=follow_up.visit.venue)
    return follow_up


def assert_each_went_out_once(place, follow_up, seconds):
    reminders = list(follow_up.reminders.all())
    assert {(r.stage, r.audience) for r in reminders} == {
        (Stage.DUE, Audience.VENUE),
        (Stage.DUE, Audience.OFFICER),
    }
    messages = list(Message.objects.filter(reminder_copies__reminder__in=reminders))
    assert [message.state for message in messages] == [State.SENT] * 2, f"after {seconds:.1f} s"
    names = [file.name for file in place.messages()]
    assert sorted(names) == sorted(f"{message.message_id}.eml" for message in messages)


@pytest.mark.parametrize("instant", BEFORE_THE_COMMIT)
def test_a_worker_that_starts_again_sends_what_the_killed_one_left(instant, place, follow_up):
    with place.worker(HALT_AT=instant) as worker:
        place.send(tasks.remind)
        place.wait_for("halted")
        worker.kill()
    killed_at = time.monotonic()
    messages = list(Message.objects.waiting())
    assert len(messages) == 2, "killed too late to show anything"
    with place.worker():
        place.wait_for(*(f"settled {message.pk}" for message in messages))
        assert_each_went_out_once(place, follow_up, time.monotonic() - killed_at)
    handed_over = sum(place.times_handed_over(message.message_id) for message in messages)
    assert handed_over == (3 if instant == "message handed over, nothing committed" else 2)


def test_a_task_that_comes_back_after_its_reminder_went_out_sends_nothing(place, follow_up):
    short = {"VISIBILITY_TIMEOUT": "2", "TAKES_UP_NOTHING": "1"}
    with place.worker(**short, HALT_AT="committed, broker not told") as worker:
        place.send(tasks.remind)
        pk = int(place.wait_for("halted").split()[2])
        worker.kill()
    [other] = Message.objects.waiting()
    with place.worker(**short):
        place.wait_for(f"settled {other.pk}", "done deliver")
    assert place.times_handed_over(Message.objects.get(pk=pk).message_id) == 1


def test_the_broker_gives_the_task_of_a_killed_worker_to_another(place, follow_up):
    """With the visibility timeout shortened to 2 s, it comes back in seconds, not half a minute."""
    short = {"VISIBILITY_TIMEOUT": "2", "TAKES_UP_NOTHING": "1"}
    with place.worker(**short, HALT_AT="about to hand the message over") as worker:
        place.send(tasks.remind)
        place.wait_for("halted")
        worker.kill()
    killed_at = time.monotonic()
    with place.worker(**short):
        place.wait_for(*(f"settled {message.pk}" for message in Message.objects.all()))
        seconds = time.monotonic() - killed_at
        assert_each_went_out_once(place, follow_up, seconds)
    assert seconds < 15, f"it took {seconds:.1f} s"


def test_the_task_of_a_killed_child_is_taken_up_by_the_same_worker(place, follow_up, tmp_path):
    once = {"HALT_ONCE": str(tmp_path / "halted"), "TAKES_UP_NOTHING": "1"}
    with place.worker(HALT_AT="message handed over, nothing committed", **once):
        place.send(tasks.remind)
        child = int(place.wait_for("halted").split()[1])
        os.kill(child, signal.SIGKILL)
        killed_at = time.monotonic()
        place.wait_for(*(f"settled {message.pk}" for message in Message.objects.all()))
        assert_each_went_out_once(place, follow_up, time.monotonic() - killed_at)


def test_one_message_with_several_follow_ups_goes_out_once_though_its_worker_is_killed(
    place, follow_up
):
    """A contact of two venues: both in one message, before and after."""
    [contact] = follow_up.visit.venue.contacts.all()
    other = factories.FollowUpFactory(due_on=duty_day(timezone.now()))
    factories.VenueContactFactory(venue=other.visit.venue, email=contact.email)
    with place.worker(HALT_AT="message half written") as worker:
        place.send(tasks.remind)
        place.wait_for("halted")
        worker.kill()
    message = Message.objects.get(address=contact.email)
    with place.worker():
        place.wait_for(*(f"settled {waiting.pk}" for waiting in Message.objects.waiting()))
    assert place.times_handed_over(message.message_id) <= 1
    assert message.reminder_copies.count() == 2
    assert [f.name for f in place.messages()].count(f"{message.message_id}.eml") == 1
