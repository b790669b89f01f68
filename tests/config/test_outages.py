"""Database and broker go in the middle of work; the web server says so, and nothing is lost."""

import http.client
import os
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.roles import Role
from config.embedded import web_database_url
from operations.models import Outcome
from tests.factories import UnderWayVisitFactory, UserFactory
from tests.gates import gate

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
OFFICERS = 12
ENOUGH = 60  # seconds until the test gives up
WELL_WITHIN = 10  # seconds
TOKEN = "a" * 32
FACTS = {
    "challenged": "no",
    "asked_for_identification": "no",
    "signs_recognised": "no",
    "room_refused": "no",
    "police_contacted": "no",
    "staff_debriefed": "yes",
    "materials_left": "yes",
    "refresher_accepted": "not_known",
    "csrfmiddlewaretoken": TOKEN,
}


@pytest.fixture
def database():
    with gate(connection.settings_dict["PORT"]) as made:
        yield made


@pytest.fixture
def broker():
    with gate(urlsplit(settings.REDIS_URL).port) as made:
        yield made


class Web:
    """The product's web server, as the Procfile has it, with one process."""

    def __init__(self, database, broker) -> None:
        at = urlsplit(web_database_url())
        redis = urlsplit(settings.REDIS_URL)
        name = connection.settings_dict["NAME"]
        with gate(1) as unused:
            self.port = unused.port
        self.process = subprocess.Popen(
            [sys.executable, *"-m gunicorn config.asgi --config python:config.gunicorn".split()],
            cwd=ROOT,
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "DATABASE_URL": at._replace(
                    netloc=at.netloc.replace(f":{at.port}", f":{database.port}"), path=f"/{name}"
                ).geturl(),
                "REDIS_URL": redis._replace(
                    netloc=redis.netloc.replace(f":{redis.port}", f":{broker.port}")
                ).geturl(),
                "BIND": f"127.0.0.1:{self.port}",
                "WEB_PROCESSES": "1",
                "LOG_LEVEL": "CRITICAL",
            },
        )
        self.answers = Counter()
        self.waits = True

    def ask(self, path, *, session="", form=None) -> int:
        """The status of the answer; 0 where there was none."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        cookies = f"csrftoken={TOKEN}; {settings.SESSION_COOKIE_NAME}={session}"
        headers = {"Cookie": cookies, "Host": "localhost"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            body = None if form is None else urlencode(form)
            link.request("GET" if form is None else "POST", path, body, headers)
            answer = link.getresponse()
            answer.read()
        except OSError:
            return 0
        finally:
            link.close()
        self.answers[answer.status] += 1
        self.waits &= answer.status != 503 or answer.headers["Retry-After"] is not None
        return answer.status

    def until(self, status, path, **options) -> float:
        """Ask until the answer is this one; how many seconds that took."""
        started = time.monotonic()
        while self.ask(path, **options) != status:
            assert self.process.poll() is None, "the web server ended"
            assert time.monotonic() - started < ENOUGH
            threading.Event().wait(0.1)
        return time.monotonic() - started


@pytest.fixture
def web(database, broker):
    made = Web(database, broker)
    try:
        made.until(200, "/health/ready")
        yield made
    finally:
        made.process.terminate()
        made.process.wait()


def test_no_outcome_is_lost_and_nothing_is_an_error_of_ours_while_servers_go_and_come_back(
    web, database, broker
):
    sent = []
    for _ in range(OFFICERS):
        officer = UserFactory(role=Role.VISITING_OFFICER)
        client = Client()
        client.force_login(officer)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        sent.append((UnderWayVisitFactory(officer=officer), session, uuid.uuid4()))

    def log(visit, session, submission):
        """As the phone does: the same message again until it is acknowledged; then once more."""
        form = FACTS | {"submission": str(submission)}
        path = f"{visit.get_absolute_url()}outcome/"
        web.until(302, path, session=session, form=form)
        web.until(302, path, session=session, form=form)

    database.shut()
    with ThreadPoolExecutor(OFFICERS) as phones:
        logged = [phones.submit(log, *one) for one in sent[: OFFICERS // 2]]
        web.until(503, "/health/ready")
        web.until(200, "/health/live")
        database.open()
        assert web.until(200, "/health/ready") < WELL_WITHIN
        logged += [phones.submit(log, *one) for one in sent[OFFICERS // 2 :]]
        broker.hang()
        web.until(200, "/sign-in/")
        broker.open()
        for one in logged:
            one.result()
    assert set(web.answers) <= {200, 302, 503}
    assert web.answers[503]
    assert web.waits, "each 503 says when to try again"
    stored = Counter(Outcome.objects.values_list("visit_id", "submission"))
    assert stored == {(visit.pk, submission): 1 for visit, _, submission in sent}
