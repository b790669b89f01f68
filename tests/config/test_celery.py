"""The lines of tasks: which task, how it ended, and nothing of what it was given."""

import datetime as dt
from itertools import pairwise

import pytest
from celery.schedules import crontab, maybe_schedule
from structlog.contextvars import get_contextvars

from config.celery import app
from govuk.dates import LONDON


@app.task
def looks_for(person: str) -> str:
    if person == "nobody":
        raise ValueError(f"{person} is Oriel Fenwick")
    return person


def test_a_task_is_told_by_name_and_id_and_how_it_ended(log):
    done = looks_for.apply(args=["Oriel Fenwick"])
    line = log.line("task")
    assert (line["task"], line["task_id"], line["state"]) == (looks_for.name, done.id, "SUCCESS")
    assert "Fenwick" not in log.getvalue()


def test_a_task_that_broke_is_told_with_the_place_but_not_what_it_was_given(log):
    failed = looks_for.apply(kwargs={"person": "nobody"})
    (error,) = [line for line in log.lines() if line["level"] == "error"]
    assert error["task_id"] == failed.id
    assert error["exception"].startswith("ValueError\n")
    assert "tests/config/test_celery.py" in error["exception"]
    assert log.line("task")["state"] == "FAILURE"
    assert "Fenwick" not in log.getvalue()
    assert "nobody" not in log.getvalue()


def test_what_comes_after_a_task_is_not_of_it(log):
    looks_for.apply(args=["x"])

    assert "task_id" not in get_contextvars()


# When tasks run ---------------------------------------------------------------------------------

NIGHTS = {
    "forward": (dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC), dt.timedelta(hours=24)),
    "back": (dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC), dt.timedelta(hours=36)),
}
MINUTE = dt.timedelta(minutes=1)


def runs(schedule, begins: dt.datetime, lasts: dt.timedelta, patch) -> list[dt.datetime]:
    """The moments at which beat would send the task, asking every minute."""
    last, now, found = begins, begins, []
    patch.setattr(schedule, "nowfun", lambda: now.astimezone(app.timezone))
    while now < begins + lasts:
        now += MINUTE
        if schedule.is_due(last.astimezone(app.timezone)).is_due:
            last = now
            found.append(now)
    return found


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("name", app.conf.beat_schedule)
def test_a_change_of_the_clocks_leaves_intervals_and_times_of_day(name, night, monkeypatch):
    schedule = maybe_schedule(app.conf.beat_schedule[name]["schedule"], app=app)
    begins, lasts = NIGHTS[night]

    found = runs(schedule, begins, lasts, monkeypatch)

    if isinstance(schedule, crontab):
        times = [moment.astimezone(LONDON) for moment in found]
        each_time = {(time.date(), time.hour, time.minute) for time in times}
        assert len(each_time) == len(times) >= 1  # once on a day
        assert {(time.hour, time.minute) for time in times} == {
            (hour, minute) for hour in schedule.hour for minute in schedule.minute
        }
        assert not schedule.hour & {1}  # the hour that is left out, or comes twice
    else:
        gaps = {after - before for before, after in pairwise([begins, *found])}
        assert max(gaps) - schedule.run_every <= MINUTE
        assert min(gaps) >= schedule.run_every
