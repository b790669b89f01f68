"""An operation on its way from draft to published."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction
from django.utils import timezone

from accounts.acts.refusals import Refused
from accounts.roles import Role
from operations.approval import actions as approval
from operations.models import Authorisation, Operation, Publication, Visit
from operations.planning import actions as planning
from operations.planning.operation_states import MOVES, OperationState, Stage, stage
from tests import factories
from tests.operations.approval.conftest import authorise, publish, submit, today

pytestmark = pytest.mark.django_db


def state(operation):
    return Operation.objects.get(pk=operation.pk).state


# From step to step --------------------------------------------------------------------------------


def test_a_draft_is_submitted_authorised_by_somebody_else_and_published(draft, planner, lead):
    asked = submit(draft, planner)
    assert state(draft) == OperationState.SUBMITTED
    authorise(asked, lead)
    assert state(draft) == OperationState.AUTHORISED
    publish(draft, planner)
    assert state(draft) == OperationState.PUBLISHED
    assert Publication.objects.get().by == planner


def test_a_published_operation_is_live_from_its_first_duty_day_without_anybody_acting():
    first = dt.date(2026, 3, 10)
    before, then = (
        stage(OperationState.PUBLISHED, starts_on=first, on=first + dt.timedelta(days=n))
        for n in (-1, 0)
    )
    assert (before, then) == (Stage.PUBLISHED, Stage.LIVE)
    assert stage(OperationState.AUTHORISED, starts_on=first, on=first) == Stage.AUTHORISED


@pytest.mark.parametrize("old", OperationState)
@pytest.mark.parametrize("new", OperationState)
def test_nothing_skips_a_step_whatever_writes(old, new):
    operation = factories.OperationFactory(state=old)
    now = timezone.now()
    beside = {"closed_at": now, "closed_by": operation.lead} if new == "closed" else {}
    if new not in ("authorised", "published", "closed"):
        beside |= {"authorised_from": None, "authorised_until": None}
    elif operation.authorised_from is None:
        beside |= {"authorised_from": operation.starts_on, "authorised_until": operation.ends_on}
    if new == OperationState.SUBMITTED and old == OperationState.DRAFT:
        factories.AuthorisationFactory(operation=operation)
    if new == OperationState.AUTHORISED and old == OperationState.SUBMITTED:
        factories.AuthorisedFactory(operation=operation)
    if old == OperationState.CLOSED and new != OperationState.CLOSED:
        beside |= {"closed_at": None, "closed_by": None}
    allowed = new in MOVES[old] or new == old or (old, new) == ("closed", "published")
    try:
        with transaction.atomic():
            Operation.objects.filter(pk=operation.pk).update(state=new, **beside)
    except InternalError:
        assert not allowed
    else:
        assert allowed


def test_an_operation_begins_as_a_draft_whatever_writes(draft):
    with pytest.raises(InternalError, match="insert"), transaction.atomic():
        Operation.objects.create(
            reference="MS/1",
            name="Skips",
            starts_on=today(),
            ends_on=today(),
            lead=draft.lead,
            scenario=draft.scenario,
            created_by=draft.created_by,
            state=OperationState.SUBMITTED,
        )


@pytest.mark.parametrize("new", [OperationState.SUBMITTED, OperationState.AUTHORISED])
def test_postgresql_lets_no_operation_go_on_without_a_decision(new):
    old = {"submitted": "draft", "authorised": "submitted"}[new]
    operation = factories.DraftOperationFactory()
    if old == "submitted":
        factories.AuthorisationFactory(operation=operation)
        Operation.objects.filter(pk=operation.pk).update(state=old)
    dates = {"authorised_from": today(), "authorised_until": today()} if new == "authorised" else {}
    with pytest.raises(InternalError, match="decision"), transaction.atomic():
        Operation.objects.filter(pk=operation.pk).update(state=new, **dates)


# Submitting ---------------------------------------------------------------------------------------


def test_submitting_names_all_that_is_missing_at_once(planner):
    operation = factories.DraftOperationFactory(
        created_by=planner,
        lead=factories.UserFactory(),
        authorisation_reference="",
        starts_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2026, 1, 2),
    )
    with pytest.raises(Refused) as refusal:
        submit(operation, planner, risk_assessment="", equality_checked_on=dt.date(2099, 1, 1))
    about = {problem.about for problem in refusal.value.problems}
    assert about == {
        *("lead", "ends_on", "authorisation_reference", "venues"),
        *("risk_assessment", "equality_checked_on"),
    }
    assert state(operation) == OperationState.DRAFT


def test_the_limits_asked_for_are_no_lower_than_what_is_planned(draft, planner, unit):
    for _ in range(2):
        venue = factories.VenueFactory(unit=unit)
        factories.OperationVenueFactory(operation=draft, venue=venue)
        factories.CadetMemberFactory(visit=factories.VisitFactory(operation=draft, venue=venue))
    with pytest.raises(Refused) as refusal:
        submit(draft, planner, venues_at_most=2, cadet_visits_at_most=1)
    about = [problem.about for problem in refusal.value.problems]
    assert about == ["venues_at_most", "cadet_visits_at_most"]


def test_an_operation_waits_for_one_decision_at_a_time(draft, planner):
    submit(draft, planner)
    with pytest.raises(Refused, match="waits for a decision"):
        submit(draft, planner)


def test_a_planner_of_the_unit_who_neither_made_nor_leads_it_does_not_submit_it(draft, unit):
    with pytest.raises(PermissionDenied):
        submit(draft, factories.UserFactory(role=Role.PLANNER, units=[unit]))


# Deciding -----------------------------------------------------------------------------------------


def both(unit):
    """Somebody who plans and may authorise."""
    person = factories.UserFactory(role=Role.PLANNER, units=[unit])
    person.groups.add(factories.UserFactory(role=Role.CSE_LEAD).groups.get())
    return type(person).objects.get(pk=person.pk)


def test_nobody_authorises_their_own_operation(draft, planner, unit):
    author = both(unit)
    operation = factories.DraftOperationFactory(created_by=author, lead=planner)
    factories.OperationVenueFactory(operation=operation, venue=factories.VenueFactory(unit=unit))
    asked = submit(operation, planner)
    with pytest.raises(PermissionDenied):
        authorise(asked, author)


def test_nobody_authorises_what_they_submitted(unit):
    submits = both(unit)
    operation = factories.DraftOperationFactory(lead=submits)
    factories.OperationVenueFactory(operation=operation, venue=factories.VenueFactory(unit=unit))
    with pytest.raises(PermissionDenied):
        authorise(submit(operation, submits), submits)


def test_nobody_authorises_what_they_lead(draft, planner):
    draft.lead.command_units.set([draft.chosen_venues.get().command_unit])
    with pytest.raises(PermissionDenied):
        authorise(submit(draft, planner), draft.lead)


@pytest.mark.parametrize("who", ["created_by", "lead", "submitted_by"])
def test_postgresql_refuses_that_author_and_authoriser_are_one(who):
    asked = factories.SubmittedOperationFactory(lead=factories.UserFactory()).authorisations.get()
    person = asked.submitted_by if who == "submitted_by" else getattr(asked.operation, who)
    fields = {
        "decision": "authorised",
        "considered": "none_needed",
        "rationale": "Fair",
        "valid_from": today(),
        "valid_until": today(),
        "decided_at": timezone.now(),
    }
    with pytest.raises(InternalError, match="Nobody authorises"), transaction.atomic():
        Authorisation.objects.filter(pk=asked.pk).update(decided_by=person, **fields)


def test_a_lead_of_another_unit_does_not_learn_of_it(draft, planner):
    asked = submit(draft, planner)
    other = factories.UserFactory(role=Role.CSE_LEAD, units=[factories.CommandUnitFactory()])
    with pytest.raises(PermissionDenied):
        authorise(asked, other)
    assert not Authorisation.objects.visible_to(other).exists()


def test_an_operation_of_several_units_is_for_a_lead_of_all_of_them(draft, planner, lead):
    venue = factories.VenueFactory(unit=factories.CommandUnitFactory())
    factories.OperationVenueFactory(operation=draft, venue=venue)
    asked = submit(draft, planner)
    with pytest.raises(PermissionDenied):
        authorise(asked, lead)
    authorise(asked, factories.UserFactory(role=Role.CSE_LEAD, whole_force=True))


def test_what_changed_after_it_was_submitted_is_not_authorised_unseen(draft, planner, lead):
    asked = submit(draft, planner)
    Operation.objects.filter(pk=draft.pk).update(lead=factories.UserFactory(role=Role.CSE_LEAD))
    with pytest.raises(Refused, match="changed after it was submitted"):
        authorise(asked, lead)


def test_only_what_was_read_is_authorised(draft, planner, lead):
    asked = submit(draft, planner)
    with pytest.raises(Refused, match="changed after it was submitted"):
        authorise(asked, lead, fingerprint="0" * 64)


def test_a_decision_says_why_and_lies_within_the_operation(draft, planner, lead):
    asked = submit(draft, planner)
    with pytest.raises(Refused) as refusal:
        authorise(
            asked,
            lead,
            rationale=" ",
            valid_from=asked.starts_on - dt.timedelta(days=1),
            valid_until=asked.ends_on + dt.timedelta(days=1),
        )
    about = [problem.about for problem in refusal.value.problems]
    assert about == ["rationale", "valid_from", "valid_until"]


@pytest.mark.parametrize(("first", "last"), [(5, 3), (-9, -5)])
def test_the_days_of_an_authority_are_in_order_and_to_come(draft, planner, lead, first, last):
    days = {
        "valid_from": today() + dt.timedelta(days=first),
        "valid_until": today() + dt.timedelta(days=last),
    }
    with pytest.raises(Refused) as refusal:
        authorise(submit(draft, planner), lead, **days)
    assert "valid_until" in [problem.about for problem in refusal.value.problems]


def test_a_refused_operation_is_a_draft_again_and_says_why(draft, planner, lead):
    asked = submit(draft, planner)
    with pytest.raises(Refused, match="Enter why"):
        approval.refuse_operation(authorisation=asked, rationale="", by=lead, at=timezone.now())
    approval.refuse_operation(
        authorisation=asked, rationale="Too many cadets", by=lead, at=timezone.now()
    )
    assert state(draft) == OperationState.DRAFT
    with pytest.raises(Refused, match="decided or withdrawn"):
        authorise(asked, lead)
    submit(draft, planner)


def test_what_was_asked_for_and_decided_never_changes(authorised):
    row = Authorisation.objects.filter(operation=authorised)
    for change in ({"venues_at_most": 99}, {"rationale": "Other"}):
        with pytest.raises(InternalError, match="never changes"), transaction.atomic():
            row.update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        row.delete()


def test_the_authorised_dates_are_no_others_than_those_of_the_decision(authorised):
    with pytest.raises(InternalError, match="dates"), transaction.atomic():
        Operation.objects.filter(pk=authorised.pk).update(
            authorised_until=authorised.ends_on + dt.timedelta(days=1)
        )


# Withdrawing and publishing -----------------------------------------------------------------------


def withdraw(operation, by, reason="Too soon"):
    return approval.withdraw_operation(operation=operation, reason=reason, by=by, at=timezone.now())


def test_a_submission_an_authority_and_a_publication_can_be_withdrawn(draft, planner, lead):
    submit(draft, planner)
    withdraw(draft, planner)
    assert state(draft) == OperationState.DRAFT
    authorise(submit(draft, planner), lead)
    withdraw(draft, planner)
    assert state(draft) == OperationState.DRAFT
    authorise(submit(draft, planner), lead)
    publish(draft, planner)
    withdraw(draft, planner)
    assert state(draft) == OperationState.DRAFT
    assert Authorisation.objects.filter(withdrawn_reason="Too soon").count() == 3
    authorise(submit(draft, planner), lead)
    publish(draft, planner)
    assert [one.number for one in Publication.objects.order_by("pk")] == [1, 2]


def test_withdrawing_says_why_and_takes_something_back(draft, planner):
    with pytest.raises(Refused, match="nothing to withdraw"):
        withdraw(draft, planner)
    submit(draft, planner)
    with pytest.raises(Refused, match="Enter why"):
        withdraw(draft, planner, reason=" ")


def test_once_a_visit_has_started_the_operation_is_not_withdrawn(published, planner):
    factories.UnderWayVisitFactory(operation=published)
    with pytest.raises(Refused, match="has started"):
        withdraw(published, planner)
    with pytest.raises(InternalError, match="withdrawn"), transaction.atomic():
        Operation.objects.filter(pk=published.pk).update(
            state="draft", authorised_from=None, authorised_until=None
        )


def test_what_was_asked_for_again_is_withdrawn_alone(published, planner):
    submit(published, planner, venues_at_most=9)
    withdraw(published, planner)
    assert state(published) == OperationState.PUBLISHED
    assert Authorisation.objects.standing().filter(operation=published).count() == 1


def test_refusing_what_was_asked_for_again_leaves_the_operation_published(published, planner, lead):
    asked = submit(published, planner, venues_at_most=9)
    approval.refuse_operation(authorisation=asked, rationale="No", by=lead, at=timezone.now())
    assert state(published) == OperationState.PUBLISHED


def test_an_operation_that_nobody_authorised_is_not_published(draft, planner):
    with pytest.raises(Refused, match="authorise this operation first"):
        publish(draft, planner)


def test_an_operation_is_published_once(published, planner):
    with pytest.raises(Refused, match="already"):
        publish(published, planner)


def test_what_changed_since_is_not_published(authorised, planner):
    other = factories.ScenarioFactory()
    Operation.objects.filter(pk=authorised.pk).update(scenario=other)
    with pytest.raises(Refused, match="Scenario: authorised"):
        publish(authorised, planner)


def test_what_is_planned_for_other_days_is_not_published(draft, planner, lead):
    late = timezone.now() + dt.timedelta(days=20)
    factories.VisitFactory(operation=draft, starts_at=late)
    authorise(submit(draft, planner), lead, valid_until=today() + dt.timedelta(days=9))
    with pytest.raises(Refused, match="not authorised"):
        publish(draft, planner)


# What is seen -------------------------------------------------------------------------------------


def test_a_team_sees_its_visits_and_the_board_shows_them_once_they_are_published(
    authorised, planner, unit
):
    officer = factories.UserFactory(role=Role.VISITING_OFFICER)
    visit = factories.VisitFactory(operation=authorised, officer=officer, unit=unit)

    def seen():
        visits = Visit.objects.filter(pk=visit.pk)
        return (
            visits.visible_to(officer).exists(),
            visits.for_officer(officer).exists(),
            visits.on_board(at=timezone.now()).exists(),
            visits.visible_to(planner).exists(),
        )

    assert seen() == (False, False, False, True)
    publish(authorised, planner)
    assert seen() == (True, True, True, True)
    withdraw(authorised, planner)
    assert seen() == (False, False, False, True)


def test_postgresql_starts_no_visit_of_an_operation_that_is_not_published(authorised):
    visit = factories.VisitFactory(operation=authorised)
    with pytest.raises(InternalError, match="published"), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(
            state="under_way", started_at=timezone.now(), started_by=visit.created_by
        )


def test_a_closed_operation_takes_no_more_plans(planner, unit):
    operation = factories.ClosedOperationFactory(created_by=planner)
    chosen = factories.OperationVenueFactory(
        operation=operation, venue=factories.VenueFactory(unit=unit)
    )
    with pytest.raises(Refused, match="closed"):
        planning.remove_venue(chosen=chosen, by=planner)
    with pytest.raises(Refused, match="closed"):
        submit(operation, planner)
    with (
        pytest.raises(InternalError, match="no more visits"),
        transaction.atomic(),
    ):
        factories.VisitFactory(operation=operation, venue=chosen.venue)
