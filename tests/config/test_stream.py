"""Streams of a real server: what reaches a board, how soon, and what that costs the database."""

import contextlib
import datetime as dt
import http.client
import threading
import time
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from config.embedded import web_database_url
from operations.safety import actions as safety
from tests.factories import UnderWayVisitFactory, UserFactory, VisitFactory
from tests.gates import gate
from tests.web import web_server

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("streams")]

MINUTE = dt.timedelta(minutes=1)
SOON = 2.0  # seconds within which each board is to hear of a change


def session_of(person):
    client = Client()
    client.force_login(person)
    return client.session.session_key


@pytest.fixture
def handler():
    return UserFactory(role=Role.CALL_HANDLER)


class Stream(threading.Thread):
    """A page that listens: each word, and when it came."""

    def __init__(self, web, session):
        super().__init__(daemon=True)
        self.link = http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)
        cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
        headers = {"Cookie": cookie, "Host": "localhost"}
        self.link.request("GET", reverse("operations:board_events"), headers=headers)
        self.answer = self.link.getresponse()
        self.status = self.answer.status
        self.words: list[tuple[float, str]] = []
        self.over = threading.Event()
        self.start()

    def run(self):
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError, AttributeError):
            while line := self.answer.readline():
                if line.startswith(b"event: "):
                    self.words.append((time.monotonic(), line[7:].decode().strip()))
        self.over.set()

    def hears(self, word, *, after, within):
        """Seconds after ``after`` until this word came; fail where it does not come in time."""
        while time.monotonic() < after + within:
            for at, one in list(self.words):
                if one == word and at >= after:
                    return at - after
            time.sleep(0.01)
        pytest.fail(f"no {word} within {within} s: {self.words}")

    def settles(self):
        """Wait until it has told what there was, and only says that it lives."""
        self.hears("alive", after=time.monotonic(), within=15)
        return self

    def close(self):
        self.answer.close()
        self.link.close()


def connections():
    """What the database's sessions do, apart from this test's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT application_name, state FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return cursor.fetchall()


def end_session_that_listens():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'events' AND datname = current_database()"
        )
        return cursor.fetchone()[0]


def test_a_change_reaches_every_board_in_time_and_carries_nothing(handler):
    session = session_of(handler)
    with web_server() as web:
        boards = [Stream(web, session).settles() for _ in range(2)]
        headers = boards[0].answer.headers
        assert headers["Content-Type"] == "text/event-stream"
        assert headers["X-Accel-Buffering"] == "no"
        assert "no-store" in headers["Cache-Control"]
        assert "Content-Length" not in headers
        visit = UnderWayVisitFactory(starts_at=timezone.now() - 30 * MINUTE)
        for change in (
            lambda: VisitFactory(starts_at=timezone.now()),
            lambda: safety.raise_alarms(at=timezone.now()),
            lambda: visit.save(),
        ):
            time.sleep(1.5)
            began = time.monotonic()
            change()
            for board in boards:
                assert board.hears("changed", after=began, within=5) < SOON
        assert {word for board in boards for _, word in board.words} == {"alive", "changed"}
        for board in boards:
            board.close()


def test_what_no_board_shows_is_not_told(handler):
    with web_server() as web:
        board = Stream(web, session_of(handler)).settles()
        time.sleep(1)
        before = [word for _, word in board.words].count("changed")
        VisitFactory(starts_at=timezone.now() + dt.timedelta(days=3))
        time.sleep(2)
        assert [word for _, word in board.words].count("changed") == before
        board.close()


def test_streams_hold_no_connection_and_no_transaction(handler):
    session = session_of(handler)
    with web_server(REQUESTS_AT_ONCE="2") as web:
        few = [Stream(web, session).settles()]
        many = few + [Stream(web, session) for _ in range(30)]
        many[-1].settles()
        assert {board.status for board in many} == {200}
        held = connections()
        # One to listen by, and the kept ones of the threads (one more for the way to large bodies).
        assert len(held) <= 4
        assert [name for name, _ in held].count("events") == 1
        assert "idle in transaction" not in [state for _, state in held]
        assert web.ask(reverse("operations:board"), session=session) == 200
        for board in many:
            board.close()


@pytest.mark.parametrize("role", [Role.VISITING_OFFICER, Role.PLANNER, Role.ADMINISTRATOR])
def test_a_person_without_the_right_hears_nothing(role):
    with web_server() as web:
        path = reverse("operations:board_events")
        assert web.ask(path, session=session_of(UserFactory(role=role))) == 403
        assert web.ask(path) == 302


def test_a_right_that_is_taken_away_ends_the_stream(handler):
    with web_server(STREAM_PROVED_SECONDS="1") as web:
        board = Stream(web, session_of(handler)).settles()
        assert not board.over.is_set()
        handler.groups.remove(Group.objects.get(name=Role.CALL_HANDLER))
        assert board.over.wait(10)


def test_a_database_that_ends_the_session_is_heard_again_and_what_was_missed_is_told(handler):
    with web_server() as web:
        board = Stream(web, session_of(handler)).settles()
        time.sleep(1)
        began = time.monotonic()
        assert end_session_that_listens() == 1
        board.hears("changed", after=began, within=5)
        time.sleep(1.5)
        began = time.monotonic()
        UnderWayVisitFactory(starts_at=timezone.now())
        assert board.hears("changed", after=began, within=5) < SOON
        board.close()


def test_while_the_database_is_away_no_stream_says_that_it_lives(handler):
    port = urlsplit(web_database_url()).port
    with gate(port) as to_database, web_server(database_port=to_database.port) as web:
        board = Stream(web, session_of(handler)).settles()
        to_database.shut()
        time.sleep(6)
        began = time.monotonic()
        time.sleep(4)
        assert [word for at, word in board.words if at >= began] == []
        to_database.open()
        began = time.monotonic()
        board.hears("changed", after=began, within=10)
        board.hears("alive", after=began, within=10)
        board.close()


def test_a_server_that_goes_ends_its_streams_at_once(handler):
    with web_server() as web:
        board = Stream(web, session_of(handler)).settles()
        began = time.monotonic()
        web.process.terminate()
        assert board.over.wait(10)
        web.process.wait(15)
        assert time.monotonic() - began < 10
