"""A cadet's duty record: complete, right to the minute, and without a place or a name."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AccessEntry
from accounts.roles import Role
from govuk.dates import how_long
from operations.teams import duty_record
from operations.teams.duty_record import Stint
from operations.teams.welfare import Feeling
from tests import factories
from tests.operations.duty.phone import text

HOUR = dt.timedelta(hours=1)


def stint(began, lasted=HOUR):
    return Stint(
        began=began, ended=began + lasted, was_willing=True, how_it_was="Fine", withdrew=False
    )


moments = st.datetimes(
    dt.datetime(2025, 1, 1),  # noqa: DTZ001 (Hypothesis adds the zone)
    dt.datetime(2026, 12, 31),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)
stints = st.lists(
    st.builds(stint, moments, st.timedeltas(dt.timedelta(0), dt.timedelta(hours=4))), max_size=12
)


@given(stints)
def test_the_months_have_each_visit_once_and_all_the_time(found):
    months = duty_record.months(found)
    assert sorted(s.began for m in months for s in m.stints) == sorted(s.began for s in found)
    assert sum((m.lasted for m in months), dt.timedelta(0)) == duty_record.total(found)
    firsts = [month.first for month in months]
    assert firsts == sorted(set(firsts), reverse=True)


def test_a_night_belongs_to_its_evening():
    [month] = duty_record.months([stint(dt.datetime(2026, 7, 1, 0, 30, tzinfo=dt.UTC))])
    assert month.first == dt.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("lasts", "words"),
    [
        (dt.timedelta(0), "0 minutes"),
        (dt.timedelta(seconds=30), "1 minute"),
        (HOUR, "1 hour"),
        (2 * HOUR + dt.timedelta(minutes=5), "2 hours 5 minutes"),
    ],
)
def test_a_length_of_time_reads_as_people_say_it(lasts, words):
    assert how_long(lasts) == words


def test_a_month_adds_what_the_visits_lasted_and_rounds_once():
    """Not the minutes of each line, which are rounded up."""
    lasted = dt.timedelta(minutes=20, seconds=20)
    began = dt.datetime(2026, 7, 1, 18, tzinfo=dt.UTC)
    stints = [stint(began + number * HOUR, lasted) for number in range(3)]
    [month] = duty_record.months(stints)
    assert how_long(month.lasted) == how_long(duty_record.total(stints)) == "1 hour 1 minute"


# The page ---------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def cadet(unit):
    return factories.CadetFactory(command_unit=unit, reference="K-77")


@pytest.fixture
def planner(client, unit):
    person = factories.UserFactory(role=Role.PLANNER, units=[unit])
    client.force_login(person)
    return person


def visited(cadet, **more):
    visit = factories.CompletedVisitFactory(**more)
    factories.CadetMemberFactory(visit=visit, cadet=cadet)
    return visit


def record(client, cadet):
    return client.get(reverse("operations:cadet_record", args=[cadet.pk]))


def test_the_record_names_hours_and_answers_and_neither_venue_nor_officer(client, planner, cadet):
    venue = factories.VenueFactory(name="Gannet Hotel", address="9 Harbour Way")
    visit = visited(cadet, venue=venue)
    factories.WelfareAnswerFactory(visit=visit, cadet=cadet, note="Wants to talk to Robin")

    page = text(record(client, cadet))

    assert "Cadet K-77" in page
    assert "1 visit, 25 minutes in all" in page
    assert "Upset" in page
    lead = visit.team.get(duty="lead").officer
    for covert in ("Gannet", "Harbour Way", "Robin", lead.last_name, visit.number):
        assert covert not in page


def test_hours_count_in_whatever_command_unit(client, planner, cadet):
    visited(cadet, unit=factories.CommandUnitFactory())
    assert "1 visit, 25 minutes in all" in text(record(client, cadet))


def test_a_visit_that_is_not_over_is_not_told(client, planner, cadet):
    factories.CadetMemberFactory(visit=factories.UnderWayVisitFactory(), cadet=cadet)
    page = text(record(client, cadet))
    assert "No visits yet" in page


def test_the_record_is_read_on_record(client, planner, cadet):
    record(client, cadet)
    assert AccessEntry.objects.filter(what="operations.cadet", ids=[cadet.pk]).exists()


def test_the_record_takes_as_many_queries_for_many_visits_as_for_one(
    client, planner, cadet, queries_of
):
    address = reverse("operations:cadet_record", args=[cadet.pk])
    visited(cadet)
    few = queries_of(client, address)
    for days in range(1, 5):
        visited(cadet, starts_at=timezone.now() - dt.timedelta(days=10 + days))
    assert queries_of(client, address) == few


@pytest.mark.parametrize("feeling", [Feeling.FINE, Feeling.RATHER_NOT_SAY])
def test_what_was_said_stands_in_words(client, planner, cadet, feeling):
    factories.WelfareAnswerFactory(visit=visited(cadet), cadet=cadet, answer=feeling)
    assert feeling.label in text(record(client, cadet))
