"""What is held of a cadet has to be possible: in the act's words, and for PostgreSQL."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.acts.refusals import Refused
from accounts.roles import Role
from operations.teams.actions import add_cadet
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
BORN = dt.date(2010, 5, 4)


def told(**dates):
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    fields = {"reference": "WC-007", "command_unit": None, "birth_date": BORN}
    fields |= {"consented_on": None, "briefed_on": None}
    try:
        add_cadet(on=TODAY, by=planner, **fields | dates)
    except Refused as error:
        return {problem.about: problem.message for problem in error.problems}
    return {}


@pytest.mark.parametrize("born", [dt.date(2026, 3, 1), dt.date(2016, 11, 25)])
def test_nobody_under_ten_is_a_cadet(born):
    assert told(birth_date=born) == {"birth_date": "A cadet is 10 or older. Check the year."}


def test_a_cadet_may_be_put_on_record_from_the_tenth_birthday():
    assert told(birth_date=dt.date(2016, 11, 24)) == {}


@pytest.mark.parametrize("name", ["consented_on", "briefed_on"])
def test_consent_and_briefing_come_after_birth(name):
    why = "This day is before the cadet’s birth date. Check the year."
    assert told(**{name: BORN - dt.timedelta(days=1)}) == {name: why}
    assert told(**{name: BORN + dt.timedelta(days=1)}) == {}


@pytest.mark.parametrize("name", ["consented_on", "briefed_on"])
def test_postgresql_keeps_no_consent_or_briefing_before_birth(name):
    cadet = factories.CadetFactory()
    rows = type(cadet).objects.filter(pk=cadet.pk)
    with (
        pytest.raises(IntegrityError, match="cadet_was_born_before_consent_and_briefing"),
        transaction.atomic(),
    ):
        rows.update(**{name: cadet.birth_date - dt.timedelta(days=1)})


@pytest.mark.parametrize("name", ["Smith-001", "JOHN-123", "Amy1", "12 Jo", "Jo"])
def test_no_reference_is_like_a_name(name):
    assert "Never a name" in told(reference=name)["reference"]


@pytest.mark.parametrize("reference", ["WC-001", "C-12", "ZZ/2026", "a7"])
def test_a_reference_is_letters_and_a_number(reference):
    assert told(reference=reference) == {}
