"""How much memory all processes of the Procfile hold, and how long a first page takes.

``python -m tests.benchmarks.memory 100000`` starts them on a copy of the database of so many
visits, gives the workers what beat gives them by day, asks for each page of ``pages.py`` some
times, and prints what each holds then: its share of memory (PSS), with its children. It ends with 1
where a goal is missed.
"""

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.benchmarks import database

COPY = "scale_memory"
TIMES = 5  # that each page is asked for: some 150 requests
FRESH = 3  # web processes whose first page is measured
#: Of ten invented years that nobody has sealed, which takes minutes: no night has as much to do.
LEFT_OUT = ("accounts.tasks.seal", "accounts.tasks.apply_retention")
MOST_FIRST, MOST_WEB, MOST_ALL = 300, 150, 900  # milliseconds, megabytes, megabytes


def main() -> int:
    """Measure on a copy, since workers and pages write."""
    return database.on_a_copy(
        COPY,
        "memory",
        sys.argv[1],
        DATABASE_URL=database.address(COPY, web=True),
        OWNER_DATABASE_URL=database.address(COPY),
        LOG_LEVEL="CRITICAL",
        RUN_DIR=str(database.embedded.RUN_DIR.resolve()),
        PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    )


def _measure() -> int:
    import django

    django.setup()

    from accounts.models import User
    from config.celery import app
    from tests.benchmarks.load import sign_in
    from tests.benchmarks.pages import pages
    from tests.web import web_server

    with database.as_owner(COPY) as owner:
        asked = [(page.path, page.reader) for page in pages(owner)]
    readers = User.objects.filter(pk__in={who for _, who in asked})
    sessions = {reader.pk: sign_in(reader) for reader in readers}
    path, reader = asked[0]
    first = []
    for _ in range(FRESH):
        with web_server(database=COPY) as web:
            began = time.perf_counter()
            assert web.ask(path, session=sessions[reader]) == 200
            first.append((time.perf_counter() - began) * 1000)
    milliseconds = statistics.median(first)
    print(
        f"The first page of a fresh web process: {milliseconds:.0f} ms (≤ {MOST_FIRST}); "
        f"asked again {_again(path, sessions[reader], COPY):.0f} ms.\n"
    )

    _, *lines = (database.ROOT / "Procfile").read_text().splitlines()
    with web_server(database=COPY, WEB_PROCESSES="2") as web, _started(lines) as workers:
        for entry in app.conf.beat_schedule.values():
            if entry["task"] not in LEFT_OUT:
                queue = entry.get("options", {}).get("queue")
                app.send_task(entry["task"], entry.get("args", ()), queue=queue)
        for _ in range(TIMES):
            for path, reader in asked:
                assert web.ask(path, session=sessions[reader]) == 200, path
        found = {name: _shares(pid) for name, pid in ({"web": web.process.pid} | workers).items()}
    print("| process | with its children, MB | the largest of them, MB | over |")
    print("| --- | --- | --- | --- |")
    for name, shares in found.items():
        over = "web process" if name == "web" and max(shares) > MOST_WEB else ""
        print(f"| {name} | {sum(shares):.0f} | {max(shares):.0f} | {over} |")
    together = sum(map(sum, found.values()))
    print(f"| **all** | **{together:.0f}** (≤ {MOST_ALL}) | | {'all' * (together > MOST_ALL)} |")
    return int(milliseconds > MOST_FIRST or max(found["web"]) > MOST_WEB or together > MOST_ALL)


@contextlib.contextmanager
def _started(lines: list[str]) -> Iterator[dict[str, int]]:
    """What these lines of the Procfile say, for as long as the block runs: the number of each."""
    named = dict(line.split(": ", 1) for line in lines)
    started = {
        name: subprocess.Popen(command, shell=True, cwd=database.ROOT, start_new_session=True)
        for name, command in named.items()
    }
    try:
        yield {name: process.pid for name, process in started.items()}
    finally:
        for process in started.values():
            os.killpg(process.pid, signal.SIGTERM)
        for process in started.values():
            process.wait()


def _again(path: str, session: str, name: str) -> float:
    """Milliseconds of the second time that the page is asked for."""
    from tests.web import web_server

    with web_server(database=name) as web:
        web.ask(path, session=session)
        began = time.perf_counter()
        web.ask(path, session=session)
        return (time.perf_counter() - began) * 1000


def _shares(root: int) -> list[float]:
    """The megabytes of a process and of each of its children; what they share is shared out."""
    parent = psutil.Process(root)
    tree = (parent, *parent.children(recursive=True))
    return [process.memory_full_info().pss / 1e6 for process in tree]


if __name__ == "__main__":
    sys.exit(_measure() if sys.argv[2:] else main())
