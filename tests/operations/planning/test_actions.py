"""Operations and the choice of their venues: what the acts record and refuse."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied

from accounts.acts.refusals import Refused
from accounts.acts.versions import EditConflictError
from accounts.roles import Role
from operations.models import Operation, OperationVenue, Selection
from operations.planning import actions as planning
from operations.planning import schedule
from operations.planning.models import BY_CHANCE
from tests.factories import (
    CancelledVisitFactory,
    CommandUnitFactory,
    CompletedVisitFactory,
    OperationFactory,
    OperationVenueFactory,
    ScenarioFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)
from tests.operations.plans import BEFORE, TODAY, at, drawn, problems, refused

pytestmark = pytest.mark.django_db


# Operations


def fields(**changes):
    return {
        "reference": "MS/2026/99",
        "name": "Operation Lantern",
        "starts_on": TODAY,
        "ends_on": TODAY,
        "lead": UserFactory(role=Role.CSE_LEAD),
        "scenario": ScenarioFactory(),
        "authorisation_reference": "AUTH/99",
        "notes": "",
    } | changes


def test_an_operation_records_who_made_it(planner):
    operation = planning.create_operation(by=planner, **fields())

    assert operation.created_by == planner
    assert operation.version == 1


def test_all_problems_of_an_operation_are_said_at_once(planner):
    OperationFactory(reference="ms/2026/99")

    with pytest.raises(Refused) as caught:
        planning.create_operation(
            by=planner,
            **fields(
                ends_on=TODAY - dt.timedelta(days=1), lead=UserFactory(role=Role.CALL_HANDLER)
            ),
        )

    assert {about for about, _ in problems(caught)} == {"reference", "ends_on", "lead"}
    assert ("reference", "Another operation already has this reference.") in problems(caught)


@pytest.mark.parametrize("role", [Role.CSE_LEAD, Role.PLANNER])
def test_cse_leads_and_planners_may_lead(planner, role):
    planning.create_operation(by=planner, **fields(lead=UserFactory(role=role)))


def test_who_no_longer_signs_in_can_not_lead(planner):
    left = UserFactory(role=Role.CSE_LEAD, is_active=False)

    assert [
        about for about, _ in refused(planning.create_operation, by=planner, **fields(lead=left))
    ] == ["lead"]


def test_an_edit_of_an_operation_somebody_saved_meanwhile_is_refused(planner):
    operation = OperationFactory(created_by=planner)
    planning.edit_operation(operation=operation, version=1, by=planner, **fields(name="Theirs"))

    with pytest.raises(EditConflictError):
        planning.edit_operation(operation=operation, version=1, by=planner, **fields(name="Mine"))

    operation.refresh_from_db()
    assert operation.name == "Theirs"


def test_the_scenario_may_change_until_a_visit_played_it(planner, unit):
    operation = OperationFactory(starts_on=TODAY, ends_on=TODAY, created_by=planner)
    VisitFactory(operation=operation, unit=unit, starts_at=at(19))
    CancelledVisitFactory(operation=operation, unit=unit, starts_at=at(19))
    changes = fields(scenario=ScenarioFactory())

    planning.edit_operation(operation=operation, version=1, by=planner, **changes)

    CompletedVisitFactory(operation=operation, unit=unit, starts_at=at(19))
    found = refused(
        planning.edit_operation,
        operation=operation,
        version=2,
        by=planner,
        **(changes | {"scenario": ScenarioFactory()}),
    )
    assert [about for about, _ in found] == ["scenario"]


@pytest.fixture
def four_days(planner):
    """An operation of four days, made by ``planner``."""
    return OperationFactory(
        starts_on=TODAY, ends_on=TODAY + dt.timedelta(days=3), created_by=planner
    )


def shorten(operation, by):
    """Ask for two days in place of four, with all else as it is."""
    operation.refresh_from_db()
    same = {name: getattr(operation, name) for name in fields()}
    return planning.edit_operation(
        operation=operation,
        version=operation.version,
        by=by,
        **(same | {"ends_on": TODAY + dt.timedelta(days=1)}),
    )


LATER = TODAY + dt.timedelta(days=2)


def test_new_dates_may_not_leave_a_planned_visit_out(planner, unit, four_days):
    VisitFactory(operation=four_days, unit=unit, starts_at=at(19, day=LATER), created_by=planner)

    assert refused(shorten, operation=four_days, by=planner) == [
        ("ends_on", "1 planned visit is outside these dates: move or cancel it first.")
    ]


def test_a_visit_in_the_night_after_the_new_last_day_is_within_it(planner, unit, four_days):
    VisitFactory(
        operation=four_days, unit=unit, starts_at=at(0, 30, LATER), ends_at=at(1, 0, LATER)
    )

    assert shorten(four_days, planner).ends_on == TODAY + dt.timedelta(days=1)


@pytest.mark.parametrize("who", ["created_by", "lead"])
@pytest.mark.parametrize("visits", [0, 1, 3])
def test_dates_of_several_units_are_not_for_a_planner_of_one(planner, who, visits):
    """One sentence, whether others have visits there or not, how many and when."""
    operation = OperationFactory(
        starts_on=TODAY, ends_on=TODAY + dt.timedelta(days=3), **{who: planner}
    )
    other = OperationVenueFactory(operation=operation)
    for hour in range(visits):
        VisitFactory(operation=operation, venue=other.venue, starts_at=at(12 + 2 * hour, day=LATER))

    found = refused(shorten, operation=operation, by=planner)

    assert found == [("ends_on", f"{planning.OF_SEVERAL_UNITS} {planning.ASKED}")]
    assert not re.search(r"\d", found[0][1])


def test_a_planner_of_one_unit_may_not_change_the_scenario_of_several(planner, four_days):
    VisitFactory(operation=four_days, starts_at=at(19, day=LATER))
    same = {name: getattr(four_days, name) for name in fields()}

    found = refused(
        planning.edit_operation,
        operation=four_days,
        version=1,
        by=planner,
        **(same | {"scenario": ScenarioFactory()}),
    )

    assert found == [("scenario", planning.OF_SEVERAL_UNITS)]


def test_those_in_whose_visits_way_new_dates_are_learn_of_them(four_days):
    everywhere = UserFactory(role=Role.PLANNER, whole_force=True)
    visit = VisitFactory(operation=four_days, starts_at=at(19, day=LATER))

    found = refused(shorten, operation=four_days, by=everywhere)

    assert [message.endswith(planning.ASKED) for _, message in found] == [True]
    four_days.refresh_from_db()
    assert four_days.version == 1  # whoever has the form open is not in the way
    assert four_days.wanted_by == everywhere
    assert four_days.wanted_ends_on == TODAY + dt.timedelta(days=1)
    assert four_days.ends_on == TODAY + dt.timedelta(days=3)
    schedule.cancel_visit(visit=visit, reason="Other dates", by=everywhere, at=BEFORE)
    shorten(four_days, everywhere)
    assert Operation.objects.get().wanted_by is None


def test_only_visits_that_are_theirs_to_see_are_counted(planner, unit, four_days):
    """Where a venue went to another unit between the look and the act, no number is told."""
    for of in (unit, CommandUnitFactory()):
        VisitFactory(operation=four_days, unit=of, starts_at=at(19, day=LATER))
    four_days.ends_on = TODAY

    found = planning._problems_of_left_out(four_days, planner)

    assert [problem.message for problem in found] == [
        f"Visits that are planned are outside these dates. {planning.ASKED}"
    ]


@pytest.mark.parametrize("visits", [True, False])
def test_what_units_rely_on_in_common_is_not_changed_by_a_planner_of_one(planner, visits):
    """The refusal is the same whether there are visits or not."""
    operation = OperationFactory(starts_on=TODAY, ends_on=TODAY)
    OperationVenueFactory(operation=operation, venue=VenueFactory(unit=planner.command_units.get()))
    if visits:
        VisitFactory(operation=operation, starts_at=at(19))
        CompletedVisitFactory(operation=operation, starts_at=at(19))
    changes = fields(starts_on=operation.ends_on - dt.timedelta(days=3), ends_on=TODAY)

    found = refused(planning.edit_operation, operation=operation, version=1, by=planner, **changes)

    assert found == [(name, planning.NOT_YOURS) for name in ("starts_on", "lead", "scenario")]
    same = {name: getattr(operation, name) for name in planning.COMMON}
    planning.edit_operation(operation=operation, version=1, by=planner, **(changes | same))


@pytest.mark.parametrize("who", ["lead", "created_by", "whole_force"])
def test_maker_lead_and_planners_of_the_whole_force_change_all(who):
    person = UserFactory(role=Role.PLANNER, whole_force=who == "whole_force")
    operation = OperationFactory(**({} if who == "whole_force" else {who: person}))

    planning.edit_operation(operation=operation, version=1, by=person, **fields())


# Venues


def test_picked_venues_are_recorded_with_their_reason(operation, planner, unit):
    venues = VenueFactory.create_batch(2, unit=unit)

    added = planning.add_venues(
        operation=operation, venues=venues, selection=Selection.INTELLIGENCE, by=planner
    )

    assert added == 2
    chosen = OperationVenue.objects.filter(operation=operation)
    assert {(row.venue, row.selection, row.added_by) for row in chosen} == {
        (venue, Selection.INTELLIGENCE, planner) for venue in venues
    }


@pytest.mark.parametrize("selection", BY_CHANCE)
def test_picked_venues_can_not_be_marked_as_drawn_by_chance(operation, planner, unit, selection):
    found = refused(
        planning.add_venues,
        operation=operation,
        venues=[VenueFactory(unit=unit)],
        selection=selection,
        by=planner,
    )

    assert [about for about, _ in found] == ["selection"]
    assert not operation.chosen_venues.exists()


def test_a_venue_added_again_keeps_its_first_reason(operation, planner, venue, unit):
    added = planning.add_venues(
        operation=operation,
        venues=[venue, VenueFactory(unit=unit)],
        selection=Selection.INTELLIGENCE,
        by=planner,
    )

    assert added == 1
    assert operation.chosen_venues.get(venue=venue).selection == Selection.PRIORITY


@pytest.mark.parametrize("trait", ["closed", "merged", "elsewhere"])
def test_closed_merged_and_foreign_venues_are_not_added(operation, planner, unit, trait):
    make = {
        "closed": lambda: VenueFactory(unit=unit, closed_on=TODAY, closed_reason="Sold"),
        "merged": lambda: VenueFactory(unit=unit, merged_into=VenueFactory(unit=unit)),
        "elsewhere": VenueFactory,
    }
    venues = [VenueFactory(unit=unit), make[trait]()]

    found = refused(
        planning.add_venues,
        operation=operation,
        venues=venues,
        selection=Selection.PRIORITY,
        by=planner,
    )

    assert [about for about, _ in found] == ["venues"]
    assert not operation.chosen_venues.exists()


def test_a_planner_of_the_whole_force_chooses_anywhere(operation):
    planner = UserFactory(role=Role.PLANNER, whole_force=True)

    planning.add_venues(
        operation=operation, venues=[VenueFactory()], selection=Selection.PRIORITY, by=planner
    )


def test_a_drawn_venue_is_taken_out_for_a_reason_that_is_on_record(operation, planner, unit):
    VenueFactory.create_batch(2, unit=unit)
    drawn(operation, planner, number=2)
    chosen = operation.chosen_venues.first()

    for nothing in ("", "  "):
        found = refused(planning.remove_venue, chosen=chosen, by=planner, reason=nothing)
        assert [about for about, _ in found] == ["reason"]
    planning.remove_venue(chosen=chosen, by=planner, reason="Shut until spring")

    event = OperationVenue.pgh_event_model.objects.filter(pgh_label="delete").get()
    assert event.pgh_context["reason"] == "Shut until spring"
    assert (operation.chosen_venues.count(), operation.draws.get().number) == (1, 2)


def test_a_venue_of_another_command_unit_is_not_taken_out(operation, venue):
    stranger = UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()])

    with pytest.raises(PermissionDenied):
        planning.remove_venue(chosen=operation.chosen_venues.get(), by=stranger)


def test_a_venue_without_visits_is_removed(operation, venue, planner):
    planning.remove_venue(chosen=operation.chosen_venues.get(venue=venue), by=planner)

    assert not operation.chosen_venues.exists()


def test_a_venue_with_a_visit_stays(operation, venue, planner):
    CancelledVisitFactory(operation=operation, venue=venue)

    found = refused(
        planning.remove_venue, chosen=operation.chosen_venues.get(venue=venue), by=planner
    )

    assert [about for about, _ in found] == ["venue"]
