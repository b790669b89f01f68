"""What a process asks of PostgreSQL before it begins: the tests' own database has all of it."""

import pytest
from django.db import connection

from accounts.database import checks
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
