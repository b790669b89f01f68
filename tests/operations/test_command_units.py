"""The command unit on each row is that of its venue, whatever people do."""

import contextlib
import datetime as dt
import random
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.models import Undo
from accounts.roles import Role
from operations.duty import actions as duty
from operations.models import FollowUp, Operation, OperationVenue, TeamMember, Visit
from operations.planning import actions as planning
from operations.planning import schedule
from operations.protection import retention
from operations.visits.facts import OutcomeFacts
from tests import factories
from tests.database import as_owner
from tests.locks import failures, in_turn
from tests.operations.copies import COPIES, wrong
from venues.models import LocalAuthority, Venue
from venues.registry.merging import merge_venues

pytestmark = pytest.mark.django_db


def rows_by_unit(unit):
    with connection.cursor() as cursor:
        counts = {}
        for table in COPIES:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE command_unit_id = %s", [unit.pk])
            counts[table] = cursor.fetchone()[0]
    return counts


class World:
    """A few authorities, venues, operations and visits in all states, and what people do there."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.now = timezone.now()
        self.done = set()
        factories.CadetPolicyFactory()
        self.units = [factories.CommandUnitFactory() for _ in range(3)]
        authorities = [
            factories.LocalAuthorityFactory(command_unit=unit) for unit in [*self.units, None]
        ]
        for n in range(6):
            factories.VenueFactory(local_authority=authorities[n % 4])
        self.by = factories.UserFactory(role=Role.PLANNER, whole_force=True)
        self.officers = [factories.UserFactory(role=Role.VISITING_OFFICER) for _ in range(2)]
        for _ in range(2):
            factories.OperationFactory(created_by=self.by)
        for made in (
            factories.CompletedVisitFactory,
            factories.NotCompletedVisitFactory,
            factories.CancelledVisitFactory,
            factories.UnderWayVisitFactory,
        ):
            visit = made(operation=self.any(Operation), venue=self.any(Venue.objects.open()))
            factories.CadetMemberFactory(visit=visit)
        for _ in range(2):
            visit = factories.RefresherNeededVisitFactory(venue=self.any(Venue.objects.open()))
            factories.FollowUpFactory(visit=visit)

    def any(self, rows):
        rows = list(getattr(rows, "objects", rows).order_by("pk"))
        return self.random.choice(rows) if rows else None

    def act(self):
        """Do one of the acts below, if there is what it needs."""
        name = self.random.choice(ACTS)
        with contextlib.suppress(Refused):  # a rule that has nothing to do with the copies
            getattr(self, name)()
            self.done.add(name)

    def choose(self):
        venues = Venue.objects.open().filter(pk=self.any(Venue.objects.open()).pk)
        operation = self.any(Operation)
        venues = venues.exclude(chosen_for__operation=operation)
        planning.add_venues(
            operation=operation, venues=list(venues), selection="priority", by=self.by
        )

    def plan(self):
        if chosen := self.any(OperationVenue.objects.filter(venue__merged_into=None)):
            duties = (schedule.Duty.LEAD, schedule.Duty.WELFARE)
            # Each at an hour of its own: nobody is in two visits at once.
            starts_at = self.now + dt.timedelta(hours=3 * Visit.objects.count())
            schedule.plan_visit(
                operation=chosen.operation,
                venue=chosen.venue,
                starts_at=starts_at,
                ends_at=starts_at + dt.timedelta(hours=2),
                team=[schedule.Place(*one) for one in zip(self.officers, duties, strict=True)],
                by=self.by,
                at=self.now,
                beside_another=True,
            )

    def cancel(self):
        if visit := self.any(Visit.objects.planned()):
            schedule.cancel_visit(visit=visit, reason="No car", by=self.by, at=self.now)

    def start(self):
        if Visit.objects.under_way().filter(started_by=self.officers[0]).exists():
            return
        if visit := self.any(Visit.objects.planned().filter(team__officer=self.officers[0])):
            duty.start_visit(visit=visit, told=True, by=self.officers[0], at=visit.starts_at)

    def log(self):
        if visit := self.any(Visit.objects.under_way().filter(anonymous_since=None)):
            duty.log_outcome(
                visit=visit,
                facts=OutcomeFacts.of(factories.OutcomeFactory.build(visit=visit)),
                submission=uuid.uuid4(),
                by=visit.team.get(duty="lead").officer,
                at=visit.starts_at + dt.timedelta(hours=1),
            )

    def leave(self):
        if visit := self.any(Visit.objects.under_way().filter(anonymous_since=None)):
            duty.log_not_completed(
                visit=visit,
                reason="fully_booked",
                notes="",
                submission=uuid.uuid4(),
                by=visit.team.get(duty="lead").officer,
                at=visit.starts_at + dt.timedelta(hours=1),
            )

    def correct(self):
        if visit := self.any(Visit.objects.completed().filter(anonymous_since=None)):
            changed = factories.FACTS_OF[self.random.choice(list(factories.FACTS_OF))]
            made = factories.OutcomeFactory.build(visit=visit, **changed)
            duty.correct_outcome(
                visit=visit,
                facts=OutcomeFacts.of(made),
                reason="A slip",
                revision=visit.outcome.revision,
                submission=uuid.uuid4(),
                by=visit.team.get(duty="lead").officer,
                at=self.now,
            )

    def take_back(self):
        if offer := self.any(Undo.objects.open()):
            try:
                undo.take_back(number=offer.number, by=offer.by, at=timezone.now())
            except undo.CannotUndoError:
                offer.delete()

    def merge(self):
        keep, duplicate = (self.any(Venue.objects.open()) for _ in range(2))
        if keep != duplicate and Venue.objects.open().count() > 3:
            where = self.random.choice([keep, duplicate])
            choices = {"local_authority": str(where.pk)}
            merge_venues(keep=keep, duplicate=duplicate, choices=choices, by=self.by)

    def move_a_venue(self):
        venue = self.any(Venue.objects.open())
        venue.local_authority = self.any(LocalAuthority)
        venue.save()

    def give_an_authority_to_another_unit(self):
        authority = self.any(LocalAuthority)
        authority.command_unit = self.random.choice([*self.units, None])
        with as_owner():
            authority.save()

    def write_by_hand(self):
        """What somebody writes into a copy is not kept; nor what a stale form has in hand."""
        for model in (Visit, OperationVenue, TeamMember, FollowUp):
            unit = self.random.choice([*self.units, None])
            model.objects.update(command_unit=unit)
        TeamMember.objects.update(visit_is_over=self.random.choice([True, False]))

    def forget(self):
        with as_owner():
            before = timezone.now() - dt.timedelta(days=self.random.choice([2, 30]))
            retention.make_visits_anonymous(before.date(), before.date())


ACTS = [name for name in vars(World) if name[0] != "_" and name not in ("any", "act")]


@pytest.mark.parametrize("seed", range(4))
def test_after_any_acts_every_copy_is_what_the_joins_say(seed):
    world = World(seed)
    assert wrong() == {}
    for _ in range(30):
        world.act()
        assert wrong() == {}
    assert len(world.done) > len(ACTS) / 2


def test_an_authority_takes_all_that_stands_in_it_to_its_new_command_unit():
    follow_up = factories.FollowUpFactory()
    factories.OperationVenueFactory(venue=follow_up.visit.venue)
    factories.CallFactory(venue=follow_up.visit.venue)
    before = FollowUp.objects.get().version, Visit.objects.get().version
    authority, there = follow_up.visit.venue.local_authority, factories.CommandUnitFactory()
    authority.command_unit = there
    with as_owner():
        authority.save()
    assert set(rows_by_unit(there).values()) == {1}
    # No form that somebody has open is told that another saved first, and history tells nothing.
    assert (FollowUp.objects.get().version, Visit.objects.get().version) == before
    history = FollowUp.pgh_event_model.objects.filter(pgh_label="update")
    assert not history.exists()


def test_a_venue_is_chosen_while_it_comes_into_another_command_unit(planner, unit):
    """Whoever comes second waits, and finds the command unit as it is then."""
    venue = factories.VenueFactory(unit=unit)
    operation = factories.OperationFactory(created_by=planner)
    there = factories.LocalAuthorityFactory(command_unit=factories.CommandUnitFactory())

    def move():
        Venue.objects.filter(pk=venue.pk).update(local_authority=there)

    def choose():
        OperationVenue.objects.create(
            operation_id=operation.pk,
            venue_id=venue.pk,
            selection="priority",
            added_by_id=planner.pk,
        )

    ended = in_turn(Venue.objects.filter(pk=venue.pk), move, choose)
    assert failures(ended) == []
    assert OperationVenue.objects.get().command_unit == there.command_unit
