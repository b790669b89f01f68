"""The days that people may give, by the force's policy."""

import datetime as dt

import pytest
from django import forms
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import DayPolicy
from accounts.roles import Role
from govuk import GovDateField, days
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 26)


class HeldForm(forms.Form):
    held_on = GovDateField(label="When was it held?")


def refusal(day):
    typed = {"held_on_day": day.day, "held_on_month": day.month, "held_on_year": day.year}
    return HeldForm(typed).errors.get("held_on", [])


def test_without_a_change_days_run_from_2000_to_2100():
    assert DayPolicy.range(on=TODAY) == (days.FIRST, days.LAST)
    assert DayPolicy.objects.count() == 1
    assert refusal(dt.date(2000, 1, 1)) == []


def test_a_force_may_leave_fewer_days_from_a_date_on():
    DayPolicy.objects.create(valid_from=dt.date(2026, 1, 1), first_day=dt.date(2015, 4, 1))
    DayPolicy.objects.create(valid_from=dt.date(2090, 1, 1), first_day=dt.date(2080, 1, 1))
    assert DayPolicy.range(on=TODAY) == (dt.date(2015, 4, 1), days.LAST)
    assert DayPolicy.range(on=dt.date(2025, 12, 31)) == (days.FIRST, days.LAST)
    assert refusal(dt.date(2015, 3, 31)) == [
        "The date must be between 1 April 2015 and 31 December 2100"
    ]
    assert refusal(dt.date(2015, 4, 1)) == []


def test_a_question_with_a_range_of_its_own_keeps_it():
    DayPolicy.objects.create(valid_from=dt.date(2026, 1, 1), first_day=dt.date(2015, 4, 1))
    field = GovDateField(first=dt.date(2008, 1, 1), last=dt.date(2013, 12, 31))
    assert field.clean("2008-01-01") == dt.date(2008, 1, 1)


def test_the_first_day_comes_before_the_last():
    with pytest.raises(IntegrityError, match="first_day_comes_before_the_last"):
        DayPolicy.objects.create(
            valid_from=TODAY, first_day=dt.date(2030, 1, 1), last_day=dt.date(2029, 1, 1)
        )


def test_an_administrator_can_let_the_range_grow_again(client):
    DayPolicy.objects.create(valid_from=dt.date(2021, 1, 1), first_day=dt.date(2020, 1, 1))
    client.force_login(factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True))
    answer = client.post(
        reverse("admin:accounts_daypolicy_add"),
        {"valid_from": "2019-01-01", "first_day": "1 1 2001", "last_day": "2100-12-31"},
    )
    assert answer.status_code == 302
    assert DayPolicy.range(on=dt.date(2019, 6, 1)) == (dt.date(2001, 1, 1), days.LAST)
