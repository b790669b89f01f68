"""The demonstration: ``make demo`` runs this once the packages and the front end are there."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from config import embedded

FIRST_PORT = 8000
START_TIMEOUT = 60  # seconds
STOPPED_ON_PURPOSE = (128 + signal.SIGINT, 128 + signal.SIGTERM, -signal.SIGTERM)


def main() -> int:
    """Prepare the database, start the Procfile's processes, say where to go, wait for Ctrl-C."""
    listener = listen_from(FIRST_PORT)
    port = listener.getsockname()[1]
    if port != FIRST_PORT:
        print(f"Port {FIRST_PORT} is taken: using {port}.")
    os.environ |= {
        "BIND": "fd://0",
        "SITE_URL": f"http://localhost:{port}",
        "RUN_DIR": str(embedded.RUN_DIR.resolve()),
        # The Procfile says "python": this one, whether or not its folder was activated.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }
    manage = [sys.executable, "manage.py"]
    print("Starting PostgreSQL and Valkey, preparing the database")
    # Joined here so that the servers outlive the short commands below.
    embedded.database_url()
    subprocess.run([*manage, "migrate", "--verbosity", "0"], check=True)
    subprocess.run([*manage, "collectstatic", "--noinput", "--verbosity", "0"], check=True)
    subprocess.run([*manage, "load_demo"], check=True)

    # From here on only the role that owns nothing: PostgreSQL shows it no more than each person's.
    # The worker that keeps the record is the owner.
    os.environ["DATABASE_URL"] = embedded.web_database_url()
    os.environ["OWNER_DATABASE_URL"] = embedded.database_url()

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches honcho too; wait for its end
    processes = subprocess.Popen(
        [sys.executable, "-m", "honcho", "start"],
        stdin=listener.fileno(),  # the only thing that honcho passes on to the web server
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    signal.signal(signal.SIGTERM, lambda *_: processes.terminate())
    if answers(port, processes):
        announce(port)
    code = processes.wait()
    if code in STOPPED_ON_PURPOSE:
        return 0
    print("One of the processes stopped by itself (see above), so all were stopped.")
    print("The data is kept: run 'make demo' again.")
    return code


def listen_from(first: int) -> socket.socket:
    """Listen to the first port from ``first`` on that is free, and hold it for the web server.

    Free for ``localhost`` under either of its addresses: a browser may try the other one first.
    """
    for port in range(first, first + 100):
        with contextlib.suppress(OSError):
            return _listen(port)
    raise SystemExit(f"No port from {first} to {first + 99} is free.")


def _listen(port: int) -> socket.socket:
    if _answers_by_ipv6(port):
        raise OSError
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(socket.SOMAXCONN)
    except OSError:
        listener.close()
        raise
    return listener


def _answers_by_ipv6(port: int) -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            return probe.connect_ex(("::1", port)) == 0
    except OSError:  # this machine has none
        return False


def answers(port: int, processes: subprocess.Popen[bytes]) -> bool:
    """Wait until the web server gives its first page; False if it stopped instead."""
    deadline = time.monotonic() + START_TIMEOUT
    while processes.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=5)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return True
    return False


def announce(port: int) -> None:
    """Print the address and the sign-ins."""
    from accounts.demo import PASSWORD, SIGN_INS

    lines = [
        "",
        f"  Makesafe spot checks: http://localhost:{port}",
        "",
        f"  Sign in with one of these names and the password {PASSWORD}",
        *(f"    {person.username:<12} {person.role}" for person in SIGN_INS),
        "",
        "  All venues, people and results are invented. Ctrl-C stops everything.",
        "",
    ]
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(main())
