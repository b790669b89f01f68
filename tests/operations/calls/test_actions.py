"""Logging, correcting, matching and settling calls: against PostgreSQL."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.acts.versions import EditConflictError
from accounts.models import Undo
from accounts.roles import Role
from operations.calls import actions, concern_actions, script_actions
from operations.models import (
    Call,
    CallScript,
    Concern,
    ConcernPolicy,
    ConcernResult,
    ConcernState,
    NotCompletedReason,
)
from tests import factories
from tests.locks import failures, in_turn
from tests.operations.calls.conftest import MINUTE, NOTHING_SAID

pytestmark = pytest.mark.django_db


def log(by, *, at=None, **fields):
    at = at or timezone.now()
    return actions.log_call(by=by, at=at, **NOTHING_SAID | {"called_at": at} | fields)


def match(call, visit, by, *, at=None):
    call = Call.objects.get(pk=call.pk)
    return actions.match_call(
        call=call, visit=visit, version=call.version, by=by, at=at or timezone.now()
    )


def proposed(call, by):
    found = actions.proposals(call, by=by, at=timezone.now())
    return [(one.visit, one.is_certain) for one in found]


def take_back(by):
    offer = Undo.objects.filter(taken_back_at=None).latest("until")
    undo.take_back(number=offer.number, by=by, at=timezone.now())


# Logging ------------------------------------------------------------------------------------------


def test_time_and_place_are_all_that_a_call_needs(handler):
    call = log(handler, place="  the hotel   by the quay ")
    assert (call.place, call.logged_by, call.is_matched) == (
        "the hotel by the quay",
        handler,
        False,
    )
    assert call.script == CallScript.objects.newest()


#: To a call of five minutes ago.
SENT = {"called_at": -5 * MINUTE, "officers_sent": True}


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        ({"place": " "}, "place"),
        ({"called_at": dt.timedelta(minutes=1)}, "called_at"),
        ({"called_at": -dt.timedelta(days=8)}, "called_at"),
        ({"answered_after": 3601}, "answered_after"),
        ({"sent_at": dt.timedelta(0)}, "officers_sent"),
        ({"officers_sent": False, "arrived_at": dt.timedelta(0)}, "officers_sent"),
        ({"officers_sent": True, "sent_at": -MINUTE}, "sent_at"),
        ({"officers_sent": True, "arrived_at": -MINUTE}, "arrived_at"),
        (SENT | {"sent_at": -MINUTE, "arrived_at": -2 * MINUTE}, "arrived_at"),
        (SENT | {"sent_at": MINUTE}, "sent_at"),
        (SENT | {"arrived_at": MINUTE}, "arrived_at"),
    ],
)
def test_what_contradicts_itself_is_refused_beside_its_question(handler, fields, about):
    now = timezone.now()
    said = {k: now + v if isinstance(v, dt.timedelta) else v for k, v in fields.items()}
    with pytest.raises(Refused) as refusal:
        log(handler, at=now, **{"place": "Quay Road"} | said)
    assert {problem.about for problem in refusal.value.problems} == {about}
    assert not Call.objects.exists()


def test_only_call_handlers_log_calls(lead):
    with pytest.raises(PermissionDenied):
        log(lead, place="Quay Road")


def test_a_correction_keeps_what_was_said_before(handler, call):
    fields = NOTHING_SAID | {"called_at": call.called_at, "venue": call.venue, "number": "999"}
    now = timezone.now()
    actions.correct_call(call=call, version=1, reason="Misheard", by=handler, at=now, **fields)
    assert Call.objects.get().number == "999"
    before = Call.pgh_event_model.objects.filter(pgh_obj=call).order_by("pgh_id")
    assert [entry.number for entry in before] == ["101", "999"]
    assert before.last().pgh_context["reason"] == "Misheard"


def test_a_correction_without_a_reason_or_without_a_change_is_refused(handler, call):
    fields = NOTHING_SAID | {"called_at": call.called_at, "venue": call.venue, "number": "101"}
    now = timezone.now()
    for reason, about in (("", "reason"), ("Slip", "call")):
        with pytest.raises(Refused) as refusal:
            actions.correct_call(call=call, version=1, reason=reason, by=handler, at=now, **fields)
        assert [problem.about for problem in refusal.value.problems] == [about]


def test_a_matched_call_is_not_corrected_to_a_place_that_cannot_be_its_test(
    handler, call, test_visit
):
    match(call, test_visit, handler)
    asked = {"call": call, "version": 2, "reason": "Misheard", "by": handler}
    fields = NOTHING_SAID | {"called_at": call.called_at, "place": "Mill Lane"}
    with pytest.raises(Refused, match="Take that back first"):
        actions.correct_call(at=timezone.now(), **asked, **fields)


def test_the_second_of_two_who_correct_a_call_is_told(handler, call):
    fields = NOTHING_SAID | {"called_at": call.called_at, "place": "Quay Road"}
    asked = {"call": call, "version": 1, "by": handler, "at": timezone.now()}
    actions.correct_call(reason="Misheard", **asked, **fields)
    with pytest.raises(EditConflictError):
        actions.correct_call(reason="Slip", **asked, **fields | {"number": "999"})


# Matching -----------------------------------------------------------------------------------------


def test_a_visit_under_way_at_the_venue_is_proposed_and_not_matched_by_itself(
    handler, call, test_visit
):
    assert proposed(call, handler) == [(test_visit, True)]
    call.refresh_from_db()
    assert not call.is_matched


def test_a_place_in_words_is_at_most_possible(handler, test_visit):
    assert proposed(log(handler, place="the Gannet, Ostermeer"), handler) == [(test_visit, False)]


def test_what_is_not_on_the_board_is_proposed_to_no_call_handler(handler, venue):
    factories.VisitFactory(venue=venue, starts_at=timezone.now() + 90 * MINUTE)
    factories.CancelledVisitFactory(venue=venue)
    call = factories.CallFactory(venue=venue)
    assert proposed(call, handler) == []


def test_a_visit_that_met_a_real_concern_is_never_proposed(handler, venue):
    begun = timezone.now() - 20 * MINUTE
    factories.NotCompletedVisitFactory(
        venue=venue,
        starts_at=begun,
        ended_at=begun + 18 * MINUTE,
        not_completed_reason=NotCompletedReason.REAL_CONCERN,
    )
    assert proposed(factories.CallFactory(venue=venue), handler) == []


def test_those_who_work_on_concerns_are_told_of_the_visits_that_they_may_see(
    lead, call, test_visit, unit
):
    assert proposed(call, lead) == []  # a lead sees no visit under way
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    assert proposed(call, planner) == [(test_visit, True)]


def test_a_person_says_that_a_call_was_about_a_test_and_takes_it_back(handler, call, test_visit):
    match(call, test_visit, handler)
    call.refresh_from_db()
    assert (call.visit, call.matched_by) == (test_visit, handler)
    take_back(handler)
    call.refresh_from_db()
    assert (call.visit, call.matched_by, call.matched_at) == (None, None, None)


def test_a_call_is_about_one_test_and_a_test_may_have_several_calls(handler, venue, test_visit):
    first, second = factories.CallFactory.create_batch(2, venue=venue)
    match(first, test_visit, handler)
    match(second, test_visit, handler)
    assert test_visit.calls.count() == 2
    other = factories.UnderWayVisitFactory(venue=venue)
    with pytest.raises(Refused, match="another test"):
        match(first, other, handler)


def test_a_visit_that_nothing_speaks_for_is_refused(handler, call):
    elsewhere = factories.UnderWayVisitFactory(venue__address="9 Mill Lane", venue__postcode="")
    with pytest.raises(Refused, match="treat it as real"):
        match(call, elsewhere, handler)


def test_two_who_match_one_call_at_once_make_one_match(call, test_visit, handler):
    visit = factories.UnderWayVisitFactory(venue=call.venue)
    ended = in_turn(
        Call.objects.filter(pk=call.pk),
        lambda: match(call, test_visit, handler),
        lambda: match(call, visit, handler),
    )
    assert len(failures(ended)) == 1
    call.refresh_from_db()
    assert call.is_matched


def test_a_match_is_taken_back_with_a_reason(handler, call, test_visit):
    match(call, test_visit, handler)
    asked = {"call": call, "version": 2, "by": handler}
    with pytest.raises(Refused):
        actions.unmatch_call(reason=" ", **asked)
    actions.unmatch_call(reason="It was the hotel next door", **asked)
    call.refresh_from_db()
    assert not call.is_matched
    take_back(handler)
    call.refresh_from_db()
    assert call.visit == test_visit


# Concerns -----------------------------------------------------------------------------------------


def open_concern(call, by):
    return actions.open_concern(call=call, version=call.version, by=by, at=timezone.now())


def test_a_call_that_matches_no_test_is_a_concern_due_on_the_next_working_day(handler, venue):
    friday = dt.datetime(2026, 11, 27, 20, tzinfo=dt.UTC)
    call = factories.CallFactory(venue=venue)
    concern = actions.open_concern(call=call, version=1, by=handler, at=friday)
    assert (concern.state, concern.due_on) == (ConcernState.OPEN, dt.date(2026, 11, 30))


def test_when_a_concern_is_due_is_a_policy(handler):
    ConcernPolicy.objects.create(valid_from=dt.date(2026, 11, 1), due_working_days=3)
    assert ConcernPolicy.due_on(dt.date(2026, 11, 27)) == dt.date(2026, 12, 2)


def test_saying_it_twice_makes_one_concern_and_undo_takes_it_away(handler, call):
    assert open_concern(call, handler) == open_concern(call, handler)
    offer = Undo.objects.earliest("until")
    undo.take_back(number=offer.number, by=handler, at=timezone.now())
    assert not Concern.objects.exists()


def test_a_call_about_a_test_is_no_concern(handler, call, test_visit):
    match(call, test_visit, handler)
    with pytest.raises(Refused, match="Take that back first"):
        open_concern(call, handler)


def test_a_concern_that_turns_out_to_be_a_test_is_closed_as_one_and_comes_back_by_undo(
    handler, call, test_visit
):
    concern = open_concern(call, handler)
    match(call, test_visit, handler)
    concern.refresh_from_db()
    assert (concern.state, concern.result) == (ConcernState.CLOSED, ConcernResult.WAS_TEST)
    take_back(handler)
    concern.refresh_from_db()
    call.refresh_from_db()
    assert (concern.state, call.is_matched) == (ConcernState.OPEN, False)


def test_a_concern_in_somebodys_hands_or_closed_is_not_made_a_test_by_others(
    handler, lead, call, test_visit
):
    concern = open_concern(call, handler)
    concern_actions.give_concern(concern=concern, to=lead, version=1, by=lead)
    with pytest.raises(Refused, match="has this concern in hand"):
        match(call, test_visit, handler)
    said = {"result": "crime", "came_of_it": "Two people were arrested"}
    concern_actions.close_concern(concern=concern, version=2, by=lead, at=timezone.now(), **said)
    with pytest.raises(Refused, match="This concern was closed"):
        match(call, test_visit, handler)
    concern.refresh_from_db()
    assert concern.result == "crime"


@pytest.mark.parametrize("kind", ["concern", "duress"])
def test_a_visit_whose_team_called_for_help_is_never_proposed(handler, call, test_visit, kind):
    assert actions.proposals(call, by=handler, at=timezone.now())
    now = timezone.now()
    pressed = {"raised_by": test_visit.started_by, "submission": uuid.uuid4()}
    factories.AlarmFactory(visit=test_visit, kind=kind, due_at=now, raised_at=now, **pressed)
    assert actions.proposals(call, by=handler, at=timezone.now()) == []


def test_taking_such_a_match_back_opens_the_concern_again(handler, call, test_visit):
    concern = open_concern(call, handler)
    match(call, test_visit, handler)
    call.refresh_from_db()
    actions.unmatch_call(call=call, version=call.version, reason="No", by=handler)
    concern.refresh_from_db()
    assert concern.state == ConcernState.OPEN


def test_a_concern_goes_from_open_to_in_hand_to_closed_and_back(lead, unit):
    concern = factories.ConcernFactory(unit=unit)
    concern_actions.give_concern(concern=concern, to=lead, version=1, by=lead)
    concern.refresh_from_db()
    assert concern.state == ConcernState.IN_HAND
    concern_actions.close_concern(
        concern=concern,
        result="crime",
        came_of_it="Crime 1",
        version=2,
        by=lead,
        at=timezone.now(),
    )
    concern.refresh_from_db()
    assert (concern.state, concern.owner) == (ConcernState.CLOSED, lead)
    concern_actions.reopen_concern(concern=concern, reason="New witness", version=3, by=lead)
    concern.refresh_from_db()
    assert (concern.state, concern.result) == (ConcernState.IN_HAND, "")


def test_a_concern_is_handed_to_leads_and_planners_of_its_unit_alone(lead, unit):
    concern = factories.ConcernFactory(unit=unit)
    elsewhere = factories.UserFactory(role=Role.CSE_LEAD, units=[factories.CommandUnitFactory()])
    coordinator = factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])
    for to in (elsewhere, coordinator):
        with pytest.raises(Refused):
            concern_actions.give_concern(concern=concern, to=to, version=1, by=lead)
    with pytest.raises(PermissionDenied):
        concern_actions.give_concern(concern=concern, to=lead, version=1, by=elsewhere)


def test_nobody_closes_a_concern_as_a_test_by_hand(lead, unit):
    concern = factories.ConcernFactory(unit=unit)
    answers = {"came_of_it": "A test", "version": 1, "by": lead, "at": timezone.now()}
    with pytest.raises(Refused, match="Select what came of it"):
        concern_actions.close_concern(concern=concern, result="was_test", **answers)


# Who sees what ------------------------------------------------------------------------------------


def seen(user):
    return set(Call.objects.visible_to(user))


def test_call_handlers_see_calls_of_the_last_week(handler):
    factories.CallFactory(called_at=timezone.now() - dt.timedelta(days=7, minutes=1))
    recent = factories.CallFactory(called_at=timezone.now() - dt.timedelta(days=6))
    assert seen(handler) == {recent}


def test_a_call_about_a_visit_ahead_shows_to_whoever_may_know_of_the_visit(
    handler, lead, unit, officer, call, test_visit
):
    match(call, test_visit, handler)
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    assert seen(handler) == seen(planner) == seen(officer) == {call}
    assert seen(lead) == set()


def test_a_call_about_a_visit_that_was_put_off_is_covert_again(handler, venue):
    visit = factories.VisitFactory(venue=venue)
    call = factories.CallFactory(venue=venue, matched_to=visit)
    visit.starts_at += dt.timedelta(days=3)
    visit.ends_at += dt.timedelta(days=3)
    visit.save()
    assert call not in seen(handler)


def test_a_lead_sees_a_call_once_it_is_a_concern_or_left_unsettled(lead, unit, handler):
    today = factories.CallFactory(unit=unit)
    assert seen(lead) == set()
    open_concern(today, handler)
    left = factories.CallFactory(unit=unit, called_at=timezone.now() - dt.timedelta(days=2))
    nowhere = factories.ConcernFactory(call__venue=None, call__place="Ostermeer").call
    factories.ConcernFactory(unit=factories.CommandUnitFactory())
    assert seen(lead) == {today, left, nowhere}


def test_a_call_with_a_place_in_words_lies_in_the_unit_of_its_test(handler, unit, test_visit):
    call = log(handler, place="the Gannet")
    assert call.command_unit is None
    match(call, test_visit, handler)
    call.refresh_from_db()
    assert call.command_unit == unit


# The database -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"venue": None},
        {"logged_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
        {"answered_after": 3601},
        {"sent_at": dt.datetime(2030, 1, 1, tzinfo=dt.UTC)},
        {"officers_sent": True, "arrived_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
        {"matched_at": dt.datetime(2030, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_postgresql_refuses_a_call_that_contradicts_itself(call, change):
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(**change)


def test_postgresql_keeps_calls_and_scripts(call):
    for rows in (Call.objects.all(), CallScript.objects.all()):
        with pytest.raises(InternalError), transaction.atomic():
            rows.delete()
    with pytest.raises(InternalError), transaction.atomic():
        CallScript.objects.update(questions="Other")


def test_postgresql_knows_no_call_that_is_both_a_test_and_a_concern(call, test_visit, handler):
    said = {"visit": test_visit, "matched_by": handler, "matched_at": timezone.now()}
    factories.ConcernFactory(call=call)
    with pytest.raises(InternalError, match="not about a test"), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(**said)
    other = factories.CallFactory(venue=call.venue, matched_to=test_visit)
    with pytest.raises(InternalError, match="no concern"), transaction.atomic():
        factories.ConcernFactory(call=other)


# The script ---------------------------------------------------------------------------------------


def test_a_new_version_of_the_script_leaves_calls_with_theirs(call, handler):
    administrator = factories.UserFactory(role=Role.ADMINISTRATOR)
    first = CallScript.objects.newest()
    earlier = log(handler, place="Quay Road")
    new = script_actions.write_script(
        questions="Where?", advice="Kindly.", after=first.version, by=administrator
    )
    assert (new.version, CallScript.objects.newest()) == (first.version + 1, new)
    assert earlier.script == first
    with pytest.raises(Refused, match="Somebody wrote another version"):
        script_actions.write_script(
            questions="Who?", advice="Kindly.", after=first.version, by=administrator
        )


@pytest.fixture
def write(handler):
    administrator = factories.UserFactory(role=Role.ADMINISTRATOR)
    newest = CallScript.objects.newest()

    def write(**texts):
        given = {"questions": "Where?", "advice": "Kindly.", "after": newest.version}
        return script_actions.write_script(**given | texts, by=administrator)

    return write


def test_a_script_without_a_text_is_refused_beside_each_question(write):
    with pytest.raises(Refused) as refused:
        write(questions=" \n ", advice="")
    assert {problem.about for problem in refused.value.problems} == {"questions", "advice"}


def test_a_version_of_the_script_in_which_nothing_differs_is_refused(write):
    newest = CallScript.objects.newest()
    with pytest.raises(Refused, match="Nothing differs"):
        write(questions=newest.questions, advice=newest.advice)


def test_two_who_write_the_same_version_of_the_script_make_one(write):
    before = CallScript.objects.count()
    (refused,) = in_turn(write, lambda: write(questions="Who?"))
    assert "Somebody saved a new version just now" in str(refused)
    assert CallScript.objects.count() == before + 1
