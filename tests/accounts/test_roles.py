"""The roles in the database are those of the table in the code."""

import pytest
from django.contrib.auth.models import Group

from accounts import roles
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", roles.Role)
def test_the_group_of_a_role_has_just_the_permissions_of_the_table(role):
    permissions = Group.objects.get(name=role).permissions.select_related("content_type")
    names = {f"{p.content_type.app_label}.{p.codename}" for p in permissions}
    assert names == roles.PERMISSIONS[role]


def test_every_role_is_in_the_table():
    assert set(roles.PERMISSIONS) == set(roles.Role)


@pytest.mark.parametrize("role", roles.Role)
def test_a_person_may_do_what_their_role_says_and_nothing_else(role):
    person = UserFactory(role=role)
    assert person.get_all_permissions() == roles.PERMISSIONS[role]


def test_only_visiting_officers_log_visits():
    may = {role for role, names in roles.PERMISSIONS.items() if roles.LOG_VISITS in names}
    assert may == {roles.Role.VISITING_OFFICER}
