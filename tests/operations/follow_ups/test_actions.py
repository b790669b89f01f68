"""What opens, moves and closes a follow-up, against PostgreSQL."""

import datetime as dt

import pytest

from accounts.acts.refusals import Refused
from accounts.acts.versions import EditConflictError
from accounts.dates.london import duty_day
from accounts.roles import Role
from operations.follow_ups import actions as acts
from operations.follow_ups.working_days import on_or_after
from operations.models import FollowUp, FollowUpState
from operations.visits.verdict import Verdict
from tests import factories
from venues.models import TrainingSession

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 6, 15, 19, tzinfo=dt.UTC)
TODAY = duty_day(NOW)
THREE_DAYS_AGO = NOW - 3 * DAY


@pytest.fixture
def by():
    return factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)


def settle(visit, by):
    return acts.settle_follow_up(visit=visit, by=by)


def correct(visit, verdict):
    """Give the visit a new revision with another verdict, as a correction does."""
    number = visit.outcomes.count() + 1
    visit.outcome = factories.OutcomeFactory(
        visit=visit,
        revision=number,
        correction_reason="Mixed up",
        **factories.FACTS_OF[verdict],
    )
    visit.save()


SESSION = {
    "mode": TrainingSession.Mode.IN_PERSON,
    "delivered_by": "Safer hotels team",
    "front_desk_staff": 12,
    "attended": 9,
}


# Opened by a verdict ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factory", "days"),
    [(factories.PartlyVisitFactory, 42), (factories.RefresherNeededVisitFactory, 28)],
)
def test_a_verdict_below_responded_well_opens_one_due_by_the_verdict(factory, days, by):
    visit = factory()
    follow_up = settle(visit, by)
    assert follow_up.state == FollowUpState.OFFERED
    assert follow_up.due_on == on_or_after(duty_day(visit.ended_at) + days * DAY)


@pytest.mark.parametrize("ended_at", [(1, 22, 50), (1, 23, 10), (2, 4, 59)])
def test_visits_of_one_night_have_one_due_date(ended_at, by):
    ended_at = dt.datetime(2026, 7, *ended_at, tzinfo=dt.UTC)  # in London an hour later
    visit = factories.PartlyVisitFactory(starts_at=ended_at - dt.timedelta(minutes=25))
    assert visit.ended_at == ended_at
    assert settle(visit, by).due_on == dt.date(2026, 7, 1) + 42 * DAY


def test_training_on_the_day_whose_night_the_visit_is_in_is_not_confirmed_by_it(by):
    """The same as for a visit in the evening of that day: which was first is not known."""
    visit = factories.RefresherNeededVisitFactory(
        starts_at=dt.datetime(2026, 6, 1, 20, tzinfo=dt.UTC)
    )
    follow_up = settle(visit, by)
    acts.record_delivery(
        follow_up=follow_up,
        held_on=dt.date(2026, 6, 20),
        by=by,
        at=NOW + 10 * DAY,
        version=follow_up.version,
        **SESSION,
    )
    for night, state in ((20, FollowUpState.DELIVERED), (21, FollowUpState.CONFIRMED)):
        later = factories.CompletedVisitFactory(
            venue=visit.venue, starts_at=dt.datetime(2026, 6, night + 1, 0, 30, tzinfo=dt.UTC)
        )
        settle(later, by)
        follow_up.refresh_from_db()
        assert follow_up.state == state


def test_responded_well_opens_none(by):
    assert settle(factories.CompletedVisitFactory(), by) is None
    assert not FollowUp.objects.exists()


def test_settling_again_changes_nothing(by):
    visit = factories.PartlyVisitFactory()
    first = settle(visit, by)
    again = settle(visit, by)
    assert (again.pk, again.version, again.due_on) == (first.pk, first.version, first.due_on)


# Who is responsible -----------------------------------------------------------------------------


def test_the_coordinator_of_the_unit_with_the_fewest_open_follow_ups_is_responsible(by):
    unit = factories.CommandUnitFactory()
    busy, free, late = [
        factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit]) for _ in range(3)
    ]
    factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)
    factories.FollowUpFactory(responsible=busy)
    factories.FollowUpFactory(responsible=free, state=FollowUpState.DECLINED)
    assert settle(factories.PartlyVisitFactory(unit=unit), by).responsible == free
    assert settle(factories.PartlyVisitFactory(unit=unit), by).responsible == late


def test_without_one_in_the_unit_a_coordinator_for_the_whole_force_is_responsible(by):
    unit = factories.CommandUnitFactory()
    factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit], is_active=False)
    factories.UserFactory(role=Role.PLANNER, units=[unit])
    whole = factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)
    assert settle(factories.PartlyVisitFactory(unit=unit), by).responsible == whole


@pytest.mark.parametrize("has_unit", [True, False])
def test_without_any_coordinator_the_lead_is_responsible(has_unit, by):
    visit = factories.PartlyVisitFactory()
    if not has_unit:
        visit.venue.local_authority.command_unit = None
        visit.venue.local_authority.save()
    assert settle(visit, by).responsible == visit.operation.lead


# Corrected outcomes -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", [FollowUpState.OFFERED, FollowUpState.BOOKED])
def test_a_better_verdict_withdraws_an_open_one(state, by):
    follow_up = factories.FollowUpFactory(state=state)
    correct(follow_up.visit, Verdict.RESPONDED_WELL)
    assert settle(follow_up.visit, by).state == FollowUpState.WITHDRAWN


@pytest.mark.parametrize("state", [FollowUpState.DELIVERED, FollowUpState.DECLINED])
def test_a_better_verdict_leaves_a_closed_one(state, by):
    follow_up = factories.FollowUpFactory(state=state)
    correct(follow_up.visit, Verdict.RESPONDED_WELL)
    assert settle(follow_up.visit, by).state == state


def test_a_worse_verdict_opens_one(by):
    visit = factories.CompletedVisitFactory()
    assert settle(visit, by) is None
    correct(visit, Verdict.PARTLY)
    assert settle(visit, by).state == FollowUpState.OFFERED


def test_a_worse_verdict_reopens_a_withdrawn_one_without_its_booking(by):
    follow_up = factories.FollowUpFactory(state=FollowUpState.BOOKED)
    visit = follow_up.visit
    correct(visit, Verdict.RESPONDED_WELL)
    settle(visit, by)
    correct(visit, Verdict.PARTLY)
    reopened = settle(visit, by)
    assert reopened.pk == follow_up.pk
    assert (reopened.state, reopened.booked_for) == (FollowUpState.OFFERED, None)
    assert reopened.due_on == on_or_after(duty_day(visit.ended_at) + 42 * DAY)


def test_another_grade_moves_the_due_date_while_offered(by):
    visit = factories.RefresherNeededVisitFactory()
    before = settle(visit, by)
    correct(visit, Verdict.PARTLY)
    after = settle(visit, by)
    assert after.due_on == on_or_after(duty_day(visit.ended_at) + 42 * DAY)
    assert after.due_on > before.due_on
    assert after.version > before.version


def test_another_grade_leaves_a_booked_one(by):
    follow_up = factories.FollowUpFactory(state=FollowUpState.BOOKED)
    correct(follow_up.visit, Verdict.PARTLY)
    after = settle(follow_up.visit, by)
    assert (after.state, after.due_on) == (FollowUpState.BOOKED, follow_up.due_on)


# Confirmed by a later visit ---------------------------------------------------------------------


def delivered(*, visited: int, held: int, **kwargs):
    """A delivered follow-up of a visit so many days ago, whose session was so many days ago."""
    visit = factories.RefresherNeededVisitFactory(starts_at=NOW - visited * DAY, **kwargs)
    follow_up = factories.FollowUpFactory(visit=visit, state=FollowUpState.DELIVERED)
    follow_up.training_session.held_on = TODAY - held * DAY
    follow_up.training_session.save()
    return follow_up


def test_a_later_visit_that_went_well_confirms_what_was_delivered_before(by):
    earlier = delivered(visited=90, held=60)
    later = factories.CompletedVisitFactory(starts_at=THREE_DAYS_AGO, venue=earlier.visit.venue)
    settle(later, by)
    earlier.refresh_from_db()
    assert (earlier.state, earlier.confirmed_by) == (FollowUpState.CONFIRMED, later)


def test_a_later_visit_that_did_not_go_well_confirms_nothing(by):
    earlier = delivered(visited=90, held=60)
    settle(factories.PartlyVisitFactory(starts_at=THREE_DAYS_AGO, venue=earlier.visit.venue), by)
    earlier.refresh_from_db()
    assert earlier.state == FollowUpState.DELIVERED


@pytest.mark.parametrize("held", [3, 2])
def test_a_session_on_the_day_of_the_visit_or_after_is_not_confirmed_by_it(held, by):
    earlier = delivered(visited=90, held=held)
    later = factories.CompletedVisitFactory(starts_at=THREE_DAYS_AGO, venue=earlier.visit.venue)
    settle(later, by)
    earlier.refresh_from_db()
    assert earlier.state == FollowUpState.DELIVERED


def test_another_venues_visit_confirms_nothing(by):
    earlier = delivered(visited=90, held=60)
    settle(factories.CompletedVisitFactory(starts_at=THREE_DAYS_AGO), by)
    earlier.refresh_from_db()
    assert earlier.state == FollowUpState.DELIVERED


def test_a_correction_takes_back_what_the_visit_confirmed(by):
    earlier = delivered(visited=90, held=60)
    later = factories.CompletedVisitFactory(starts_at=THREE_DAYS_AGO, venue=earlier.visit.venue)
    settle(later, by)
    correct(later, Verdict.PARTLY)
    settle(later, by)
    earlier.refresh_from_db()
    assert (earlier.state, earlier.confirmed_by) == (FollowUpState.DELIVERED, None)
    correct(later, Verdict.RESPONDED_WELL)
    settle(later, by)
    earlier.refresh_from_db()
    assert (earlier.state, earlier.confirmed_by) == (FollowUpState.CONFIRMED, later)


def test_another_good_visit_keeps_it_confirmed(by):
    earlier = delivered(visited=90, held=60)
    first = factories.CompletedVisitFactory(venue=earlier.visit.venue, starts_at=NOW - 20 * DAY)
    second = factories.CompletedVisitFactory(starts_at=THREE_DAYS_AGO, venue=earlier.visit.venue)
    settle(first, by)
    settle(second, by)
    correct(first, Verdict.PARTLY)
    settle(first, by)
    earlier.refresh_from_db()
    assert (earlier.state, earlier.confirmed_by) == (FollowUpState.CONFIRMED, second)


# Booked, delivered, declined --------------------------------------------------------------------


def test_booking_sets_the_date_and_booking_again_moves_it(by):
    follow_up = factories.FollowUpFactory(visit__starts_at=THREE_DAYS_AGO)
    for number, on in enumerate([TODAY + 5 * DAY, TODAY + 9 * DAY], start=1):
        acts.book_refresher(follow_up=follow_up, on=on, by=by, at=NOW, version=number)
        follow_up.refresh_from_db()
        assert (follow_up.state, follow_up.booked_for) == (FollowUpState.BOOKED, on)


def test_delivery_makes_a_refresher_session_of_the_venue(by):
    follow_up = factories.FollowUpFactory(
        visit__starts_at=THREE_DAYS_AGO, state=FollowUpState.BOOKED
    )
    session = acts.record_delivery(
        follow_up=follow_up, held_on=TODAY, **SESSION, notes="Went well", by=by, at=NOW, version=1
    )
    follow_up.refresh_from_db()
    assert follow_up.state == FollowUpState.DELIVERED
    assert follow_up.training_session == session
    assert (session.venue, session.kind) == (follow_up.visit.venue, TrainingSession.Kind.REFRESHER)
    assert (session.attended, session.recorded_by) == (9, by)


def test_delivery_needs_no_booking_and_leaves_none(by):
    follow_up = factories.FollowUpFactory(visit__starts_at=THREE_DAYS_AGO)
    acts.record_delivery(follow_up=follow_up, held_on=TODAY, **SESSION, by=by, at=NOW, version=1)
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.booked_for) == (FollowUpState.DELIVERED, None)


def test_delivery_recorded_after_a_good_visit_is_confirmed_at_once(by):
    visit = factories.RefresherNeededVisitFactory(starts_at=NOW - 60 * DAY)
    follow_up = factories.FollowUpFactory(visit=visit)
    good = factories.CompletedVisitFactory(starts_at=THREE_DAYS_AGO, venue=visit.venue)
    acts.record_delivery(
        follow_up=follow_up, held_on=TODAY - 20 * DAY, **SESSION, by=by, at=NOW, version=1
    )
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.confirmed_by) == (FollowUpState.CONFIRMED, good)


def test_declining_keeps_the_reason(by):
    follow_up = factories.FollowUpFactory(visit__starts_at=THREE_DAYS_AGO)
    acts.decline_refresher(follow_up=follow_up, reason=" No time ", by=by, version=1)
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.declined_reason) == (FollowUpState.DECLINED, "No time")


ACTS = {
    "book": lambda follow_up, by, version: acts.book_refresher(
        follow_up=follow_up, on=TODAY, by=by, at=NOW, version=version
    ),
    "deliver": lambda follow_up, by, version: acts.record_delivery(
        follow_up=follow_up, held_on=TODAY, **SESSION, by=by, at=NOW, version=version
    ),
    "decline": lambda follow_up, by, version: acts.decline_refresher(
        follow_up=follow_up, reason="No time", by=by, version=version
    ),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "state", [FollowUpState.DELIVERED, FollowUpState.DECLINED, FollowUpState.WITHDRAWN]
)
def test_a_closed_one_refuses_every_act_in_a_sentence(act, state, by):
    follow_up = factories.FollowUpFactory(visit__starts_at=THREE_DAYS_AGO, state=state)
    with pytest.raises(Refused, match=rf"This follow-up is {state}, so .* any more\."):
        ACTS[act](follow_up, by, 1)
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.version) == (state, 1)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_on_an_old_version_is_told_so_and_changes_nothing(act, by):
    follow_up = factories.FollowUpFactory(visit__starts_at=THREE_DAYS_AGO)
    ACTS["book"](FollowUp.objects.get(pk=follow_up.pk), by, 1)
    with pytest.raises(EditConflictError):
        ACTS[act](follow_up, by, 1)
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.version) == (FollowUpState.BOOKED, 2)
    assert not TrainingSession.objects.exists()


def test_a_correction_is_a_save_that_open_forms_are_told_of(by):
    follow_up = factories.FollowUpFactory(visit__starts_at=THREE_DAYS_AGO)
    correct(follow_up.visit, Verdict.RESPONDED_WELL)
    settle(follow_up.visit, by)
    with pytest.raises(EditConflictError):
        ACTS["book"](follow_up, by, 1)


def test_no_refresher_lies_before_its_visit(by):
    follow_up = factories.FollowUpFactory(visit__starts_at=THREE_DAYS_AGO)
    with pytest.raises(Refused, match="before the visit") as refusal:
        acts.book_refresher(follow_up=follow_up, on=TODAY - 4 * DAY, by=by, at=NOW, version=1)
    assert refusal.value.problems[0].about == "on"
    with pytest.raises(Refused, match="before the visit") as refusal:
        acts.record_delivery(
            follow_up=follow_up, held_on=TODAY - 4 * DAY, **SESSION, by=by, at=NOW, version=1
        )
    assert refusal.value.problems[0].about == "held_on"
    assert not TrainingSession.objects.exists()


def test_what_the_registry_refuses_is_refused_in_its_words(by):
    follow_up = factories.FollowUpFactory(visit__starts_at=THREE_DAYS_AGO)
    with pytest.raises(Refused) as refusal:
        acts.record_delivery(
            follow_up=follow_up,
            held_on=TODAY,
            **SESSION | {"attended": 13},
            by=by,
            at=NOW,
            version=1,
        )
    assert refusal.value.problems[0].about == "attended"
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.version) == (FollowUpState.OFFERED, 1)


def test_declining_needs_a_reason(by):
    follow_up = factories.FollowUpFactory(visit__starts_at=THREE_DAYS_AGO)
    with pytest.raises(Refused, match="why the venue does not want"):
        acts.decline_refresher(follow_up=follow_up, reason=" \u200b", by=by, version=1)


def test_a_date_more_than_a_year_ahead_is_taken_for_a_slip_in_the_year(by):
    follow_up = factories.FollowUpFactory(visit__starts_at=THREE_DAYS_AGO)
    with pytest.raises(Refused, match="Check the year"):
        acts.book_refresher(follow_up=follow_up, on=TODAY + 366 * DAY, by=by, at=NOW, version=1)
    follow_up.refresh_from_db()
    acts.book_refresher(
        follow_up=follow_up, on=TODAY + 365 * DAY, by=by, at=NOW, version=follow_up.version
    )


def test_without_a_coordinator_the_operations_lead_answers_before_leads_with_less_to_do(unit):
    factories.UserFactory(role=Role.CSE_LEAD, units=[unit])  # joined first
    lead = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    visit = factories.RefresherNeededVisitFactory(unit=unit, operation__lead=lead)
    assert acts.responsible_officer(visit) == lead
