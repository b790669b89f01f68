"""A backup is restored as docs/operators.md says, and what a dump does not carry is seen."""

import os
import secrets
import subprocess
import sys

import psycopg2
import pytest

from config import embedded
from tests.config.test_production import CELERY, ROOT, SAFE

pytestmark = pytest.mark.xdist_group("restore")  # one installation for all of them

NAMES = ("before_a_restore", "after_a_restore")


def program(name, *arguments, **more):
    command = [embedded.postgres_program(name), *arguments]
    return subprocess.run(command, check=True, capture_output=True, **more)


def owner_url(name):
    return embedded.database_url().rpartition("/")[0] + f"/{name}"


def web_url(name):
    return embedded.web_database_url().rpartition("/")[0] + f"/{name}"


def ask(name, sql):
    connection = psycopg2.connect(owner_url(name))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
        answer = cursor.fetchone() if cursor.description else ()
    connection.close()
    return answer


def run(name, *arguments, owner=False, **changed):
    """Start a part of the product as production does, on the database of this name."""
    environment = SAFE | {"DATABASE_URL": web_url(name), "REDIS_URL": embedded.redis_url()}
    if owner:
        environment |= {"AS_OWNER": "1", "OWNER_DATABASE_URL": owner_url(name)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment | changed | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def check(name):
    return run(name, "manage.py", "check", "--deploy", "--database", "default")


@pytest.fixture(scope="module")
def before():
    """An installation of its own on the tests' server."""
    name, restored = (f"{name}_{secrets.token_hex(4)}" for name in NAMES)
    for one in (name, restored):
        ask("postgres", f"CREATE DATABASE {one}")
    done = run(name, "manage.py", "migrate", "--verbosity", "0", owner=True)
    assert done.returncode == 0, done.stderr
    yield name, restored
    for one in (name, restored):
        ask("postgres", f"DROP DATABASE {one} WITH (FORCE)")


def test_a_restored_dump_starts_nothing_until_it_is_migrated(before):
    name, restored = before
    assert check(name).returncode == 0

    dump = program("pg_dump", "--dbname", owner_url(name)).stdout
    program("psql", "--quiet", "--set", "ON_ERROR_STOP=1", owner_url(restored), input=dump)

    found = check(restored)
    assert found.returncode != 0
    assert "may make temporary tables" in found.stderr
    worker = run(restored, *CELERY, "worker", "--pool", "solo")
    assert worker.returncode != 0
    assert "may make temporary tables" in worker.stderr
    web = run(restored, "-m", "gunicorn", "config.asgi", "--config", "python:config.gunicorn")
    assert web.returncode != 0
    assert "may make temporary tables" in web.stderr

    run(restored, "manage.py", "migrate", "--verbosity", "0", owner=True)
    assert check(restored).returncode == 0


#: What may be lost on the way, and how it is told.
LOST = {
    "GRANT TEMPORARY ON DATABASE {} TO PUBLIC": "temporary tables",
    "GRANT CREATE ON SCHEMA public TO PUBLIC": "tables and functions in the schema",
    "REVOKE SELECT ON venues_venue FROM makesafe_web": "may not read some",
    "GRANT UPDATE ON accounts_userevent TO makesafe_web": "may change the record",
    "ALTER TABLE operations_visit DISABLE ROW LEVEL SECURITY": "switched off for tables",
    "DROP POLICY shows_to_whom_it_concerns ON operations_outcome": "have none",
    "ALTER FUNCTION {function} SECURITY INVOKER": "lost their owner's rights",
}


def test_what_was_lost_on_the_way_is_named_and_migrating_brings_it_back(before):
    name, _ = before
    [function] = ask(
        name,
        "SELECT min(oid::regprocedure::text) FROM pg_proc WHERE proname LIKE 'pgtrigger%'",
    )
    for statement in LOST:
        ask(name, statement.format(name, function=function))
    told = check(name).stderr
    assert [fault for fault in LOST.values() if fault not in told] == []
    run(name, "manage.py", "migrate", "--verbosity", "0", owner=True)
    assert check(name).returncode == 0


def test_triggers_that_are_off_are_named(before):
    name, _ = before
    ask(name, "ALTER TABLE venues_venue DISABLE TRIGGER ALL")
    assert "Triggers are switched off" in check(name).stderr
    ask(name, "ALTER TABLE venues_venue ENABLE TRIGGER ALL")


def test_the_owners_worker_does_not_begin_unless_it_is_the_owner(before):
    name, _ = before
    done = run(
        name, *CELERY, "worker", "--queues", "keeping", "--pool", "solo",
        AS_OWNER="1", OWNER_DATABASE_URL=web_url(name), DATABASE_URL="",
    )  # fmt: skip
    assert done.returncode != 0
    assert "must be the owner of the tables" in done.stderr


def test_nothing_else_begins_as_the_owner(before, tmp_path):
    name, _ = before
    schedule = ("--schedule", str(tmp_path / "beat"), "--pidfile=")
    for process in (("worker", "--pool", "solo"), ("beat", *schedule)):
        done = run(name, *CELERY, *process, DATABASE_URL=owner_url(name))
        assert done.returncode != 0
        assert "does not bind the role" in done.stderr


def test_a_temporary_table_never_stands_before_one_of_ours(db):
    from django.db import connection

    from accounts.database import scope
    from tests.database import as_owner
    from tests.factories import ForceFactory

    ForceFactory()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE venues_force (name text)")
        with scope.for_task("test"):
            cursor.execute("SELECT count(*) FROM venues_force")
            assert cursor.fetchone() == (1,)
