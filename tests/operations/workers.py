"""Starting the product's worker against the test's own database and broker, and killing it."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection
from kombu import Connection

from accounts.database.scope import WEB_ROLE
from tests.database import as_owner

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 40  # seconds until a test gives up on a worker that says nothing


class Worker:
    """One worker with its children: a process group of its own."""

    def __init__(self, at: "Place", **environment: str) -> None:
        self.at = at
        command = [sys.executable, "-m", "celery", "--app", "tests.operations.watched_worker"]
        options = (
            "worker --queues celery,safety,account_mail,reminders_mail,alarms_mail --concurrency 2"
            " --loglevel WARNING --without-gossip --without-mingle"
        )
        self.process = subprocess.Popen(
            [*command, *options.split()],
            cwd=ROOT,
            env=os.environ | at.environment | environment,
            start_new_session=True,
        )

    def kill(self) -> None:
        """Kill the worker and its children at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Place:
    """Where a test's workers do their work: database, broker, mail folder and a pipe of news."""

    def __init__(self, folder: Path) -> None:
        number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        # A database of the broker's own for each test process; 0 is everybody's.
        self.broker = settings.REDIS_URL.rpartition("/")[0] + f"/{5 + number % 10}"
        redis.Redis.from_url(self.broker).flushdb()
        self.mail = folder / "mail"
        pipe = folder / "pipe"
        os.mkfifo(pipe)
        self._pipe = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        self._unread = ""
        self.heard: list[str] = []
        database = connection.settings_dict
        login = f"{WEB_ROLE}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": f"postgres://{login}/{database['NAME']}",
            "REDIS_URL": self.broker,
            "MAIL_DIR": str(self.mail),
            "WATCH_PIPE": str(pipe),
        }

    def close(self) -> None:
        """End the sessions of killed workers, which would keep the database from being dropped."""
        os.close(self._pipe)
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND usename = 'makesafe_web'"
            )

    @contextlib.contextmanager
    def worker(self, **environment: str) -> Iterator[Worker]:
        """A worker that is killed in the end, if not before."""
        worker = Worker(self, **environment)
        try:
            yield worker
        finally:
            if worker.process.poll() is None:
                worker.kill()

    def send(self, task, *args, **options) -> None:
        """Give the task to this place's broker."""
        with Connection(self.broker) as broker:
            task.apply_async(args=args, connection=broker, **options)

    def wait_for(self, *lines: str) -> str:
        """Block until each of ``lines`` (or one that begins so) was told; the last that came."""
        missing = list(lines)
        line = ""
        deadline = time.monotonic() + TIMEOUT
        while missing:
            line = self._next_line(deadline, missing)
            found = next((want for want in missing if line.startswith(want)), None)
            if found is not None:
                missing.remove(found)
        return line

    def _next_line(self, deadline: float, missing: list[str]) -> str:
        while "\n" not in self._unread:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._pipe], [], [], left)[0]:
                raise AssertionError(f"Heard nothing of {missing} in {TIMEOUT} s")
            self._unread += os.read(self._pipe, 65536).decode()
        line, _, self._unread = self._unread.partition("\n")
        self.heard.append(line)
        return line

    def times_handed_over(self, message_id: object) -> int:
        """How often workers gave this message to the mail folder, as far as was read."""
        return sum(line.startswith(f"handed over <{message_id}@") for line in self.heard)

    def messages(self) -> list[Path]:
        """The whole messages in the folder."""
        return sorted(f for f in self.mail.glob("*") if not f.name.startswith("."))
