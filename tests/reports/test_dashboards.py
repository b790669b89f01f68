"""The dashboard's figures, against numbers counted by hand."""

import datetime as dt

import pytest

from accounts.database import scope
from accounts.roles import Role
from govuk.dates import LONDON
from operations.models import (
    ContactMethod,
    Draw,
    FollowUpState,
    NotCompletedReason,
    Selection,
    VisitState,
)
from operations.visits.verdict import Verdict
from reports.dashboards import TABLES, Dashboard, within_newest_scenario
from reports.filters import Filters
from reports.statistics import Rate
from reports.tables import RateTable
from tests.factories import (
    NO_CALL,
    CancelledVisitFactory,
    CommandUnitFactory,
    CompletedVisitFactory,
    FollowUpFactory,
    NotCompletedVisitFactory,
    OperationFactory,
    OperationVenueFactory,
    OutcomeFactory,
    PartlyVisitFactory,
    RefresherNeededVisitFactory,
    ScenarioFactory,
    TrainingSessionFactory,
    UnderWayVisitFactory,
    UserFactory,
    VenueFactory,
    VenueGroupFactory,
    VisitFactory,
)
from venues.models import Venue

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def unit():
    return CommandUnitFactory(name="North")


@pytest.fixture
def lead(unit):
    return UserFactory(role=Role.CSE_LEAD, units=[unit])


def london(year: int, month: int, day: int, hour: int = 19, minute: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=LONDON)


def dashboard(lead, **filters) -> Dashboard:
    return Dashboard(user=lead, filters=Filters(**filters), on=TODAY)


def rates(table) -> dict[str, tuple[int, int]]:
    return {row.label: (row.rate.successes, row.rate.n) for row in table.rows}


# Which visits count -----------------------------------------------------------------------------


def test_the_pass_rate_is_responded_well_of_completed(lead, unit):
    CompletedVisitFactory.create_batch(3, unit=unit)
    PartlyVisitFactory.create_batch(2, unit=unit)
    RefresherNeededVisitFactory(unit=unit)
    NotCompletedVisitFactory(unit=unit)

    assert dashboard(lead).pass_rate == Rate(3, 6)
    assert rates(dashboard(lead).table("by-command-unit")) == {"North": (3, 6)}


@pytest.mark.parametrize("role", [Role.CSE_LEAD, Role.ADMINISTRATOR])
def test_visits_that_are_not_over_or_were_cancelled_count_nowhere(role, unit):
    reader = UserFactory(role=role, units=[unit])
    for factory in (VisitFactory, UnderWayVisitFactory, CancelledVisitFactory):
        factory(unit=unit)

    board = dashboard(reader)

    assert board.totals["finished"] == 0
    assert board.pass_rate == board.completion_rate == Rate(0, 0)
    assert not any(board.table(slug).rows for slug in TABLES if slug != "by-step")


def test_visits_of_other_command_units_count_nowhere(lead, unit):
    CompletedVisitFactory(unit=unit)
    elsewhere = CompletedVisitFactory()
    FollowUpFactory()

    board = dashboard(lead)

    assert board.pass_rate == Rate(1, 1)
    assert board.open_follow_ups == 0
    assert str(elsewhere.operation) not in rates(board.table("by-operation"))


def test_who_sees_the_whole_force_counts_all_units(unit):
    everyone = UserFactory(role=Role.CSE_LEAD, whole_force=True)
    CompletedVisitFactory(unit=unit)
    PartlyVisitFactory()

    assert dashboard(everyone).pass_rate == Rate(1, 2)


def test_a_corrected_outcome_counts_as_corrected(lead, unit):
    visit = CompletedVisitFactory(unit=unit)
    visit.outcome = OutcomeFactory(
        visit=visit,
        revision=2,
        correction_reason="The call was about something else",
        **NO_CALL | {"verdict": Verdict.PARTLY},
    )
    visit.save()

    assert dashboard(lead).pass_rate == Rate(0, 1)
    assert rates(dashboard(lead).table("by-step"))["Contacted police"] == (0, 1)


def test_a_real_concern_leaves_every_rate_and_is_listed(lead, unit):
    CompletedVisitFactory.create_batch(4, unit=unit)
    NotCompletedVisitFactory(unit=unit, not_completed_reason=NotCompletedReason.REAL_CONCERN)

    board = dashboard(lead)

    assert board.completion_rate == Rate(4, 4)
    assert board.pass_rate.n == 4
    assert board.table("not-completed").rows == [("Real concern found", 1, "No")]


def test_the_completion_rate_leaves_out_venues_that_could_not_be_tested_at_all(lead, unit):
    CompletedVisitFactory.create_batch(4, unit=unit)
    NotCompletedVisitFactory(unit=unit, not_completed_reason=NotCompletedReason.FULLY_BOOKED)
    NotCompletedVisitFactory(unit=unit, not_completed_reason=NotCompletedReason.UNSAFE)
    NotCompletedVisitFactory(unit=unit, not_completed_reason=NotCompletedReason.OUT_OF_BUSINESS)

    board = dashboard(lead)

    assert board.completion_rate == Rate(4, 6)
    assert sorted(board.table("not-completed").rows) == [
        ("Fully booked", 1, "Yes"),
        ("Out of business", 1, "No"),
        ("Unsafe to go on", 1, "Yes"),
    ]


def test_only_visits_drawn_by_chance_feed_the_estimates_and_the_others_stand_apart(lead, unit):
    CompletedVisitFactory(unit=unit)
    PartlyVisitFactory.create_batch(2, unit=unit, selection=Selection.PRIORITY)
    PartlyVisitFactory(unit=unit, selection=Selection.INTELLIGENCE)

    board = dashboard(lead)

    assert board.pass_rate == Rate(1, 1)
    assert rates(board.table("by-command-unit")) == {"North": (1, 1)}
    assert rates(board.table("by-selection")) == {
        "Drawn by chance": (1, 1),
        "Priority": (0, 2),
        "Intelligence-led": (0, 1),
    }
    assert dashboard(lead, selection=Selection.PRIORITY).pass_rate == Rate(0, 2)


def drawn(operation, venues, **facts):
    """Venues drawn for an operation, and a visit to each of which staff responded well."""
    facts = {"units": "North", "of_all": True, "frame_size": 9, "left_out": 0} | facts
    facts.setdefault("number", len(venues))
    draw = Draw.objects.create(operation=operation, drawn_by=UserFactory(), **facts)
    selection = Selection.RANDOM if draw.of_all else Selection.RANDOM_PART
    for venue in venues:
        about = {"operation": operation, "venue": venue, "selection": selection}
        OperationVenueFactory(draw=draw, **about)
        CompletedVisitFactory(**about)
    return draw


def test_a_draw_from_a_part_of_the_venues_feeds_no_estimate_for_all(lead, unit):
    drawn(OperationFactory(), [VenueFactory(unit=unit)], of_all=False, filters="Kind: Hostel")
    PartlyVisitFactory(unit=unit)

    board = dashboard(lead)

    assert board.pass_rate == Rate(0, 1)
    for slug in TABLES:
        if isinstance(board.table(slug), RateTable) and slug not in ("by-selection", "by-step"):
            assert [row.rate for row in board.table(slug).rows] == [Rate(0, 1)]
    assert rates(board.table("by-selection")) == {
        "Drawn by chance": (0, 1),
        "Drawn by chance from a part": (1, 1),
    }
    part = dashboard(lead, selection=Selection.RANDOM_PART)
    assert part.pass_rate == Rate(1, 1)
    assert part.speaks_for == (
        "These figures speak for a part of the venues of North (Kind: Hostel)."
    )


def test_estimates_say_which_venues_they_speak_for(lead, unit):
    operation = OperationFactory()
    drawn(operation, VenueFactory.create_batch(2, unit=unit))
    drawn(OperationFactory(), [VenueFactory()], units="South")  # which is not the reader's
    drawn(OperationFactory(), [VenueFactory(unit=unit)])

    assert dashboard(lead).speaks_for == "These figures speak for all open venues of North."
    CompletedVisitFactory(unit=unit)
    assert dashboard(lead).speaks_for == (
        "These figures speak for all open venues of North. "
        "What the venues of 1 visit were drawn from is not on record."
    )
    assert dashboard(lead, operation=operation).speaks_for == (
        "These figures speak for all open venues of North."
    )
    assert "speak for no others" in dashboard(lead, selection=Selection.PRIORITY).speaks_for


def test_estimates_say_that_drawn_venues_were_taken_out(lead, unit):
    """How many is for who sees the whole force: a draw may be over several units."""
    drawn(OperationFactory(), VenueFactory.create_batch(2, unit=unit), number=4)
    everyone = UserFactory(role=Role.CSE_LEAD, whole_force=True)

    assert dashboard(lead).speaks_for == (
        "These figures speak for all open venues of North, of which some drawn were taken out "
        "later."
    )
    assert "of which 2 drawn were taken out later" in dashboard(everyone).speaks_for

    part = OperationFactory()
    drawn(part, [VenueFactory(unit=unit)], of_all=False, filters="Kind: Hostel", number=4)
    of_part = dashboard(everyone, operation=part, selection=Selection.RANDOM_PART)
    assert "of which 3 drawn were taken out later" in of_part.speaks_for


def test_what_is_left_of_a_draw_over_several_units_is_not_taken_for_taken_out(lead, unit):
    drawn(OperationFactory(), [VenueFactory(unit=unit), VenueFactory()], units="North and South")

    with scope.acting(lead):
        assert dashboard(lead).speaks_for == (
            "These figures speak for all open venues of North and South."
        )


def test_scenario_versions_are_never_put_together_unsaid(lead, unit):
    first = CompletedVisitFactory(unit=unit).operation.scenario
    CompletedVisitFactory(unit=unit)
    CompletedVisitFactory(unit=unit, selection=Selection.PRIORITY)

    board, of_one = dashboard(lead), dashboard(lead, scenario=first)

    apart = ("by-scenario", "follow-ups")
    for slug in TABLES:
        versions = 3 if slug == "by-selection" else 2
        said = f"Puts {versions} scenario versions together, which do not compare."
        assert board.table(slug).pooled == ("" if slug in apart else said)
        assert of_one.table(slug).pooled == ""


def test_the_period_goes_by_duty_days_and_has_both_its_ends(lead, unit):
    for day in (1, 2, 3, 4):
        CompletedVisitFactory(unit=unit, starts_at=london(2026, 7, day, 0, 30))
    CompletedVisitFactory(unit=unit, starts_at=london(2026, 7, 4, 6))

    def count(**period):
        return dashboard(lead, **period).pass_rate.n

    assert count(since=dt.date(2026, 7, 1), until=dt.date(2026, 7, 2)) == 2
    assert count(since=dt.date(2026, 7, 4)) == 1
    assert count(until=dt.date(2026, 6, 30)) == 1  # the night after the last evening
    assert count(until=dt.date(2026, 6, 29)) == 0


def test_each_filter_narrows_every_figure(lead, unit):
    south = CommandUnitFactory(name="South")
    south.members.add(lead)
    wanted = CompletedVisitFactory(unit=unit)
    CompletedVisitFactory(unit=south)

    for narrowed in (
        dashboard(lead, command_unit=unit),
        dashboard(lead, operation=wanted.operation),
        dashboard(lead, scenario=wanted.operation.scenario),
    ):
        assert narrowed.pass_rate == Rate(1, 1)
        assert rates(narrowed.table("by-selection")) == {"Drawn by chance": (1, 1)}
        assert rates(narrowed.table("by-command-unit")) == {"North": (1, 1)}


# Tables -----------------------------------------------------------------------------------------


def test_by_operation_the_newest_first(lead, unit):
    old, new = (
        OperationFactory(
            reference=reference,
            name=name,
            starts_on=dt.date(year, 1, 1),
            ends_on=dt.date(year, 12, 31),
        )
        for reference, name, year in (("MS/1", "Lantern", 2025), ("MS/2", "Beacon", 2026))
    )
    CompletedVisitFactory(unit=unit, operation=old)
    PartlyVisitFactory(unit=unit, operation=old)
    PartlyVisitFactory(unit=unit, operation=new)

    table = dashboard(lead).table("by-operation")

    assert list(rates(table).items()) == [("MS/2 Beacon", (0, 1)), ("MS/1 Lantern", (1, 2))]


def test_by_group_and_kind_the_most_visits_first(lead, unit):
    chain = VenueGroupFactory(name="Lanternstay")
    hotel = VenueFactory(unit=unit, group=chain, kind=Venue.Kind.HOTEL)
    hostel = VenueFactory(unit=unit, group=None, kind=Venue.Kind.HOSTEL)
    PartlyVisitFactory(venue=hotel)
    CompletedVisitFactory.create_batch(2, venue=hostel)

    board = dashboard(lead)

    assert list(rates(board.table("by-group")).items()) == [
        ("No group", (2, 2)),
        ("Lanternstay", (0, 1)),
    ]
    assert list(rates(board.table("by-kind")).items()) == [("Hostel", (2, 2)), ("Hotel", (0, 1))]


def test_by_training_as_it_stood_on_the_day_of_each_visit(lead, unit, settings):
    settings.TRAINING_CURRENT_DAYS = 365
    venue = VenueFactory(unit=unit)
    TrainingSessionFactory(venue=venue, held_on=dt.date(2025, 1, 10))
    TrainingSessionFactory(venue=venue, held_on=dt.date(2026, 2, 1))
    for factory, day in (
        (PartlyVisitFactory, (2025, 1, 9)),  # the day before the first session: untrained
        (PartlyVisitFactory, (2025, 1, 10)),  # the day of the session, after the visit: untrained
        (CompletedVisitFactory, (2025, 1, 11)),  # the day after: current
        (CompletedVisitFactory, (2025, 12, 10)),  # 31 days left: current
        (PartlyVisitFactory, (2025, 12, 11)),  # 30 days left: expiring
        (CompletedVisitFactory, (2026, 1, 9)),  # 1 day left: expiring
        (PartlyVisitFactory, (2026, 1, 10)),  # expired
        (CompletedVisitFactory, (2026, 1, 31)),  # expired
        (PartlyVisitFactory, (2026, 2, 1)),  # expired until the session on that day
        (PartlyVisitFactory, (2026, 2, 2)),  # current again
    ):
        factory(venue=venue, starts_at=london(*day))

    assert list(rates(dashboard(lead).table("by-training")).items()) == [
        ("Current", (2, 3)),
        ("Expiring in 30 days", (1, 2)),
        ("Expired", (1, 3)),
        ("Untrained", (0, 2)),
    ]


def test_the_day_of_a_visit_after_midnight_is_that_of_its_evening(lead, unit):
    venue = VenueFactory(unit=unit)
    TrainingSessionFactory(venue=venue, held_on=dt.date(2026, 7, 1))
    CompletedVisitFactory(venue=venue, starts_at=london(2026, 7, 2, 0, 30))  # the day of training
    PartlyVisitFactory(venue=venue, starts_at=london(2026, 7, 3, 0, 30))

    assert rates(dashboard(lead).table("by-training")) == {"Current": (0, 1), "Untrained": (1, 1)}


def test_a_night_over_the_end_of_a_month_counts_in_the_month_of_its_evening(lead, unit):
    CompletedVisitFactory(unit=unit, starts_at=london(2026, 7, 1, 0, 30))

    assert list(rates(dashboard(lead).table("by-month"))) == ["June 2026"]


def test_by_month_every_month_by_london_time(lead, unit):
    CompletedVisitFactory(unit=unit, starts_at=dt.datetime(2026, 7, 1, 5, 30, tzinfo=dt.UTC))
    PartlyVisitFactory(unit=unit, starts_at=london(2026, 7, 31, 23, 30))
    PartlyVisitFactory(unit=unit, starts_at=london(2026, 10, 31, 23, 30))

    assert list(rates(dashboard(lead).table("by-month")).items()) == [
        ("July 2026", (1, 2)),
        ("August 2026", (0, 0)),
        ("September 2026", (0, 0)),
        ("October 2026", (0, 1)),
    ]


def test_months_run_over_the_end_of_a_year(lead, unit):
    CompletedVisitFactory(unit=unit, starts_at=london(2025, 11, 5))
    CompletedVisitFactory(unit=unit, starts_at=london(2026, 1, 5))

    assert list(rates(dashboard(lead).table("by-month"))) == [
        "November 2025",
        "December 2025",
        "January 2026",
    ]


def test_each_step_has_its_own_rate_and_unknown_is_not_counted_as_no(lead, unit):
    CompletedVisitFactory(unit=unit)  # all done
    CompletedVisitFactory(
        unit=unit, outcome_facts={"makesafe_quoted": False, "call_handler_recognised": None}
    )
    CompletedVisitFactory(
        unit=unit,
        outcome_facts={
            "challenged": False,
            "asked_for_identification": False,
            "refusal_ground": "payment",
            "makesafe_quoted": None,
            "call_handler_recognised": False,
            "verdict": Verdict.PARTLY,
        },
    )
    in_person = {"contact_method": ContactMethod.IN_PERSON, "call_handler_recognised": None}
    CompletedVisitFactory(unit=unit, outcome_facts=in_person)
    RefresherNeededVisitFactory(unit=unit)  # challenged and asked, nothing else
    NotCompletedVisitFactory(unit=unit)

    assert rates(dashboard(lead).table("by-step")) == {
        "Challenged": (4, 5),
        "Asked for identification": (4, 5),
        "Recognised the signs": (4, 5),
        "Refused because of the signs": (3, 5),
        "Contacted police": (4, 5),
        "Called 999 or 101": (3, 5),
        "Quoted “Makesafe”": (2, 3),
        "Call handler recognised it": (1, 2),
    }


def test_scenario_versions_stand_apart(lead, unit):
    first = ScenarioFactory(title="Late walk-in")
    second = ScenarioFactory(title="Late walk-in", version=2)
    CompletedVisitFactory(unit=unit, operation__scenario=first)
    PartlyVisitFactory.create_batch(2, unit=unit, operation__scenario=second)

    board = dashboard(lead)

    assert rates(board.table("by-scenario")) == {
        "Late walk-in (version 1)": (1, 1),
        "Late walk-in (version 2)": (0, 2),
    }
    assert [key for key, _ in board.scenarios] == [first.pk, second.pk]
    assert len(dashboard(lead, scenario=second).scenarios) == 1


def test_the_newest_scenario_version_is_that_of_the_visits_asked_for(lead, unit):
    first = ScenarioFactory(title="Late walk-in")
    second = ScenarioFactory(title="Late walk-in", version=2)
    third = ScenarioFactory(title="Late walk-in", version=3)
    ScenarioFactory(title="Late walk-in", version=4)  # not played yet
    old = CompletedVisitFactory(unit=unit, operation__scenario=first)
    CompletedVisitFactory(unit=unit, operation__scenario=second)
    # Played, but without a result that the reader may see.
    CompletedVisitFactory(operation__scenario=third)
    for factory in (NotCompletedVisitFactory, CancelledVisitFactory, VisitFactory):
        factory(unit=unit, operation__scenario=third)

    def newest(**filters):
        return within_newest_scenario(Filters(**filters), user=lead).scenario

    assert newest() == second
    assert newest(operation=old.operation) == first
    assert newest(selection=Selection.PRIORITY) is None


def test_follow_ups_of_every_scenario_version_are_work_to_do(lead, unit):
    FollowUpFactory(unit=unit)

    assert dashboard(lead, scenario=ScenarioFactory()).open_follow_ups == 1


def test_follow_ups_open_and_overdue_on_the_day(lead, unit):
    FollowUpFactory(unit=unit, due_on=TODAY - dt.timedelta(days=1))
    FollowUpFactory(unit=unit, due_on=TODAY)
    FollowUpFactory(unit=unit, due_on=TODAY, state=FollowUpState.BOOKED)
    FollowUpFactory(unit=unit, due_on=dt.date(2026, 1, 1), state=FollowUpState.DELIVERED)
    FollowUpFactory(unit=unit, due_on=dt.date(2026, 1, 1), state=FollowUpState.DECLINED)

    board = dashboard(lead)

    assert (board.open_follow_ups, board.overdue_follow_ups) == (3, 1)
    assert board.table("follow-ups").rows == [("North", 3, 1, "23 November 2026")]


def test_follow_ups_are_shown_whenever_the_visit_was_and_however_chosen(lead, unit):
    follow_up = FollowUpFactory(unit=unit, visit__selection=Selection.PRIORITY)

    assert dashboard(lead, since=TODAY).open_follow_ups == 1
    assert dashboard(lead, operation=follow_up.visit.operation).open_follow_ups == 1
    assert dashboard(lead, operation=OperationFactory()).open_follow_ups == 0


def test_the_filters_are_told_in_words(unit):
    operation = OperationFactory(reference="MS/1", name="Lantern")

    assert Filters().in_words() == "Drawn by chance"
    assert (
        Filters(
            since=dt.date(2026, 1, 1),
            until=dt.date(2026, 3, 31),
            operation=operation,
            command_unit=unit,
            selection=Selection.PRIORITY,
        ).in_words()
        == "Priority, from 1 January 2026, until 31 March 2026, North, MS/1 Lantern"
    )


def test_every_finished_state_is_counted_and_no_other():
    # If a state is added, somebody has to decide whether the dashboard counts it.
    assert set(VisitState) == {"planned", "under_way", "completed", "not_completed", "cancelled"}
