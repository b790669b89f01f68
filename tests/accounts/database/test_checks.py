"""What a process asks of PostgreSQL before it begins: the tests' own database has all of it."""

import pytest
from django.db import OperationalError, connection

from accounts.database import checks, grants
from tests import database

pytestmark = pytest.mark.django_db


def change(statement):
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nothing_is_amiss_after_the_migrations():
    assert list(checks.faults("default")) == []


def test_a_record_that_the_web_may_change_is_named():
    change("GRANT UPDATE ON accounts_userevent TO makesafe_web")
    try:
        assert list(checks.faults("default")) == ["The role of DATABASE_URL may change the record."]
    finally:
        change("REVOKE UPDATE ON accounts_userevent FROM makesafe_web")


def test_tables_without_their_policy_are_counted():
    change("ALTER TABLE operations_outcome DISABLE ROW LEVEL SECURITY")
    try:
        found = list(checks.faults("default"))
    finally:
        change("ALTER TABLE operations_outcome ENABLE ROW LEVEL SECURITY")
    assert "1 tables that need row-level security have none." in found


def test_tables_that_are_not_there_are_told_of(monkeypatch):
    tables = [*grants.record_tables(), "accounts_of_tomorrow"]
    monkeypatch.setattr(grants, "record_tables", lambda: tables)
    [fault] = checks.faults("default")
    assert "Tables are missing" in fault


def test_the_owners_worker_is_asked_whether_it_is_the_owner(settings):
    settings.AS_OWNER = True
    owner = "With AS_OWNER=1 the role of OWNER_DATABASE_URL must be the owner of the tables."
    assert owner in list(checks.faults("default"))
    with database.as_owner():
        assert owner not in list(checks.faults("default"))


# As Django's checks ------------------------------------------------------------------------------


def test_what_is_amiss_becomes_an_error_that_says_what_to_do(monkeypatch):
    assert checks.database_is_as_it_must_be(databases=["default"]) == []
    assert checks.database_is_as_it_must_be(databases=None) == []
    monkeypatch.setattr(checks, "faults", lambda alias: [f"{alias} is open."])
    [error] = checks.database_is_as_it_must_be(databases=["default"])
    assert (error.id, error.msg) == ("accounts.E001", "default is open.")
    assert "manage.py migrate" in error.hint


def test_a_database_that_can_not_be_asked_is_an_error_without_its_words(monkeypatch):
    def faults(alias):
        raise OperationalError("password of makesafe is wrong")

    monkeypatch.setattr(checks, "faults", faults)
    [error] = checks.database_is_as_it_must_be(databases=["default"])
    assert error.msg == "The database can't be asked: OperationalError."


@pytest.mark.parametrize(
    ("url", "ids"),
    [
        ("", []),
        ("smtp+tls://mail.example:587", []),
        ("smtp://mail.example:25", ["accounts.W001"]),
    ],
)
def test_mail_in_plain_is_warned_of(settings, url, ids):
    settings.EMAIL_URL = url
    assert [warning.id for warning in checks.mail_is_protected()] == ids


@pytest.mark.parametrize(
    ("database_url", "redis_url", "named"),
    [
        ("postgres://a:b@db.example/x?sslmode=require", "rediss://:b@cache.example/0", []),
        ("postgres://a:b@127.0.0.1/x", "redis://:b@127.0.0.1/0", []),
        ("postgres://a:b@db.example/x", "rediss://:b@cache.example/0", ["DATABASE_URL"]),
        ("postgres://a:b@127.0.0.1/x", "redis://:b@cache.example/0", ["REDIS_URL"]),
    ],
)
def test_records_in_plain_to_another_host_are_warned_of(settings, database_url, redis_url, named):
    settings.DATABASE_URL, settings.REDIS_URL = database_url, redis_url
    found = [warning.msg.partition(" ")[0] for warning in checks.connections_are_protected()]
    assert found == named
