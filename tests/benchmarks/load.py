"""What the web processes do under load, and when database and broker are killed meanwhile.

``make benchmark-load`` starts servers of its own in a folder that it removes again, the web
processes as the ``Procfile`` has them, and then, on this machine alone and for about two minutes:

1. 200 people open the sign-in page at once, three times;
2. 200 desks ask for the board at once, three times;
3. 50 officers start and log visits for a minute. After 20 seconds PostgreSQL is killed, after 40
   the broker; each is started again 3 seconds later. An officer whose message is not acknowledged
   sends the same one again, as the phone does.

It prints how requests ended, how long they took, how much memory the web processes hold, how many
connections PostgreSQL had, whether each acknowledged outcome is stored exactly once, and how long
after each restart everything was answered again.
"""

import asyncio
import collections
import contextlib
import datetime as dt
import fcntl
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from config import embedded  # the folder of its servers is RUN_DIR, which main() sets
from tests.answers import NOTHING_NOTICED

ROOT = Path(__file__).resolve().parents[2]
FOLDER = embedded.RUN_DIR

CROWD = 200
ROUNDS = 3
OFFICERS = 50
SECONDS = 60
EACH_VISIT = 6  # seconds from one visit of an officer to the next
AWAY = 3  # seconds for which a killed server stays away
GIVE_UP = 30  # seconds after which a client takes a request for lost
TOKEN = "a" * 32  # against forged forms: cookie and form agree, that is all that is asked


class Answers:
    """How the requests of one phase ended."""

    def __init__(self) -> None:
        self.statuses: collections.Counter[str] = collections.Counter()
        self.seconds: list[float] = []
        self.no_wait = 0
        #: When, and how: to see when it was well again.
        self.times: list[tuple[float, bool]] = []

    def add(self, status: int, headers: str, seconds: float) -> None:
        self.statuses[str(status or "lost")] += 1
        self.seconds.append(seconds)
        self.times.append((time.monotonic(), 200 <= status < 400))
        self.no_wait += status == 503 and "retry-after:" not in headers

    def row(self, name: str) -> str:
        ended = ", ".join(f"{n} × {status}" for status, n in sorted(self.statuses.items()))
        ordered = sorted(self.seconds)
        median, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        without = f" ({self.no_wait} × 503 without Retry-After)" if self.no_wait else ""
        return f"{name:<26} {ended}{without}; median {median:.2f} s, p95 {p95:.2f} s"


async def request(
    port: int, method: str, path: str, *, session: str = "", form: dict[str, str] | None = None
) -> tuple[int, str, float]:
    """Status (0 where none came), headers and seconds of one request, on its own connection."""
    started = time.monotonic()
    body = urlencode(form | {"csrfmiddlewaretoken": TOKEN}).encode() if form is not None else b""
    cookies = f"csrftoken={TOKEN}; sessionid={session}" if session else f"csrftoken={TOKEN}"
    lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{port}", f"Cookie: {cookies}"]
    lines += ["Connection: close", f"Content-Length: {len(body)}"]
    if form is not None:
        lines.append("Content-Type: application/x-www-form-urlencoded")
    writer = None
    try:
        async with asyncio.timeout(GIVE_UP):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            await writer.drain()
            answer = await reader.read()
            while more := await reader.read():
                answer += more
        head = answer.partition(b"\r\n\r\n")[0].decode("latin1").lower()
        status = int(head.split()[1]) if head else 0
    except (OSError, TimeoutError):
        head, status = "", 0
    finally:
        if writer is not None:
            writer.close()
    return status, head, time.monotonic() - started


# The servers ------------------------------------------------------------------------------------


def kill_database() -> None:
    pid = int((FOLDER / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)


def start_database() -> None:
    control = [*embedded._as_ordinary_user(), str(embedded.postgres_program("pg_ctl"))]
    command = [*control, "-D", str(FOLDER / "postgres"), "-w", "restart"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command, check=True, **quiet)


def kill_broker() -> None:
    import redis

    pid = redis.Redis.from_url(embedded.redis_url()).info("server")["process_id"]
    os.kill(pid, signal.SIGKILL)


def start_broker() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(embedded.valkey_program()), "valkey.conf"],
        cwd=FOLDER / "valkey",
        stdout=subprocess.DEVNULL,
    )


def memory(root: int) -> float:
    """MB that the web processes hold, what they share counted once."""
    import psutil

    parent = psutil.Process(root)
    total = 0
    for process in (parent, *parent.children(recursive=True)):
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total / 2**20


# The world --------------------------------------------------------------------------------------


def sign_in(person) -> str:
    """The key of a session of somebody who has just signed in."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def make_world() -> tuple[str, list[tuple[str, list[Any]]]]:
    """A call handler's session, and for each officer a session and visits to log, each
    with the number of the form that starts it.
    """
    from django.utils import timezone

    from accounts.acts import submissions
    from accounts.roles import Role
    from tests import factories

    unit = factories.CommandUnitFactory()
    operation = factories.OperationFactory()
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    venues = [factories.VenueFactory(unit=unit) for _ in range(OFFICERS)]
    now = timezone.now()
    officers = []
    for number in range(OFFICERS):
        officer = factories.UserFactory(role=Role.VISITING_OFFICER, units=[unit])
        visits = [
            factories.VisitFactory(
                operation=operation,
                venue=venues[(number + turn) % len(venues)],
                created_by=planner,
                officer=officer,
                starts_at=now + dt.timedelta(minutes=10 * turn - 30),
                ends_at=now + dt.timedelta(minutes=10 * turn - 20),
            )
            for turn in range(SECONDS // EACH_VISIT)
        ]
        begun = [submissions.new_token(person=officer.pk) for _ in visits]  # each page's number
        officers.append((sign_in(officer), list(zip(visits, begun, strict=True))))
    return sign_in(factories.UserFactory(role=Role.CALL_HANDLER)), officers


# The phases -------------------------------------------------------------------------------------


async def crowd(port: int, path: str, *, session: str = "") -> Answers:
    answers = Answers()

    async def one() -> None:
        answers.add(*await request(port, "GET", path, session=session))

    for _ in range(ROUNDS):
        await asyncio.gather(*(one() for _ in range(CROWD)))
    return answers


async def officer(
    port: int, session: str, visits: list[Any], answers: Answers, acknowledged: dict[int, str]
) -> None:
    """Start and log each visit; a message that is not acknowledged is sent again."""
    begun = time.monotonic()

    async def send(path: str, form: dict[str, str]) -> bool:
        pause = 1.0
        while time.monotonic() - begun < SECONDS + GIVE_UP:
            status, headers, seconds = await request(port, "POST", path, session=session, form=form)
            answers.add(status, headers, seconds)
            if 200 <= status < 400:
                return status == 302
            await asyncio.sleep(pause)
            pause = min(pause * 2, 4)
        return False

    for turn, (visit, number) in enumerate(visits):
        await asyncio.sleep(max(0, begun + turn * EACH_VISIT - time.monotonic()))
        if not await send(f"{visit.get_absolute_url()}start/", {"submission_token": number}):
            continue
        submission = str(uuid.uuid4())
        if await send(
            f"{visit.get_absolute_url()}outcome/", NOTHING_NOTICED | {"submission": submission}
        ):
            acknowledged[visit.pk] = submission


async def kills(answers: Answers) -> list[tuple[str, float]]:
    """Kill each server once; when each was there again."""
    back = []
    for name, kill, start in (
        ("database", kill_database, start_database),
        ("broker", kill_broker, start_broker),
    ):
        await asyncio.sleep(SECONDS / 3)
        kill()
        await asyncio.sleep(AWAY)
        await asyncio.to_thread(start)
        back.append((name, time.monotonic()))
    return back


async def measure(
    port: int, web: subprocess.Popen[bytes], handler: str, officers: list[tuple[str, list[Any]]]
) -> None:
    from accounts.database import scope
    from operations.models import Outcome

    def outcomes() -> list[tuple[int, uuid.UUID]]:
        with scope.for_task("load"):
            return list(Outcome.objects.values_list("visit_id", "submission"))

    most = {"connections": 0, "memory": 0.0}
    done = asyncio.Event()

    async def watch() -> None:
        """The most connections and memory, looked at twice a second."""
        import psycopg2

        def look() -> int:
            address = embedded.database_url()
            with contextlib.closing(psycopg2.connect(address, connect_timeout=1)) as own:
                cursor = own.cursor()
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE usename = %s",
                    [embedded.WEB_ROLE],
                )
                return cursor.fetchone()[0]

        while not done.is_set():
            most["memory"] = max(most["memory"], memory(web.pid))
            with contextlib.suppress(psycopg2.Error):
                most["connections"] = max(most["connections"], await asyncio.to_thread(look))
            await asyncio.sleep(0.5)

    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    while not (await request(port, "GET", "/sign-in/"))[0]:
        await asyncio.sleep(0.2)
    for _ in range(10):  # each process has loaded what it needs
        await request(port, "GET", "/sign-in/")
        await request(port, "GET", "/control-room/", session=handler)
    print(f"memory of the web processes: {memory(web.pid):.0f} MB")
    watching = asyncio.create_task(watch())
    print((await crowd(port, "/sign-in/")).row("200 at sign-in, 3 times"))
    print(f"{'':<26} then {memory(web.pid):.0f} MB")
    print((await crowd(port, "/control-room/", session=handler)).row("200 boards, 3 times"))
    print(f"{'':<26} then {memory(web.pid):.0f} MB")
    answers, acknowledged = Answers(), {}
    results = await asyncio.gather(
        kills(answers),
        *(officer(port, *one, answers, acknowledged) for one in officers),
    )
    print(answers.row("50 officers for a minute"))
    print(f"{'':<26} then {memory(web.pid):.0f} MB")
    for name, back in results[0]:
        later = [at - back for at, well in answers.times if back < at < back + 17 and not well]
        print(f"{'':<26} {name} back: all well after {max(later, default=0):.1f} s")
    done.set()
    await watching
    visits = [visit for _, theirs in officers for visit, _ in theirs]
    stored = collections.Counter(await asyncio.to_thread(outcomes))
    lost = [v for v, s in acknowledged.items() if stored[(v, uuid.UUID(s))] != 1]
    print(
        f"{'':<26} {len(acknowledged)} of {len(visits)} outcomes acknowledged, {len(stored)} "
        f"stored, {len(lost)} of the acknowledged not there once"
    )
    print(
        f"most memory {most['memory']:.0f} MB, most connections {most['connections']}; "
        f"load of the machine after: {os.getloadavg()[0]:.1f}"
    )


@contextlib.contextmanager
def served(make: Callable[[], Any]) -> Iterator[tuple[int, subprocess.Popen[bytes], Any]]:
    """Servers of this process's own, with a world in them: the port, the web server, the world."""
    import django

    limit = resource.RLIMIT_NOFILE
    resource.setrlimit(limit, (4096, resource.getrlimit(limit)[1]))
    os.environ["PORT"] = str(port := embedded._free_port())
    embedded.database_url()
    for command in ("migrate", "collectstatic --noinput"):
        call = [sys.executable, "manage.py", *command.split(), "--verbosity", "0"]
        subprocess.run(call, check=True)
    django.setup()
    from django.db import connection

    from tests.database import as_owner

    connection.ensure_connection()
    with as_owner():
        world = make()
    connection.close()
    line = (ROOT / "Procfile").read_text().splitlines()[0].partition(":")[2].strip()
    with (FOLDER / "web.log").open("w") as log:
        web = subprocess.Popen(
            ["sh", "-c", f"exec {line}"],
            env=os.environ | {"DATABASE_URL": embedded.web_database_url()},
            stdout=log,
            stderr=log,
        )
    try:
        yield port, web, world
    finally:
        web.terminate()
        web.wait()


def measure_here() -> None:
    """Start, measure, stop; the servers stop once this process has ended."""
    with served(make_world) as (port, web, (handler, officers)):
        asyncio.run(measure(port, web, handler, officers))
    kill_broker()  # the one that start_broker made is nobody else's to stop


def run_apart(module: str) -> None:
    """Measure in a process with a folder of its own, and remove that."""
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as somebody else where this is root
        settings = {"RUN_DIR": folder, "DEMO": "1", "DJANGO_SETTINGS_MODULE": "config.settings"}
        others = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "REDIS_URL")
        }
        path = f"{Path(sys.executable).parent}:{others['PATH']}"
        command = [sys.executable, "-m", module, "here"]
        subprocess.run(command, cwd=ROOT, env=others | settings | {"PATH": path}, check=False)
        if "--keep-log" in sys.argv:
            shutil.copy(Path(folder) / "web.log", "/tmp/load-web.log")
        with (Path(folder) / "supervisor.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # until the servers have stopped


if __name__ == "__main__":
    if sys.argv[1:] == ["here"]:
        measure_here()
    else:
        run_apart("tests.benchmarks.load")
