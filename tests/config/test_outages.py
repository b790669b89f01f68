"""Database and broker go in the middle of work; the web server says so, and nothing is lost."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.roles import Role
from operations.models import Outcome
from tests.answers import NOTHING_NOTICED
from tests.factories import UnderWayVisitFactory, UserFactory
from tests.gates import gate
from tests.web import web_server

pytestmark = pytest.mark.django_db

OFFICERS = 12
WELL_WITHIN = 10  # seconds


@pytest.fixture
def database():
    with gate(connection.settings_dict["PORT"]) as made:
        yield made


@pytest.fixture
def broker():
    with gate(urlsplit(settings.REDIS_URL).port) as made:
        yield made


@pytest.fixture
def web(database, broker):
    with web_server(database_port=database.port, redis_port=broker.port) as made:
        yield made


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
        form = NOTHING_NOTICED | {"submission": str(submission)}
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
