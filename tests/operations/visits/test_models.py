"""Visits: rules that PostgreSQL itself keeps, and the questions to ask."""

import datetime as dt
import uuid

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.roles import Role
from operations.models import ELIGIBLE, NotCompletedReason, Visit, VisitState
from operations.visits import models as visit_models
from tests.factories import (
    CancelledVisitFactory,
    CommandUnitFactory,
    CompletedVisitFactory,
    OutcomeFactory,
    UnderWayVisitFactory,
    UserFactory,
    VisitFactory,
)
from tests.operations.rules import BUILT, HOUR, NOW, breaks, change

pytestmark = pytest.mark.django_db


# The states of a visit


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


# Questions


def test_each_question_about_states_finds_its_visits():
    visits = {state: factory() for state, factory in BUILT.items()}
    questions = {
        "planned": [VisitState.PLANNED],
        "under_way": [VisitState.UNDER_WAY],
        "completed": [VisitState.COMPLETED],
        "finished": [VisitState.COMPLETED, VisitState.NOT_COMPLETED],
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
