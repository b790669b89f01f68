"""Rates of handling calls: tests and real ones apart, each with its number and its rows."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from operations.models import Call
from reports.calls import handling
from tests import factories
from tests.operations.pages import date_of, signed_in, text

pytestmark = pytest.mark.django_db


def earlier():
    """Of an evening three days ago."""
    return dt.datetime.combine(timezone.localdate() - dt.timedelta(3), dt.time(20), tzinfo=dt.UTC)


@pytest.fixture
def unit():
    return factories.CommandUnitFactory()


@pytest.fixture
def lead(unit):
    return factories.UserFactory(role=Role.CSE_LEAD, units=[unit])


def real(unit, **fields):
    return factories.CallFactory(unit=unit, called_at=earlier(), **fields)


def about_test(unit, **fields):
    visit = factories.CompletedVisitFactory(unit=unit)
    return factories.CallFactory(venue=visit.venue, called_at=earlier(), matched_to=visit, **fields)


def page(user, **asked):
    return signed_in(user).get(reverse("reports:calls"), asked)


def test_each_figure_has_its_number_and_tests_and_real_calls_stand_apart(unit, lead):
    for seconds in (4, 6, 8, 10, 60):
        real(unit, answered_after=seconds, recognised=seconds < 60, officers_sent=True)
    about_test(unit, answered_after=5, recognised=True, officers_sent=False)
    found = handling(Call.objects.visible_to(lead))
    assert (found["test"].n, found["real"].n) == (1, 5)
    assert found["real"].answered.in_words() == "8 seconds (median, n = 5)"
    assert found["real"].recognised.in_words("call") == "80% (95% interval 38% to 96%, n = 5)"
    assert found["test"].answered.in_words() == "known of 1 call: too few for a median"
    assert found["test"].sent.in_words("call") == "0 of 1 call"
    assert found["test"].arrived.in_words("call") == "no calls yet"


def test_what_nobody_recorded_counts_in_no_rate(unit, lead):
    real(unit)
    assert handling(Call.objects.visible_to(lead))["real"].recognised.n == 0


def test_how_long_officers_took_counts_from_the_call(unit, lead):
    for minutes in (5, 7, 9, 11, 13):
        arrived = earlier() + dt.timedelta(minutes=minutes)
        real(unit, officers_sent=True, arrived_at=arrived)
    way = handling(Call.objects.visible_to(lead))["real"].on_the_way
    assert way.in_words() == "9 minutes (median, n = 5)"


def test_another_units_calls_and_tests_under_way_are_not_counted(unit, lead):
    real(factories.CommandUnitFactory())
    visit = factories.UnderWayVisitFactory(unit=unit)
    factories.CallFactory(venue=visit.venue, matched_to=visit)
    found = handling(Call.objects.visible_to(lead))
    assert (found["test"].n, found["real"].n) == (0, 0)


def test_every_number_leads_to_exactly_its_rows(unit, lead):
    real(unit, recognised=True)
    real(unit, recognised=False)
    about_test(unit, recognised=True)
    today = date_of("since", earlier().date() - dt.timedelta(days=1))
    client = signed_in(lead)
    lines = client.get(reverse("reports:calls"), today).context["rows"]
    counts = {
        (line.measure.partition(",")[0], n): len(client.get(cell.url).context["rows"])
        for line in lines
        for n, cell in enumerate(line.cells)
    }
    assert (counts["Calls", 0], counts["Calls", 1]) == (1, 2)
    assert (counts["Recognised", 0], counts["Recognised", 1]) == (1, 1)
    assert counts["Officers sent", 1] == 0


def test_administrators_see_the_figures_without_the_list(unit):
    administrator = factories.UserFactory(role=Role.ADMINISTRATOR, units=[unit])
    real(unit)
    shown = page(administrator)
    assert shown.context["rows"][0].cells[1].words == "1"
    assert reverse("operations:call_list") not in shown.content.decode()


def test_a_filter_that_cannot_be_read_shows_no_figures(lead):
    assert "No figures are shown" in text(page(lead, since_day="99"))
