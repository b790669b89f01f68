"""How soon changes are on 200 boards, and what that costs: ``make benchmark-boards``.

Servers of its own in a folder that it removes again, the web processes as the ``Procfile`` has
them, on this machine alone, for some four minutes. Each board is a person with a session who keeps
a stream open, asks for the board's part when it says that something changed, and every 10 seconds
besides. Meanwhile visits of an evening of 500 are started, one after the other: each time to a
board is from the commit to the end of an answer that was asked for after it.

An evening of 500 visits has some 2,500 changes in five hours (start, three check-ins, end), one in
7 seconds. The first rate is that; the others are the same evening in less time.
"""

import asyncio
import contextlib
import datetime as dt
import os
import random
import re
import subprocess
import sys
import time
from typing import Any

from config import embedded
from tests.benchmarks.load import memory, run_apart, served, sign_in

BOARDS = 200
#: Of 500 visits in an evening, those that a board shows at once: their windows, and what ended.
ON_BOARD = 120
#: Seconds from one change to the next, and for how long.
RATES = ((7.0, 60), (2.0, 60), (0.5, 45))
POLL_EVERY = 10.0
PATH = "/control-room/"


def make_world() -> tuple[list[str], list[int]]:
    """The sessions of the boards, and the keys of visits to start."""
    from django.utils import timezone

    from accounts.roles import Role
    from tests import factories

    now = timezone.now()
    unit = factories.CommandUnitFactory()
    operation = factories.OperationFactory()
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    visits = []
    for number in range(ON_BOARD):
        officer = factories.UserFactory(role=Role.VISITING_OFFICER, units=[unit])
        venue = factories.VenueFactory(unit=unit, name=f"Gannet {number}")
        window = {"starts_at": now - dt.timedelta(hours=1), "ends_at": now + dt.timedelta(hours=2)}
        people = {"created_by": planner, "officer": officer}
        visits.append(
            factories.VisitFactory(operation=operation, venue=venue, **people, **window).pk
        )
    handlers = [factories.UserFactory(role=Role.CALL_HANDLER) for _ in range(BOARDS)]
    return [sign_in(person) for person in handlers], visits


class Board:
    """One page of the board."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.head = f"Host: localhost:{port}\r\nCookie: sessionid={session}\r\n"
        self.seen = ""
        self.news = asyncio.Event()
        #: When each answer was asked for, and when it was there.
        self.answers: list[tuple[float, float]] = []
        self.refused = 0
        self.connected = False

    async def listen(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(f"GET {PATH}events/ HTTP/1.1\r\n{self.head}\r\n".encode())
                while line := await reader.readline():
                    if line.startswith(b"event: "):
                        self.connected = True
                    if line.startswith(b"event: changed"):
                        self.news.set()
            self.connected = False
            await asyncio.sleep(1 + random.random())

    async def ask(self) -> None:
        asked = time.monotonic()
        query = f"?q={self.seen}"
        request = f"GET {PATH}{query} HTTP/1.1\r\n{self.head}HX-Request: true\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"{request}Connection: close\r\n\r\n".encode())
        answer = b""
        while more := await reader.read(2**16):
            answer += more
        writer.close()
        if b"board-answered" not in answer:
            self.refused += 1
            return
        marks = dict(re.findall(r'name="(seen|tonight)" value="(\w+)"', answer.decode("latin1")))
        if marks:
            known = dict(re.findall(r"&(\w+)=(\w+)", self.seen)) | marks
            self.seen = "".join(f"&{name}={value}" for name, value in known.items())
        self.answers.append((asked, time.monotonic()))

    async def watch(self) -> None:
        await asyncio.sleep(random.random() * POLL_EVERY)
        while True:
            with contextlib.suppress(OSError):
                await self.ask()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), POLL_EVERY)
            self.news.clear()

    def after(self, moment: float) -> float | None:
        """Seconds until the first answer that was asked for after ``moment``."""
        return next((there - moment for asked, there in self.answers if asked >= moment), None)


def connections() -> tuple[int, int]:
    """How many sessions the database has for web, and how many are idle in a transaction."""
    import psycopg2

    with contextlib.closing(psycopg2.connect(embedded.database_url())) as own:
        cursor = own.cursor()
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE state LIKE 'idle in transaction%%')"
            " FROM pg_stat_activity WHERE usename = %s",
            [embedded.WEB_ROLE],
        )
        found: tuple[int, int] = cursor.fetchone()
        return found


def start(key: int) -> float:
    """Start a visit; when it was committed."""
    from django.utils import timezone

    from accounts.database import scope
    from operations.models import Visit

    with scope.for_task("boards"):
        visit = Visit.objects.get(pk=key)
        visit.state, visit.started_at, visit.started_by = (
            "under_way",
            timezone.now(),
            _officer(visit),
        )
        visit.save()
    return time.monotonic()


def _officer(visit: Any) -> Any:
    return visit.team.filter(officer__isnull=False).first().officer


async def measure(
    port: int, web: subprocess.Popen[bytes], sessions: list[str], visits: list[int]
) -> None:
    boards = [Board(port, session) for session in sessions]
    tasks = []
    for board in boards:
        tasks += [asyncio.create_task(board.listen()), asyncio.create_task(board.watch())]
    until = time.monotonic() + 90
    while not all(board.connected and board.answers for board in boards):
        assert time.monotonic() < until, sum(board.connected for board in boards)
        await asyncio.sleep(0.5)
    await asyncio.sleep(POLL_EVERY)
    print(f"load of the machine {os.getloadavg()[0]:.1f}; {BOARDS} boards, {ON_BOARD} rows\n")
    print("| a change every | changes | boards told in 2 s | median | 95 % | MB | connections |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    left = iter(visits)
    for every, seconds in RATES:
        made, most, held, idle = [], 0.0, 0, 0
        begun = time.monotonic()
        while time.monotonic() < begun + seconds and (key := next(left, None)):
            made.append(await asyncio.to_thread(start, key))
            now_held, now_idle = await asyncio.to_thread(connections)
            held, idle = max(held, now_held), max(idle, now_idle)
            most = max(most, memory(web.pid))
            await asyncio.sleep(max(0, begun + len(made) * every - time.monotonic()))
        await asyncio.sleep(POLL_EVERY)
        waits = [board.after(moment) for board in boards for moment in made]
        took = sorted(60.0 if wait is None else wait for wait in waits)
        soon = sum(wait <= 2 for wait in took) / len(took)
        median, p95 = took[len(took) // 2], took[int(len(took) * 0.95)]
        print(
            f"| {every:g} s | {len(made)} | {soon:.1%} | {median:.2f} s | {p95:.2f} s"
            f" | {most:.0f} | {held} |",
            flush=True,
        )
    print(f"\nrefused: {sum(board.refused for board in boards)}")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    """Start, measure, stop."""
    with served(make_world) as (port, web, (sessions, visits)):
        asyncio.run(measure(port, web, sessions, visits))


if __name__ == "__main__":
    if sys.argv[1:] == ["here"]:
        main()
    else:
        run_apart("tests.benchmarks.boards")
