"""What every test may rely on."""

import ipaddress
import socket

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.creation import DatabaseCreation
from django.utils import timezone

from outbox import delivery, tasks


class NetworkReachedError(AssertionError):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Nothing in a test talks to another machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise NetworkReachedError(f"A test reached for {host}")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True, scope="session")
def what_migrations_wrote_comes_back_as_it_was():
    """Before a test that commits, Django writes anew what the migrations had written.

    No trigger may have a hand in that: they would refuse to write the record again, or write it
    twice. PostgreSQL leaves them out for a session that plays back what happened elsewhere.
    """
    write_back = DatabaseCreation.deserialize_db_from_string

    def without_triggers(self, data):
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            try:
                write_back(self, data)
            finally:
                cursor.execute("RESET session_replication_role")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseCreation, "deserialize_db_from_string", without_triggers)
        yield


@pytest.fixture(autouse=True, scope="session")
def mail_goes_through_the_outbox(django_test_environment):
    """Django's test runner puts another backend in place of ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "EMAIL_BACKEND", "outbox.backend.Outbox")
        yield


@pytest.fixture
def mail_at_once(monkeypatch):
    """A worker of the outbox that sends what was decided at once, after the commit."""
    monkeypatch.setattr(tasks, "wake", lambda lane: delivery.deliver(lane, at=timezone.now()))
