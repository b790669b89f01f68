"""Asks for pages as the product answers them, by turns with bare SQL, and without policies."""

import contextlib
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import psycopg2
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.record import access_log
from operations.protection.row_security import HISTORIES, POLICIES
from tests.benchmarks.pages import Page

REQUESTS = 20
#: Seconds that each way to ask for a page may take; a slower page is asked for less often.
BUDGET = 2.0
#: Seconds after which PostgreSQL gives up a question, and the page counts as stopped.
LIMIT = 60
#: What is left out where the policies are off: no scope is taken.
SCOPE = "accounts.middleware.ScopedTransaction"
#: No questions of their own.
BOUNDS = ("BEGIN", "COMMIT", "ROLLBACK")


@dataclass(frozen=True)
class Line:
    """What a page costs, in milliseconds."""

    name: str
    requests: int
    median: float
    p95: float
    bare: float
    without_policies: float
    """How many times what it takes without policies: of the fastest quarter of each."""

    questions: int
    kilobytes: float
    cold: float | None
    """Where nothing is in the cache; only where a goal asks for it."""

    over: tuple[str, ...]
    """Which goals it misses."""

    @property
    def times_bare(self) -> float:
        """The median as so many times the bare SQL."""
        return self.median / self.bare


def measure(page: Page, owner: Any) -> Line:
    """Ask for a page as often as the time allows.

    Args:
        page: The page.
        owner: A cursor of the tables' owner.

    """
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(pk=page.reader))

    def ask() -> Any:
        response = client.get(page.path)
        assert response.status_code == 200, (page.name, page.path, response.status_code)
        return response

    def ask_by_hand() -> None:
        for question in page.bare:
            owner.execute(question)
            owner.fetchall()

    try:
        first = _seconds(ask)
        with CaptureQueriesContext(connection) as captured:  # not what only a first page asks
            size = len(ask().content) / 1000
            questions = sum(not q["sql"].startswith(BOUNDS) for q in captured)
        ask_by_hand()
        times: dict[str, list[float]] = {"page": [], "bare": [], "off": []}
        rounds = 2 if first < BUDGET else 1
        for _ in range(rounds):
            _by_turns(ask, ask_by_hand, times["page"], times["bare"], rounds)
            with without_policies(owner):
                _by_turns(ask, lambda: None, times["off"], [], rounds)
    except (DatabaseError, psycopg2.Error) as error:
        connection.close()
        stopped = (f"stopped: {str(error).splitlines()[0]}",)
        return Line(page.name, 0, LIMIT * 1000, LIMIT * 1000, 1, 1, 0, 0, None, stopped)
    cold = None
    if page.goal.cold is not None:
        cold = statistics.median([_cold(ask) for _ in range(3 if first < 1 else 1)]) * 1000
    line = Line(
        name=page.name,
        requests=len(times["page"]),
        median=statistics.median(times["page"]) * 1000,
        p95=_quantile(times["page"], 95) * 1000,
        bare=statistics.median(times["bare"]) * 1000,
        without_policies=_quantile(times["page"], 25) / _quantile(times["off"], 25),
        questions=questions,
        kilobytes=size,
        cold=cold,
        over=(),
    )
    return Line(**vars(line) | {"over": tuple(_misses(line, page))})


def _misses(line: Line, page: Page) -> Iterator[str]:
    goal = page.goal
    allowed = max(goal.milliseconds, (goal.times_bare or 0) * line.bare)
    if line.median > allowed:
        yield f"time (≤ {allowed:.0f} ms)"
    if goal.cold is not None and line.cold is not None and line.cold > goal.cold:
        yield f"cold (≤ {goal.cold:.0f} ms)"
    if line.p95 > goal.p95_of_median * line.median:
        yield "95th percentile"
    if line.without_policies > goal.times_without_policies:
        yield "policies"
    if line.questions > goal.questions:
        yield "questions"
    if line.kilobytes > goal.kilobytes:
        yield "size"


def _by_turns(
    ask: Callable[[], Any],
    other: Callable[[], Any],
    times: list[float],
    others: list[float],
    rounds: int,
) -> None:
    began = time.perf_counter()
    for turn in range(REQUESTS // 2):
        if turn == 0 and rounds > 1:
            ask()  # what was learnt about tables before policies changed is gone
        times.append(_seconds(ask))
        others.append(_seconds(other))
        if time.perf_counter() - began > BUDGET / 2:
            return


def _cold(ask: Callable[[], Any]) -> float:
    cache.clear()
    return _seconds(ask)


def _seconds(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _quantile(times: list[float], percent: int) -> float:
    if len(times) == 1:
        return times[0]
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


@contextlib.contextmanager
def without_policies(owner: Any) -> Iterator[None]:
    """The product without row-level security, without its scope and without the log of reads."""
    left = [name for name in settings.MIDDLEWARE if name != SCOPE]
    unrecorded = patch.object(access_log, "_write")
    with override_settings(MIDDLEWARE=left), unrecorded:
        for table in POLICIES | HISTORIES:
            owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            for table in POLICIES | HISTORIES:
                owner.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
