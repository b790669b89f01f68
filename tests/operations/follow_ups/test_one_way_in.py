"""One way in for delivery: a session on record settles the follow-ups of its venue."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.acts.versions import EditConflictError
from accounts.dates.london import duty_day
from accounts.models import Undo
from accounts.roles import Role
from operations.follow_ups import actions as acts
from operations.follow_ups import messages, reminders
from operations.models import FollowUp, FollowUpState
from operations.visits.verdict import Verdict
from outbox.letters import NotNeeded
from outbox.models import Message
from tests import factories
from tests.operations.pages import at
from venues.models import TrainingSession
from venues.training import actions as training

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_day_counts")]

DAY = dt.timedelta(days=1)
SESSION = {
    "kind": TrainingSession.Kind.REFRESHER,
    "mode": TrainingSession.Mode.IN_PERSON,
    "delivered_by": "Safer hotels team",
    "front_desk_staff": 12,
    "attended": 9,
}


@pytest.fixture
def by(unit):
    return factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def venue(unit):
    return factories.VenueFactory(unit=unit)


def follow_up_of(venue, *, visited=10, **more):
    visit = factories.RefresherNeededVisitFactory(
        venue=venue, starts_at=timezone.now() - visited * DAY
    )
    return factories.FollowUpFactory(visit=visit, **more)


def record(venue, by, **more):
    now = timezone.now()
    usual = {"held_on": timezone.localdate(now) - DAY, **SESSION}
    return training.record_training(venue=venue, by=by, at=now, **(usual | more))


def state_of(follow_up):
    follow_up.refresh_from_db()
    return follow_up.state


def take_back(act, by):
    offer = Undo.objects.get(act__endswith=act)
    return undo.take_back(number=offer.number, by=by, at=timezone.now())


@pytest.mark.parametrize("kind", TrainingSession.Kind)
def test_a_session_recorded_on_the_venues_page_settles_all_its_open_follow_ups(venue, by, kind):
    offered = follow_up_of(venue)
    booked = follow_up_of(venue, visited=20, state=FollowUpState.BOOKED)
    session = record(venue, by, kind=kind)
    for follow_up in (offered, booked):
        assert state_of(follow_up) == FollowUpState.DELIVERED
        assert (follow_up.training_session, follow_up.booked_for) == (session, None)
    assert session.followed == (
        "2 follow-ups of the venue are delivered by it: no more reminders go out."
    )


def test_a_session_recorded_for_one_follow_up_settles_the_others_of_the_venue(venue, by, today):
    one, other = follow_up_of(venue), follow_up_of(venue, visited=30)
    answers = {name: value for name, value in SESSION.items() if name != "kind"}
    acts.record_delivery(
        follow_up=one, held_on=today, by=by, at=timezone.now(), version=1, **answers
    )
    assert (state_of(one), state_of(other)) == (FollowUpState.DELIVERED, FollowUpState.DELIVERED)


def test_a_session_before_the_visit_or_elsewhere_settles_nothing(unit, venue, by, today):
    follow_up = follow_up_of(venue, visited=3)
    record(venue, by, held_on=today - 5 * DAY)
    record(factories.VenueFactory(unit=unit), by)
    assert state_of(follow_up) == FollowUpState.OFFERED


def test_no_more_messages_go_out_once_training_is_on_the_venues_page(venue, by, today):
    factories.VenueContactFactory(venue=venue)
    follow_up = follow_up_of(venue, due_on=today)
    assert reminders.decide_reminders(at=at(8, day=today))
    record(venue, by)
    written = messages.write_reminders(Message.objects.all(), timezone.now())
    assert written
    assert all(isinstance(message, NotNeeded) for message in written.values())
    assert not reminders.decide_reminders(at=at(8, day=today + 14 * DAY))
    assert state_of(follow_up) == FollowUpState.DELIVERED


def test_a_late_outcome_is_settled_by_training_that_was_held_since(venue, by):
    visit = factories.PartlyVisitFactory(venue=venue, starts_at=timezone.now() - 10 * DAY)
    session = record(venue, by)
    follow_up = acts.settle_follow_up(visit=visit, by=by)
    assert (follow_up.state, follow_up.training_session) == (FollowUpState.DELIVERED, session)


def test_a_late_outcome_is_not_settled_by_training_on_the_day_of_the_visit(venue, by):
    """It may have been before the visit, which then showed that it was not enough."""
    visit = factories.PartlyVisitFactory(venue=venue, starts_at=timezone.now() - 10 * DAY)
    record(venue, by, held_on=duty_day(visit.started_at))
    assert acts.settle_follow_up(visit=visit, by=by).state == FollowUpState.OFFERED


def test_recording_asks_who_records(venue):
    elsewhere = factories.UserFactory(
        role=Role.TRAINING_COORDINATOR, units=[factories.CommandUnitFactory()]
    )
    for person in (elsewhere, factories.UserFactory(role=Role.PLANNER, whole_force=True)):
        with pytest.raises(PermissionDenied):
            record(venue, person)


# Corrected and removed --------------------------------------------------------------------------


def correct(session, by, **more):
    answers = {"held_on": session.held_on, **SESSION, "reason": "Misread", "version": 1}
    return training.correct_training(session=session, by=by, at=timezone.now(), **(answers | more))


def remove(session, by):
    session.refresh_from_db()
    return training.remove_training(
        session=session, version=session.version, reason="Another hotel", by=by
    )


def test_a_session_is_corrected_with_a_reason_and_both_stay_on_record(venue, by):
    session = record(venue, by)
    correct(session, by, attended=8)
    session.refresh_from_db()
    assert session.attended == 8
    last = TrainingSession.pgh_event_model.objects.filter(pgh_obj=session.pk).latest("pgh_id")
    assert last.pgh_context["reason"] == "Misread"


def test_a_corrected_date_settles_anew(venue, by, today):
    follow_up = follow_up_of(venue, visited=10)
    session = record(venue, by)
    correct(session, by, held_on=today - 20 * DAY)
    assert (state_of(follow_up), follow_up.training_session) == (FollowUpState.OFFERED, None)
    session.refresh_from_db()
    correct(session, by, held_on=today - DAY, version=session.version)
    assert state_of(follow_up) == FollowUpState.DELIVERED


@pytest.mark.parametrize("later", [0, 10])
def test_a_corrected_date_takes_a_confirmation_back(venue, by, today, later):
    follow_up = follow_up_of(venue, visited=40)
    session = record(venue, by, held_on=today - 30 * DAY)
    good = factories.CompletedVisitFactory(venue=venue, starts_at=timezone.now() - 20 * DAY)
    acts.settle_follow_up(visit=good, by=by)
    assert state_of(follow_up) == FollowUpState.CONFIRMED
    correct(session, by, held_on=duty_day(good.started_at) + later * DAY)
    assert (state_of(follow_up), follow_up.confirmed_by) == (FollowUpState.DELIVERED, None)
    session.refresh_from_db()
    correct(session, by, held_on=today - 25 * DAY, version=session.version)
    assert (state_of(follow_up), follow_up.confirmed_by) == (FollowUpState.CONFIRMED, good)


def test_a_corrected_date_confirms_one_and_opens_another_again(venue, by, today):
    first, second = follow_up_of(venue, visited=30), follow_up_of(venue, visited=20)
    good = factories.CompletedVisitFactory(venue=venue, starts_at=timezone.now() - 10 * DAY)
    session = record(venue, by, held_on=today - 5 * DAY)
    assert {state_of(first), state_of(second)} == {FollowUpState.DELIVERED}
    correct(session, by, held_on=today - 25 * DAY)
    assert (state_of(first), first.confirmed_by) == (FollowUpState.CONFIRMED, good)
    assert state_of(second) == FollowUpState.OFFERED


def test_a_removed_session_opens_what_it_had_settled(venue, by):
    follow_up = follow_up_of(venue)
    followed = remove(record(venue, by), by)
    assert state_of(follow_up) == FollowUpState.OFFERED
    assert followed == "The venue’s follow-up is open again."
    assert not TrainingSession.objects.exists()


def test_a_removed_session_leaves_delivered_what_another_covers(venue, by):
    follow_up = follow_up_of(venue)
    first = record(venue, by)
    second = record(venue, by, another=True)
    remove(first, by)
    assert (state_of(follow_up), follow_up.training_session) == (FollowUpState.DELIVERED, second)


def test_a_removed_session_withdraws_what_a_correction_left_delivered(venue, by):
    follow_up = follow_up_of(venue)
    session = record(venue, by)
    visit = follow_up.visit
    visit.outcome = factories.OutcomeFactory(
        visit=visit,
        revision=2,
        correction_reason="Mixed up",
        **factories.FACTS_OF[Verdict.RESPONDED_WELL],
    )
    visit.save()
    acts.settle_follow_up(visit=visit, by=by)
    assert state_of(follow_up) == FollowUpState.DELIVERED
    remove(session, by)
    assert state_of(follow_up) == FollowUpState.WITHDRAWN


def test_removing_a_session_can_be_undone_with_what_it_settled(venue, by):
    follow_up = follow_up_of(venue)
    session = record(venue, by)
    remove(TrainingSession.objects.get(pk=session.pk), by)
    take_back("remove_training", by)
    assert (state_of(follow_up), follow_up.training_session) == (FollowUpState.DELIVERED, session)
    again = TrainingSession.objects.get(pk=session.pk)
    assert (again.recorded_by, again.recorded_at) == (by, session.recorded_at)


def test_recording_can_be_undone_with_what_it_settled_and_confirmed(venue, by, today):
    follow_up = follow_up_of(venue, visited=40, state=FollowUpState.BOOKED)
    booked_for = follow_up.booked_for
    good = factories.CompletedVisitFactory(venue=venue, starts_at=timezone.now() - 20 * DAY)
    record(venue, by, held_on=today - 30 * DAY)
    assert (state_of(follow_up), follow_up.confirmed_by) == (FollowUpState.CONFIRMED, good)
    take_back("record_training", by)
    assert (state_of(follow_up), follow_up.booked_for) == (FollowUpState.BOOKED, booked_for)
    assert not TrainingSession.objects.exists()


@pytest.mark.parametrize("act", [correct, lambda session, by: remove(session, by)])
def test_only_those_who_record_training_there_correct_and_remove_it(venue, by, act):
    session = record(venue, by)
    elsewhere = factories.UserFactory(
        role=Role.TRAINING_COORDINATOR, units=[factories.CommandUnitFactory()]
    )
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    for person in (elsewhere, planner):
        with pytest.raises(PermissionDenied):
            act(session, person)


def test_of_two_corrections_at_once_the_second_is_told(venue, by):
    session = record(venue, by)
    correct(session, by, attended=8)
    with pytest.raises(EditConflictError):
        correct(session, by, attended=7)
    with pytest.raises(EditConflictError):
        training.remove_training(session=session, version=1, reason="No", by=by)


@pytest.mark.parametrize(
    ("wrong", "told"), [({"reason": " "}, "Enter the reason"), ({}, "Nothing")]
)
def test_a_correction_says_why_and_changes_something(venue, by, wrong, told):
    session = record(venue, by)
    with pytest.raises(Refused, match=told):
        correct(session, by, **wrong)


def test_correcting_and_removing_by_the_pages(client, venue, by):
    session = record(venue, by)
    client.force_login(by)
    edit = reverse("venues:training_edit", args=[session.pk])
    assert edit in client.get(venue.get_absolute_url()).text
    held = {f"held_on_{part}": getattr(session.held_on, part) for part in ("day", "month", "year")}
    answers = SESSION | held | {"attended": 5, "reason": "Misread", "version": 1}
    assert "The correction is saved" in client.post(edit, answers, follow=True).text
    assert "Somebody else saved" in client.post(edit, answers).text
    gone = reverse("venues:training_remove", args=[session.pk])
    page = client.post(gone, {"reason": "Twice", "version": 2}, follow=True).text
    assert "off the record" in page
    assert not TrainingSession.objects.exists()


# Declined, reopened -----------------------------------------------------------------------------


def test_a_declined_follow_up_is_opened_again_with_a_reason(venue, by):
    follow_up = follow_up_of(venue, state=FollowUpState.DECLINED)
    acts.reopen_refresher(follow_up=follow_up, reason="New manager", by=by, version=1)
    assert (state_of(follow_up), follow_up.declined_reason) == (FollowUpState.OFFERED, "")


def test_a_reopened_follow_up_is_settled_by_training_held_since(venue, by):
    follow_up = follow_up_of(venue, state=FollowUpState.DECLINED)
    record(venue, by)
    assert state_of(follow_up) == FollowUpState.DECLINED
    acts.reopen_refresher(follow_up=follow_up, reason="They had it", by=by, version=1)
    assert state_of(follow_up) == FollowUpState.DELIVERED


@pytest.mark.parametrize(
    "state", sorted(set(FollowUpState) - {"declined", "withdrawn", "confirmed"})
)
def test_only_a_declined_follow_up_is_opened_again(venue, by, state):
    follow_up = follow_up_of(venue, state=state)
    with pytest.raises(Refused, match="not declined"):
        acts.reopen_refresher(follow_up=follow_up, reason="Why", by=by, version=1)


ACTS = {
    "book": lambda f, by: acts.book_refresher(
        follow_up=f, on=timezone.localdate() + DAY, by=by, at=timezone.now(), version=f.version
    ),
    "decline": lambda f, by: acts.decline_refresher(
        follow_up=f, reason="No time", by=by, version=f.version
    ),
    "deliver": lambda f, by: acts.record_delivery(
        follow_up=f,
        held_on=timezone.localdate(),
        by=by,
        at=timezone.now(),
        version=f.version,
        **{name: value for name, value in SESSION.items() if name != "kind"},
    ),
}


@pytest.mark.parametrize("state", [FollowUpState.OFFERED, FollowUpState.BOOKED])
@pytest.mark.parametrize("act", ACTS)
def test_each_act_on_a_follow_up_can_be_undone(venue, by, act, state):
    follow_up = follow_up_of(venue, state=state)
    booked_for = follow_up.booked_for
    ACTS[act](follow_up, by)
    take_back("_refresher" if act != "deliver" else "_delivery", by)
    assert (state_of(follow_up), follow_up.booked_for) == (state, booked_for)
    assert not TrainingSession.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_each_act_on_a_follow_up_asks_who_acts(venue, act):
    follow_up = follow_up_of(venue)
    elsewhere = factories.UserFactory(
        role=Role.TRAINING_COORDINATOR, units=[factories.CommandUnitFactory()]
    )
    for person in (elsewhere, factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)):
        with pytest.raises(PermissionDenied):
            ACTS[act](FollowUp.objects.get(pk=follow_up.pk), person)


# What happened ----------------------------------------------------------------------------------


def pages(client, by, follow_up):
    client.force_login(by)
    return client, follow_up.get_absolute_url()


def post(client, name, follow_up, **answers):
    follow_up.refresh_from_db()
    url = reverse(f"operations:follow_up_{name}", args=[follow_up.pk])
    return client.post(url, {"version": follow_up.version} | answers, follow=True)


def boxes(name, day):
    return {f"{name}_{part}": getattr(day, part) for part in ("day", "month", "year")}


def test_what_happened_tells_all_that_was_done_with_who_and_why(client, venue, by, today):
    follow_up = follow_up_of(venue)
    client.force_login(by)
    post(client, "book", follow_up, **boxes("on", today + 3 * DAY))
    post(client, "book", follow_up, **boxes("on", today + 5 * DAY))
    post(client, "decline", follow_up, reason="The group trains its staff")
    page = post(client, "reopen", follow_up, reason="A new manager asked").text
    told = page[page.index("What happened") :]
    for words in (
        f"Booked for {(today + 3 * DAY).day} ",
        f"Moved to {(today + 5 * DAY).day} ",
        "The venue declined",
        "The group trains its staff",
        "Opened again",
        "A new manager asked",
        f"by {by}",
    ):
        assert words in told
    assert told.index("Opened again") < told.index("The venue declined") < told.index("Moved to")


def test_a_delivered_follow_up_no_longer_says_when_it_was_booked_for(client, venue, by, today):
    follow_up = follow_up_of(venue, state=FollowUpState.BOOKED)
    client.force_login(by)
    answers = {name: value for name, value in SESSION.items() if name != "kind"}
    page = post(client, "deliver", follow_up, **answers, **boxes("held_on", today)).text
    before, told = page.split("What happened")
    assert "Booked for" not in before
    assert "Refresher delivered" in told
    assert f"Recorded by {by}" in told


def test_what_was_undone_stands_in_what_happened(client, venue, by, today):
    follow_up = follow_up_of(venue)
    client.force_login(by)
    post(client, "decline", follow_up, reason="Mistyped")
    take_back("decline_refresher", by)
    told = client.get(follow_up.get_absolute_url()).text.split("What happened")[1]
    assert "Opened again" in told
    assert "Undone: The follow-up is open again" in told


def test_a_session_that_was_removed_leaves_its_trace(client, venue, by):
    follow_up = follow_up_of(venue)
    remove(record(venue, by), by)
    client.force_login(by)
    told = client.get(follow_up.get_absolute_url()).text.split("What happened")[1]
    assert "the delivery was taken back" in told
    assert "Another hotel" in told
