"""Starting a visit, logging what was observed, and correcting it: each message counts once."""

import dataclasses
import datetime as dt
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.acts.refusals import Refused
from accounts.acts.versions import EditConflictError
from accounts.roles import Role
from operations.duty import actions as duty
from operations.duty.actions import AlreadyLoggedError
from operations.models import (
    Cadet,
    FollowUp,
    FollowUpState,
    NotCompletedReason,
    Outcome,
    Visit,
    VisitPolicy,
    VisitState,
)
from operations.visits.facts import OutcomeFacts
from operations.visits.verdict import RULE_VERSION, Verdict
from tests.factories import (
    CadetMemberFactory,
    CancelledVisitFactory,
    CompletedVisitFactory,
    NotCompletedVisitFactory,
    TeamMemberFactory,
    UnderWayVisitFactory,
    UserFactory,
    VisitFactory,
)
from tests.locks import in_turn
from tests.operations import observed

pytestmark = pytest.mark.django_db

GOOD = dataclasses.replace(
    observed.GOOD,
    contact_minutes=5,
    makesafe_quoted=True,
    incident_reference="WES-1",
    call_handler_recognised=True,
    officers_sent=True,
    officers_arrived_minutes=15,
    notes="A calm and kind receptionist.",
)
OFFERED = dataclasses.replace(GOOD, room_refused=False, refusal_ground="")
NO_CALL = dataclasses.replace(GOOD, police_contacted=False)
OTHER_GROUND = dataclasses.replace(GOOD, refusal_ground="payment")


NOON = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)


@pytest.fixture
def officer():
    return UserFactory(role=Role.VISITING_OFFICER)


@pytest.fixture
def visit(officer):
    return UnderWayVisitFactory(officer=officer)


def log(visit, by, facts=GOOD, submission=None, at=None):
    return duty.log_outcome(
        visit=visit,
        facts=facts,
        submission=submission or uuid.uuid4(),
        by=by,
        at=at or timezone.now(),
    )


def correct(visit, by, facts=OFFERED, *, revision=1, submission=None, reason="I pressed yes"):
    return duty.correct_outcome(
        visit=visit,
        facts=facts,
        reason=reason,
        revision=revision,
        submission=submission or uuid.uuid4(),
        by=by,
        at=timezone.now(),
    )


def end(visit, by, *, reason=NotCompletedReason.FULLY_BOOKED, notes="", submission=None):
    return duty.log_not_completed(
        visit=visit,
        reason=reason,
        notes=notes,
        submission=submission or uuid.uuid4(),
        by=by,
        at=timezone.now(),
    )


# Starting ---------------------------------------------------------------------------------------


def test_a_start_says_when_and_by_whom(officer):
    visit = VisitFactory(officer=officer)
    at = timezone.now()

    duty.start_visit(visit=visit, told=True, by=officer, at=at)

    visit.refresh_from_db()
    assert (visit.state, visit.started_at, visit.started_by) == (VisitState.UNDER_WAY, at, officer)


def test_a_second_tap_on_start_changes_nothing(officer):
    visit = VisitFactory(officer=officer)
    colleague = TeamMemberFactory(visit=visit, duty="support").officer
    first = timezone.now()
    duty.start_visit(visit=visit, told=True, by=officer, at=first)

    again = duty.start_visit(
        visit=visit, told=True, by=colleague, at=first + dt.timedelta(minutes=1)
    )

    assert (again.started_at, again.started_by) == (first, officer)


@pytest.mark.parametrize(
    "factory", [CancelledVisitFactory, CompletedVisitFactory, NotCompletedVisitFactory]
)
def test_a_visit_that_is_over_or_cancelled_cannot_start(factory, officer):
    visit = factory(officer=officer)
    with pytest.raises(Refused):
        duty.start_visit(visit=visit, told=True, by=officer, at=timezone.now())


@pytest.mark.parametrize(("minutes", "earliest"), [(None, "18:30"), (15, "19:15"), (0, "19:30")])
def test_a_visit_starts_at_the_earliest_as_the_policy_of_the_day_says(officer, minutes, earliest):
    starts_at = dt.datetime(2026, 11, 26, 19, 30, tzinfo=dt.UTC)
    visit = VisitFactory(officer=officer, starts_at=starts_at)
    if minutes is not None:
        VisitPolicy.objects.create(valid_from=starts_at.date(), start_early_minutes=minutes)
    at = dt.datetime.fromisoformat(f"2026-11-26T{earliest}Z")

    with pytest.raises(Refused, match=f"You can start it from {earliest} on 26 November"):
        duty.start_visit(visit=visit, told=True, by=officer, at=at - dt.timedelta(seconds=1))

    assert duty.start_visit(visit=visit, told=True, by=officer, at=at).is_under_way


def test_an_officer_has_one_visit_under_way(visit, officer):
    following = VisitFactory(officer=officer, starts_at=visit.ends_at)
    colleague = TeamMemberFactory(visit=following, duty="support").officer

    with pytest.raises(Refused, match=f"You still have {visit.venue} under way: log it"):
        duty.start_visit(visit=following, told=True, by=officer, at=visit.ends_at)

    duty.start_visit(visit=following, told=True, by=colleague, at=visit.ends_at)


@pytest.mark.parametrize(
    ("cadet", "at", "because"),
    [
        ({"consented_on": None}, NOON, "Consent is not on record"),
        ({"briefed_on": None}, NOON, "The briefing is not on record"),
        ({"birth_date": NOON.date() - dt.timedelta(days=18 * 366)}, NOON, "The policy allows"),
        ({}, NOON + dt.timedelta(hours=11, minutes=30), "must end by 23:00"),
    ],
)
def test_a_visit_does_not_start_with_a_cadet_who_may_not_go_by_now(officer, cadet, at, because):
    visit = VisitFactory(officer=officer, starts_at=NOON, ends_at=NOON + dt.timedelta(hours=1))
    TeamMemberFactory(visit=visit, duty="welfare")
    member = CadetMemberFactory(
        visit=visit, cadet__consented_on=NOON.date(), cadet__briefed_on=NOON.date()
    )
    Cadet.objects.filter(pk=member.cadet_id).update(**cadet)

    with pytest.raises(Refused) as caught:
        duty.start_visit(visit=visit, told=True, by=officer, at=at)

    assert because in str(caught.value)
    assert f"Call the planner, {visit.created_by}" in str(caught.value)
    Cadet.objects.filter(pk=member.cadet_id).update(
        consented_on=NOON.date(),
        briefed_on=NOON.date(),
        birth_date=NOON.date() - dt.timedelta(days=16 * 366),
    )
    going = [member.cadet_id]
    duty.start_visit(visit=visit, told=True, willing=going, by=officer, at=NOON)


def test_a_planner_with_the_plan_open_is_told_of_a_start(officer):
    visit = VisitFactory(officer=officer)
    duty.start_visit(visit=visit, told=True, by=officer, at=timezone.now())
    with pytest.raises(EditConflictError):
        Visit.objects.get(pk=visit.pk).claim(visit.version)


# Who may ----------------------------------------------------------------------------------------

ACTS = [
    lambda visit, by: duty.start_visit(visit=visit, told=True, by=by, at=timezone.now()),
    log,
    correct,
    end,
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", [Role.VISITING_OFFICER, Role.PLANNER, Role.ADMINISTRATOR])
def test_nobody_outside_the_team_acts_on_a_visit(act, role, visit):
    stranger = UserFactory(role=role, whole_force=True)
    with pytest.raises(PermissionDenied):
        act(visit, stranger)


@pytest.mark.parametrize("act", ACTS)
def test_an_officer_who_has_lost_the_role_no_longer_acts_on_a_visit(act, visit):
    former = TeamMemberFactory(visit=visit, officer=UserFactory(), duty="support").officer
    with pytest.raises(PermissionDenied):
        act(visit, former)


def test_any_officer_of_the_team_logs_the_outcome(visit):
    colleague = TeamMemberFactory(visit=visit, duty="support").officer
    assert log(visit, colleague).logged_by == colleague


# Logging ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "verdict", "follow_ups"),
    [
        (GOOD, Verdict.RESPONDED_WELL, 0),
        (NO_CALL, Verdict.PARTLY, 1),
        (OFFERED, Verdict.PARTLY, 1),
        (OTHER_GROUND, Verdict.PARTLY, 1),
        (dataclasses.replace(OFFERED, police_contacted=False), Verdict.REFRESHER_NEEDED, 1),
        (dataclasses.replace(OTHER_GROUND, police_contacted=False), Verdict.REFRESHER_NEEDED, 1),
    ],
)
def test_the_verdict_follows_from_the_facts_and_is_stored(
    facts, verdict, follow_ups, visit, officer
):
    outcome = log(visit, officer, facts)

    outcome.refresh_from_db()
    assert (outcome.verdict, outcome.verdict_rule) == (verdict, RULE_VERSION)
    assert FollowUp.objects.filter(visit=visit).count() == follow_ups


def test_logging_completes_the_visit(visit, officer):
    at = timezone.now()
    outcome = log(visit, officer, at=at)
    visit.refresh_from_db()
    assert (visit.state, visit.outcome, visit.ended_at) == (VisitState.COMPLETED, outcome, at)


def test_all_facts_are_kept_as_they_were_given(visit, officer):
    outcome = log(visit, officer)
    outcome.refresh_from_db()
    assert OutcomeFacts.of(outcome) == GOOD


def test_the_ground_of_a_room_that_was_offered_is_dropped(visit, officer):
    outcome = log(visit, officer, dataclasses.replace(GOOD, room_refused=False))
    assert outcome.refusal_ground == ""


def test_what_belongs_to_a_contact_is_dropped_where_there_was_none(visit, officer):
    outcome = log(visit, officer, NO_CALL)
    outcome.refresh_from_db()
    assert outcome.contact_method == outcome.incident_reference == ""
    assert outcome.contact_minutes is None
    assert outcome.makesafe_quoted is None
    assert outcome.call_handler_recognised is None
    assert outcome.officers_sent is None
    assert outcome.officers_arrived_minutes is None


def test_no_call_handler_takes_part_where_nobody_called(visit, officer):
    outcome = log(visit, officer, dataclasses.replace(GOOD, contact_method="in_person"))
    assert outcome.call_handler_recognised is None
    assert outcome.officers_sent is True


@pytest.mark.parametrize("sent", [False, None])
def test_officers_who_were_not_sent_did_not_arrive(sent, visit, officer):
    outcome = log(visit, officer, dataclasses.replace(GOOD, officers_sent=sent))
    assert outcome.officers_arrived_minutes is None


@pytest.mark.parametrize(
    ("lacking", "about"), [("refusal_ground", "refusal_ground"), ("contact_method",) * 2]
)
def test_facts_that_call_for_another_are_refused_without_it(lacking, about, visit, officer):
    with pytest.raises(Refused) as refusal:
        log(visit, officer, dataclasses.replace(GOOD, **{lacking: ""}))

    assert [problem.about for problem in refusal.value.problems] == [about]
    visit.refresh_from_db()
    assert visit.is_under_way


def test_a_visit_that_has_not_started_is_not_completed_by_an_outcome(officer):
    with pytest.raises(Refused, match="Start the visit first"):
        log(VisitFactory(officer=officer), officer)


def test_a_visit_logged_by_a_server_whose_clock_is_behind_ends_when_it_started(visit, officer):
    log(visit, officer, at=visit.started_at - dt.timedelta(seconds=2))
    visit.refresh_from_db()
    assert visit.ended_at == visit.started_at


# Once -------------------------------------------------------------------------------------------


def test_the_same_submission_twice_is_one_outcome(visit, officer):
    submission = uuid.uuid4()
    first = log(visit, officer, submission=submission)
    again = log(visit, officer, submission=submission)
    assert first == again
    assert Outcome.objects.filter(visit=visit).count() == 1


def test_the_same_answers_are_the_same_however_they_are_spaced(visit, officer):
    submission = uuid.uuid4()
    facts = dataclasses.replace(
        GOOD, notes="Busy  desk\r\n\tone clerk\u200b", incident_reference="７  of 9"
    )
    first = log(visit, officer, facts, submission=submission)
    assert (first.notes, first.incident_reference) == ("Busy desk\none clerk", "7 of 9")
    assert log(visit, officer, facts, submission=submission) == first
    with pytest.raises(Refused, match="No answer differs"):
        correct(visit, officer, facts)


def test_the_same_reason_twice_ends_a_visit_once_however_the_notes_are_spaced(visit, officer):
    ended = {"submission": uuid.uuid4(), "notes": "Two  clerks\r\nwere\u00a0ill"}
    version = end(visit, officer, **ended).version
    assert end(visit, officer, **ended).version == version


def test_a_late_repetition_does_not_undo_a_correction(visit, officer):
    submission = uuid.uuid4()
    first = log(visit, officer, submission=submission)
    correction = correct(visit, officer)

    assert log(visit, officer, submission=submission) == first
    visit.refresh_from_db()
    assert visit.outcome == correction


def test_another_submission_does_not_overwrite_the_outcome_and_is_told_whose_it_is(visit, officer):
    colleague = TeamMemberFactory(visit=visit, duty="support").officer
    outcome = log(visit, officer)

    with pytest.raises(AlreadyLoggedError, match=f"{officer} logged the outcome"):
        log(visit, colleague, OFFERED)

    assert list(visit.outcomes.all()) == [outcome]


def test_answers_changed_after_the_first_message_arrived_are_not_lost_silently(visit, officer):
    submission = uuid.uuid4()
    log(visit, officer, submission=submission)
    with pytest.raises(AlreadyLoggedError, match="not saved yet"):
        log(visit, officer, OFFERED, submission=submission)


def test_a_submission_of_another_visit_is_refused(visit, officer):
    submission = uuid.uuid4()
    log(visit, officer, submission=submission)
    other = UnderWayVisitFactory(officer=officer, starts_at=timezone.now() + dt.timedelta(days=2))
    with pytest.raises(Refused, match="another visit"):
        log(other, officer, submission=submission)


def test_a_not_completed_submission_of_another_visit_is_refused(visit, officer):
    submission = uuid.uuid4()
    end(visit, officer, submission=submission)
    other = UnderWayVisitFactory(officer=officer, starts_at=timezone.now() + dt.timedelta(days=2))
    with pytest.raises(Refused, match="another visit"):
        end(other, officer, submission=submission)


@pytest.mark.django_db(transaction=True)
def test_two_messages_at_the_same_instant_are_one_outcome():
    officer = UserFactory(role=Role.VISITING_OFFICER)
    visit = UnderWayVisitFactory(officer=officer)
    submission = uuid.uuid4()
    results = at_the_same_instant(visit, lambda: log(visit, officer, submission=submission).pk)
    assert len(set(results)) == 1
    assert Outcome.objects.filter(visit=visit).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_the_same_instant_one_is_told():
    officer = UserFactory(role=Role.VISITING_OFFICER)
    visit = UnderWayVisitFactory(officer=officer)
    colleague = TeamMemberFactory(visit=visit, duty="support").officer
    people = iter([officer, colleague])
    results = at_the_same_instant(visit, lambda: log(visit, next(people)))
    assert sorted(type(result).__name__ for result in results) == ["AlreadyLoggedError", "Outcome"]
    assert Outcome.objects.filter(visit=visit).count() == 1


def at_the_same_instant(visit, act) -> list:
    """What two threads get from ``act``, both of which meet the visit's row locked by a third."""
    return in_turn(Visit.objects.filter(pk=visit.pk), act, act)


# Correcting -------------------------------------------------------------------------------------


def test_a_correction_keeps_the_earlier_revision(visit, officer):
    first = log(visit, officer)

    second = correct(visit, officer, reason="The room was offered after all")

    visit.refresh_from_db()
    assert visit.outcome == second
    assert list(visit.outcomes.all()) == [second, first]
    first.refresh_from_db()
    assert OutcomeFacts.of(first) == GOOD
    assert (second.revision, second.correction_reason) == (2, "The room was offered after all")


def test_a_correction_changes_the_verdict_and_what_follows_from_it(visit, officer):
    log(visit, officer)

    assert correct(visit, officer, OFFERED).verdict == Verdict.PARTLY
    assert FollowUp.objects.get(visit=visit).state == FollowUpState.OFFERED

    assert correct(visit, officer, GOOD, revision=2).verdict == Verdict.RESPONDED_WELL
    assert FollowUp.objects.get(visit=visit).state == FollowUpState.WITHDRAWN


def test_a_correction_does_not_move_the_end_of_the_visit(visit, officer):
    at = timezone.now()
    log(visit, officer, at=at)
    correct(visit, officer)
    visit.refresh_from_db()
    assert visit.ended_at == at


def test_a_correction_of_a_revision_that_is_no_longer_the_latest_is_told(visit, officer):
    log(visit, officer)
    correct(visit, officer)
    with pytest.raises(EditConflictError):
        correct(visit, officer, NO_CALL, revision=1)


def test_the_same_correction_twice_is_one_revision(visit, officer):
    log(visit, officer)
    submission = uuid.uuid4()
    first = correct(visit, officer, submission=submission)
    assert correct(visit, officer, submission=submission) == first
    assert visit.outcomes.count() == 2


def test_a_correction_without_a_reason_is_refused(visit, officer):
    log(visit, officer)
    with pytest.raises(Refused, match="why you are correcting"):
        correct(visit, officer, reason=" \u200b")


def test_a_correction_that_changes_nothing_is_refused(visit, officer):
    log(visit, officer)
    with pytest.raises(Refused, match="No answer differs"):
        correct(visit, officer, GOOD)


def test_there_is_nothing_to_correct_before_the_outcome_is_logged(visit, officer):
    with pytest.raises(Refused, match="no outcome to correct"):
        correct(visit, officer)


# Not completed ----------------------------------------------------------------------------------


def test_a_visit_that_could_not_test_the_venue_says_why(visit, officer):
    end(visit, officer, reason=NotCompletedReason.DESK_UNSTAFFED, notes="A kiosk. ")
    visit.refresh_from_db()
    assert visit.state == VisitState.NOT_COMPLETED
    assert visit.not_completed_reason == NotCompletedReason.DESK_UNSTAFFED
    assert visit.not_completed_notes == "A kiosk."
    assert visit.ended_at is not None
    assert not FollowUp.objects.filter(visit=visit).exists()


def test_the_same_message_that_a_visit_is_not_completed_counts_once(visit, officer):
    submission = uuid.uuid4()
    first = end(visit, officer, submission=submission)
    assert end(visit, officer, submission=submission).ended_at == first.ended_at


def test_another_reason_does_not_overwrite_the_first(visit, officer):
    end(visit, officer)
    with pytest.raises(Refused, match=r"logged as not completed at .*: fully booked"):
        end(visit, officer, reason=NotCompletedReason.UNSAFE)


def test_another_reason_says_which(visit, officer):
    with pytest.raises(Refused, match="Enter the reason in the notes"):
        end(visit, officer, reason=NotCompletedReason.OTHER_ELIGIBLE, notes=" ")
    end(visit, officer, reason=NotCompletedReason.OTHER_ELIGIBLE, notes="A flood")


def test_a_reason_that_is_not_on_the_list_is_refused(visit, officer):
    with pytest.raises(Refused, match="Select why"):
        end(visit, officer, reason="tired")


def test_an_outcome_does_not_overwrite_a_visit_that_is_not_completed(visit, officer):
    end(visit, officer)
    with pytest.raises(Refused, match="logged as not completed"):
        log(visit, officer)


def test_a_completed_visit_does_not_become_not_completed(visit, officer):
    log(visit, officer)
    with pytest.raises(Refused, match="Its outcome was logged at"):
        end(visit, officer)
