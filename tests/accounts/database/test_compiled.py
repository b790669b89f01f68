"""Questions whose SQL is made once."""

import pytest
from django.db.models import F

from accounts.database.compiled import Compiled
from accounts.models import User
from tests.factories import CommandUnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_each_asking_is_about_its_own_keys(django_assert_num_queries):
    asked = []

    @Compiled
    def members(unit: int, but: int):
        asked.append(unit)
        return (
            User.objects.filter(command_units=unit, is_active=True).exclude(pk=but).order_by("pk")
        )

    here, there = CommandUnitFactory(), CommandUnitFactory()
    first, second = UserFactory(units=[here]), UserFactory(units=[here, there])
    UserFactory(units=[here], is_active=False)
    with django_assert_num_queries(5):
        assert members.all(here.pk, 0) == [first, second]
        assert members.all(here.pk, first.pk) == [second]
        assert members.first(there.pk, first.pk) == second
        assert members.first(there.pk, second.pk) is None
        assert members.all(None, 0) == []
    assert len(asked) == 1


def test_what_is_annotated_comes_with_the_record():
    @Compiled
    def person(key: int):
        return User.objects.filter(pk=key).annotate(twice=2 * F("pk"))

    someone = UserFactory()
    assert person.first(someone.pk).twice == 2 * someone.pk
