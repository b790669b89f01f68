"""Draws: what is committed stands, chance follows from it, and reserves come in their turn."""

import hashlib

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.acts import undo
from accounts.models import Undo
from accounts.roles import Role
from operations.models import DrawnVenue, Selection
from operations.sampling import actions, frames
from operations.sampling.allocation import Allocation
from operations.sampling.draw_order import in_draw_order
from tests.factories import (
    CommandUnitFactory,
    LocalAuthorityFactory,
    OperationFactory,
    OperationVenueFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)
from tests.operations.plans import BEFORE, TODAY, committed, drawn, refused
from venues.models import Venue

pytestmark = pytest.mark.django_db


def close(venue):
    Venue.objects.filter(pk=venue.pk).update(closed_on=TODAY, closed_reason="Sold")


# Committing -----------------------------------------------------------------------------------


def test_the_frame_is_what_matches_and_may_be_chosen(operation, planner, unit, venue):
    matching = VenueFactory.create_batch(5, unit=unit, kind=Venue.Kind.HOSTEL)
    VenueFactory(unit=unit)
    VenueFactory(kind=Venue.Kind.HOSTEL)
    close(VenueFactory(unit=unit, kind=Venue.Kind.HOSTEL))

    plan = committed(operation, planner, Venue.objects.filter(kind="hostel"), number=2)

    lines = frames.decode(plan.frame)
    assert [line.number for line in lines] == sorted(one.pk for one in matching)
    assert {line.name for line in lines} == {one.name for one in matching}
    assert (plan.frame_size, plan.frame_hash) == (5, frames.digest(plan.frame))
    assert not operation.chosen_venues.exclude(venue=venue).exists()


def test_the_seed_is_sealed_until_the_draw_and_is_the_one_that_was_committed(
    operation, planner, unit
):
    VenueFactory(unit=unit)
    plan = committed(operation, planner)
    assert (plan.seed, len(plan.seed_hash)) == ("", 64)

    actions.draw_venues(plan=plan, by=planner, at=BEFORE)

    plan.refresh_from_db()
    assert hashlib.sha256(plan.seed.encode()).hexdigest() == plan.seed_hash


def test_no_two_plans_have_one_seed(operation, planner, unit):
    VenueFactory(unit=unit)

    assert len({committed(operation, planner).seed_hash for _ in range(5)}) == 5


def test_the_sample_is_what_the_seed_says(operation, planner, unit):
    VenueFactory.create_batch(12, unit=unit)

    plan = drawn(operation, planner, number=4, reserves=0.5)

    order = in_draw_order(plan.seed, Venue.objects.values_list("pk", flat=True))
    rows = list(plan.drawn.in_order())
    assert [row.venue_id for row in rows] == order[:6]
    assert [row.is_reserve for row in rows] == [False] * 4 + [True] * 2
    chosen = operation.chosen_venues.filter(draw=plan.draw)
    assert {one.venue_id for one in chosen} == set(order[:4])
    assert {one.selection for one in chosen} == {Selection.RANDOM}


def test_strata_give_their_shares(operation, planner, unit):
    VenueFactory.create_batch(6, unit=unit, kind=Venue.Kind.HOTEL)
    VenueFactory.create_batch(3, unit=unit, kind=Venue.Kind.HOSTEL)

    plan = drawn(operation, planner, number=3, aspects=("kind",))

    assert [(share.stratum, share.size, share.sample) for share in plan.of_strata] == [
        ("Hostel", 3, 1),
        ("Hotel", 6, 2),
    ]
    sample = plan.drawn.filter(is_reserve=False)
    assert sorted(row.venue.get_kind_display() for row in sample) == ["Hostel", "Hotel", "Hotel"]
    assert all(row.stratum == row.venue.get_kind_display() for row in plan.drawn.all())
    assert plan.of_all


def test_strata_of_every_aspect_are_named_in_words(operation, planner, unit):
    VenueFactory(unit=unit, kind="halls", group=None)
    aspects = ("training", "group", "kind", "authority", "unit")

    plan = committed(operation, planner, aspects=aspects)

    [line] = frames.decode(plan.frame)
    authority = Venue.objects.get().local_authority.name
    assert line.stratum == f"{unit.name} / {authority} / Halls of residence / No group / Untrained"


@pytest.mark.parametrize("allocation", [Allocation.EQUAL, Allocation.NEYMAN])
def test_unequal_chances_never_count_for_all_venues(operation, planner, unit, allocation):
    VenueFactory.create_batch(6, unit=unit, kind=Venue.Kind.HOTEL)
    VenueFactory.create_batch(3, unit=unit, kind=Venue.Kind.HOSTEL)

    drawn(operation, planner, number=2, aspects=("kind",), allocation=allocation)

    assert {one.selection for one in operation.chosen_venues.all()} == {Selection.RANDOM_PART}
    assert "unequal parts of each stratum" in operation.draws.get().frame


def test_a_draw_from_a_part_never_counts_as_one_from_all(operation, planner, unit, venue):
    """``venue`` is in the operation before: it could not be drawn any more, and that is said."""
    VenueFactory.create_batch(3, unit=unit, kind=Venue.Kind.HOSTEL)
    VenueFactory(unit=unit)

    drawn(operation, planner, Venue.objects.filter(kind="hostel"), "Kind: Hostel", number=2)

    draw = operation.draws.get()
    assert set(draw.chosen_venues.values_list("selection", flat=True)) == {Selection.RANDOM_PART}
    assert (draw.of_all, draw.frame_size, draw.left_out, draw.number) == (False, 3, 1, 2)
    assert draw.frame == f"a part of the venues of {unit.name} (Kind: Hostel)"
    assert draw.drawn_by == planner


def test_a_draw_from_a_part_that_nobody_described_is_one_from_a_part_too(operation, planner, unit):
    one, *_ = VenueFactory.create_batch(2, unit=unit)

    drawn(operation, planner, Venue.objects.filter(pk=one.pk))

    assert operation.chosen_venues.get().selection == Selection.RANDOM_PART


def test_a_draw_from_all_says_of_which_command_units(operation, unit):
    everywhere = UserFactory(role=Role.PLANNER, whole_force=True)
    other = VenueFactory()
    VenueFactory(unit=unit)

    drawn(operation, everywhere, Venue.objects.filter(local_authority__command_unit=unit))

    assert operation.chosen_venues.get().selection == Selection.RANDOM
    assert operation.draws.get().frame == f"all open venues of {unit.name}"
    assert other.local_authority.command_unit.name not in operation.draws.get().frame


def test_a_draw_after_somebody_picked_says_so(operation, planner, unit, venue):
    """``venue`` was picked before, so chance could not choose it; what chance chose before may."""
    VenueFactory.create_batch(3, unit=unit)

    for _ in range(2):
        drawn(operation, planner)

    assert set(operation.draws.values_list("left_out", flat=True)) == {1}
    assert {draw.frame for draw in operation.draws.all()} == {
        f"all open venues of {unit.name} but those that somebody had picked before"
    }


def test_a_draw_from_everywhere_says_so_and_names_venues_of_no_unit_apart():
    planner = UserFactory(role=Role.PLANNER, whole_force=True)
    for unit in CommandUnitFactory.create_batch(2):
        VenueFactory(unit=unit)

    everywhere = drawn(OperationFactory(), planner)
    assert everywhere.draw.frame == "all open venues of every command unit"

    VenueFactory(local_authority=LocalAuthorityFactory(command_unit=None))
    beyond = drawn(
        OperationFactory(), planner, Venue.objects.filter(local_authority__command_unit=None)
    )
    assert beyond.draw.frame == "all open venues of no command unit"
    assert beyond.unit_ids == [0]


@pytest.mark.parametrize("number", [0, 3])
def test_a_draw_of_more_than_there_are_is_refused(operation, planner, unit, number):
    VenueFactory.create_batch(2, unit=unit)

    found = refused(committed, operation=operation, by=planner, number=number)

    assert found == [("number", "Enter a number between 1 and 2: so many venues match.")]


def test_a_draw_from_nothing_says_so(operation, planner):
    found = refused(committed, operation=operation, by=planner)

    assert found == [("number", "No venue matches: use fewer filters.")]


def test_fewer_venues_than_strata_are_refused(operation, planner, unit):
    for kind in ("hotel", "hostel", "halls"):
        VenueFactory(unit=unit, kind=kind)

    found = refused(committed, operation=operation, by=planner, number=2, aspects=("kind",))

    assert found == [
        ("number", "There are 3 strata, and each gives a venue: draw at least so many.")
    ]


# Drawing --------------------------------------------------------------------------------------


def test_what_was_drawn_is_not_drawn_again(operation, planner, unit):
    VenueFactory.create_batch(3, unit=unit)
    plan = drawn(operation, planner)

    assert refused(actions.draw_venues, plan=plan, by=planner, at=BEFORE) == [
        ("plan", "These venues were drawn already.")
    ]
    assert operation.chosen_venues.count() == 1


def test_the_frame_stands_whatever_the_registry_says_later(operation, planner, unit):
    """Who has closed by the draw keeps their ticket; the next reserve comes in their place."""
    first, second = VenueFactory.create_batch(2, unit=unit)
    plan = committed(operation, planner, number=1, reserves=1)
    VenueFactory.create_batch(8, unit=unit)
    close(first)

    added = actions.draw_venues(plan=plan, by=planner, at=BEFORE)

    assert added == 1
    assert operation.chosen_venues.get().venue == second
    assert {row.venue for row in plan.drawn.all()} == {first, second}


def test_a_closed_venue_without_a_reserve_leaves_its_place_empty(operation, planner, unit):
    venue = VenueFactory(unit=unit)
    plan = committed(operation, planner)
    close(venue)

    assert actions.draw_venues(plan=plan, by=planner, at=BEFORE) == 0
    assert not operation.chosen_venues.exists()


def test_planners_of_a_part_of_the_frame_neither_see_nor_draw_it(operation, unit):
    everywhere = UserFactory(role=Role.PLANNER, whole_force=True)
    for of in (unit, CommandUnitFactory()):
        VenueFactory(unit=of)
    plan = committed(operation, everywhere, number=2)
    of_unit = UserFactory(role=Role.PLANNER, units=[unit])
    operation.created_by = of_unit
    operation.save()

    assert not type(plan).objects.visible_to(of_unit).exists()
    with pytest.raises(PermissionDenied):
        actions.draw_venues(plan=plan, by=of_unit, at=BEFORE)


def test_an_undone_draw_drawn_again_is_the_same(operation, planner, unit):
    """The seed is known by then: another sample takes another plan, which is counted."""
    VenueFactory.create_batch(9, unit=unit)
    plan = drawn(operation, planner, number=3)
    first = set(operation.chosen_venues.values_list("venue", flat=True))
    offer = Undo.objects.get(act__endswith="draw_venues")

    undo.take_back(number=offer.number, by=planner, at=timezone.now(), reason="Slip")
    assert not operation.chosen_venues.exists()
    assert not plan.drawn.exists()
    plan.refresh_from_db()
    assert (plan.draw, plan.seed) == (None, "")
    actions.draw_venues(plan=plan, by=planner, at=BEFORE)

    assert set(operation.chosen_venues.values_list("venue", flat=True)) == first
    counted = type(operation).objects.with_draws().get(pk=operation.pk)
    assert (counted.n_drawn, counted.n_undone) == (1, 1)


# Replacing ------------------------------------------------------------------------------------


def test_a_venue_that_falls_away_is_replaced_by_the_next_reserve_of_its_stratum(
    operation, planner, unit
):
    VenueFactory.create_batch(5, unit=unit, kind="hotel")
    VenueFactory.create_batch(5, unit=unit, kind="hostel")
    plan = drawn(operation, planner, number=4, aspects=("kind",), reserves=1)
    away = plan.drawn.filter(stratum="Hotel", is_reserve=False).first()

    came = actions.replace_venue(drawn=away, by=planner, reason=" Shut  for good ")

    expected = plan.drawn.get(stratum="Hotel", place=3)
    assert came == expected
    expected.refresh_from_db()
    assert (expected.replaces, expected.reason) == (away, "Shut for good")
    chosen = operation.chosen_venues.filter(draw=plan.draw)
    assert chosen.count() == 4
    assert chosen.filter(venue=came.venue).exists()
    assert not chosen.filter(venue=away.venue).exists()


def test_reserves_that_closed_or_were_picked_are_passed_over(operation, planner, unit):
    VenueFactory.create_batch(5, unit=unit)
    plan = drawn(operation, planner, number=1, reserves=4)
    away, picked, closed, came, _ = plan.drawn.in_order()
    OperationVenueFactory(operation=operation, venue=picked.venue, selection=Selection.PRIORITY)
    close(closed.venue)

    assert actions.replace_venue(drawn=away, by=planner, reason="Shut") == came


def test_a_reserve_that_came_in_can_be_replaced_and_the_first_one_not_again(
    operation, planner, unit
):
    VenueFactory.create_batch(4, unit=unit)
    plan = drawn(operation, planner, number=1, reserves=3)
    away, first, second, _ = plan.drawn.in_order()
    actions.replace_venue(drawn=away, by=planner, reason="Shut")

    assert actions.replace_venue(drawn=first, by=planner, reason="Shut too") == second
    found = refused(actions.replace_venue, drawn=away, by=planner, reason="Shut")
    assert found == [("drawn", f"{away} is no part of this sample any more.")]


def test_a_venue_that_was_taken_out_before_can_still_be_replaced(operation, planner, unit):
    VenueFactory.create_batch(2, unit=unit)
    plan = drawn(operation, planner, reserves=1)
    away, reserve = plan.drawn.in_order()
    operation.chosen_venues.all().delete()

    assert actions.replace_venue(drawn=away, by=planner, reason="Shut") == reserve
    assert operation.chosen_venues.get().venue == reserve.venue


def test_without_reason_reserve_or_with_a_visit_nothing_is_replaced(operation, planner, unit):
    VenueFactory.create_batch(2, unit=unit)
    plan = drawn(operation, planner, number=2)
    one, other = plan.drawn.in_order()
    VisitFactory(operation=operation, venue=other.venue)

    def problem(row, reason="Shut"):
        [(_, message)] = refused(actions.replace_venue, drawn=row, by=planner, reason=reason)
        return message

    assert problem(one, " \u200b") == "Enter why this venue is replaced"
    assert "Every reserve of its stratum is used." in problem(one)
    assert "has visits in the operation" in problem(other)
    assert operation.chosen_venues.count() == 2


def test_a_replacement_is_undone(operation, planner, unit):
    VenueFactory.create_batch(3, unit=unit)
    plan = drawn(operation, planner, reserves=2)
    before = operation.chosen_venues.get().venue
    actions.replace_venue(drawn=plan.drawn.get(place=1), by=planner, reason="Shut")
    offer = Undo.objects.get(act__endswith="replace_venue")

    undo.take_back(number=offer.number, by=planner, at=timezone.now())

    assert operation.chosen_venues.get().venue == before
    assert DrawnVenue.objects.unused().count() == 2


def test_a_plan_is_taken_back_as_long_as_nobody_drew(operation, planner, unit):
    VenueFactory(unit=unit)
    plan = committed(operation, planner)
    offer = Undo.objects.get()

    undo.take_back(number=offer.number, by=planner, at=timezone.now())
    assert not type(plan).objects.exists()

    plan = drawn(operation, planner)
    offer = Undo.objects.filter(act__endswith="commit_draw").latest("until")
    with pytest.raises(undo.CannotUndoError):
        undo.take_back(number=offer.number, by=planner, at=timezone.now())
