"""The private servers start where nothing is set up, and are gone when nobody uses them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest
import redis

from config import embedded

ROOT = Path(__file__).resolve().parents[2]
#: Joins the servers, says where they are, and lives until its standard input closes.
USER = """
import sys
from config import embedded
print(embedded.database_url(), embedded.redis_url(), flush=True)
sys.stdin.read()
"""


class Process:
    """A process that uses the servers under ``run_dir``."""

    def __init__(self, run_dir: Path):
        self.popen = subprocess.Popen(
            [sys.executable, "-c", USER],
            cwd=ROOT,
            env=os.environ | {"RUN_DIR": str(run_dir)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def addresses(self) -> list[str]:
        return self.popen.stdout.readline().split()

    def end(self) -> None:
        self.popen.stdin.close()
        self.popen.wait()
        self.popen.stdout.close()

    def kill(self) -> None:
        self.popen.kill()
        self.end()


@pytest.fixture
def run_dir(tmp_path):
    """A folder whose path has a space, below one that nobody else may enter."""
    private = tmp_path / "my files"
    private.mkdir(mode=0o700)
    return private / ".run"


def ports(run_dir: Path) -> list[int]:
    answer = json.loads((run_dir / "services.json").read_text())
    return [int(answer["postgres"]), int(answer["valkey"])]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def supervisor(run_dir: Path) -> int:
    """The process id of the supervisor of ``run_dir``."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"config.embedded" in command and str(run_dir).encode() in environment:
            return int(entry.name)
    raise AssertionError("no supervisor runs")


def test_both_servers_answer_with_the_generated_password_and_with_no_other(run_dir):
    process = Process(run_dir)
    database, broker = process.addresses()
    psycopg2.connect(database).close()
    redis.Redis.from_url(broker).ping()
    password = json.loads((run_dir / "services.json").read_text())["password"]
    with pytest.raises(psycopg2.OperationalError, match="password authentication"):
        psycopg2.connect(database.replace(password, "wrong"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(broker.replace(password, "wrong")).ping()
    process.end()


def test_two_processes_share_the_servers_and_the_last_one_stops_them(run_dir):
    first, second = Process(run_dir), Process(run_dir)
    assert first.addresses() == second.addresses()
    both = ports(run_dir)
    first.end()
    assert all(listens(port) for port in both)
    second.end()
    wait_until(lambda: not any(listens(port) for port in both))


def test_the_data_is_there_the_next_time(run_dir):
    first = Process(run_dir)
    with psycopg2.connect(first.addresses()[0]) as connection:
        connection.cursor().execute("CREATE TABLE kept ()")
    connection.close()
    first.end()
    second = Process(run_dir)
    with psycopg2.connect(second.addresses()[0]) as connection:
        connection.cursor().execute("SELECT FROM kept")
    connection.close()
    second.end()


def test_a_killed_process_leaves_no_server_behind(run_dir):
    process = Process(run_dir)
    process.addresses()
    both = ports(run_dir)
    process.kill()
    wait_until(lambda: not any(listens(port) for port in both))


def test_servers_whose_supervisor_was_killed_are_replaced(run_dir):
    first = Process(run_dir)
    first.addresses()
    old = ports(run_dir)
    os.kill(supervisor(run_dir), signal.SIGKILL)
    first.end()
    second = Process(run_dir)
    database, broker = second.addresses()
    psycopg2.connect(database).close()
    redis.Redis.from_url(broker).ping()
    assert not any(listens(port) for port in set(old) - set(ports(run_dir)))
    second.end()


def test_no_folder_above_is_opened_to_others(run_dir):
    process = Process(run_dir)
    process.addresses()
    assert run_dir.parent.stat().st_mode & 0o777 == 0o700
    process.end()


def test_a_missing_program_is_said_with_what_to_set(monkeypatch):
    monkeypatch.setattr(embedded, "find_spec", lambda package: None)
    with pytest.raises(embedded.ServerNotFoundError, match="DATABASE_URL"):
        embedded.postgres_program("postgres")
    with pytest.raises(embedded.ServerNotFoundError, match="REDIS_URL"):
        embedded.valkey_program()


def test_postgres_is_taken_from_the_folder_that_the_environment_names(monkeypatch):
    monkeypatch.setenv("PG_BIN_DIR", "/opt/postgres/bin")
    assert embedded.postgres_program("initdb") == Path("/opt/postgres/bin/initdb")
