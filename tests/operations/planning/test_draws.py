"""Drawing venues: what a draw was from is on record, whatever happens afterwards."""

import pytest
from django.db import DatabaseError

from accounts.roles import Role
from operations.models import Selection
from operations.planning import draws
from tests.factories import (
    CommandUnitFactory,
    LocalAuthorityFactory,
    OperationFactory,
    UserFactory,
    VenueFactory,
)
from tests.operations.plans import TODAY, refused
from venues.models import Venue

pytestmark = pytest.mark.django_db


def test_drawn_venues_come_from_those_that_match_and_may_be_chosen(operation, planner, unit, venue):
    matching = VenueFactory.create_batch(5, unit=unit, kind=Venue.Kind.HOSTEL)
    VenueFactory(unit=unit)
    VenueFactory(kind=Venue.Kind.HOSTEL)
    VenueFactory(unit=unit, kind=Venue.Kind.HOSTEL, closed_on=TODAY, closed_reason="Sold")

    draws.draw_venues(
        operation=operation,
        among=Venue.objects.filter(kind=Venue.Kind.HOSTEL),
        number=5,
        by=planner,
    )

    assert {row.venue for row in operation.chosen_venues.filter(draw__isnull=False)} == set(
        matching
    )


def test_a_draw_from_a_part_never_counts_as_one_from_all(operation, planner, unit, venue):
    """``venue`` is in the operation before: it could not be drawn any more, and that is said."""
    VenueFactory.create_batch(3, unit=unit, kind=Venue.Kind.HOSTEL)
    VenueFactory(unit=unit)

    draws.draw_venues(
        operation=operation,
        among=Venue.objects.filter(kind=Venue.Kind.HOSTEL),
        number=2,
        by=planner,
        filters="Kind: Hostel",
    )

    draw = operation.draws.get()
    assert set(draw.chosen_venues.values_list("selection", flat=True)) == {Selection.RANDOM_PART}
    assert (draw.of_all, draw.frame_size, draw.left_out, draw.number) == (False, 3, 1, 2)
    assert draw.frame == f"a part of the venues of {unit.name} (Kind: Hostel)"
    assert draw.drawn_by == planner


def test_a_draw_from_a_part_that_nobody_described_is_one_from_a_part_too(operation, planner, unit):
    one, *_ = VenueFactory.create_batch(2, unit=unit)

    draws.draw_venues(
        operation=operation, among=Venue.objects.filter(pk=one.pk), number=1, by=planner
    )

    assert operation.chosen_venues.get().selection == Selection.RANDOM_PART


def test_a_draw_from_all_says_of_which_command_units(operation, unit):
    everywhere = UserFactory(role=Role.PLANNER, whole_force=True)
    other = VenueFactory()
    VenueFactory(unit=unit)
    of_unit = Venue.objects.filter(local_authority__command_unit=unit)

    draws.draw_venues(operation=operation, among=of_unit, number=1, by=everywhere)

    assert operation.chosen_venues.get().selection == Selection.RANDOM
    assert operation.draws.get().frame == f"all open venues of {unit.name}"
    assert other.local_authority.command_unit.name not in operation.draws.get().frame


def test_a_draw_after_somebody_picked_says_so(operation, planner, unit, venue):
    """``venue`` was picked before, so chance could not choose it; what chance chose before may."""
    VenueFactory.create_batch(3, unit=unit)

    for _ in range(2):
        draws.draw_venues(operation=operation, among=Venue.objects.all(), number=1, by=planner)

    assert set(operation.draws.values_list("left_out", flat=True)) == {1}
    assert {draw.frame for draw in operation.draws.all()} == {
        f"all open venues of {unit.name} but those that somebody had picked before"
    }


def test_what_a_draw_was_from_never_changes(operation, planner, unit):
    VenueFactory(unit=unit)
    draws.draw_venues(operation=operation, among=Venue.objects.all(), number=1, by=planner)

    with pytest.raises(DatabaseError, match="draw_never_changes"):
        operation.draws.update(of_all=False)


def test_every_venue_can_be_drawn(planner, unit):
    """Not a test of randomness: that each of three comes first at some time in 60 draws."""
    venues = VenueFactory.create_batch(3, unit=unit)
    first = set()
    for _ in range(60):
        operation = OperationFactory(created_by=planner)
        draws.draw_venues(operation=operation, among=Venue.objects.all(), number=1, by=planner)
        first.add(operation.chosen_venues.get().venue_id)

    assert first == {venue.pk for venue in venues}


@pytest.mark.parametrize("number", [0, 3])
def test_a_draw_of_more_than_there_are_is_refused(operation, planner, unit, number):
    VenueFactory.create_batch(2, unit=unit)

    found = refused(
        draws.draw_venues,
        operation=operation,
        among=Venue.objects.all(),
        number=number,
        by=planner,
    )

    assert found == [("number", "Enter a number between 1 and 2: so many venues match.")]


def test_a_draw_from_nothing_says_so(operation, planner):
    found = refused(
        draws.draw_venues, operation=operation, among=Venue.objects.all(), number=1, by=planner
    )

    assert found == [("number", "No venue matches: use fewer filters.")]


def test_a_draw_from_everywhere_says_so_and_names_venues_of_no_unit_apart():
    planner = UserFactory(role=Role.PLANNER, whole_force=True)
    for unit in CommandUnitFactory.create_batch(2):
        VenueFactory(unit=unit)

    everywhere = OperationFactory()
    draws.draw_venues(operation=everywhere, among=Venue.objects.all(), number=1, by=planner)
    assert everywhere.draws.get().frame == "all open venues of every command unit"

    VenueFactory(local_authority=LocalAuthorityFactory(command_unit=None))
    beyond = OperationFactory()
    of_none = Venue.objects.filter(local_authority__command_unit=None)
    draws.draw_venues(operation=beyond, among=of_none, number=1, by=planner)
    assert beyond.draws.get().frame == "all open venues of no command unit"


def test_a_venue_that_is_merged_as_it_is_drawn_is_not_added(operation, planner, unit, monkeypatch):
    venue = VenueFactory(unit=unit)

    class Chance:
        def sample(self, pool, number):
            Venue.objects.filter(pk=venue.pk).update(closed_on=TODAY, closed_reason="Sold")
            return [venue.pk]

    monkeypatch.setattr(draws, "RANDOM_SOURCE", Chance())
    among = Venue.objects.filter(pk=venue.pk)
    answers = {"operation": operation, "among": among, "number": 1, "by": planner}
    assert "A venue was closed or merged just now" in str(refused(draws.draw_venues, **answers))
    assert not operation.chosen_venues.filter(venue=venue).exists()
