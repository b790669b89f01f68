"""Messages a second from one worker to a mail server on this machine.

``python -m tests.benchmarks.mail`` decides account mail and reminders in a database of its own and
hands them over to a mail server in a process of its own, in one run as a lane's worker does. Times
depend on the machine and on what else runs; compare within one run.
"""

import contextlib
import datetime as dt
import multiprocessing
import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.mail import EmailMessage  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from django.utils import timezone  # noqa: E402

from accounts.dates.london import duty_day  # noqa: E402
from config import mail  # noqa: E402
from operations.follow_ups import reminders, working_days  # noqa: E402
from outbox import delivery, tasks  # noqa: E402
from outbox.models import Lane, Message  # noqa: E402
from tests import factories  # noqa: E402
from tests.database import (  # noqa: E402
    as_product,
    as_system,
    standing_as_in_production,
)
from tests.outbox.mail_server import free_port, mail_server  # noqa: E402

MESSAGES = 500


def serve(port: int, ready: "multiprocessing.Event", stop: "multiprocessing.Event") -> None:
    with mail_server(port=port) as server:
        ready.set()
        stop.wait(300)
        print(f"  the mail server had {server.connections} connections")


def measure(lane: Lane, *, at: dt.datetime) -> None:
    count = Message.objects.waiting().filter(lane=lane).count()
    assert count, f"no {lane.label.lower()} are due"
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        while delivery.deliver(lane, at=at):
            pass
    seconds = time.perf_counter() - began
    left = Message.objects.waiting().filter(lane=lane).count()
    print(
        f"  {lane.label}: {count} messages in {seconds:.1f} s, {count / seconds:.0f} a second, "
        f"{len(queries) / count:.1f} queries each, {left} left"
    )


def main() -> None:
    tasks.wake = lambda lane: None
    setup_test_environment()
    connection.settings_dict["TEST"]["NAME"] = "benchmark_mail"
    databases = setup_databases(verbosity=0, interactive=False, aliases=["default"])
    port, ready, stop = free_port(), multiprocessing.Event(), multiprocessing.Event()
    process = multiprocessing.Process(target=serve, args=(port, ready, stop))
    process.start()
    stack = contextlib.ExitStack()
    stack.enter_context(standing_as_in_production())
    stack.enter_context(as_system())
    try:
        settings.EMAIL_BACKEND = "outbox.backend.Outbox"
        settings.OUTBOX_CHANNEL = "outbox.smtp.Smtp"
        for name, value in mail.server(f"smtp://127.0.0.1:{port}").items():
            setattr(settings, name, value)
        for number in range(MESSAGES):
            EmailMessage("S", "B" * 1000, to=[f"p{number}@police.example"]).send()
        today = working_days.on_or_after(duty_day(timezone.now()))  # on others nothing is decided
        morning = dt.datetime.combine(today, reminders.SENT_AT, timezone.get_default_timezone())
        for _ in range(MESSAGES // 4):
            follow_up = factories.FollowUpFactory(due_on=today)
            for _ in range(3):
                factories.VenueContactFactory(venue=follow_up.visit.venue)
        reminders.decide_reminders(at=morning)
        ready.wait(30)
        with as_product():
            for lane in (Lane.ACCOUNT, Lane.REMINDERS):
                measure(lane, at=max(morning, timezone.now()))
    finally:
        stack.close()
        stop.set()
        process.join(30)
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
