"""The planner's acts: operations, venues, scenarios, visits and teams."""

import datetime as dt
import re
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.acts.refusals import Refused
from accounts.acts.versions import EditConflictError
from accounts.models import AccessEntry
from accounts.record.access_log import Act
from accounts.roles import Role
from govuk.dates import LONDON
from operations.duty import actions as logging
from operations.follow_ups import handing_over
from operations.models import (
    CadetPolicy,
    Operation,
    OperationVenue,
    Selection,
    Visit,
    VisitPolicy,
    VisitState,
    WarningSign,
)
from operations.planning import actions as planning
from operations.planning import draws, schedule
from operations.planning.models import BY_CHANCE
from operations.planning.schedule import Duty, Place
from operations.scenarios import actions as scenarios
from operations.teams import actions as cadet_actions
from tests.database import as_system
from tests.factories import (
    CadetFactory,
    CadetMemberFactory,
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
    WarningSignFactory,
)
from tests.locks import wait_until_blocked
from venues.models import Venue
from venues.registry.merging import merge_venues

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
BEFORE = dt.datetime(2026, 11, 10, 19, tzinfo=dt.UTC)
ONE_TEAM = "Another team of this operation is at this venue at that time. Choose another time."


def at(hour: int, minute: int = 0, day: dt.date = TODAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=LONDON)


@pytest.fixture
def operation(planner):
    """One that the planner sees, since they made it."""
    last = TODAY + dt.timedelta(days=14)
    return OperationFactory(starts_on=TODAY, ends_on=last, created_by=planner)


@pytest.fixture
def venue(unit, operation):
    venue = VenueFactory(unit=unit)
    OperationVenueFactory(operation=operation, venue=venue, selection=Selection.PRIORITY)
    return venue


def officer():
    return UserFactory(role=Role.VISITING_OFFICER)


def cadet(**facts):
    """Sixteen, consent and briefing fresh, whatever the day the tests run on."""
    usual = {
        "birth_date": dt.date(2010, 6, 1),
        "consented_on": TODAY - dt.timedelta(days=30),
        "briefed_on": TODAY - dt.timedelta(days=5),
    }
    return CadetFactory(**(usual | facts))


def team_with(*cadets):
    return [
        Place(officer(), Duty.LEAD),
        Place(officer(), Duty.WELFARE),
        *(Place(one, Duty.CADET) for one in cadets),
    ]


@pytest.fixture
def plan(operation, venue, planner):
    """Plan a visit that breaks no rule, but for what the test says."""

    def plan(**changes):
        usual = {
            "operation": operation,
            "venue": venue,
            "starts_at": at(19),
            "ends_at": at(20),
            "by": planner,
            "at": at(12, day=TODAY - dt.timedelta(days=7)),
        }
        return schedule.plan_visit(
            **(usual | {"team": changes.pop("team", None) or team_with()} | changes)
        )

    return plan


def problems(caught):
    return [(problem.about, problem.message) for problem in caught.value.problems]


def refused(act, **changes):
    with pytest.raises(Refused) as caught:
        act(**changes)
    return problems(caught)


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


def test_drawn_venues_come_from_those_that_match_and_may_be_chosen(operation, planner, unit, venue):
    matching = VenueFactory.create_batch(5, unit=unit, kind=Venue.Kind.HOSTEL)
    VenueFactory(unit=unit)
    VenueFactory(kind=Venue.Kind.HOSTEL)
    VenueFactory(unit=unit, kind=Venue.Kind.HOSTEL, closed_on=TODAY, closed_reason="Sold")

    draws.draw_venues(
        operation=operation,
        among=Venue.objects.filter(kind=Venue.Kind.HOSTEL),
        number=5,
        by=planner,
    )

    assert {row.venue for row in operation.chosen_venues.filter(draw__isnull=False)} == set(
        matching
    )


def test_a_draw_from_a_part_never_counts_as_one_from_all(operation, planner, unit, venue):
    """``venue`` is in the operation before: it could not be drawn any more, and that is said."""
    VenueFactory.create_batch(3, unit=unit, kind=Venue.Kind.HOSTEL)
    VenueFactory(unit=unit)

    draws.draw_venues(
        operation=operation,
        among=Venue.objects.filter(kind=Venue.Kind.HOSTEL),
        number=2,
        by=planner,
        filters="Kind: Hostel",
    )

    draw = operation.draws.get()
    assert set(draw.chosen_venues.values_list("selection", flat=True)) == {Selection.RANDOM_PART}
    assert (draw.of_all, draw.frame_size, draw.left_out, draw.number) == (False, 3, 1, 2)
    assert draw.frame == f"a part of the venues of {unit.name} (Kind: Hostel)"
    assert draw.drawn_by == planner


def test_a_draw_from_a_part_that_nobody_described_is_one_from_a_part_too(operation, planner, unit):
    one, *_ = VenueFactory.create_batch(2, unit=unit)

    draws.draw_venues(
        operation=operation, among=Venue.objects.filter(pk=one.pk), number=1, by=planner
    )

    assert operation.chosen_venues.get().selection == Selection.RANDOM_PART


def test_a_draw_from_all_says_of_which_command_units(operation, unit):
    everywhere = UserFactory(role=Role.PLANNER, whole_force=True)
    other = VenueFactory()
    VenueFactory(unit=unit)
    of_unit = Venue.objects.filter(local_authority__command_unit=unit)

    draws.draw_venues(operation=operation, among=of_unit, number=1, by=everywhere)

    assert operation.chosen_venues.get().selection == Selection.RANDOM
    assert operation.draws.get().frame == f"all open venues of {unit.name}"
    assert other.local_authority.command_unit.name not in operation.draws.get().frame


def test_a_draw_after_somebody_picked_says_so(operation, planner, unit, venue):
    """``venue`` was picked before, so chance could not choose it; what chance chose before may."""
    VenueFactory.create_batch(3, unit=unit)

    for _ in range(2):
        draws.draw_venues(operation=operation, among=Venue.objects.all(), number=1, by=planner)

    assert set(operation.draws.values_list("left_out", flat=True)) == {1}
    assert {draw.frame for draw in operation.draws.all()} == {
        f"all open venues of {unit.name} but those that somebody had picked before"
    }


def test_what_a_draw_was_from_never_changes(operation, planner, unit):
    VenueFactory(unit=unit)
    draws.draw_venues(operation=operation, among=Venue.objects.all(), number=1, by=planner)

    with pytest.raises(DatabaseError, match="draw_never_changes"):
        operation.draws.update(of_all=False)


def test_a_drawn_venue_is_taken_out_for_a_reason_that_is_on_record(operation, planner, unit):
    VenueFactory.create_batch(2, unit=unit)
    draws.draw_venues(operation=operation, among=Venue.objects.all(), number=2, by=planner)
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


def test_every_venue_can_be_drawn(planner, unit):
    """Not a test of randomness: that each of three comes first at some time in 60 draws."""
    venues = VenueFactory.create_batch(3, unit=unit)
    first = set()
    for _ in range(60):
        operation = OperationFactory(created_by=planner)
        draws.draw_venues(operation=operation, among=Venue.objects.all(), number=1, by=planner)
        first.add(operation.chosen_venues.get().venue_id)

    assert first == {venue.pk for venue in venues}


@pytest.mark.parametrize("number", [0, 3])
def test_a_draw_of_more_than_there_are_is_refused(operation, planner, unit, number):
    VenueFactory.create_batch(2, unit=unit)

    found = refused(
        draws.draw_venues,
        operation=operation,
        among=Venue.objects.all(),
        number=number,
        by=planner,
    )

    assert found == [("number", "Enter a number between 1 and 2: so many venues match.")]


def test_a_draw_from_nothing_says_so(operation, planner):
    found = refused(
        draws.draw_venues, operation=operation, among=Venue.objects.all(), number=1, by=planner
    )

    assert found == [("number", "No venue matches: use fewer filters.")]


def test_a_venue_without_visits_is_removed(operation, venue, planner):
    planning.remove_venue(chosen=operation.chosen_venues.get(venue=venue), by=planner)

    assert not operation.chosen_venues.exists()


def test_a_venue_with_a_visit_stays(operation, venue, planner):
    CancelledVisitFactory(operation=operation, venue=venue)

    found = refused(
        planning.remove_venue, chosen=operation.chosen_venues.get(venue=venue), by=planner
    )

    assert [about for about, _ in found] == ["venue"]


# Scenarios


def test_a_new_version_leaves_the_old_one_to_its_operations(planner):
    old = ScenarioFactory()
    operation = OperationFactory(scenario=old)

    new = scenarios.new_scenario_version(
        scenario=old, script="Ask for two rooms.", warning_signs=[WarningSignFactory()], by=planner
    )

    operation.refresh_from_db()
    assert (new.title, new.version) == (old.title, 2)
    assert operation.scenario == old


def test_a_version_is_written_from_the_newest_only(planner):
    old = ScenarioFactory()
    signs = [WarningSignFactory()]
    scenarios.new_scenario_version(scenario=old, script="Two.", warning_signs=signs, by=planner)

    found = refused(
        scenarios.new_scenario_version,
        scenario=old,
        script="Another two.",
        warning_signs=signs,
        by=planner,
    )

    assert [about for about, _ in found] == ["script"]
    assert "version 2" in found[0][1]


def test_a_title_is_used_once_whatever_the_case(planner):
    ScenarioFactory(title="Late walk-in")

    found = refused(
        scenarios.create_scenario,
        title="LATE walk-in",
        script="Ask.",
        warning_signs=[WarningSignFactory()],
        by=planner,
    )

    assert [about for about, _ in found] == ["title"]


def test_a_scenario_shows_at_least_one_warning_sign(planner):
    found = refused(
        scenarios.create_scenario, title="Quiet", script="Ask.", warning_signs=[], by=planner
    )

    assert [about for about, _ in found] == ["warning_signs"]


def test_the_usual_signs_and_rules_are_there_from_the_start():
    assert WarningSign.objects.count() >= 12
    assert CadetPolicy.objects.in_force(on=dt.date(2020, 1, 1)).min_age == 13
    assert CadetPolicy.objects.in_force(on=dt.date(2019, 12, 31)) is None


# Planning a visit


def test_a_visit_takes_over_why_its_venue_was_chosen(plan):
    lead, welfare, young = officer(), officer(), cadet()

    visit = plan(
        team=[Place(lead, Duty.LEAD), Place(welfare, Duty.WELFARE), Place(young, Duty.CADET)]
    )

    visit.refresh_from_db()
    assert visit.selection == Selection.PRIORITY
    assert visit.is_planned
    assert set(visit.team.values_list("officer", "cadet", "duty")) == {
        (lead.pk, None, "lead"),
        (welfare.pk, None, "welfare"),
        (None, young.pk, "cadet"),
    }


def test_a_visit_goes_to_a_chosen_venue_only(plan, unit):
    assert refused(plan, venue=VenueFactory(unit=unit)) == [
        ("venue", "Choose this venue for the operation first.")
    ]


def test_a_planner_plans_in_their_command_units_only(plan):
    foreign = UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()])

    assert [about for about, _ in refused(plan, by=foreign)] == ["venue"]


def test_no_visit_is_planned_to_a_closed_venue(plan, venue):
    Venue.objects.filter(pk=venue.pk).update(closed_on=TODAY, closed_reason="Sold")

    assert refused(plan) == [("venue", "This venue has closed.")]


@pytest.mark.parametrize("ends", [at(19), at(18)])
def test_a_window_ends_after_it_starts(plan, ends):
    assert ("ends_at", "The window must end after it starts.") in refused(plan, ends_at=ends)


@pytest.mark.parametrize(
    ("hours", "told"),
    [(4, None), (4.25, "4 hours 15 minutes"), (10, "10 hours"), (21, "21 hours")],
)
def test_a_window_is_no_longer_than_the_policy_allows(plan, planner, hours, told):
    window = {"starts_at": at(8), "ends_at": at(8) + dt.timedelta(hours=hours)}
    if told is None:
        plan(**window)
        return
    sentence = (
        f"The window is {told} long and can be 4 hours at most. Check both times, or plan more "
        "than one visit."
    )
    assert refused(plan, **window) == [("ends_at", sentence)]
    visit = plan()
    assert refused(
        schedule.reschedule_visit,
        visit=visit,
        version=visit.version,
        team=team_with(),
        by=planner,
        at=at(7),
        **window,
    ) == [("ends_at", sentence)]


def test_the_longest_window_is_that_of_the_policy_on_the_duty_day_of_the_visit(plan):
    tomorrow = TODAY + dt.timedelta(days=1)
    VisitPolicy.objects.create(valid_from=tomorrow, longest_minutes=90)
    window = {"starts_at": at(0, 30, tomorrow), "ends_at": at(2, 30, tomorrow)}

    plan(**window)
    found = refused(plan, starts_at=at(19, day=tomorrow), ends_at=at(21, day=tomorrow))
    assert "can be 1 hour 30 minutes at most" in found[0][1]


def test_no_visit_is_planned_on_a_day_without_a_policy(plan):
    VisitPolicy.objects.all().delete()

    assert refused(plan) == [("starts_at", schedule.NO_POLICY)]


@pytest.mark.parametrize("days", [-1, 15])
def test_a_window_lies_in_the_operations_dates(plan, days):
    day = TODAY + dt.timedelta(days=days)

    found = refused(plan, starts_at=at(19, day=day), ends_at=at(20, day=day))

    assert found == [("starts_at", "The operation runs from 24 November 2026 to 8 December 2026.")]


def test_the_last_night_runs_into_the_next_morning(plan):
    last = TODAY + dt.timedelta(days=14)

    plan(starts_at=at(23, 30, last), ends_at=at(0, 30, last + dt.timedelta(days=1)))


def test_a_visit_after_midnight_belongs_to_the_evening_before(plan):
    """So one after the last evening is in the operation, one before the first evening is not."""
    morning_after = TODAY + dt.timedelta(days=15)

    plan(starts_at=at(0, 30, morning_after), ends_at=at(1, 30, morning_after))
    plan(starts_at=at(5, 0, morning_after), ends_at=at(6, 0, morning_after))
    outside = [
        ("starts_at", "The operation runs from 24 November 2026 to 8 December 2026."),
    ]
    assert (
        refused(plan, starts_at=at(6, 0, morning_after), ends_at=at(6, 30, morning_after))
        == outside
    )
    assert refused(plan, starts_at=at(0, 30), ends_at=at(1, 30)) == outside


def test_the_cadet_policy_of_a_visit_after_midnight_is_that_of_its_evening(plan):
    """Asked for the night on which the rules change: the old ones hold until it is over."""
    CadetPolicy.objects.create(valid_from=TODAY + dt.timedelta(days=2), latest_finish="22:00")
    tomorrow, next_day = TODAY + dt.timedelta(days=1), TODAY + dt.timedelta(days=2)
    CadetPolicy.objects.create(valid_from=tomorrow, latest_finish=dt.time(2, 0))
    window = {"starts_at": at(0, 30, next_day), "ends_at": at(1, 30, next_day)}

    plan(team=team_with(cadet()), **window)


# Two teams at one venue


def another_operation(unit, venue):
    operation = OperationFactory(starts_on=TODAY, ends_on=TODAY + dt.timedelta(days=14))
    OperationVenueFactory(operation=operation, venue=venue)
    return operation


def test_two_teams_of_an_operation_are_not_at_one_venue_at_once(plan):
    plan()

    found = refused(plan, starts_at=at(19, 59), ends_at=at(21), beside_another=True)

    assert found == [("starts_at", ONE_TEAM)]
    plan(starts_at=at(20), ends_at=at(21))


def test_a_visit_is_not_moved_to_the_time_of_another_at_its_venue(plan, planner):
    plan()
    later = plan(starts_at=at(20), ends_at=at(21))

    def move(starts_at, ends_at):
        later.refresh_from_db()
        schedule.reschedule_visit(
            visit=later,
            version=later.version,
            starts_at=starts_at,
            ends_at=ends_at,
            team=team_with(),
            by=planner,
            at=at(12),
        )

    with pytest.raises(Refused) as caught:
        move(at(19, 30), at(20, 30))
    assert problems(caught) == [("starts_at", ONE_TEAM)]
    move(at(20, 30), at(21, 30))  # it is not in its own way


@pytest.mark.parametrize("factory", [CancelledVisitFactory, NotCompletedVisitFactory])
def test_a_visit_that_is_over_or_cancelled_leaves_its_venue_free(plan, operation, venue, factory):
    factory(operation=operation, venue=venue, starts_at=at(19), ends_at=at(20))

    plan()


def test_a_team_of_another_operation_at_the_venue_is_told_and_confirmed(plan, unit, venue):
    plan()
    other = another_operation(unit, venue)

    found = refused(plan, operation=other)

    assert found == [("beside_another", schedule.ANOTHER_OPERATION)]
    assert not re.search(r"\d", schedule.ANOTHER_OPERATION)  # neither when nor how many
    assert plan(operation=other, beside_another=True).operation == other


def test_postgresql_keeps_a_second_team_of_an_operation_away(operation, venue):
    VisitFactory(operation=operation, venue=venue, starts_at=at(19))

    with pytest.raises(IntegrityError, match="venue_has_one_team_of_an_operation_at_once"):
        VisitFactory(operation=operation, venue=venue, starts_at=at(20))


def test_a_merge_is_not_refused_for_visits_that_are_covert(operation, unit):
    """Nor is anything that follows: both visits go on as planned."""
    venues = VenueFactory.create_batch(2, unit=unit)
    visits = [VisitFactory(operation=operation, venue=venue, starts_at=at(19)) for venue in venues]

    merge_venues(
        keep=venues[0], duplicate=venues[1], by=UserFactory(role=Role.PLANNER, units=[unit])
    )

    for visit in visits:
        visit.refresh_from_db()
        assert visit.venue == venues[0]
        visit.state, visit.started_at = VisitState.UNDER_WAY, visit.starts_at
        visit.started_by = visit.team.get().officer
        visit.save()


# What a refusal tells of others


def told(by):
    entries = AccessEntry.objects.filter(user=by, act=Act.TOLD_BUSY).order_by("pk")
    return [(entry.what, entry.ids, entry.purpose) for entry in entries]


def test_a_refusal_that_tells_somebodys_hours_is_on_record_by_keys_alone(plan, planner):
    young, lead, welfare = cadet(), officer(), officer()
    team = [Place(lead, Duty.LEAD), Place(welfare, Duty.WELFARE), Place(young, Duty.CADET)]
    away = VisitFactory(starts_at=at(19), officer=lead)
    CadetMemberFactory(visit=away, cadet=young)

    refused(plan, team=team)

    assert told(planner) == [
        ("accounts.user", [lead.pk], ""),
        ("operations.cadet", [young.pk], ""),
    ]


def test_a_plan_that_is_refused_for_anything_else_tells_of_nobody(plan, planner):
    refused(plan, at=at(20))

    assert told(planner) == []


def test_moving_a_visit_into_somebodys_hours_is_on_record_too(plan, planner):
    busy, visit = officer(), plan()
    VisitFactory(starts_at=at(21), officer=busy)

    refused(
        schedule.reschedule_visit,
        visit=visit,
        version=visit.version,
        starts_at=at(21),
        ends_at=at(22),
        team=[Place(busy, Duty.LEAD)],
        by=planner,
        at=at(12),
    )

    assert told(planner) == [("accounts.user", [busy.pk], "")]


def test_handing_a_visit_to_somebody_who_is_busy_is_on_record_too(plan, planner):
    away, busy = officer(), officer()
    visit = plan(team=[Place(away, Duty.LEAD)])
    VisitFactory(starts_at=visit.starts_at, ends_at=visit.ends_at, officer=busy)

    refused(
        handing_over.hand_over_visits,
        visits=[visit],
        person=away,
        to=busy,
        by=planner,
        at=at(12),
    )

    assert told(planner) == [("accounts.user", [busy.pk], "")]


# A venue that closes


@pytest.mark.parametrize("window", [(19, 20), (20, 21)], ids=["other people", "another time"])
def test_nobody_is_sent_to_a_venue_that_closed_after_it_was_planned(plan, planner, window):
    visit = plan()
    Venue.objects.filter(pk=visit.venue_id).update(closed_on="2026-01-01", closed_reason="Sold")

    found = refused(
        schedule.reschedule_visit,
        visit=visit,
        version=visit.version,
        starts_at=at(window[0]),
        ends_at=at(window[1]),
        team=[Place(officer(), Duty.LEAD)],
        by=planner,
        at=at(12),
    )

    assert found == [("venue", "This venue has closed.")]
    visit.refresh_from_db()
    assert visit.is_planned


@pytest.mark.parametrize(
    "who",
    [
        {"role": Role.VISITING_OFFICER, "is_active": False},
        {"role": Role.PLANNER},
    ],
)
def test_only_visiting_officers_at_work_are_in_a_team(plan, who):
    person = UserFactory(**who)

    found = refused(plan, team=[Place(person, Duty.LEAD)])

    assert found == [("lead", f"{person} is not a visiting officer, or no longer works here.")]


def test_a_team_has_one_lead_officer(plan):
    assert refused(plan, team=[Place(officer(), Duty.SUPPORT)]) == [
        ("lead", "A team has one lead officer.")
    ]


def test_nobody_is_twice_in_a_team(plan):
    person = officer()

    found = refused(plan, team=[Place(person, Duty.LEAD), Place(person, Duty.WELFARE)])

    assert found == [("welfare", f"{person} has another place in this team.")]


def test_a_person_with_many_places_is_one_problem(plan):
    person, planner = officer(), UserFactory(role=Role.PLANNER)
    places = (Duty.LEAD, Duty.WELFARE, Duty.SUPPORT)

    assert len(refused(plan, team=[Place(person, duty) for duty in places])) == 1
    assert [
        message for _, message in refused(plan, team=[Place(planner, duty) for duty in places])
    ] == [
        f"{planner} is not a visiting officer, or no longer works here.",
        f"{planner} has another place in this team.",
    ]


def test_a_window_that_has_passed_is_not_planned(plan):
    still_to_come = "Choose a time that is still to come."
    tomorrow = TODAY + dt.timedelta(days=1)

    assert refused(plan, at=at(20)) == [("ends_at", still_to_come)]
    assert refused(plan, at=at(0, 5, day=tomorrow)) == [("starts_at", still_to_come)]
    plan(at=at(19, 1))


def test_a_window_that_is_still_open_after_midnight_is_planned(plan):
    tomorrow = TODAY + dt.timedelta(days=1)

    plan(starts_at=at(23, 30), ends_at=at(0, 30, tomorrow), at=at(0, 5, tomorrow))


def test_a_visit_whose_window_has_passed_is_not_moved_into_the_past(plan, planner):
    visit = plan()
    change = {"visit": visit, "ends_at": at(20), "by": planner, "at": at(21)}

    found = refused(
        schedule.reschedule_visit, version=1, starts_at=at(18), team=team_with(), **change
    )
    schedule.reschedule_visit(version=1, starts_at=at(19), team=team_with(), **change)

    assert found == [("ends_at", "Choose a time that is still to come.")]


def test_a_taken_officer_is_found_without_a_word_in_the_log_of_postgresql(plan):
    """A refused row is written there, with the hours of the visit that it collides with."""
    busy = team_with()
    plan(team=busy)

    with CaptureQueriesContext(connection) as asked:
        refused(plan, team=busy)

    assert not [query for query in asked if 'INSERT INTO "operations_' in query["sql"]]


def test_a_visit_does_not_move_to_hours_in_which_its_team_is_taken(plan, planner, operation, unit):
    stays, leaves = officer(), officer()
    team = [Place(stays, Duty.LEAD), Place(leaves, Duty.SUPPORT)]
    elsewhere = OperationVenueFactory(operation=operation, venue=VenueFactory(unit=unit)).venue
    plan(team=team, venue=elsewhere)
    visit = plan(team=team, starts_at=at(21), ends_at=at(22))
    move = {"visit": visit, "version": 1, "by": planner, "at": at(12)}
    move |= {"starts_at": at(19, 30), "ends_at": at(20, 30)}

    assert refused(schedule.reschedule_visit, team=team[:1], **move) == [
        ("lead", f"{stays}: This officer is in another visit at that time.")
    ]
    schedule.reschedule_visit(team=[Place(officer(), Duty.LEAD)], **move)


def test_all_who_are_taken_are_named_and_nothing_is_saved(plan, operation):
    lead, welfare, young = officer(), officer(), cadet()
    busy = [Place(lead, Duty.LEAD), Place(welfare, Duty.WELFARE), Place(young, Duty.CADET)]
    other = OperationVenueFactory(
        operation=operation,
        venue=VenueFactory(unit=operation.chosen_venues.get().venue.local_authority.command_unit),
    )
    plan(venue=other.venue, team=busy)

    found = refused(plan, team=busy, starts_at=at(19, 59), ends_at=at(21))

    assert found == [
        ("lead", f"{lead}: This officer is in another visit at that time."),
        ("welfare", f"{welfare}: This officer is in another visit at that time."),
        ("cadet", f"{young}: This cadet is in another visit at that time."),
    ]
    assert Visit.objects.count() == 1


def test_one_visit_may_follow_another_at_once(plan):
    same = team_with()

    plan(team=same)
    plan(team=same, starts_at=at(20), ends_at=at(21))


# Cadets in a team


def test_a_cadet_needs_two_adults_one_of_them_the_welfare_officer(plan):
    found = refused(plan, team=[Place(officer(), Duty.LEAD), Place(cadet(), Duty.CADET)])

    assert found == [
        ("welfare", "A cadet needs two adults in the team."),
        ("welfare", "One of the adults must be welfare officer."),
    ]


def test_an_officer_whose_account_was_closed_is_no_adult_for_a_cadet(plan, cadet_evening):
    visit, team = cadet_evening
    team[1].who.is_active = False
    team[1].who.save()

    found = refused(logging.start_visit, visit=visit, by=team[0].who, at=visit.starts_at)

    assert "A cadet needs two adults in the team." in found[0][1]


@pytest.fixture
def cadet_evening(plan):
    """A visit with a cadet and two adults, and its team."""
    team = team_with(cadet())
    return plan(team=team), team


def test_two_cadets_without_a_welfare_officer_are_one_problem(plan):
    team = [
        Place(officer(), Duty.LEAD),
        Place(officer(), Duty.SUPPORT),
        Place(cadet(), Duty.CADET),
        Place(cadet(), Duty.CADET),
    ]

    assert refused(plan, team=team) == [("welfare", "One of the adults must be welfare officer.")]


def test_the_policy_of_the_day_of_the_visit_decides(plan):
    next_week = TODAY + dt.timedelta(days=7)
    CadetPolicy.objects.create(valid_from=next_week, latest_finish=dt.time(19, 30))

    plan(team=team_with(cadet()))
    found = refused(
        plan,
        team=team_with(cadet()),
        starts_at=at(19, day=next_week),
        ends_at=at(20, day=next_week),
    )

    assert found == [
        ("ends_at", "The visit ends at 20:00. A visit with a cadet must end by 19:30.")
    ]


def test_without_a_policy_no_cadet_goes(plan):
    CadetPolicy.objects.all().delete()

    assert refused(plan, team=team_with(cadet())) == [("cadet", cadet_actions.NO_POLICY)]


def test_each_cadet_with_a_problem_is_named(plan):
    young = cadet(consented_on=None)
    unbriefed = cadet(briefed_on=None)

    assert refused(plan, team=team_with(young, unbriefed, cadet())) == [
        ("cadet", f"{young}: Consent is not on record."),
        ("cadet", f"{unbriefed}: The briefing is not on record."),
    ]


@pytest.mark.parametrize("factory", [CompletedVisitFactory, NotCompletedVisitFactory])
def test_a_cadet_does_not_test_a_venue_twice(plan, venue, factory):
    known = cadet()
    CadetMemberFactory(visit=factory(venue=venue, starts_at=BEFORE), cadet=known)

    assert refused(plan, team=team_with(known)) == [
        ("cadet", f"{known}: The cadet has tested this venue before.")
    ]


def test_a_venue_merged_into_another_is_the_same_place(plan, venue, unit):
    known = cadet()
    duplicate = VenueFactory(unit=unit, merged_into=venue)
    visit = CompletedVisitFactory(venue=duplicate, starts_at=BEFORE)
    CadetMemberFactory(visit=visit, cadet=known)

    assert refused(plan, team=team_with(known)) == [
        ("cadet", f"{known}: The cadet has tested this venue before.")
    ]


def test_a_cadet_is_not_planned_for_a_venue_twice(plan):
    known = cadet()
    plan(team=team_with(known))
    tomorrow = TODAY + dt.timedelta(days=1)

    found = refused(
        plan,
        team=team_with(known),
        starts_at=at(19, day=tomorrow),
        ends_at=at(20, day=tomorrow),
    )

    assert found == [("cadet", f"{known}: Another visit to this venue is planned for the cadet.")]


def test_a_cancelled_visit_did_not_test_the_venue(plan, planner):
    known = cadet()
    visit = plan(team=team_with(known))
    schedule.cancel_visit(visit=visit, reason="Snow", by=planner, at=BEFORE)

    plan(team=team_with(known))


# Changing a plan


def test_a_visit_moves_and_changes_its_team_in_one_act(plan, planner):
    visit = plan()
    stays, comes = visit.team.get(duty=Duty.LEAD).officer, officer()
    tomorrow = TODAY + dt.timedelta(days=1)

    schedule.reschedule_visit(
        visit=visit,
        version=1,
        starts_at=at(21, day=tomorrow),
        ends_at=at(22, day=tomorrow),
        team=[Place(stays, Duty.SUPPORT), Place(comes, Duty.LEAD)],
        by=planner,
        at=at(12),
    )

    visit.refresh_from_db()
    assert visit.starts_at == at(21, day=tomorrow)
    assert visit.version == 2
    assert set(visit.team.values_list("officer", "duty")) == {
        (stays.pk, "support"),
        (comes.pk, "lead"),
    }
    assert {member.period.lower for member in visit.team.all()} == {at(21, day=tomorrow)}


def test_a_cadet_may_stay_with_a_visit_that_moves(plan, planner):
    team = team_with(cadet())
    visit = plan(team=team)

    schedule.reschedule_visit(
        visit=visit,
        version=1,
        starts_at=at(19, 30),
        ends_at=at(20, 30),
        team=team,
        by=planner,
        at=at(12),
    )


def test_a_refused_change_leaves_window_and_team_as_they_were(plan, planner):
    visit = plan()

    refused(
        schedule.reschedule_visit,
        visit=visit,
        version=1,
        starts_at=at(21),
        ends_at=at(22),
        team=[Place(officer(), Duty.LEAD), Place(cadet(), Duty.CADET)],
        by=planner,
        at=at(12),
    )

    visit = Visit.objects.get(pk=visit.pk)
    assert (visit.starts_at, visit.version, visit.team.count()) == (at(19), 1, 2)


def test_a_change_of_a_visit_somebody_saved_meanwhile_is_refused(plan, planner):
    visit = plan()
    change = {"visit": visit, "starts_at": at(20), "ends_at": at(21), "by": planner, "at": at(12)}
    schedule.reschedule_visit(version=1, team=team_with(), **change)

    with pytest.raises(EditConflictError):
        schedule.reschedule_visit(version=1, team=team_with(), **change)


@pytest.mark.parametrize("factory", [CompletedVisitFactory, CancelledVisitFactory])
def test_only_a_planned_visit_changes(planner, unit, factory):
    visit = factory(unit=unit)

    assert (
        refused(schedule.cancel_visit, visit=visit, reason="Snow", by=planner, at=BEFORE)[0][0]
        == "visit"
    )
    assert (
        refused(
            schedule.reschedule_visit,
            visit=visit,
            version=visit.version,
            starts_at=at(19),
            ends_at=at(20),
            team=team_with(),
            by=planner,
            at=at(12),
        )[0][0]
        == "visit"
    )


def test_a_cancelled_visit_says_why_and_frees_its_team(plan, planner):
    team = team_with()
    visit = plan(team=team)

    schedule.cancel_visit(visit=visit, reason="Snow", by=planner, at=BEFORE)

    visit.refresh_from_db()
    assert (visit.state, visit.cancelled_reason) == (VisitState.CANCELLED, "Snow")
    plan(team=team)


def test_a_visit_is_not_cancelled_without_a_reason(plan, planner):
    assert (
        refused(schedule.cancel_visit, visit=plan(), reason=" \u200b", by=planner, at=BEFORE)[0][0]
        == "reason"
    )


# Cadets on record


def test_a_cadet_on_record_has_no_date_ahead(planner):
    tomorrow = TODAY + dt.timedelta(days=1)

    found = refused(
        cadet_actions.add_cadet,
        on=TODAY,
        by=planner,
        reference="C-1",
        birth_date=dt.date(2010, 1, 1),
        consented_on=tomorrow,
        briefed_on=tomorrow,
    )

    assert [about for about, _ in found] == ["consented_on", "briefed_on"]


def test_an_adult_is_not_added_as_a_cadet(planner):
    facts = {"reference": "C-1", "consented_on": None, "briefed_on": None}
    by_a_day = {"birth_date": dt.date(2008, 11, 25)}

    cadet_actions.add_cadet(on=TODAY, by=planner, **facts, **by_a_day)
    found = refused(
        cadet_actions.add_cadet,
        on=TODAY,
        by=planner,
        **(facts | {"reference": "C-2", "birth_date": dt.date(2008, 11, 24)}),
    )

    assert [about for about, _ in found] == ["birth_date"]


def test_a_reference_belongs_to_one_cadet(planner):
    known = cadet(reference="C-1")
    facts = {"birth_date": dt.date(2010, 1, 1), "consented_on": None, "briefed_on": None}

    found = refused(cadet_actions.add_cadet, on=TODAY, by=planner, reference="c-1", **facts)
    cadet_actions.edit_cadet(
        cadet=known, version=known.version, on=TODAY, by=planner, reference="C-1", **facts
    )

    assert [about for about, _ in found] == ["reference"]


def test_a_cadet_who_may_go_today_has_no_reason_not_to():
    policy = cadet_actions.policy_on(TODAY)

    assert cadet_actions.reasons_not_to_go(cadet(), on=TODAY, policy=policy) == []
    assert cadet_actions.reasons_not_to_go(cadet(), on=TODAY, policy=None) == [
        cadet_actions.NO_POLICY
    ]
    assert cadet_actions.reasons_not_to_go(cadet(briefed_on=None), on=TODAY, policy=policy) == [
        "The briefing is not on record."
    ]


# Two planners at the same time


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["plan_visit", "add_venues"])
def test_a_venue_merged_in_this_very_moment_is_not_planned_for(act):
    planner = UserFactory(role=Role.PLANNER, whole_force=True)
    chosen = OperationVenueFactory(operation__starts_on=TODAY, operation__ends_on=TODAY)
    kept, other = VenueFactory(), OperationFactory()
    team, told = team_with(), []

    def plan():
        about = {"operation": chosen.operation, "venue": chosen.venue, "team": team}
        schedule.plan_visit(starts_at=at(19), ends_at=at(20), at=at(12), by=planner, **about)

    def add():
        venues = {"venues": [chosen.venue], "selection": Selection.PRIORITY}
        planning.add_venues(operation=other, by=planner, **venues)

    @as_system()
    def in_another_session():
        try:
            {"plan_visit": plan, "add_venues": add}[act]()
        except Refused as error:
            told.extend(problem.about for problem in error.problems)
        finally:
            connection.close()

    session = threading.Thread(target=in_another_session)
    with transaction.atomic():
        merge_venues(keep=kept, duplicate=chosen.venue, by=planner)
        session.start()
        wait_until_blocked(1)
    session.join(timeout=60)

    assert told == [{"plan_visit": "venue", "add_venues": "venues"}[act]]
    assert not Visit.objects.exists()
    assert not OperationVenue.objects.filter(venue=chosen.venue).exists()


@pytest.mark.django_db(transaction=True)
def test_two_planners_who_want_the_same_people_never_wait_in_a_circle():
    """Each names the people in the opposite order; one gets them, the other is told."""
    planner = UserFactory(role=Role.PLANNER, whole_force=True)
    people = [officer() for _ in range(6)]
    chosen = [
        OperationVenueFactory(operation__starts_on=TODAY, operation__ends_on=TODAY)
        for _ in range(2)
    ]
    together = threading.Barrier(2)

    @as_system()
    def plan_rounds(place, order, answers):
        for hour in range(8, 20):
            together.wait(timeout=30)
            try:
                schedule.plan_visit(
                    operation=chosen[place].operation,
                    venue=chosen[place].venue,
                    starts_at=at(hour),
                    ends_at=at(hour, 59),
                    team=[
                        Place(order[0], Duty.LEAD),
                        *(Place(person, Duty.SUPPORT) for person in order[1:]),
                    ],
                    by=planner,
                    at=at(7),
                )
                answers.append("planned")
            except Refused:
                answers.append("told")
            except DatabaseError as error:
                answers.append(str(error))
        connection.close()

    answers: tuple[list[str], list[str]] = ([], [])
    threads = [
        threading.Thread(target=plan_rounds, args=(place, people[:: 1 - 2 * place], answers[place]))
        for place in (0, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert {frozenset(pair) for pair in zip(*answers, strict=True)} == {
        frozenset({"planned", "told"})
    }
    assert Visit.objects.count() == 12
