"""Streams of this process, without a server around them and by a quicker clock."""

import asyncio
import contextlib
import os
import resource
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from config import stream
from config.admission import RefusedError

pytestmark = pytest.mark.django_db

BEGINS, CHANGED, ALIVE = "retry", "changed", "alive"
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"Content-Type", b"text/event-stream"), (b"Content-Length", b"14")],
}
#: So many files that the next one has a number beyond what select() takes.
FILES = 1100


@pytest.fixture(autouse=True)
def quick(monkeypatch, settings):
    """A tenth of a second where the product takes some."""
    settings.STREAM_PROVED_SECONDS = 60
    for name in ("BEAT_EVERY", "TRIED_EVERY", "CONNECTS_AGAIN_AFTER", "READER_TIMEOUT"):
        monkeypatch.setattr(stream, name, 0.1)
    monkeypatch.setattr(stream, "APART", 0.05)
    monkeypatch.setattr(stream, "HEARD_WITHIN", 0.6)
    monkeypatch.setattr(stream, "PROVED_AGAIN", 0.05)


async def yes():
    return True


class Page:
    """A browser that listens."""

    def __init__(self, streams, *, person=None, may_listen=yes, takes=True):
        self.words = []
        self.start = None
        self.is_over = False
        self._takes = takes
        self._gone = asyncio.get_running_loop().create_future()
        whose = [] if person is None else [(b"X-Stream-Of", b"%d" % person)]
        start = START | {"headers": START["headers"] + whose}
        self._task = asyncio.ensure_future(
            streams.serve(start, self._receive, self._send, may_listen)
        )

    async def _receive(self):
        return await self._gone

    async def _send(self, message):
        if message["type"] == "http.response.start":
            self.start = message
        elif not self._takes:
            await asyncio.get_running_loop().create_future()
        elif message.get("more_body"):
            said = message["body"].decode().splitlines()[0]
            self.words.append(said.partition(": ")[2] if said.startswith("event") else "retry")
        else:
            self.is_over = True

    def hang_up(self):
        self._gone.set_result({"type": "http.disconnect"})

    async def ends(self):
        """Wait until the stream is done, whatever it raises."""
        await asyncio.wait_for(self._task, 5)

    async def hears(self, word, times=1):
        """Wait until it has heard a word as often as this."""
        async with asyncio.timeout(5):
            while self.words.count(word) < times:
                await asyncio.sleep(0.01)


def change():
    """Say what PostgreSQL's triggers say."""
    with contextlib.closing(psycopg2.connect(**connection.get_connection_params())) as link:
        link.autocommit = True
        link.cursor().execute(f"NOTIFY {stream.CHANNEL}")


def listens(scenario):
    """Play a scenario with streams of its own, in a loop and a thread of its own."""

    async def play():
        streams = stream.Streams()
        try:
            await scenario(streams)
        finally:
            streams.close()
            while any(thread.name == "events" for thread in threading.enumerate()):
                await asyncio.sleep(0.01)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(play())).result()


def test_a_page_is_told_to_look_when_it_comes_and_at_each_change():
    async def scenario(streams):
        page = Page(streams)
        await page.hears(ALIVE)
        assert page.words[:2] == [BEGINS, CHANGED]
        assert page.start["headers"] == [(b"Content-Type", b"text/event-stream")]
        before = page.words.count(CHANGED)
        change()
        await page.hears(CHANGED, before + 1)

    listens(scenario)


def test_a_page_that_hangs_up_leaves_its_place():
    async def scenario(streams):
        stream_of_one = Page(streams)
        await stream_of_one.hears(ALIVE)
        stream_of_one.hang_up()
        await stream_of_one.ends()
        assert not streams._listeners
        assert streams._room.now == 0

    listens(scenario)


def test_a_page_that_takes_nothing_is_given_up():
    async def scenario(streams):
        page = Page(streams, takes=False)
        await page.ends()
        assert not page.is_over
        assert streams._room.now == 0

    listens(scenario)


def test_where_all_places_are_taken_one_more_is_refused(monkeypatch):
    async def scenario(streams):
        page = Page(streams)
        await page.hears(ALIVE)
        with pytest.raises(RefusedError):
            await Page(streams).ends()

    monkeypatch.setattr(stream, "AT_ONCE", 1)
    listens(scenario)


def test_one_person_holds_a_few_streams_and_the_oldest_goes(monkeypatch):
    async def scenario(streams):
        first, second, other = (Page(streams, person=person) for person in (1, 1, 2))
        for page in (first, second, other):
            await page.hears(ALIVE)
        third = Page(streams, person=1)
        await third.hears(ALIVE)
        await first.ends()
        assert first.is_over
        assert first.words[-1] == BEGINS  # when to come back
        before = [page.words.count(ALIVE) for page in (second, third, other)]
        for page, heard in zip((second, third, other), before, strict=True):
            await page.hears(ALIVE, heard + 1)
        assert streams._room.now == 3
        assert all(name != b"X-Stream-Of" for name, _ in other.start["headers"])

    monkeypatch.setattr(stream, "EACH", 2)
    listens(scenario)


def test_a_process_with_a_thousand_open_files_hears_all_the_same(monkeypatch):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, FILES * 2)), hard))
    links = []
    connect = psycopg2.connect

    def counted(**given):
        links.append(given.get("application_name"))
        return connect(**given)

    async def scenario(streams):
        page = Page(streams)
        await page.hears(ALIVE)
        before = page.words.count(CHANGED)
        change()
        await page.hears(CHANGED, before + 1)
        assert links.count("events") == 1  # which never broke

    monkeypatch.setattr(psycopg2, "connect", counted)
    try:
        with contextlib.ExitStack() as files:
            for _ in range(FILES):
                files.enter_context(Path(os.devnull).open())
            listens(scenario)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_right_that_is_gone_ends_the_stream(settings):
    async def no():
        return False

    async def scenario(streams):
        page = Page(streams, may_listen=no)
        await page.ends()
        assert page.is_over

    settings.STREAM_PROVED_SECONDS = 0.2
    listens(scenario)


def test_while_nobody_can_say_who_may_listen_a_stream_goes_on_for_one_more_period(settings):
    settings.STREAM_PROVED_SECONDS = 0.3

    async def nobody_knows():
        return None

    async def scenario(streams):
        began = time.monotonic()
        page = Page(streams, may_listen=nobody_knows)
        await page.ends()
        assert page.is_over
        assert 0.6 <= time.monotonic() - began < 3

    listens(scenario)


def test_a_right_that_is_proved_again_begins_a_new_period(settings):
    settings.STREAM_PROVED_SECONDS = 0.2
    answers = [None, True, None, True]
    asked = []

    async def now_and_then():
        asked.append(time.monotonic())
        return answers.pop(0) if answers else True

    async def scenario(streams):
        page = Page(streams, may_listen=now_and_then)
        async with asyncio.timeout(5):
            while len(asked) < 6:
                await asyncio.sleep(0.01)
        assert not page.is_over

    listens(scenario)


def test_a_stream_says_that_it_lives_only_while_postgresql_is_heard(monkeypatch):
    reachable = threading.Event()
    connect = psycopg2.connect

    def sometimes(**given):
        if given.get("application_name") == "events" and not reachable.is_set():
            raise psycopg2.OperationalError
        return connect(**given)

    async def scenario(streams):
        page = Page(streams)
        await page.hears(CHANGED)
        await asyncio.sleep(0.5)
        assert ALIVE not in page.words
        assert not streams.hears
        reachable.set()
        await page.hears(CHANGED, 2)  # what it may have missed
        await page.hears(ALIVE)
        assert streams.hears

    monkeypatch.setattr(psycopg2, "connect", sometimes)
    listens(scenario)


def test_a_process_that_goes_ends_its_streams():
    async def scenario(streams):
        page = Page(streams)
        await page.hears(ALIVE)
        streams.close()
        await page.ends()
        assert page.is_over

    listens(scenario)
