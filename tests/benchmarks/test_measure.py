"""A page is measured as the product answers it, and the policies stand again afterwards."""

import contextlib

import psycopg2
import pytest
from django.db import connection

from config.embedded import database_url
from operations.protection.row_security import HISTORIES, POLICIES
from tests import factories
from tests.benchmarks import measure
from tests.benchmarks.pages import Goal, Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(db):
    """A connection of its own, as a measurement has it."""
    url = f"{database_url().rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    with contextlib.closing(psycopg2.connect(url)) as link, link.cursor() as cursor:
        link.autocommit = True
        yield cursor


@pytest.fixture(autouse=True)
def few_requests(monkeypatch):
    monkeypatch.setattr(measure, "REQUESTS", 4)


@pytest.fixture
def my_visits():
    visit = factories.VisitFactory()
    officer = visit.team.get().officer
    return lambda **goal: Page("My visits", officer.pk, "/visits/", ("SELECT 1",), Goal(**goal))


def with_policies(owner):
    owner.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
    return {name for (name,) in owner.fetchall()}


def test_a_page_is_asked_for_by_turns_and_its_policies_stand_again(owner, my_visits):
    line = measure.measure(my_visits(milliseconds=10_000, p95_of_median=50), owner)
    assert line.requests == measure.REQUESTS
    assert 0 < line.bare < line.median <= line.p95
    assert 5 < line.questions < 30
    assert line.kilobytes > 2
    assert "time" not in " ".join(line.over)
    assert with_policies(owner) == POLICIES.keys() | HISTORIES.keys()


def test_a_page_over_its_goals_says_which(owner, my_visits):
    none = {"milliseconds": 0.1, "questions": 1, "kilobytes": 1, "times_without_policies": 0}
    line = measure.measure(my_visits(**none, times_bare=None, cold=0.1), owner)
    said = " ".join(line.over)
    assert all(word in said for word in ("time", "cold", "policies", "questions", "size"))


def test_without_policies_everything_is_shown_and_no_scope_is_taken(owner, my_visits):
    with measure.without_policies(owner):
        assert with_policies(owner) == set()
    assert with_policies(owner) == POLICIES.keys() | HISTORIES.keys()


def test_a_question_that_takes_too_long_stops_its_page_alone(owner, my_visits):
    slow = Page("Slow", my_visits().reader, "/visits/", ("SELECT 1/0",))
    line = measure.measure(slow, owner)
    assert line.over == ("stopped: division by zero",)
    assert measure.measure(my_visits(), owner).requests == measure.REQUESTS
