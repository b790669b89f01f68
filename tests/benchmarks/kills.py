"""Kills of workers, beat, broker and database around deadlines.

``python -m tests.benchmarks.kills 200`` does so many rounds. Servers and processes are real and of
their own. In each round teams are not heard of by a deadline within the next seconds, and something
is killed (``kill -9``) at a moment around it and comes back a moment later. Says which alarms were
lost, doubled or late: more than ten seconds after their time, or after everything is back. Ends
with 1 where one was. The same seed kills the same at the same moments.
"""

import argparse
import contextlib
import datetime as dt
import importlib
import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis

from config import embedded

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 10  # seconds
TIMEOUT = 90  # seconds until a round is given up
PROCESSES = ("safety", "alarms_mail", "beat")
SERVERS = ("broker", "database")
#: What is killed together, with how often each is chosen.
VICTIMS: dict[tuple[str, ...], int] = {
    ("safety",): 5,
    ("alarms_mail",): 4,
    ("beat",): 4,
    ("broker",): 3,
    ("database",): 3,
    ("safety", "alarms_mail"): 2,
    ("beat", "broker"): 2,
    ("safety", "database"): 2,
    PROCESSES + SERVERS: 1,
}


# Servers and processes ----------------------------------------------------------------------------


class Broker:
    """A Valkey of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "valkey"
        self.folder.mkdir()
        self.port = embedded._free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = f"--port {self.port} --bind 127.0.0.1 --appendonly yes --save".split()
        command = [str(embedded.valkey_program()), *options, ""]
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL)
        client = redis.Redis.from_url(self.url)
        until(lambda: client.ping(), redis.RedisError)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Database:
    """A PostgreSQL of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "postgres"
        self.data.mkdir(mode=0o700)
        self.port = embedded._free_port()
        if os.geteuid() == 0:
            import shutil

            shutil.chown(self.data, "nobody")
        options = "--auth=trust -U makesafe -E UTF8 --no-locale --locale-provider=builtin"
        self._run("initdb", *options.split(), "--builtin-locale=C.UTF-8")

    def _run(self, program: str, *options: str) -> None:
        path = str(embedded.postgres_program(program))
        command = [*embedded._as_ordinary_user(), path, "-D", str(self.data), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def url(self, role: str = "makesafe", name: str = "makesafe") -> str:
        return f"postgres://{role}:x@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        options = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run("pg_ctl", "-w", "-o", options, "start")

    def kill(self) -> None:
        """The whole server at once: what it wrote last has to be recovered when it starts."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{child}").exists() for child in (pid, *children)))

    def prepare(self) -> None:
        import psycopg2

        with contextlib.closing(psycopg2.connect(self.url(name="postgres"))) as link:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute("CREATE DATABASE makesafe")
                cursor.execute(f"CREATE ROLE {embedded.WEB_ROLE} LOGIN")


class Processes:
    """The Procfile's, each a fork of one process that has loaded the product already."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.pids = folder, dict.fromkeys(PROCESSES, 0)
        self.loaded = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.kills", "--load", str(folder)],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    def _line(self) -> str:
        assert self.loaded.stdout
        if not select.select([self.loaded.stdout], [], [], TIMEOUT)[0]:
            raise AssertionError("A process did not begin")
        line = b""
        while not line.endswith(b"\n"):
            line += os.read(self.loaded.stdout.fileno(), 1) or b"\n"
        return line.decode().strip()

    def start(self, *names: str) -> None:
        """Start them, and wait until each has begun its work."""
        assert self.loaded.stdin
        self.loaded.stdin.write("".join(f"{name}\n" for name in names).encode())
        waiting = set(names)
        while waiting:
            said, name, *pid = self._line().split()
            if said == "forked":
                self.pids[name] = int(pid[0])
            else:
                waiting.discard(name)

    def kill(self, name: str) -> None:
        os.killpg(self.pids[name], signal.SIGKILL)

    def end(self) -> None:
        for pid in filter(None, self.pids.values()):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        self.loaded.kill()
        self.loaded.wait()


def load(folder: str) -> None:
    """Load the product, then fork what is asked for by lines of the input."""
    import django

    django.setup()
    from celery.signals import beat_init, worker_ready

    from config.celery import app

    importlib.import_module("celery.bin.celery")
    app.loader.import_default_modules()
    app.finalize()
    tell = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    while name := os.read(0, 1):
        while not name.endswith(b"\n"):
            name += os.read(0, 1)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        called = name.decode().strip()
        if pid := os.fork():
            tell.write(f"forked {called} {pid}\n")
            continue
        os.setsid()
        began = beat_init if called == "beat" else worker_ready
        began.connect(lambda name=called, **_: tell.write(f"began {name}\n"), weak=False)
        options = {
            "safety": ["worker", "--queues", "safety", "--pool", "solo"],
            "alarms_mail": ["worker", "--queues", "alarms_mail", "--concurrency", "1"],
            "beat": ["beat", "--schedule", f"{folder}/beat", "--pidfile="],
        }[called]
        app.start(["--quiet", *options, "--loglevel", "CRITICAL"])
        os._exit(0)


# Rounds -------------------------------------------------------------------------------------------


@dataclass
class Round:
    """What was killed, and what became of the teams whose time it was."""

    number: int
    victims: tuple[str, ...]
    visits: dict[int, float]
    """By key, the moment at which the alarm is due."""

    back: float = 0
    """The moment at which all that was killed was there again."""

    raised: dict[int, float] = field(default_factory=dict)
    told: dict[int, float] = field(default_factory=dict)

    def late(self, found: dict[int, float]) -> list[float]:
        """Seconds from when each could have been, at the earliest, to when it was seen."""
        return [
            found[key] - max(due, self.back) for key, due in self.visits.items() if key in found
        ]


#: Of an alarm that went on once: the team's lead, the operation's lead, the duty mailbox.
READERS = 3


def until(what: Callable[[], Any], *errors: type[Exception], seconds: float = TIMEOUT) -> Any:
    """Ask until the answer is one."""
    end = time.time() + seconds
    while time.time() < end:
        with contextlib.suppress(*errors):
            if answer := what():
                return answer
        time.sleep(0.05)
    return None


class Run:
    """All rounds against one installation."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self.seed = seed
        self.broker, self.database = Broker(folder), Database(folder)
        self.broker.start()
        self.database.start()
        self.database.prepare()
        self.mail = folder / "mail"
        environment = {
            # The product's own: with those of the tests commits do not wait for the disk, and a
            # database that is killed would forget the very teams whose alarms are waited for.
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "REDIS_URL": self.broker.url,
            "MAIL_DIR": str(self.mail),
            "DEMO": "1",
            "LOG_LEVEL": "CRITICAL",
        }
        os.environ |= environment | {"DATABASE_URL": self.database.url()}
        self.processes = Processes(
            folder, environment | {"DATABASE_URL": self.database.url(embedded.WEB_ROLE)}
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)

    def end(self) -> None:
        self.processes.end()
        self.database.kill()
        self.broker.kill()

    def rounds(self, number: int) -> Iterator[Round]:
        from operations.models import SafetyPolicy
        from tests.database import as_owner

        with as_owner():
            SafetyPolicy.objects.update(
                check_in_minutes=5,
                check_in_with_cadet_minutes=5,
                alarm_after_minutes=1,
                escalate_after_minutes=0,
                duty_mailbox="duty@police.example",
            )
            self.processes.start(*PROCESSES)
            for one in range(number):
                yield self.round(one)

    def round(self, number: int) -> Round:
        """One kill."""
        chance = random.Random(f"{self.seed}/{number}")
        victims = chance.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        made = Round(number, victims, self.teams(chance, number=chance.randint(1, 3)))
        kill_at = min(made.visits.values()) + chance.uniform(-1.5, 2.5)
        away = chance.uniform(0, 2)
        self.watch(made, until=kill_at)
        for name in victims:
            self.kill(name)
        self.watch(made, until=time.time() + away)
        for server in (self.broker, self.database):
            if {self.broker: "broker", self.database: "database"}[server] in victims:
                server.start()
        self.processes.start(*(name for name in victims if name in PROCESSES))
        made.back = time.time()
        self.watch(made, until=time.time() + TIMEOUT)
        self.take(made)
        return made

    def take(self, made: Round) -> None:
        """Somebody deals with the alarms that were seen: they go on to nobody while others wait."""
        from django.db import connection

        from operations.models import Alarm
        from tests import factories

        connection.close()  # the server may be another one by now
        if made.told:
            seen = Alarm.objects.filter(visit__in=made.told)
            seen.update(taken_by=factories.UserFactory(), taken_at=dt.datetime.now(dt.UTC))

    def kill(self, name: str) -> None:
        if name == "broker":
            self.broker.kill()
        elif name == "database":
            self.database.kill()
        else:
            self.processes.kill(name)

    def teams(self, chance: random.Random, *, number: int) -> dict[int, float]:
        """Teams under way that nobody hears of, with the moments of their alarms."""
        from django.db import connection

        from tests import factories

        connection.close()  # the server may be another one by now

        found = {}
        for _ in range(number):
            due = time.time() + 2 + chance.uniform(0, 1.5)
            started = dt.datetime.fromtimestamp(due, dt.UTC) - dt.timedelta(minutes=6)
            ends = started + dt.timedelta(hours=9)
            visit = factories.UnderWayVisitFactory(starts_at=started, ends_at=ends)
            found[visit.pk] = due
        return found

    def watch(self, made: Round, *, until: float) -> None:
        """Note when each alarm and its messages are first seen, until then or until all are."""
        from django.db import Error, connection

        question = """
            SELECT alarm.visit_id, count(DISTINCT message.about) FILTER (
                WHERE message.state = 'sent' AND split_part(message.about, ':', 2)
                    IN ('team', 'lead', 'mailbox')
            )
            FROM operations_alarm alarm LEFT JOIN outbox_message message
            ON message.letter = 'alarm' AND split_part(message.about, ':', 1) = alarm.id::text
            WHERE alarm.visit_id = ANY (%s) GROUP BY alarm.visit_id
        """
        while time.time() < until and len(made.told) < len(made.visits):
            try:
                with connection.cursor() as cursor:
                    cursor.execute(question, [list(made.visits)])
                    found = cursor.fetchall()
            except Error:
                connection.close()
                found = []
            for visit, sent in found:
                made.raised.setdefault(visit, time.time())
                if sent >= READERS:
                    made.told.setdefault(visit, time.time())
            time.sleep(0.1)
        if until - time.time() < TIMEOUT / 2:
            time.sleep(max(0, until - time.time()))

    def doubled(self) -> list[str]:
        """Whatever is there more than once, at the end of all."""
        from django.db.models import Count

        from operations.models import Alarm, AlarmNotice
        from outbox.models import Message

        twice = Alarm.objects.values("visit").annotate(n=Count("pk")).filter(n__gt=1)
        found = [f"{row['n']} alarms of visit {row['visit']}" for row in twice]
        # Each round tells a reader once: a notice, and a message unless an earlier one still waits.
        notices = Counter(
            f"{alarm}:{reader}" + (f":{user}" if user else "")
            for alarm, reader, user in AlarmNotice.objects.values_list("alarm", "reader", "user")
        )
        letters = Message.objects.filter(letter="alarm").values("about").annotate(n=Count("pk"))
        found += [
            f"{row['n']} messages {row['about']} of {notices[row['about']]} rounds"
            for row in letters
            if row["n"] > notices[row["about"]]
        ]
        files = len(list(self.mail.glob("*.eml")))
        sent = Message.objects.filter(letter="alarm", state="sent").count()
        return found if files == sent else [*found, f"{files} messages in place of {sent}"]


def run(number: int, *, seed: int, tell: Callable[[str], Any] = print) -> dict[str, Any]:
    """Kill ``number`` times.

    Returns:
        The figures.

    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = Run(folder, seed=seed)
        try:
            rounds = []
            for one in made.rounds(number):
                rounds.append(one)
                raised, told = one.late(one.raised), one.late(one.told)
                tell(
                    f"{one.number + 1:4} {' + '.join(one.victims):40} "
                    f"raised {max(raised, default=-1):5.1f} s, told {max(told, default=-1):5.1f} s"
                    f", {len(told)} of {len(one.visits)}"
                )
            from tests.database import as_owner

            with as_owner():  # nobody else sees alarms
                doubled = made.doubled()
        finally:
            made.end()
    raised = sorted(late for one in rounds for late in one.late(one.raised))
    told = sorted(late for one in rounds for late in one.late(one.told))
    due = sum(len(one.visits) for one in rounds)
    return {
        "kills": sum(len(one.victims) for one in rounds),
        "rounds": number,
        "alarms due": due,
        "lost": due - len(told),
        "doubled": doubled,
        "late": sum(late > LIMIT for late in told),
        "raised after, s: median, p95, max": _spread(raised),
        "all told after, s: median, p95, max": _spread(told),
        "load": os.getloadavg()[0],
    }


def _spread(found: list[float]) -> list[float]:
    if not found:
        return []
    return [round(found[int((len(found) - 1) * part)], 1) for part in (0.5, 0.95, 1)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--load", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        load(options.load)
        return 0
    figures = run(options.number, seed=options.seed, tell=lambda line: print(line, flush=True))
    print(json.dumps(figures, indent=1))
    return int(bool(figures["lost"] or figures["doubled"] or figures["late"]))


if __name__ == "__main__":
    sys.exit(main())
