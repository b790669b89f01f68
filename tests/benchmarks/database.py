"""A database for each size, kept in the private server until what makes it, or the day, is another.

Making one of a million visits takes minutes, so an engineer makes it once a day.
"""

import contextlib
import datetime as dt
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2

from config import embedded

ROOT = Path(__file__).resolve().parents[2]
#: What decides how a database looks.
MAKES = ("tests/benchmarks/force/*.py", "*/migrations/*.py")


def name_of(visits: int, *, day: dt.date) -> str:
    """The name of the database of this size: another one once its making or the day is another."""
    made = hashlib.sha256(f"{day}".encode())
    for pattern in MAKES:
        for file in sorted(ROOT.glob(pattern)):
            made.update(file.read_bytes())
    return f"scale_{visits}_{made.hexdigest()[:10]}"


def address(name: str, *, web: bool = False) -> str:
    """Where the database is, for the tables' owner or for web's role."""
    url = embedded.web_database_url() if web else embedded.database_url()
    return f"{url.rpartition('/')[0]}/{name}"


@contextlib.contextmanager
def as_owner(name: str) -> Iterator[Any]:
    """A cursor of the tables' owner, whom no policy binds."""
    with contextlib.closing(psycopg2.connect(address(name))) as link, link.cursor() as cursor:
        link.autocommit = True
        yield cursor


def get(visits: int) -> str:
    """The name of a database of ``visits`` visits, made where it is not there yet."""
    name = name_of(visits, day=dt.datetime.now(dt.UTC).date())
    with as_owner("postgres") as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'scale\\_%'")
        there = {found for (found,) in cursor.fetchall()}
        if name not in there:
            # One of the same size is out of date, or was cut off in the making.
            for old in there:
                if old.startswith(f"scale_{visits}_"):
                    cursor.execute(f"DROP DATABASE {old} WITH (FORCE)")
            began = time.perf_counter()
            cursor.execute(f"CREATE DATABASE {name}_made")
            _run(f"{name}_made", "manage.py", "migrate", "--verbosity", "0")
            _run(f"{name}_made", "-m", "tests.benchmarks.database", str(visits))
            cursor.execute(f"ALTER DATABASE {name}_made RENAME TO {name}")
            seconds = time.perf_counter() - began
            cursor.execute(f"SELECT pg_database_size('{name}') / 1000000")
            size = cursor.fetchone()[0]
            print(f"{visits:,} visits made in {seconds:.0f} s, {size:,} MB.", flush=True)
        else:  # policies and grants may be others than when it was made
            _run(name, "manage.py", "migrate", "--verbosity", "0")
    return name


def on_a_copy(copy: str, part: str, visits: str, **environment: str) -> int:
    """Measure a part in a process that knows a copy of the database of this size; drop the copy.

    Args:
        copy: What the copy is called.
        part: The module of this package that measures.
        visits: How many.
        environment: For the process, with the address of the copy.

    Returns:
        What the process ended with.

    """
    with as_owner("postgres") as cursor:
        name = get(int(visits))
        cursor.execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {copy} TEMPLATE {name}")
        environment |= {"DJANGO_SETTINGS_MODULE": "tests.settings"}
        command = [sys.executable, "-m", f"tests.benchmarks.{part}", visits, "here"]
        try:
            return subprocess.run(command, cwd=ROOT, env=os.environ | environment).returncode
        finally:
            cursor.execute(f"DROP DATABASE {copy} WITH (FORCE)")


def _run(name: str, *command: str) -> None:
    environment = {"DATABASE_URL": address(name), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run([sys.executable, *command], cwd=ROOT, env=os.environ | environment, check=True)


def _fill_here(visits: int) -> None:
    """Fill the database of this process."""
    import django

    django.setup()

    from django.db import connection

    from tests.benchmarks import force

    force.fill(visits=visits, now=dt.datetime.now(dt.UTC).replace(microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    _fill_here(int(sys.argv[1]))
