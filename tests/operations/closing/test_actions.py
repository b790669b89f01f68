"""An operation is closed once everything has an end; what remains is said and linked."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.models import Undo
from accounts.roles import Role
from operations.closing.actions import close_operation
from operations.closing.remains import remains_of
from operations.duty import actions as duty
from operations.models import NotCompletedReason, Operation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return factories.CommandUnitFactory()


@pytest.fixture
def planner(unit):
    return factories.UserFactory(role=Role.PLANNER, units=[unit])


@pytest.fixture
def operation(planner):
    return factories.OperationFactory(created_by=planner)


def close(operation, by):
    return close_operation(operation=operation, by=by, at=timezone.now())


def state(operation):
    return Operation.objects.get(pk=operation.pk).state


def test_an_operation_whose_visits_have_an_end_is_closed(operation, planner):
    factories.CompletedVisitFactory(operation=operation)
    factories.CancelledVisitFactory(operation=operation)
    closed = close(operation, planner)
    assert (state(closed), closed.closed_by) == ("closed", planner)


@pytest.mark.parametrize("open_", [factories.VisitFactory, factories.UnderWayVisitFactory, "alarm"])
def test_a_visit_without_an_end_or_an_open_alarm_keeps_it_open(operation, planner, open_):
    if open_ == "alarm":
        factories.AlarmFactory(visit=factories.CompletedVisitFactory(operation=operation))
    else:
        open_(operation=operation)
        with pytest.raises(InternalError, match="closes once"), transaction.atomic():
            Operation.objects.filter(pk=operation.pk).update(
                state="closed", closed_at=timezone.now(), closed_by=planner
            )
    with pytest.raises(Refused, match="no end yet"):
        close(operation, planner)


def test_what_was_never_published_is_not_closed(planner):
    with pytest.raises(Refused, match="published"):
        close(factories.DraftOperationFactory(created_by=planner), planner)


def test_a_planner_who_neither_made_nor_leads_it_does_not_close_it(operation, unit):
    with pytest.raises(PermissionDenied):
        close(operation, factories.UserFactory(role=Role.PLANNER, units=[unit]))


def test_closing_is_undone_within_ten_minutes_and_not_later(operation, planner):
    close(operation, planner)
    undo.take_back(number=Undo.objects.get().number, by=planner, at=timezone.now())
    assert state(operation) == "published"
    long_ago = timezone.now() - dt.timedelta(minutes=11)
    closed = factories.ClosedOperationFactory(closed_at=long_ago)
    with pytest.raises(InternalError), transaction.atomic():
        Operation.objects.filter(pk=closed.pk).update(
            state="published", closed_at=None, closed_by=None
        )


def test_an_outcome_of_a_closed_operation_can_still_be_corrected(operation, planner):
    visit = factories.NotCompletedVisitFactory(operation=operation)
    close(operation, planner)
    duty.correct_not_completed(
        visit=visit,
        reason=NotCompletedReason.UNSAFE,
        notes="",
        why="Slip",
        revision=1,
        submission="11111111-1111-4111-8111-111111111111",
        at=timezone.now(),
        by=visit.team.get(duty="lead").officer,
    )
    visit.refresh_from_db()
    assert visit.not_completed_reason == NotCompletedReason.UNSAFE


def kinds(operation, by):
    found = remains_of(operation, by, at=timezone.now())
    return [
        (kind.label.split()[0], len(kind.links), kind.others)
        for kind in (*found.in_the_way, *found.goes_on)
        if kind.is_there
    ]


def test_what_remains_is_named_by_kind(operation, planner, unit):
    about = {"operation": operation, "unit": unit}
    factories.VisitFactory(**about)
    under_way = factories.UnderWayVisitFactory(**about)
    factories.AlarmFactory(visit=under_way)
    factories.NotCompletedVisitFactory(**about, not_completed_reason="not_closed")
    chosen = factories.OperationVenueFactory(
        operation=operation, venue=factories.VenueFactory(unit=unit)
    )
    factories.ConcernFactory(call__venue=chosen.venue)
    refresher = factories.RefresherNeededVisitFactory(**about)
    factories.FollowUpFactory(visit=refresher, responsible=factories.UserFactory())
    assert kinds(operation, planner) == [
        ("Planned", 1, False),
        ("Still", 1, False),
        ("Open", 1, False),
        ("Outcomes", 1, False),
        ("Open", 1, False),
        ("Follow-ups", 0, True),
    ]


def test_what_is_of_other_units_is_told_without_a_number(operation, planner):
    for _ in range(2):
        factories.VisitFactory(operation=operation, unit=factories.CommandUnitFactory())
    assert kinds(operation, planner) == [("Planned", 0, True)]


def test_the_page_links_what_is_in_the_way_and_closes_once_nothing_is(
    client, operation, planner, unit
):
    visit = factories.VisitFactory(operation=operation, unit=unit)
    client.force_login(planner)
    page = reverse("operations:operation_close", args=[operation.pk])
    assert page in client.get(operation.get_absolute_url()).text
    shown = client.get(page).text
    assert reverse("operations:visit_cancel", args=[visit.pk]) in shown
    assert "no end yet" in client.post(page).text
    visit.delete()
    assert "Nothing remains" in client.get(page).text
    assert "The operation is closed." in client.post(page, follow=True).text


def test_what_remains_takes_as_many_questions_however_much_it_is(client, operation, planner, unit):
    client.force_login(planner)
    page = reverse("operations:operation_close", args=[operation.pk])

    def questions():
        with CaptureQueriesContext(connection) as asked:
            client.get(page)
        return len(asked)

    factories.VisitFactory(operation=operation, unit=unit)
    questions()
    few = questions()
    for _ in range(4):
        factories.VisitFactory(operation=operation, unit=unit)
    assert questions() == few
