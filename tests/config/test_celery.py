"""The lines of tasks: which task, how it ended, and nothing of what it was given."""

from structlog.contextvars import get_contextvars

from config.celery import app


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
