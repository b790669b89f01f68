"""What PostgreSQL itself keeps of a draw, whatever program or hand tries otherwise."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.acts import undo
from accounts.models import Undo
from accounts.roles import Role
from operations.models import DrawnVenue, OperationVenue, SealedSeed, Selection
from tests.database import as_owner, as_product
from tests.factories import DrawnVenueFactory, DrawPlanFactory, UserFactory, VenueFactory
from tests.operations.plans import committed, drawn
from venues.registry.merging import merge_venues

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(operation, planner, unit):
    VenueFactory.create_batch(6, unit=unit)
    return drawn(operation, planner, number=2, reserves=1)


@pytest.mark.parametrize(
    "change",
    [
        {"frame": "1\t\t\t\n"},
        {"seed_hash": "0" * 64},
        {"frame_hash": "0" * 64},
        {"shares": []},
        {"unit_ids": [1]},
        {"of_all": False},
        {"design": {}},
    ],
)
def test_what_was_committed_never_changes(plan, change):
    with pytest.raises(DatabaseError, match="committed for a draw never changes"):
        type(plan).objects.filter(pk=plan.pk).update(**change)


def test_nobody_writes_a_seed_of_their_own(operation, planner, unit):
    VenueFactory(unit=unit)
    plan = committed(operation, planner)

    type(plan).objects.filter(pk=plan.pk).update(seed="1" * 64)

    plan.refresh_from_db()
    assert plan.seed == ""
    assert DrawPlanFactory(seed="2" * 64, seed_hash="3" * 64).seed_hash
    assert not type(plan).objects.filter(seed="2" * 64).exists()
    assert not type(plan).objects.filter(seed_hash="3" * 64).exists()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT seed FROM operations_sealedseed",
        "INSERT INTO operations_sealedseed (plan, seed) VALUES (0, '')",
        "UPDATE operations_sealedseed SET seed = ''",
        "DELETE FROM operations_sealedseed",
    ],
)
def test_the_product_has_no_way_to_a_sealed_seed(operation, planner, unit, sql):
    VenueFactory(unit=unit)
    committed(operation, planner)

    with (
        as_product(),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        connection.cursor().execute(sql)


def test_a_sealed_seed_never_changes(plan):
    with as_owner(), pytest.raises(DatabaseError, match="sealed_seed_never_changes"):
        SealedSeed.objects.update(seed="0" * 64)


@pytest.mark.parametrize("change", [{"place": 9}, {"stratum": "x"}, {"is_reserve": True}])
def test_what_chance_has_drawn_never_changes(plan, change):
    with pytest.raises(DatabaseError, match="chance has drawn never changes"):
        plan.drawn.filter(place=1).update(**change)


def test_no_reserve_comes_before_its_turn(plan):
    away, _, _, later = plan.drawn.in_order()
    plan.operation.chosen_venues.filter(venue=away.venue).delete()

    with pytest.raises(DatabaseError, match="The next reserve of a stratum comes first"):
        DrawnVenue.objects.filter(pk=later.pk).update(replaces=away, reason="Nicer")


def test_no_reserve_comes_while_the_venue_is_in(plan):
    stays, _, reserve, _ = plan.drawn.in_order()

    with pytest.raises(DatabaseError, match="A reserve replaces a withdrawn venue"):
        DrawnVenue.objects.filter(pk=reserve.pk).update(replaces=stays, reason="More")


def test_no_reserve_comes_for_another_stratum_or_plan(plan):
    *_, reserve, _ = plan.drawn.in_order()
    other = DrawnVenueFactory()

    with pytest.raises(DatabaseError, match="A reserve replaces a withdrawn venue"):
        DrawnVenue.objects.filter(pk=reserve.pk).update(replaces=other, reason="Nicer")


def test_no_reserve_is_born_in_the_place_of_another(plan):
    with pytest.raises(DatabaseError, match="A reserve waits until"):
        DrawnVenueFactory(
            plan=plan, is_reserve=True, replaces=plan.drawn.get(place=1), reason="Nicer"
        )


def test_a_reserve_replaces_for_a_reason(plan):
    away, _, reserve, _ = plan.drawn.in_order()
    plan.operation.chosen_venues.filter(venue=away.venue).delete()

    with pytest.raises(IntegrityError, match="reserve_replaces_for_a_reason"):
        DrawnVenue.objects.filter(pk=reserve.pk).update(replaces=away)


@pytest.mark.parametrize("which", ["stranger", "reserve"])
def test_a_draw_chooses_only_what_it_drew(plan, which, unit):
    *_, reserve, _ = plan.drawn.in_order()
    venue = reserve.venue if which == "reserve" else VenueFactory(unit=unit)

    with pytest.raises(DatabaseError, match="This draw did not choose that venue"):
        OperationVenue.objects.create(
            operation=plan.operation,
            venue=venue,
            selection=Selection.RANDOM,
            draw=plan.draw,
            added_by=UserFactory(),
        )


def test_two_drawn_entries_of_one_place_become_one_and_the_draw_still_tells_of_both(plan):
    one, other, *_ = plan.drawn.in_order()
    everywhere = UserFactory(role=Role.ADMINISTRATOR, whole_force=True)

    merge_venues(keep=one.venue, duplicate=other.venue, by=everywhere)

    assert [row.venue_id for row in plan.drawn.in_order()][:2] == [one.venue_id] * 2
    assert [row.number for row in plan.drawn.in_order()][:2] == [one.number, other.number]
    assert plan.operation.chosen_venues.count() == 1

    offer = Undo.objects.get(act__endswith="merge_venues")
    undo.take_back(number=offer.number, by=everywhere, at=timezone.now())
    assert [row.venue_id for row in plan.drawn.in_order()][:2] == [one.venue_id, other.venue_id]
    assert plan.operation.chosen_venues.count() == 2
