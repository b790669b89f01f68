"""The rules that PostgreSQL itself keeps, whatever code asks for, and the questions to ask.

Each test goes round the acts: it writes by the ORM's raw means, as a slip in the code would.
"""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from accounts.roles import Role
from operations.follow_ups import models as follow_up_models
from operations.follow_ups.due import Audience, Stage
from operations.models import (
    ELIGIBLE,
    Cadet,
    CadetPolicy,
    FollowUp,
    FollowUpState,
    NotCompletedReason,
    Operation,
    OperationVenue,
    Reminder,
    Scenario,
    TeamMember,
    Visit,
    VisitState,
)
from operations.visits import models as visit_models
from tests.factories import (
    CadetFactory,
    CadetMemberFactory,
    CadetPolicyFactory,
    CancelledVisitFactory,
    CommandUnitFactory,
    CompletedVisitFactory,
    FollowUpFactory,
    NotCompletedVisitFactory,
    OperationFactory,
    OperationVenueFactory,
    OutcomeFactory,
    RefresherNeededVisitFactory,
    ReminderFactory,
    ScenarioFactory,
    TeamMemberFactory,
    TrainingSessionFactory,
    UnderWayVisitFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
    WarningSignFactory,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 24, 19, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def breaks(name):
    """The block breaks the rule of this name, and PostgreSQL says so."""
    return pytest.raises((IntegrityError, InternalError), match=name)


def change(record, **fields):
    """Write past the model, in a savepoint."""
    with transaction.atomic():
        type(record)._base_manager.filter(pk=record.pk).update(**fields)


# Operations and their venues


def test_an_operation_does_not_end_before_its_first_day():
    operation = OperationFactory()

    with breaks("operation_ends_on_or_after_its_first_day"):
        change(operation, ends_on=operation.starts_on - dt.timedelta(days=1))


def test_a_reference_is_used_once_whatever_the_case():
    OperationFactory(reference="MS/1a")

    with breaks("operation_reference_is_unique"):
        OperationFactory(reference="ms/1A")


def test_a_venue_is_once_in_an_operation():
    chosen = OperationVenueFactory()

    with breaks("venue_is_once_in_an_operation"):
        OperationVenueFactory(operation=chosen.operation, venue=chosen.venue)


# Scenarios


def test_a_scenario_version_never_changes():
    scenario = ScenarioFactory()

    with breaks("scenario_version_never_changes|Cannot update"):
        change(scenario, script="Otherwise.")


def test_a_version_is_unique_within_its_title():
    ScenarioFactory(title="Café, late", version=1)

    with breaks("scenario_version_is_unique"):
        ScenarioFactory(title="CAFE LATE", version=1)


def test_a_warning_sign_is_there_once():
    WarningSignFactory(text="Doesn’t look up, pays in cash")

    with breaks("warning_sign_is_unique"):
        WarningSignFactory(text="Doesn't look up; pays in Cash.")


def test_newest_versions_has_one_of_each_title():
    ScenarioFactory(title="b")
    newest = ScenarioFactory(title="b", version=2)
    other = ScenarioFactory(title="A")

    assert list(Scenario.objects.newest_versions()) == [other, newest]
    assert Scenario.objects.filter(title="b").latest() == newest


# Cadets and their policy


@pytest.mark.parametrize("ages", [{"max_age": 18}, {"min_age": 16, "max_age": 15}])
def test_a_policy_lets_no_adult_go_as_a_cadet(ages):
    policy = CadetPolicyFactory()

    with breaks("cadets_are_under_18_and_ages_in_order"):
        change(policy, **ages)


def test_cadets_stand_in_the_order_of_their_references_in_any_case():
    for reference in ("WC-2", "ac-1", "Ab-3"):
        CadetFactory(reference=reference)
    assert [str(cadet) for cadet in Cadet.objects.all()] == ["Ab-3", "ac-1", "WC-2"]


def test_a_day_has_one_policy():
    with breaks("valid_from"), transaction.atomic():
        CadetPolicy.objects.create(valid_from=dt.date(2020, 1, 1))


def test_the_policy_in_force_is_the_latest_begun():
    old = CadetPolicyFactory()
    new = CadetPolicyFactory(valid_from=dt.date(2026, 6, 1))

    assert CadetPolicy.objects.in_force(on=dt.date(2026, 5, 31)) == old
    assert CadetPolicy.objects.in_force(on=dt.date(2026, 6, 1)) == new
    assert CadetPolicy.objects.in_force(on=dt.date(2019, 1, 1)) is None


def test_a_cadet_reference_is_used_once():
    cadet = CadetFactory()

    with breaks("reference"):
        CadetFactory(reference=cadet.reference)


# The states of a visit

BUILT = {
    VisitState.PLANNED: VisitFactory,
    VisitState.UNDER_WAY: UnderWayVisitFactory,
    VisitState.COMPLETED: CompletedVisitFactory,
    VisitState.NOT_COMPLETED: NotCompletedVisitFactory,
    VisitState.CANCELLED: CancelledVisitFactory,
}


def fields_of(visit, state):
    """What a visit must say in ``state``, so that only the move itself can be refused."""
    started = state not in (VisitState.PLANNED, VisitState.CANCELLED)
    finished = state in (VisitState.COMPLETED, VisitState.NOT_COMPLETED)
    outcome = visit.outcome or (OutcomeFactory(visit=visit) if visit.is_under_way else None)
    reason, cancelled = visit.not_completed_reason, visit.cancelled_reason
    return {
        "state": state,
        "started_at": (visit.started_at or visit.starts_at) if started else None,
        "started_by": (visit.started_by or visit.created_by) if started else None,
        "ended_at": (visit.ended_at or visit.ends_at) if finished else None,
        "outcome": outcome if state == VisitState.COMPLETED else None,
        "not_completed_reason": (reason or "not_found")
        if state == VisitState.NOT_COMPLETED
        else "",
        "cancelled_reason": (cancelled or "Snow") if state == VisitState.CANCELLED else "",
        "cancelled_at": (visit.cancelled_at or timezone.now())
        if state == VisitState.CANCELLED
        else None,
    }


@pytest.mark.parametrize("new", VisitState)
@pytest.mark.parametrize("old", VisitState)
def test_a_visit_moves_only_as_the_table_says(old, new):
    visit = BUILT[old]()
    fields = fields_of(visit, new)

    way_back = visit_models.WAYS_BACK.get(old, ("",))[0]
    if (old, new) == (VisitState.NOT_COMPLETED, VisitState.COMPLETED):  # its team had ended it
        with breaks("only_a_visit_left_open_is_completed_late|Cannot update"):
            change(visit, **fields)
    elif new in visit_models.MOVES[old] or new == old:
        change(visit, **fields)
    elif new == way_back and old == VisitState.NOT_COMPLETED:  # built as over for days
        with breaks("too late"):
            change(visit, **fields)
    elif new == way_back:
        change(visit, **fields)
    else:
        with breaks("visit_moves_only_as_allowed|Invalid transition"):
            change(visit, **fields)


def test_planned_leads_everywhere_and_nothing_leads_back():
    reached = {new for news in visit_models.MOVES.values() for new in news}

    assert reached == set(VisitState) - {VisitState.PLANNED}


@pytest.mark.parametrize("state", [state for state in VisitState if state != VisitState.PLANNED])
def test_a_visit_begins_as_planned(state):
    visit = VisitFactory()
    row = Visit(
        operation=visit.operation,
        venue=visit.venue,
        starts_at=NOW,
        ends_at=NOW + HOUR,
        created_by=visit.created_by,
    )
    for name, value in fields_of(visit, state).items():
        setattr(row, name, value)

    with breaks("visit_begins_as_planned|Cannot insert"), transaction.atomic():
        row.save()


@pytest.mark.parametrize("longer", [dt.timedelta(0), -HOUR])
def test_a_window_ends_after_it_starts(longer):
    visit = VisitFactory()

    with breaks("visit_ends_after_it_starts"):
        change(visit, ends_at=visit.starts_at + longer)


@pytest.mark.parametrize(
    ("factory", "fields", "rule"),
    [
        (VisitFactory, {"state": "under_way"}, "started_visit_says_when_and_by_whom"),
        (
            VisitFactory,
            {"state": "under_way", "started_at": NOW},
            "started_visit_says_when_and_by_whom",
        ),
        (VisitFactory, {"started_at": NOW}, "started_visit_says_when_and_by_whom"),
        (UnderWayVisitFactory, {"ended_at": NOW + HOUR * 9999}, "finished_visit_says_when"),
        (
            UnderWayVisitFactory,
            {"state": "not_completed", "not_completed_reason": "not_found"},
            "finished_visit_says_when",
        ),
        (
            UnderWayVisitFactory,
            {
                "state": "not_completed",
                "not_completed_reason": "not_found",
                "ended_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
            },
            "visit_is_over_after_it_started",
        ),
        (CompletedVisitFactory, {"outcome": None}, "completed_visit_has_an_outcome"),
        (
            UnderWayVisitFactory,
            {"state": "not_completed", "ended_at": NOW + HOUR * 9999},
            "visit_not_completed_says_why",
        ),
        (VisitFactory, {"not_completed_reason": "not_found"}, "visit_not_completed_says_why"),
        (VisitFactory, {"state": "cancelled", "cancelled_at": NOW}, "cancelled_visit_says_why"),
        (
            VisitFactory,
            {"state": "cancelled", "cancelled_reason": "Snow"},
            "cancelled_visit_says_when",
        ),
        (VisitFactory, {"cancelled_reason": "Snow"}, "cancelled_visit_says_why"),
    ],
)
def test_a_visit_says_what_its_state_demands_and_no_more(factory, fields, rule):
    with breaks(rule):
        change(factory(), **fields)


def test_a_submission_ends_one_visit():
    first, second = UnderWayVisitFactory(), UnderWayVisitFactory()
    number = uuid.uuid4()
    change(first, submission=number)

    with breaks("submission"):
        change(second, submission=number)


def test_each_reason_is_of_one_kind():
    kinds = {reason: reason.eligible for reason in NotCompletedReason}

    assert {reason for reason, eligible in kinds.items() if eligible} == ELIGIBLE
    assert not kinds[NotCompletedReason.NOT_FOUND]


# The team


def both_kinds():
    return [
        pytest.param(TeamMemberFactory, "officer", id="officer"),
        pytest.param(CadetMemberFactory, "cadet", id="cadet"),
    ]


def test_a_member_is_an_officer_or_a_cadet():
    officer, cadet, visit = UserFactory(), CadetFactory(), VisitFactory()

    for fields in (
        {"officer": officer, "cadet": cadet, "duty": "lead"},
        {"officer": officer, "duty": "cadet"},
        {"cadet": cadet, "duty": "welfare"},
        {"duty": "support"},
    ):
        with breaks("team_member_is_an_officer_or_a_cadet"), transaction.atomic():
            TeamMember.objects.create(visit=visit, **fields)


def test_a_team_has_one_lead_officer():
    visit = VisitFactory()

    with breaks("team_has_one_lead_officer"):
        TeamMemberFactory(visit=visit, duty="lead")


@pytest.mark.parametrize(("factory", "kind"), both_kinds())
def test_nobody_is_twice_in_a_team(factory, kind):
    """Within one visit either rule may speak first: both hold."""
    visit = VisitFactory()
    member = factory(visit=visit, **({"duty": "support"} if kind == "officer" else {}))
    again = {kind: getattr(member, kind), "duty": "welfare" if kind == "officer" else "cadet"}

    with breaks(f"{kind}_is_once_in_a_team|{kind}_is_not_in_two_visits_at_once"):
        factory(visit=visit, **again)


def two_visits(gap):
    """Two planned visits of an hour, the second ``gap`` after the first has ended."""
    first = VisitFactory(starts_at=NOW, ends_at=NOW + HOUR)
    begins = first.ends_at + gap
    return first, VisitFactory(starts_at=begins, ends_at=begins + HOUR)


def join(factory, kind, visit, person):
    duty = {"duty": "support"} if kind == "officer" else {}
    return factory(visit=visit, **{kind: person}, **duty)


def person_of(kind):
    return UserFactory() if kind == "officer" else CadetFactory()


@pytest.mark.parametrize("gap", [-HOUR, -dt.timedelta(microseconds=1)])
@pytest.mark.parametrize(("factory", "kind"), both_kinds())
def test_nobody_is_in_two_visits_at_once(factory, kind, gap):
    person = person_of(kind)
    first, second = two_visits(gap)
    join(factory, kind, first, person)

    with breaks(f"{kind}_is_not_in_two_visits_at_once"):
        join(factory, kind, second, person)


@pytest.mark.parametrize(("factory", "kind"), both_kinds())
def test_one_visit_may_follow_the_other_at_once(factory, kind):
    person = person_of(kind)
    first, second = two_visits(dt.timedelta(0))

    join(factory, kind, first, person)
    join(factory, kind, second, person)


@pytest.mark.parametrize(("factory", "kind"), both_kinds())
def test_a_visit_does_not_move_onto_another_of_the_same_person(factory, kind):
    person = person_of(kind)
    first, second = two_visits(dt.timedelta(0))
    join(factory, kind, first, person)
    join(factory, kind, second, person)

    with breaks(f"{kind}_is_not_in_two_visits_at_once"):
        change(second, starts_at=NOW)


def test_the_period_can_not_be_talked_away():
    """Raw SQL that empties the period or sets a lie gets the visit's window back."""
    member = TeamMemberFactory(visit__starts_at=NOW, duty="support")

    with connection.cursor() as cursor:
        cursor.execute("UPDATE operations_teammember SET period = NULL WHERE id = %s", [member.pk])
    member.refresh_from_db()

    assert (member.period.lower, member.period.upper) == (NOW, member.visit.ends_at)


def test_a_cancelled_visit_frees_its_team():
    first, second = two_visits(-HOUR)
    officer = first.team.get().officer

    change(first, state="cancelled", cancelled_reason="Snow", cancelled_at=timezone.now())

    TeamMemberFactory(visit=second, officer=officer, duty="support")


def test_a_visit_that_ended_early_frees_its_team_from_then_on():
    first, second = two_visits(-HOUR / 2)
    officer = first.team.get().officer
    change(first, state="under_way", started_at=NOW, started_by=officer)
    ended = NOW + HOUR / 2

    change(first, state="not_completed", not_completed_reason="not_found", ended_at=ended)

    TeamMemberFactory(visit=second, officer=officer, duty="support")


def test_a_visit_that_ran_late_takes_nobody_from_the_next():
    first, second = two_visits(dt.timedelta(0))
    officer = first.team.get().officer
    TeamMemberFactory(visit=second, officer=officer, duty="support")
    change(first, state="under_way", started_at=NOW, started_by=officer)

    change(first, state="not_completed", not_completed_reason="not_found", ended_at=NOW + 2 * HOUR)


# Outcomes


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"room_refused": True, "refusal_ground": ""}, "refusal_ground_only_where_it_applies"),
        ({"contact_method": "online"}, "call_handler_recognised_only_where_it_applies"),
        ({"verdict": "passed"}, "verdict_is_one_of_three"),
        ({"revision": 1, "correction_reason": "A slip"}, "correction_says_why"),
    ],
)
def test_facts_that_contradict_each_other_are_not_stored(facts, rule):
    visit = UnderWayVisitFactory()

    with breaks(rule):
        OutcomeFactory(visit=visit, **facts)


def test_an_outcome_never_changes():
    outcome = CompletedVisitFactory().outcome

    with breaks("outcome_never_changes|Cannot update"):
        change(outcome, notes="Rewritten")


def test_a_correction_says_why():
    outcome = OutcomeFactory()

    with breaks("correction_says_why"):
        OutcomeFactory(visit=outcome.visit, revision=2)


def test_a_submission_makes_one_outcome():
    outcome = OutcomeFactory()

    with breaks("submission"):
        OutcomeFactory(submission=outcome.submission)


# The states of a follow-up


def follow_up_fields(follow_up, state):
    delivered = state in (FollowUpState.DELIVERED, FollowUpState.CONFIRMED)
    session = follow_up.training_session or TrainingSessionFactory(venue=follow_up.visit.venue)
    return {
        "state": state,
        "booked_for": follow_up.due_on if state == FollowUpState.BOOKED else None,
        "training_session": session if delivered else None,
        "confirmed_by": CompletedVisitFactory() if state == FollowUpState.CONFIRMED else None,
        "declined_reason": "No dates suit" if state == FollowUpState.DECLINED else "",
    }


def follow_up_in(state):
    """A follow-up in ``state``, by the shortest way there."""
    ways = {
        FollowUpState.OFFERED: [],
        FollowUpState.BOOKED: [FollowUpState.BOOKED],
        FollowUpState.DELIVERED: [FollowUpState.BOOKED, FollowUpState.DELIVERED],
        FollowUpState.CONFIRMED: [
            FollowUpState.BOOKED,
            FollowUpState.DELIVERED,
            FollowUpState.CONFIRMED,
        ],
        FollowUpState.DECLINED: [FollowUpState.DECLINED],
        FollowUpState.WITHDRAWN: [FollowUpState.WITHDRAWN],
    }
    follow_up = FollowUpFactory()
    for step in ways[state]:
        change(follow_up, **follow_up_fields(follow_up, step))
        follow_up = FollowUp.objects.get(pk=follow_up.pk)
    return follow_up


@pytest.mark.parametrize("new", FollowUpState)
@pytest.mark.parametrize("old", FollowUpState)
def test_a_follow_up_moves_only_as_the_table_says(old, new):
    follow_up = follow_up_in(old)
    fields = follow_up_fields(follow_up, new)

    if new in follow_up_models.MOVES[old] or new == old:
        change(follow_up, **fields)
    else:
        with breaks("follow_up_moves_only_as_allowed|Invalid transition"):
            change(follow_up, **fields)


def test_a_follow_up_begins_as_offered():
    visit, person = RefresherNeededVisitFactory(), UserFactory()

    with breaks("follow_up_begins_as_offered|Cannot insert"), transaction.atomic():
        FollowUp.objects.create(
            visit=visit,
            responsible=person,
            due_on=NOW.date(),
            state="booked",
            booked_for=NOW.date(),
        )


@pytest.mark.parametrize(
    ("state", "fields", "rule"),
    [
        ("booked", {"booked_for": None}, "booked_refresher_has_a_date"),
        ("delivered", {"training_session": None}, "delivered_refresher_has_a_training_session"),
        ("confirmed", {"confirmed_by": None}, "confirmed_refresher_names_the_visit"),
        ("declined", {"declined_reason": ""}, "declined_refresher_says_why"),
        ("offered", {"declined_reason": "No"}, "declined_refresher_says_why"),
    ],
)
def test_a_follow_up_says_what_its_state_demands(state, fields, rule):
    with breaks(rule):
        change(follow_up_in(FollowUpState(state)), **fields)


def test_a_visit_opens_one_follow_up():
    follow_up = FollowUpFactory()

    with breaks("visit_id"):
        FollowUpFactory(visit=follow_up.visit)


def test_a_reminder_goes_out_once():
    reminder = ReminderFactory()

    with breaks("reminder_goes_out_once"):
        ReminderFactory(
            follow_up=reminder.follow_up,
            stage=reminder.stage,
            audience=reminder.audience,
            date=reminder.date,
        )


@pytest.mark.parametrize(
    ("stage", "audience", "words"),
    [
        (Stage.SOON, Audience.VENUE, "Due in 7 days, to the venue"),
        (Stage.DUE, Audience.OFFICER, "Due today, to the responsible officer"),
        (Stage.CHASE, Audience.VENUE, "Past its date, to the venue"),
        (Stage.CHASE, Audience.LEAD, "Overdue by 14 days or more, to the lead"),
    ],
)
def test_a_reminder_says_what_it_is_about_and_for_whom(stage, audience, words):
    assert Reminder(stage=stage, audience=audience).words == words


@pytest.mark.parametrize("stage", [Stage.SOON, Stage.DUE, "later"])
def test_a_lead_hears_at_the_chase_only(stage):
    with breaks("audience_hears_of_a_follow_up_at_this_stage"):
        ReminderFactory(stage=stage, audience=Audience.LEAD)
    ReminderFactory(stage=Stage.CHASE, audience=Audience.LEAD)


# Who sees what: covert


def visits_in_all_states(unit):
    return {state: factory(unit=unit) for state, factory in BUILT.items()}


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.PLANNER, set(VisitState)),
        (Role.ADMINISTRATOR, {VisitState.COMPLETED, VisitState.NOT_COMPLETED}),
        (Role.CSE_LEAD, {VisitState.COMPLETED, VisitState.NOT_COMPLETED}),
        (Role.TRAINING_COORDINATOR, {VisitState.COMPLETED, VisitState.NOT_COMPLETED}),
        (Role.VISITING_OFFICER, set()),
        (Role.CALL_HANDLER, set()),
        (None, set()),
    ],
)
def test_visits_by_role(unit, role, seen):
    visits = visits_in_all_states(unit)
    visits_in_all_states(CommandUnitFactory())
    person = UserFactory(role=role, units=[unit])

    assert set(Visit.objects.visible_to(person)) == {visits[state] for state in seen}


def test_a_team_sees_its_own_visit_only(unit):
    visit = VisitFactory()
    VisitFactory()

    officer = visit.team.get().officer

    assert list(Visit.objects.visible_to(officer)) == [visit]
    assert list(Visit.objects.for_officer(officer)) == [visit]


def test_who_is_no_longer_a_visiting_officer_sees_no_visit():
    visit = VisitFactory()
    officer = visit.team.get().officer
    officer.groups.clear()

    assert not Visit.objects.visible_to(type(officer).objects.get(pk=officer.pk)).exists()


def test_the_whole_force_is_seen_by_who_is_said_to(unit):
    visits_in_all_states(unit)
    planner = UserFactory(role=Role.PLANNER, whole_force=True)

    assert Visit.objects.visible_to(planner).count() == len(VisitState)


def test_operations_are_seen_by_their_units_their_lead_and_their_maker(unit):
    chosen = OperationVenueFactory(venue=VenueFactory(unit=unit)).operation
    lead, maker = UserFactory(role=Role.CSE_LEAD), UserFactory(role=Role.PLANNER)
    empty = OperationFactory(lead=lead, created_by=maker)

    def seen(person):
        return set(Operation.objects.visible_to(person))

    assert seen(UserFactory(role=Role.PLANNER, units=[unit])) == {chosen}
    assert seen(UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()])) == set()
    assert seen(lead) == seen(maker) == {empty}
    assert seen(UserFactory(role=Role.PLANNER, whole_force=True)) == {chosen, empty}
    assert seen(UserFactory(role=Role.VISITING_OFFICER, whole_force=True)) == set()


def test_chosen_venues_and_cadets_are_seen_by_planners(unit):
    mine = OperationVenueFactory(venue=VenueFactory(unit=unit))
    OperationVenueFactory(operation=mine.operation)
    CadetFactory()

    for role in Role:
        person = UserFactory(role=role, units=[unit])
        plans = role == Role.PLANNER
        assert list(OperationVenue.objects.visible_to(person)) == ([mine] if plans else [])
        assert Cadet.objects.visible_to(person).exists() == plans


# Questions


def test_progress_counts_the_visits_the_reader_may_see(unit):
    operation = OperationFactory()
    for factory in BUILT.values():
        factory(operation=operation, unit=unit)
    VisitFactory(operation=operation)
    planner = UserFactory(role=Role.PLANNER, units=[unit])
    lead = UserFactory(role=Role.CSE_LEAD, units=[unit])

    def progress(person):
        visits = Visit.objects.visible_to(person)
        row = Operation.objects.with_progress(visits).get(pk=operation.pk)
        return [getattr(row, f"n_{state}") for state in VisitState]

    assert progress(planner) == [1, 1, 1, 1, 1]
    assert progress(lead) == [0, 0, 1, 1, 0]


def test_each_question_about_states_finds_its_visits():
    visits = {state: factory() for state, factory in BUILT.items()}
    questions = {
        "planned": [VisitState.PLANNED],
        "under_way": [VisitState.UNDER_WAY],
        "completed": [VisitState.COMPLETED],
        "finished": [VisitState.COMPLETED, VisitState.NOT_COMPLETED],
        "not_completed_though_eligible": [VisitState.NOT_COMPLETED],
        "responded_well": [VisitState.COMPLETED],
        "ahead": [VisitState.PLANNED, VisitState.UNDER_WAY],
        "over": [VisitState.COMPLETED, VisitState.NOT_COMPLETED, VisitState.CANCELLED],
    }

    for question, states in questions.items():
        found = set(getattr(Visit.objects, question)())
        assert found == {visits[state] for state in states}, question


def test_the_board_shows_what_is_near_or_under_way():
    def seen(at):
        return set(Visit.objects.on_board(at=at))

    visit = VisitFactory(starts_at=NOW, ends_at=NOW + HOUR)
    second = dt.timedelta(seconds=1)

    assert seen(NOW - HOUR - second) == set()
    assert seen(NOW - HOUR) == {visit}
    assert seen(NOW + 3 * HOUR) == {visit}
    assert seen(NOW + 3 * HOUR + second) == set()

    change(visit, state="under_way", started_at=NOW, started_by=visit.created_by)
    assert seen(NOW + 20 * HOUR) == {visit}

    change(visit, state="not_completed", not_completed_reason="not_found", ended_at=NOW + 5 * HOUR)
    assert seen(NOW + 7 * HOUR) == {visit}
    assert seen(NOW + 7 * HOUR + second) == set()


def test_a_cancelled_visit_is_never_on_the_board():
    CancelledVisitFactory(starts_at=NOW, ends_at=NOW + HOUR)

    assert not Visit.objects.on_board(at=NOW).exists()


def test_follow_ups_are_overdue_the_day_after_they_were_due():
    follow_up = FollowUpFactory(due_on=dt.date(2026, 11, 24))
    declined = follow_up_in(FollowUpState.DECLINED)

    for day, overdue in ((24, False), (25, True)):
        on = dt.date(2026, 11, day)
        assert (follow_up in FollowUp.objects.overdue(on=on)) == overdue
        assert follow_up.is_overdue(on=on) == overdue
    assert declined not in FollowUp.objects.open()


# Sentences


def test_every_record_has_a_name_for_people():
    records = [
        OperationFactory(reference="MS/1", name="Lantern"),
        ScenarioFactory(title="Late walk-in"),
        CadetFactory(reference="C-1"),
        WarningSignFactory(text="Cash"),
        CadetPolicyFactory(),
    ]

    assert [str(record) for record in records] == [
        "MS/1 Lantern",
        "Late walk-in (version 1)",
        "C-1",
        "Cash",
        "From 1 January 2020",
    ]


def test_names_of_covert_records_tell_nothing():
    """They end in logs and error reports: a visit's name must not carry its venue."""
    visit = VisitFactory(venue__name="Zebrano Lodge")
    member, follow_up = visit.team.get(), FollowUpFactory()
    outcome = OutcomeFactory()

    for record in (visit, member, follow_up, outcome, ReminderFactory()):
        assert "Zebrano" not in str(record)
        assert str(member.officer) not in str(record)
