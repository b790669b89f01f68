"""Outcomes a second over HTTP, beside a bare Django view with one INSERT on the same server.

``python -m tests.benchmarks.submits 100000`` works on a copy of the database of so many visits and
with two web processes, by turns with one client and with twenty. It ends with 1 where a submit
takes more than three times as long as the bare view, or twenty clients get less than 60 a second.
"""

import statistics
import sys
import threading
import time
import uuid

import psutil

from tests.answers import NOTHING_NOTICED
from tests.benchmarks import database

COPY = "scale_submits"
CLIENTS = 20
ALONE, EACH = 40, 10  # submits of the one client, and of each of the twenty
WARM = 3  # of each of the twenty before: each thread's connection has read the tables it needs
TIMES_BARE, LEAST_A_SECOND = 3, 60

#: Visits to come have begun, all early, for their lead officers to log.
UNDER_WAY = f"""
    SET session_replication_role = replica;
    CREATE TABLE bare_note (id bigserial PRIMARY KEY, at timestamptz, note text);
    GRANT INSERT ON bare_note TO makesafe_web;
    GRANT USAGE ON SEQUENCE bare_note_id_seq TO makesafe_web;
    UPDATE operations_visit v
    SET state = 'under_way', started_at = now() - interval '10 minutes',
        started_by_id = t.officer_id
    FROM operations_teammember t
    WHERE t.visit_id = v.id AND t.duty = 'lead' AND v.id IN (
        SELECT id FROM operations_visit WHERE state = 'planned'
        ORDER BY id DESC LIMIT {ALONE + CLIENTS * (WARM + EACH)}
    )
    RETURNING v.id, t.officer_id
"""


def main() -> int:
    """Measure on a copy, whose visits are begun and logged."""
    address = database.address(COPY)
    return database.on_a_copy(COPY, "submits", sys.argv[1], DATABASE_URL=address)


def _measure() -> int:
    import django

    django.setup()

    from django.db import connection

    from accounts.models import User
    from operations.models import Visit
    from tests.benchmarks.load import sign_in
    from tests.web import web_server

    with connection.cursor() as cursor:
        cursor.execute(UNDER_WAY)
        under_way = cursor.fetchall()
        cursor.execute("RESET session_replication_role")
    sessions = {officer: sign_in(User.objects.get(pk=officer)) for _, officer in under_way}
    todo = [
        (f"{Visit(pk=visit).get_absolute_url()}outcome/", sessions[officer])
        for visit, officer in under_way
    ]
    two = {"database": COPY, "WEB_PROCESSES": "2"}
    bare = {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.bare_settings"}
    over = False
    with web_server(**two) as product, web_server(**two, **bare) as alone:

        def submit(seconds: list[float], number: int) -> None:
            for _ in range(number):
                path, session = todo.pop()
                form = NOTHING_NOTICED | {"submission": str(uuid.uuid4())}
                began = time.perf_counter()
                status = product.ask(path, session=session, form=form)
                seconds.append(time.perf_counter() - began)
                assert status == 302, (path, status)

        def write(seconds: list[float], number: int) -> None:
            for _ in range(number):
                began = time.perf_counter()
                assert alone.ask("/note/", form={"note": "x"}) == 302
                seconds.append(time.perf_counter() - began)

        _crowd(submit, CLIENTS, WARM, product.process.pid)
        _crowd(write, CLIENTS, WARM, alone.process.pid)
        print(
            "| clients | submit: ms, a second, processor ms | bare view: the same"
            " | × | × processor | over |"
        )
        print("| --- | --- | --- | --- | --- | --- |")
        for clients, each in ((1, ALONE), (CLIENTS, EACH)):
            ours, rate, work = _crowd(submit, clients, each, product.process.pid)
            theirs, bare_rate, bare_work = _crowd(write, clients, each, alone.process.pid)
            missed = []
            if ours > TIMES_BARE * theirs:
                missed.append("time")
            if clients == CLIENTS and rate < LEAST_A_SECOND:
                missed.append(f"a second (≥ {LEAST_A_SECOND})")
            over |= bool(missed)
            print(
                f"| {clients} | **{ours * 1000:,.0f}**, {rate:.0f}, {work * 1000:.1f} "
                f"| {theirs * 1000:,.1f}, {bare_rate:.0f}, {bare_work * 1000:.1f} "
                f"| {ours / theirs:.1f} | {work / bare_work:.1f} | {', '.join(missed)} |",
                flush=True,
            )
    return int(over)


def _crowd(work, clients: int, each: int, server: int) -> tuple[float, float, float]:
    """The median in seconds, how many a second, and the processor's seconds for each, of clients
    that each do it so often.
    """
    seconds: list[float] = []
    before = _processor(server)
    threads = [threading.Thread(target=work, args=(seconds, each)) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    assert len(seconds) == clients * each, "a submit was refused"
    used = _processor(server) - before
    return statistics.median(seconds), len(seconds) / took, used / len(seconds)


def _processor(server: int) -> float:
    """Seconds that web processes and those of PostgreSQL have used for the copy: others' work on
    the machine changes these least.
    """
    processes = psutil.Process(server).children(recursive=True)
    processes += [one for one in psutil.process_iter() if COPY in " ".join(one.cmdline())]
    return sum(one.cpu_times().user + one.cpu_times().system for one in processes)


if __name__ == "__main__":
    sys.exit(_measure() if sys.argv[2:] else main())
