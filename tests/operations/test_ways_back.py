"""Ways back from an act on a visit: undone at once, or corrected with a reason."""

import datetime as dt
import re
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.acts.versions import EditConflictError
from accounts.models import Undo
from accounts.roles import Role
from operations.control_room import actions as control_room
from operations.duty import actions as duty
from operations.models import TeamMember, Visit, VisitState
from operations.planning import schedule
from tests import factories
from tests.operations.observed import GOOD

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def officer(unit):
    return factories.UserFactory(role=Role.VISITING_OFFICER, units=[unit])


@pytest.fixture
def planned(unit, officer):
    return factories.VisitFactory(unit=unit, officer=officer)


def start(visit, by):
    duty.start_visit(visit=visit, told=True, by=by, at=timezone.now())
    return Undo.objects.get(act__endswith="start_visit")


def take_back(offer, by, at=None):
    return undo.take_back(number=offer.number, by=by, at=at or timezone.now())


def not_completed(visit, by, **more):
    answers = {"reason": "fully_booked", "notes": "", "submission": uuid.uuid4()} | more
    return duty.log_not_completed(visit=visit, by=by, at=timezone.now(), **answers)


# A start ----------------------------------------------------------------------------------------


def test_a_start_on_the_wrong_visit_is_undone_and_the_visit_is_planned_as_before(planned, officer):
    take_back(start(planned, officer), officer)
    planned.refresh_from_db()
    assert (planned.state, planned.started_at, planned.started_by) == (
        VisitState.PLANNED,
        None,
        None,
    )
    duty.start_visit(visit=planned, told=True, by=officer, at=timezone.now())


def test_a_colleague_of_the_team_can_undo_the_start_and_nobody_else(planned, officer, planner):
    colleague = factories.UserFactory(role=Role.VISITING_OFFICER)
    factories.TeamMemberFactory(visit=planned, officer=colleague, duty=TeamMember.Duty.WELFARE)
    offer = start(planned, officer)
    for other in (planner, factories.UserFactory(role=Role.VISITING_OFFICER)):
        with pytest.raises(PermissionDenied):
            take_back(offer, other)
    take_back(offer, colleague)
    planned.refresh_from_db()
    assert planned.is_planned


def test_a_start_can_be_undone_for_five_minutes(planned, officer):
    offer = start(planned, officer)
    with pytest.raises(undo.CannotUndoError, match="could not be tested"):
        take_back(offer, officer, at=offer.until + MINUTE)
    take_back(offer, officer, at=offer.until - MINUTE)


def test_the_database_lets_no_start_be_taken_back_after_five_minutes(unit):
    visit = factories.UnderWayVisitFactory(unit=unit, starts_at=timezone.now() - 6 * MINUTE)
    with pytest.raises(InternalError, match="too late"), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(
            state=VisitState.PLANNED, started_at=None, started_by=None
        )


def test_a_start_is_not_undone_once_the_outcome_is_logged(planned, officer):
    offer = start(planned, officer)
    not_completed(planned, officer)
    with pytest.raises(undo.CannotUndoError, match="changed again since"):
        take_back(offer, officer)


def test_a_start_that_was_undone_stays_on_record(client, planned, officer):
    take_back(start(planned, officer), officer)
    client.force_login(officer)
    page = client.get(planned.get_absolute_url()).text
    assert "Start taken back" in page
    assert "Undone: The visit is planned as before" in page


def test_the_board_shows_at_its_next_poll_that_a_start_was_undone(client, planned, officer):
    offer = start(planned, officer)
    client.force_login(factories.UserFactory(role=Role.CALL_HANDLER))
    assert "Under way" in client.get(reverse("operations:board")).text
    take_back(offer, officer)
    poll = client.get(reverse("operations:board"), headers={"HX-Request": "true"}).text
    assert "Under way" not in poll
    assert "Planned" in poll


def test_starting_by_a_tap_offers_undo_and_so_does_the_visits_page(client, planned, officer):
    client.force_login(officer)
    begun = client.post(
        reverse("operations:visit_start", args=[planned.pk]), {"told": "on"}, follow=True
    )
    address = reverse("accounts:undo", args=[Undo.objects.get().number])
    assert address in begun.text
    assert address in client.get(planned.get_absolute_url()).text
    answer = client.post(address, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("operations:my_visits")
    assert "Undone. The visit is planned as before" in answer.text


# Not completed ----------------------------------------------------------------------------------


def test_a_visit_logged_as_not_completed_by_mistake_is_under_way_again(planned, officer):
    start(planned, officer)
    not_completed(planned, officer)
    take_back(Undo.objects.get(act__endswith="log_not_completed"), officer)
    planned.refresh_from_db()
    assert (planned.state, planned.not_completed_reason, planned.ended_at) == (
        VisitState.UNDER_WAY,
        "",
        None,
    )
    not_completed(planned, officer)


def test_after_undo_the_same_form_ends_the_visit_by_a_second_tap_only(client, planned, officer):
    """A phone repeats by itself what it got no answer to; who goes back in the browser means it."""
    start(planned, officer)
    client.force_login(officer)
    address = reverse("operations:visit_not_completed", args=[planned.pk])
    form = {"submission": uuid.uuid4(), "kind": "time", "time": "unsafe", "notes": "A dog"}
    client.post(address, form)
    take_back(Undo.objects.get(act__endswith="log_not_completed"), officer)

    late = client.post(address, form)

    assert "was undone since, so the visit is still under way" in late.text
    assert "A dog" in late.text
    planned.refresh_from_db()
    assert planned.is_under_way
    assert client.post(address, form).status_code == 200  # however often it comes by itself
    number = re.search(r'name="submission" value="([^"]+)"', late.text)[1]
    assert client.post(address, form | {"submission": number}).status_code == 302
    planned.refresh_from_db()
    assert planned.state == VisitState.NOT_COMPLETED


def correct(visit, by, **more):
    answers = {
        "reason": "unsafe",
        "notes": "",
        "why": "The wrong one was ticked",
        "revision": 1,
        "submission": uuid.uuid4(),
    }
    return duty.correct_not_completed(visit=visit, by=by, at=timezone.now(), **(answers | more))


@pytest.fixture
def over(unit, officer):
    return factories.NotCompletedVisitFactory(unit=unit, officer=officer)


def test_why_a_visit_was_not_completed_is_corrected_and_both_stay_on_record(client, over, officer):
    correct(over, officer)
    over.refresh_from_db()
    assert (over.not_completed_reason, over.not_completed_revision) == ("unsafe", 2)
    client.force_login(officer)
    page = client.get(over.get_absolute_url()).text
    for words in ("Correction 1", "Why: The wrong one was ticked", "Before: Fully booked."):
        assert words in page


def test_the_same_correction_sent_twice_counts_once(over, officer):
    submission = uuid.uuid4()
    correct(over, officer, submission=submission)
    correct(over, officer, submission=submission)
    over.refresh_from_db()
    assert over.not_completed_revision == 2


def test_of_two_corrections_at_once_the_second_is_told(over, officer):
    correct(over, officer)
    with pytest.raises(EditConflictError):
        correct(over, officer, reason="out_of_time")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"why": " "}, "why you are correcting"),
        ({"reason": "fully_booked"}, "No answer differs"),
        ({"reason": "other_eligible"}, "in the notes"),
    ],
)
def test_a_correction_that_says_nothing_is_refused(over, officer, wrong, told):
    with pytest.raises(Refused, match=told):
        correct(over, officer, **wrong)


def test_only_the_team_corrects_why_a_visit_was_not_completed(over, planner):
    with pytest.raises(PermissionDenied):
        correct(over, planner)


def test_the_database_changes_the_reason_by_a_correction_only(over):
    rows = Visit.objects.filter(pk=over.pk)
    for fields in (
        {"not_completed_reason": "unsafe"},
        {"not_completed_reason": "unsafe", "not_completed_revision": 3, "correction_reason": "x"},
    ):
        with pytest.raises(InternalError, match="by a correction"), transaction.atomic():
            rows.update(**fields)


def test_correcting_by_the_form(client, over, officer):
    client.force_login(officer)
    address = reverse("operations:not_completed_correct", args=[over.pk])
    form = client.get(address).context["form"]
    assert form.initial["time"] == "fully_booked"
    answers = {
        "kind": "venue",
        "venue": "no_overnight",
        "why": "Told by the owner",
        "version": 1,
        "submission": uuid.uuid4(),
    }
    assert "The correction is saved" in client.post(address, answers, follow=True).text
    over.refresh_from_db()
    assert over.not_completed_reason == "no_overnight"
    again = client.post(address, answers | {"submission": uuid.uuid4()})
    assert "Somebody else corrected this" in again.text


@pytest.fixture
def left_open(unit, officer, planner):
    """A visit that its team left under way, and that a planner has ended."""
    visit = factories.UnderWayVisitFactory(
        unit=unit, officer=officer, starts_at=timezone.now() - dt.timedelta(days=1)
    )
    return control_room.end_overdue_visit(
        visit=visit, reason="Nobody answers", by=planner, at=timezone.now()
    )


def test_what_the_team_saw_is_not_lost_when_somebody_else_ended_the_visit(
    client, left_open, officer
):
    ended_at = left_open.ended_at
    client.force_login(officer)
    form = reverse("operations:outcome_add", args=[left_open.pk])
    assert form in client.get(left_open.get_absolute_url()).text
    assert client.get(form).status_code == 200
    duty.log_outcome(
        visit=left_open, facts=GOOD, submission=uuid.uuid4(), by=officer, at=timezone.now()
    )
    left_open.refresh_from_db()
    assert (left_open.state, left_open.ended_at) == (VisitState.COMPLETED, ended_at)
    told = client.get(left_open.get_absolute_url()).text
    assert "Ended for its team" in told
    assert "Nobody answers" in told


def test_the_team_says_why_it_could_not_test_after_somebody_else_ended_the_visit(
    left_open, officer
):
    correct(left_open, officer, why="Back in signal")
    left_open.refresh_from_db()
    assert left_open.not_completed_reason == "unsafe"


def test_a_visit_that_its_team_ended_is_not_completed_later(over, officer):
    with pytest.raises(Refused, match="not completed"):
        duty.log_outcome(
            visit=over, facts=GOOD, submission=uuid.uuid4(), by=officer, at=timezone.now()
        )


def test_what_a_visit_found_out_about_the_venue_can_be_told_the_registry_at_once(client, unit):
    visit = factories.NotCompletedVisitFactory(unit=unit, not_completed_reason="out_of_business")
    close = reverse("venues:venue_close", args=[visit.venue_id])
    for role, offered in ((Role.PLANNER, True), (Role.CSE_LEAD, False)):
        client.force_login(factories.UserFactory(role=role, units=[unit]))
        assert (close in client.get(visit.get_absolute_url()).text) == offered


# Plans ------------------------------------------------------------------------------------------


def test_a_cancelled_visit_is_planned_again_with_its_team(planned, planner, officer):
    schedule.cancel_visit(visit=planned, reason="Snow", by=planner, at=timezone.now())
    take_back(Undo.objects.get(), planner)
    planned.refresh_from_db()
    assert (planned.state, planned.cancelled_reason, planned.cancelled_at) == ("planned", "", None)
    assert planned.team.get().period is not None


def test_a_cancelled_visit_stays_so_where_its_team_was_planned_elsewhere(planned, planner, officer):
    schedule.cancel_visit(visit=planned, reason="Snow", by=planner, at=timezone.now())
    factories.VisitFactory(officer=officer, starts_at=planned.starts_at)
    with pytest.raises(undo.CannotUndoError, match="This officer is in another visit at that time"):
        take_back(Undo.objects.get(), planner)


def test_planners_of_other_units_undo_no_plan(planned, planner):
    schedule.cancel_visit(visit=planned, reason="Snow", by=planner, at=timezone.now())
    elsewhere = factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    with pytest.raises(PermissionDenied):
        take_back(Undo.objects.get(), elsewhere)


def test_a_visit_planned_by_mistake_is_gone_with_its_team(unit, planner, officer):
    chosen = factories.OperationVenueFactory(venue=factories.VenueFactory(unit=unit))
    starts_at = timezone.now() + dt.timedelta(hours=1)
    visit = schedule.plan_visit(
        operation=chosen.operation,
        venue=chosen.venue,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=1),
        team=[schedule.Place(officer, TeamMember.Duty.LEAD)],
        by=planner,
        at=timezone.now(),
    )
    take_back(Undo.objects.get(), planner)
    assert not Visit.objects.filter(pk=visit.pk).exists()
    assert not TeamMember.objects.exists()


def test_a_visit_moved_by_mistake_has_its_window_and_team_again(planned, planner, officer):
    other = factories.UserFactory(role=Role.VISITING_OFFICER)
    schedule.reschedule_visit(
        visit=planned,
        version=planned.version,
        starts_at=planned.starts_at + 60 * MINUTE,
        ends_at=planned.ends_at + 60 * MINUTE,
        team=[schedule.Place(other, TeamMember.Duty.LEAD)],
        by=planner,
        at=timezone.now(),
    )
    take_back(Undo.objects.get(), planner)
    again = Visit.objects.get(pk=planned.pk)
    assert (again.starts_at, again.ends_at) == (planned.starts_at, planned.ends_at)
    assert again.team.get().officer == officer
