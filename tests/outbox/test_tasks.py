"""Each lane has a queue and a worker of its own, and beat looks in each."""

import datetime as dt
from pathlib import Path

from django.conf import settings

from config.celery import app
from outbox import tasks
from outbox.models import Lane

ROOT = Path(__file__).resolve().parents[2]


def test_beat_looks_each_minute_for_what_is_due_in_each_lane_and_for_alarms_each_five_seconds():
    looks = {
        entry["args"][0]: entry
        for entry in app.conf.beat_schedule.values()
        if entry["task"] == tasks.deliver.name
    }
    assert set(looks) == set(Lane.values)
    for lane, entry in looks.items():
        seconds = 5 if lane in (Lane.ALARMS, Lane.TEXTS) else 60
        assert entry["schedule"] == dt.timedelta(seconds=seconds)
        assert entry["options"] == {"queue": Lane(lane).queue, "expires": max(seconds, 10)}


def test_each_lane_has_a_worker_that_takes_nothing_else():
    lines = (ROOT / "Procfile").read_text().splitlines()
    for lane in Lane:
        [line] = [line for line in lines if lane.queue in line]
        assert f"worker --queues {lane.queue} --concurrency 1" in line
    [worker] = [line for line in lines if line.startswith("worker:")]
    assert "--queues" not in worker, "the queue of everything else"
    assert app.conf.task_default_queue == "celery"


def test_a_run_ends_well_before_celery_would_kill_it():
    from outbox import delivery

    longest = delivery.SECONDS_A_RUN + 3 * max(delivery.SECONDS_EACH.values())
    assert longest < settings.CELERY_TASK_TIME_LIMIT


def test_a_broker_that_is_away_fails_no_act(monkeypatch, db, django_capture_on_commit_callbacks):
    from django.core.mail import send_mail

    from outbox.models import Message

    def away(lane):
        raise ConnectionError

    monkeypatch.setattr(tasks, "wake", away)
    with django_capture_on_commit_callbacks(execute=True):
        send_mail("S", "B", None, ["a@police.example"])
    assert Message.objects.waiting().exists()


def test_a_run_that_leaves_something_asks_for_the_next(monkeypatch):
    asked = []
    monkeypatch.setattr(tasks, "wake", asked.append)
    for left in (True, False):
        monkeypatch.setattr(tasks.delivery, "deliver", lambda lane, at, left=left: left)
        tasks.deliver(Lane.REMINDERS.value)
    assert asked == [Lane.REMINDERS]


def test_a_worker_that_starts_looks_into_every_lane(monkeypatch):
    asked = []
    monkeypatch.setattr(tasks, "wake", asked.append)
    tasks.take_up_what_was_left()
    assert asked == list(Lane)
