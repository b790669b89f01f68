"""Operations and their venues: rules that PostgreSQL itself keeps, and the questions to ask."""

import datetime as dt

import pytest

from accounts.roles import Role
from operations.models import Cadet, Operation, OperationVenue, Visit, VisitState
from tests.factories import (
    CadetFactory,
    CommandUnitFactory,
    OperationFactory,
    OperationVenueFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)
from tests.operations.rules import BUILT, breaks, change

pytestmark = pytest.mark.django_db


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


# Who sees what: covert


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
        return [row.progress[state] for state in VisitState]

    assert progress(planner) == [1, 1, 1, 1, 1]
    assert progress(lead) == [0, 0, 1, 1, 0]
    assert progress(UserFactory(role=Role.PLANNER)) == [0, 0, 0, 0, 0]
