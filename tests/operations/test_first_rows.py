"""What each migrate writes: roles, policies and the first rows, any number of times."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection

from accounts.roles import PERMISSIONS, Role
from operations.first_rows import WARNING_SIGNS
from operations.models import CadetPolicy, WarningSign
from operations.protection.row_security import HISTORIES, POLICIES

pytestmark = pytest.mark.django_db


def policies_in_force():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, qual FROM pg_policies ORDER BY tablename")
        return cursor.fetchall()


def test_a_second_migrate_changes_nothing():
    before = policies_in_force()
    call_command("migrate", verbosity=0)
    assert policies_in_force() == before
    assert {table for table, _ in before} == {*POLICIES, *HISTORIES}
    assert [sign.text for sign in WarningSign.objects.all()] == list(WARNING_SIGNS)
    assert CadetPolicy.objects.count() == 1


def test_a_migrate_gives_each_role_what_the_table_says():
    group = Group.objects.get(name=Role.PLANNER)
    group.permissions.clear()
    call_command("migrate", verbosity=0)
    assert group.permissions.count() == len(PERMISSIONS[Role.PLANNER])


def test_what_an_administrator_changed_does_not_come_back():
    sign = WarningSign.objects.first()
    WarningSign.objects.filter(pk=sign.pk).update(text="In the force's own words")
    CadetPolicy.objects.create(valid_from=dt.date(2026, 1, 1), min_age=15)
    call_command("migrate", verbosity=0)
    assert WarningSign.objects.count() == len(WARNING_SIGNS)
    assert CadetPolicy.objects.in_force(on=dt.date(2026, 6, 1)).min_age == 15
