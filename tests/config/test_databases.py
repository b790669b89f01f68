"""Connections to the database: kept by whoever answers requests and works on tasks."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as product
from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from config.asgi import Product
from tests.factories import CommandUnitFactory, UserFactory

pytestmark = pytest.mark.django_db

SAID = (
    "SELECT pg_backend_pid(), current_user = session_user,"
    " current_setting('makesafe.user', true), current_setting('makesafe.units', true),"
    " current_setting('makesafe.sees_plans', true),"
    " current_setting('pghistory.context_metadata', true)"
)


class OneThread(Product):
    """The product with one thread, that notes after each request what its connection says."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def answer(self, scope, body):
        parts = super().answer(scope, body)
        with connection.cursor() as cursor:
            cursor.execute(SAID)
            self.seen.append(cursor.fetchone())
        return parts


@pytest.fixture
def one_thread(settings):
    settings.REQUESTS_AT_ONCE = 1
    made = OneThread()
    yield made
    made.threads._free[0].submit(connections.close_all).result()


@contextlib.contextmanager
def openings():
    """The connections that are opened meanwhile, in any thread."""
    opened = []

    def note(connection, **_):
        opened.append(connection)

    connection_created.connect(note)
    try:
        yield opened
    finally:
        connection_created.disconnect(note)


def ask(app, person):
    """The status that this person's list of venues has."""
    client = Client()
    client.force_login(person)
    cookie = f"{product.SESSION_COOKIE_NAME}={client.cookies[product.SESSION_COOKIE_NAME].value}"
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": reverse("venues:venue_list")}
    scope |= {
        "query_string": b"",
        "headers": [(b"cookie", cookie.encode()), (b"host", b"localhost")],
    }
    with ThreadPoolExecutor(1) as pool:  # the browser's tests may have left a loop here
        pool.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    return sent[0]["status"]


def test_a_second_request_opens_no_connection_and_finds_nothing_of_the_first_person(
    one_thread,
):
    planner = UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()])
    lead = UserFactory(role=Role.CSE_LEAD, whole_force=True)
    with openings() as opened:
        assert ask(one_thread, planner) == ask(one_thread, lead) == 200
        assert ask(one_thread, planner) == 200
    assert len(opened) == 1
    (first, *said), *later = one_thread.seen
    assert said == [True, "", "", "", ""]
    assert later == [(first, *said)] * 2
