"""Logs hold ids, not people: neither in our lines nor in those of libraries."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from config import logs
from tests.factories import UserFactory

NAME = "Oriel Fenwick"
MAIL = "oriel.fenwick@example.org"
ROOT = Path(__file__).resolve().parents[2]


def test_a_line_of_ours_is_data_with_its_time_in_utc(log):
    structlog.get_logger("operations.actions").info("visit started", visit=17)
    line = log.line("visit started")
    assert line["visit"] == 17
    assert line["level"] == "info"
    assert line["logger"] == "operations.actions"
    assert line["timestamp"].endswith("Z")


def test_an_object_in_a_line_shows_its_type_and_not_its_name(log):
    person = get_user_model()(username=MAIL, first_name="Oriel", last_name="Fenwick")
    structlog.get_logger("accounts").info("invited", by=person, people=[person])
    assert log.line("invited")["by"] == "<User>"
    assert log.line("invited")["people"] == "<list>"


def test_a_line_break_in_a_value_starts_no_line(log):
    structlog.get_logger("accounts").info("noted", value='x\n{"event": "forged"}')
    assert [line["event"] for line in log.lines()] == ["noted"]


@pytest.mark.parametrize(
    ("logger", "message", "arguments", "told"),
    [
        ("celery.app.trace", "Task %(name)s raised: %(exc)s", ({"name": "x", "exc": NAME},), "…"),
        ("some.library", "%s was refused %d times", (NAME, 3), "… was refused 3 times"),
        ("some.library", f"{NAME} was refused", (), "withheld"),
        ("django.utils", f"Invalid address {MAIL}", (), "utils"),
        ("gunicorn.error", "Worker exiting", (), "Worker exiting"),
    ],
)
def test_what_a_library_puts_into_its_message_is_withheld(log, logger, message, arguments, told):
    logging.getLogger(logger).error(message, *arguments)
    (line,) = log.lines()
    assert told in line["event"]
    assert line["at"].startswith("tests/config/test_logs.py:")
    assert "Fenwick" not in log.getvalue()
    assert MAIL not in log.getvalue()


def test_extra_data_of_a_record_is_not_told(log):
    logging.getLogger("celery").error("Task failed", extra={"data": {"args": [NAME]}})
    assert log.lines()
    assert NAME not in log.getvalue()


def test_queries_are_not_logged_however_much_is_asked_for(log, db, settings):
    settings.DEBUG = True
    connection.force_debug_cursor = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [NAME])
    assert not log.getvalue()


def refuse(secret: str) -> None:
    raise ValueError(f"{secret} is on another visit")


def test_of_an_exception_types_and_places_are_told_but_not_its_words(log):
    try:
        try:
            refuse(NAME)
        except ValueError as error:
            raise RuntimeError(MAIL) from error
    except RuntimeError:
        structlog.get_logger("operations").exception("not planned")
    told = log.line("not planned")["exception"].splitlines()
    assert told[0] == "RuntimeError"
    assert told[1].startswith("  tests/config/test_logs.py:")
    assert "because of ValueError" in told
    assert told[-1].endswith(" refuse")
    assert "Fenwick" not in log.getvalue()
    assert MAIL not in log.getvalue()


@pytest.mark.django_db
def test_of_a_row_that_the_database_refused_only_the_rule_is_told(log):
    UserFactory(username=MAIL)
    with pytest.raises(IntegrityError, match=MAIL) as refused, transaction.atomic():
        UserFactory(username=MAIL)  # PostgreSQL's words quote the row
    logging.getLogger("accounts").error(f"not added: {refused.value}", exc_info=refused.value)
    (line,) = [line for line in log.lines() if "exception" in line]
    assert (
        "because of psycopg2.errors.UniqueViolation (accounts_user_username_key)"
        in line["exception"].splitlines()
    )
    assert MAIL not in log.getvalue()


def test_words_that_name_code_or_settings_are_told(log):
    try:
        __import__("no_such_module")
    except ImportError:
        structlog.get_logger("config").exception("not started")
    first = log.line("not started")["exception"].splitlines()[0]
    assert first == "ModuleNotFoundError: No module named 'no_such_module'"


def test_an_exception_that_causes_itself_is_told_once(log):
    one, other = ValueError(), TypeError()
    one.__cause__, other.__cause__ = other, one
    structlog.get_logger("config").error("odd", exc_info=one)
    assert log.line("odd")["exception"].splitlines() == ["ValueError", "because of TypeError"]


def test_the_demonstration_prints_lines_for_a_person_and_only_what_needs_one():
    program = (
        "import logging.config, structlog; from config import logs;"
        "logging.config.dictConfig(logs.configuration(demo=True, level=''));"
        "log = structlog.get_logger('config'); log.info('quiet'); log.warning('loud', visit=17)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (line,) = done.stderr.splitlines()
    assert "loud" in line
    assert "visit=17" in line


def test_errors_are_not_mailed(settings):
    assert not settings.ADMINS
    assert "mail_admins" not in str(logs.configuration(demo=False, level=""))
    assert not [
        handler
        for name in ("", "django", "django.request", "django.security")
        for handler in logging.getLogger(name).handlers
        if "Email" in type(handler).__name__
    ]
