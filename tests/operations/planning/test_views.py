"""Pages of operations: who may see what, what each page does, and that nothing typed is lost."""

import datetime as dt
import re

import pytest
from django.test import Client

from accounts.roles import Role
from govuk.dates import long_day
from operations.models import Operation
from operations.templatetags.visits import visit_day
from tests.factories import (
    CadetFactory,
    CancelledVisitFactory,
    CommandUnitFactory,
    CompletedVisitFactory,
    NotCompletedVisitFactory,
    OperationFactory,
    OperationVenueFactory,
    ScenarioFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)
from tests.operations.pages import at, date_of, signed_in, soon, text, url

pytestmark = pytest.mark.django_db


# Who may open what


PLANNING = {
    "operation_add": None,
    "operation_edit": "operation",
    "operation_venues": "operation",
    "visit_add": "operation",
    "visit_edit": "visit",
    "visit_cancel": "visit",
    "scenario_add": None,
    "scenario_new_version": "scenario",
    "cadet_list": None,
    "cadet_add": None,
    "cadet_edit": "cadet",
}

READING = {
    "operation_list": None,
    "operation_detail": "operation",
    "scenario_list": None,
    "scenario_detail": "scenario",
}


@pytest.fixture
def address(operation_to_come, visit_to_come):
    things = {
        "operation": operation_to_come,
        "visit": visit_to_come,
        "scenario": operation_to_come.scenario,
        "cadet": CadetFactory(),
    }

    def address(name):
        about = (PLANNING | READING)[name]
        return url(name, *([things[about].pk] if about else []))

    return address


@pytest.mark.parametrize("name", [*PLANNING, *READING])
@pytest.mark.parametrize("role", [*Role, None])
def test_pages_by_role(address, unit, name, role):
    readers = {Role.PLANNER, Role.ADMINISTRATOR, Role.CSE_LEAD}
    allowed = readers if name in READING else {Role.PLANNER}
    person = UserFactory(role=role, units=[unit])

    response = signed_in(person).get(address(name))

    assert response.status_code == (200 if role in allowed else 403)


@pytest.mark.parametrize("name", [*PLANNING, *READING])
def test_who_is_not_signed_in_is_asked_to(address, name):
    assert Client().get(address(name)).status_code == 302


OF_A_UNIT = [
    name for name, about in (PLANNING | READING).items() if about in ("operation", "visit")
]


@pytest.mark.parametrize("name", OF_A_UNIT)
@pytest.mark.parametrize("role", [Role.PLANNER, Role.CSE_LEAD])
def test_of_another_command_unit_nothing_exists(address, name, role):
    stranger = signed_in(UserFactory(role=role, units=[CommandUnitFactory()]))

    response = stranger.get(address(name))

    expected = 403 if role == Role.CSE_LEAD and name in PLANNING else 404
    assert response.status_code == expected


@pytest.mark.parametrize("name", ["operation_edit", "operation_venues", "visit_add", "visit_edit"])
def test_of_another_command_unit_nothing_is_changed(address, name):
    stranger = signed_in(UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()]))

    assert stranger.post(address(name), {}).status_code == 404


# The list and the page of an operation


def test_the_list_shows_an_operation_with_its_progress(
    as_planner, operation_to_come, visit_to_come, chosen
):
    CompletedVisitFactory(operation=operation_to_come, venue=chosen.venue)
    NotCompletedVisitFactory(operation=operation_to_come, venue=chosen.venue)

    page = text(as_planner.get(url("operation_list")))

    assert f"{operation_to_come.name} {operation_to_come.reference}" in page
    assert "1 0 1 1" in page  # planned, under way, completed, not completed


def test_an_empty_list_says_what_to_do_next(as_planner):
    assert "Add one, then choose its venues" in text(as_planner.get(url("operation_list")))


def test_a_planner_sees_visits_to_come_and_chosen_venues(
    as_planner, operation_to_come, visit_to_come
):
    page = text(as_planner.get(operation_to_come.get_absolute_url()))
    venues = text(as_planner.get(operation_to_come.get_absolute_url() + "?show=venues"))

    day = visit_day(visit_to_come)
    assert f"{day} 19:00 to 20:00" in page
    assert visit_to_come.venue.name in page
    assert "To come (1) Over (0) Venues (1)" in page
    assert "Drawn by chance" in venues
    assert f"{day}, 19:00 to 20:00" in venues


@pytest.mark.parametrize("show", ["", "?show=ahead", "?show=venues", "?show=over"])
def test_a_lead_sees_neither_planned_visits_nor_venues_that_wait(
    operation_to_come, unit, visit_to_come, show
):
    waiting = OperationVenueFactory(
        operation=operation_to_come, venue=VenueFactory(unit=unit)
    ).venue
    cancelled = CancelledVisitFactory(
        operation=operation_to_come, venue=VenueFactory(unit=unit)
    ).venue
    over = CompletedVisitFactory(operation=operation_to_come, venue=VenueFactory(unit=unit)).venue
    lead = signed_in(UserFactory(role=Role.CSE_LEAD, units=[unit]))

    page = text(lead.get(operation_to_come.get_absolute_url() + show))

    assert over.name in page
    for covert in (
        visit_to_come.venue.name,
        waiting.name,
        cancelled.name,
        "19:00",
        "Planned",
        "Cancelled",
    ):
        assert covert not in page
    assert "Planned" not in text(lead.get(url("operation_list")))


def test_a_visit_after_midnight_stands_under_the_evening_before(
    as_planner, operation_to_come, chosen
):
    for day, hour in ((0, 23), (1, 0), (1, 20), (2, 20), (3, 20)):
        starts = at(hour, 10, soon() + dt.timedelta(days=day))
        ends = starts + dt.timedelta(minutes=20)
        VisitFactory(
            operation=operation_to_come, venue=chosen.venue, starts_at=starts, ends_at=ends
        )

    page = as_planner.get(operation_to_come.get_absolute_url()).text

    days = re.findall(r'href="#visit-\w+">([^<]+)<', page)
    ahead = [soon() + dt.timedelta(days=number) for number in range(4)]
    assert days == [long_day(day) for day in ahead]


def test_a_planner_sees_their_units_part_of_an_operation_of_two(
    as_planner, operation_to_come, visit_to_come
):
    foreign = VisitFactory(operation=operation_to_come)
    OperationVenueFactory(operation=operation_to_come, venue=foreign.venue)

    for show in ("ahead", "venues"):
        page = text(as_planner.get(f"{operation_to_come.get_absolute_url()}?show={show}"))
        assert visit_to_come.venue.name in page
        assert foreign.venue.name not in page
        assert "To come (1)" in page


def test_an_operation_without_visits_says_what_to_do_next(as_planner, operation_to_come):
    page = operation_to_come.get_absolute_url()

    assert "plan when a team goes to each" in text(as_planner.get(page))
    assert "No visits are over yet" in text(as_planner.get(page + "?show=over"))
    assert "let the system draw some" in text(as_planner.get(page + "?show=venues"))


def add_visits(operation, unit, number):
    for _ in range(number):
        venue = VenueFactory(unit=unit)
        OperationVenueFactory(operation=operation, venue=venue)
        VisitFactory(operation=operation, venue=venue)
        CompletedVisitFactory(operation=operation, venue=venue)


@pytest.mark.parametrize("show", ["ahead", "over", "venues"])
def test_queries_of_an_operation_do_not_grow(as_planner, operation_to_come, unit, show, queries_of):
    page = f"{operation_to_come.get_absolute_url()}?show={show}"
    add_visits(operation_to_come, unit, 2)
    few = queries_of(as_planner, page)

    add_visits(operation_to_come, unit, 7)

    assert queries_of(as_planner, page) == few


def test_queries_of_the_list_do_not_grow(as_planner, unit, planner, queries_of):
    for number in (2, 7):
        for _ in range(number):
            add_visits(OperationFactory(created_by=planner), unit, 1)
        count = queries_of(as_planner, url("operation_list"))
        if number == 2:
            few = count
    assert count == few


# Adding and editing an operation


def operation_answers(**changes):
    usual = {
        "reference": "MS/2026/77",
        "name": "Operation Lantern",
        "lead": UserFactory(role=Role.CSE_LEAD).pk,
        "scenario": ScenarioFactory().pk,
        "authorisation_reference": "AUTH/77",
        "notes": "",
    }
    dates = date_of("starts_on", soon()) | date_of("ends_on", soon() + dt.timedelta(days=20))
    return usual | dates | changes


def test_an_operation_is_added(as_planner, planner):
    response = as_planner.post(url("operation_add"), operation_answers())

    operation = Operation.objects.get(reference="MS/2026/77")
    assert operation.created_by == planner
    assert response.url == operation.get_absolute_url()


def test_what_is_wrong_is_said_at_its_question_and_nothing_typed_is_lost(as_planner):
    OperationFactory(reference="MS/2026/77")

    response = as_planner.post(
        url("operation_add"),
        operation_answers(notes="Typed with care")
        | date_of("ends_on", soon() - dt.timedelta(days=1)),
    )

    errors = response.context["form"].errors
    assert errors["reference"] == ["Another operation already has this reference."]
    assert errors["ends_on"] == ["The last day must be on or after the first day."]
    assert "Typed with care" in response.content.decode()


def test_only_newest_versions_are_offered_for_a_new_operation(as_planner, planner):
    old = ScenarioFactory(title="Late walk-in")
    new = ScenarioFactory(title="Late walk-in", version=2)

    form = as_planner.get(url("operation_add")).context["form"]

    assert set(form.fields["scenario"].queryset) == {new}
    assert old != new


def test_an_operation_keeps_its_old_version_when_it_is_edited(as_planner, operation_to_come):
    ScenarioFactory(title=operation_to_come.scenario.title, version=2)
    answers = operation_answers(scenario=operation_to_come.scenario.pk, version=1)

    as_planner.post(url("operation_edit", operation_to_come.pk), answers)

    operation_to_come.refresh_from_db()
    assert operation_to_come.reference == "MS/2026/77"
    assert operation_to_come.scenario.version == 1


def test_who_saves_second_is_told_and_may_save_again(as_planner, operation_to_come):
    answers = operation_answers(scenario=operation_to_come.scenario.pk, version=1)
    as_planner.post(url("operation_edit", operation_to_come.pk), answers | {"name": "Theirs"})

    told = as_planner.post(url("operation_edit", operation_to_come.pk), answers | {"name": "Mine"})

    assert "Somebody else saved this after you opened it" in text(told)
    assert 'value="Mine"' in told.content.decode()
    operation_to_come.refresh_from_db()
    assert operation_to_come.name == "Theirs"

    again = told.context["form"]["version"].value()
    as_planner.post(
        url("operation_edit", operation_to_come.pk), answers | {"name": "Mine", "version": again}
    )
    operation_to_come.refresh_from_db()
    assert operation_to_come.name == "Mine"


# What units have in common


def test_what_is_common_to_the_units_of_an_operation_is_not_asked_of_others(as_planner, unit):
    operation = OperationVenueFactory(venue=VenueFactory(unit=unit)).operation
    dates = (operation.starts_on, operation.ends_on)
    page = url("operation_edit", operation.pk)

    shown = as_planner.get(page)
    answers = {"name": "Renamed", "reference": "MS/2026/78", "authorisation_reference": "A/1"}
    sent = answers | {"version": 1} | date_of("ends_on", soon())
    response = as_planner.post(page, sent)

    assert not {"starts_on", "ends_on", "lead", "scenario"} & set(shown.context["form"].fields)
    assert "planner of the whole force can change this" in text(shown)
    assert response.status_code == 302
    operation.refresh_from_db()
    assert (operation.name, operation.starts_on, operation.ends_on) == ("Renamed", *dates)


def test_dates_asked_for_are_told_to_those_whose_visits_are_in_the_way(
    as_planner, unit, visit_to_come
):
    operation, other = visit_to_come.operation, CommandUnitFactory()
    theirs = VisitFactory(operation=operation, unit=other, starts_at=at(19))
    OperationVenueFactory(operation=operation, venue=theirs.venue)
    everywhere = UserFactory(role=Role.PLANNER, whole_force=True)
    answers = {
        "name": operation.name,
        "reference": operation.reference,
        "authorisation_reference": operation.authorisation_reference,
        "lead": operation.lead_id,
        "scenario": operation.scenario_id,
        "version": 1,
    }
    answers |= date_of("starts_on", soon() + dt.timedelta(days=1))
    answers |= date_of("ends_on", operation.ends_on)

    refused = signed_in(everywhere).post(url("operation_edit", operation.pk), answers)

    assert "2 planned visits are outside these dates" in text(refused)
    note = text(as_planner.get(url("operation_detail", operation.pk)))
    assert f"{everywhere} asks that this operation runs from" in note
    assert "is 1 planned visit of your command units" in note
    assert visit_to_come.venue.name in note
    assert theirs.venue.name not in note
    for role in (Role.CSE_LEAD, Role.ADMINISTRATOR):
        reader = signed_in(UserFactory(role=role, units=[unit]))
        assert "asks that" not in text(reader.get(url("operation_detail", operation.pk)))


def test_the_form_does_not_ask_for_dates_of_several_units(as_planner, operation_to_come):
    assert (
        "starts_on"
        in as_planner.get(url("operation_edit", operation_to_come.pk)).context["form"].fields
    )
    OperationVenueFactory(operation=operation_to_come)

    page = as_planner.get(url("operation_edit", operation_to_come.pk))

    assert {"starts_on", "ends_on", "scenario"}.isdisjoint(page.context["form"].fields)
    assert "lead" in page.context["form"].fields
    assert "only a planner of the whole force can change this" in text(page)
