"""The product's web server, as the Procfile has it, with one process."""

import contextlib
import http.client
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connection

from config.embedded import web_database_url
from tests.gates import gate

ROOT = Path(__file__).resolve().parents[1]
ENOUGH = 60  # seconds until a test gives up
TOKEN = "a" * 32  # against forged forms: cookie and form agree


def _through(url: str, port: int, *, path: str = "") -> str:
    at = urlsplit(url)
    at = at._replace(netloc=at.netloc.replace(f":{at.port}", f":{port}"))
    return at._replace(path=path or at.path).geturl()


class Web:
    """One server, started with the tests' settings."""

    def __init__(self, *, database="", database_port=0, redis_port=0, **environment: str) -> None:
        """Start it.

        Args:
            database: Its name, if not the one of the tests; then what the process says is kept.
            database_port: Where it finds PostgreSQL, if not where the tests do.
            redis_port: The same of the broker.
            environment: What else its environment has.

        """
        name = database or connection.settings_dict["NAME"]
        database_port = database_port or urlsplit(web_database_url()).port
        redis_port = redis_port or urlsplit(settings.REDIS_URL).port
        with gate(1) as unused:
            self.port = unused.port
        command = (ROOT / "Procfile").read_text().splitlines()[0].split()
        assert command[:2] == ["web:", "python"]
        self.process = subprocess.Popen(
            [sys.executable, *command[2:]],
            cwd=ROOT,
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "DATABASE_URL": _through(web_database_url(), database_port, path=f"/{name}"),
                "REDIS_URL": _through(settings.REDIS_URL, redis_port),
                "BIND": f"127.0.0.1:{self.port}",
                "WEB_PROCESSES": "1",
                "LOG_LEVEL": "CRITICAL",
            }
            | environment,
            stderr=subprocess.PIPE if database else None,
        )
        self.answers: Counter[int] = Counter()
        self.waits = True

    def ask(self, path: str, *, session: str = "", form=None, headers=None) -> int:
        """The status of the answer; 0 where there was none."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        cookies = f"csrftoken={TOKEN}; {settings.SESSION_COOKIE_NAME}={session}"
        told = {"Cookie": cookies, "Host": "localhost"} | (headers or {})
        body = None
        if form is not None:
            told["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({"csrfmiddlewaretoken": TOKEN} | form)
        try:
            link.request("GET" if form is None else "POST", path, body, told)
            self.answer = link.getresponse()
            self.answer.read()
        except OSError:
            return 0
        finally:
            link.close()
        status = self.answer.status
        self.answers[status] += 1
        self.waits &= status != 503 or self.answer.headers["Retry-After"] is not None
        return status

    def until(self, status: int, path: str, **options) -> float:
        """Ask until the answer is this one; how many seconds that took."""
        started = time.monotonic()
        while self.ask(path, **options) != status:
            assert self.process.poll() is None, "the web server ended"
            assert time.monotonic() - started < ENOUGH
            threading.Event().wait(0.1)
        return time.monotonic() - started


@contextlib.contextmanager
def web_server(**options) -> Iterator[Web]:
    """A server that is ready, for as long as the block runs."""
    made = Web(**options)
    try:
        made.until(200, "/health/ready")
        yield made
    finally:
        made.process.terminate()
        made.process.wait()
