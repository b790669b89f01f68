"""What the log of reads leaves out is what the slow question would, whatever people do."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.database import scope
from accounts.dates.london import duty_day
from accounts.models import AccessEntry
from accounts.record.access_log import record_reads
from accounts.roles import Role
from operations.models import CovertRead, Operation, OperationVenue, Visit
from operations.protection import retention
from operations.protection.audit_limits import limits_of_log
from tests import factories
from tests.database import as_owner
from tests.operations import test_command_units
from venues.models import Venue

pytestmark = pytest.mark.django_db


def covert_by_the_slow_question(user):
    """The entries that this person must not see, by asking each entry for all that is ahead."""
    still_on = Operation.objects.filter(ends_on__gte=duty_day(timezone.now()))
    hidden = Visit.objects.ahead().exclude(pk__in=Visit.objects.visible_to(user).values("pk"))
    # A choice that was taken out again is covert as those that stand are.
    chosen = OperationVenue.pgh_event_model.objects.filter(operation__in=still_on)
    theirs = OperationVenue.objects.visible_to(user).values("pk")
    waiting = chosen.exclude(pgh_obj__in=theirs).values_list("pgh_obj", flat=True)
    reads = Q(what="operations.visit", ids__overlap=list(hidden.values_list("pk", flat=True)))
    reads |= Q(what="operations.operationvenue", ids__overlap=list(waiting))
    requests = AccessEntry.objects.filter(reads).values("request")
    return keys(AccessEntry.objects.filter(request__in=requests))


def left_out(user):
    shown = AccessEntry.objects.exclude(limits_of_log(user, duty_day(timezone.now())).reads)
    return keys(AccessEntry.objects.all()) - keys(shown)


def keys(rows):
    return set(rows.values_list("pk", flat=True))


class World(test_command_units.World):
    """The same, and people look at what is there."""

    def __init__(self, seed):
        super().__init__(seed)
        unit = self.units[0]
        for operation in Operation.objects.order_by("pk"):
            factories.OperationVenueFactory(operation=operation, venue=self.any(Venue))
            factories.VisitFactory(operation=operation, venue=self.any(Venue))
        administrator, planner = Role.ADMINISTRATOR, Role.PLANNER
        self.readers = [
            factories.UserFactory(role=administrator, units=[unit]),
            factories.UserFactory(role=administrator, whole_force=True),
            factories.UserFactory(role=administrator, units=[unit]),
            factories.UserFactory(role=administrator, whole_force=True),
            self.officers[0],
        ]
        with as_owner():
            for reader in self.readers[2:4]:
                reader.groups.add(Group.objects.get(name=planner))

    def act(self):
        super().act()
        self.random.choice([self.look, self.look_at_one, self.look_at_a_choice])()

    def look(self):
        visits = self.random.sample(list(Visit.objects.all()), 2)
        with scope.acting(self.by):
            record_reads(by=self.by, viewed=visits[:1], listed=[*visits, self.by])

    def look_at_one(self):
        with scope.acting(self.by):
            record_reads(by=self.by, viewed=[self.any(Visit)])
            record_reads(by=self.by, listed=[self.any(Operation)])

    def look_at_a_choice(self):
        if chosen := self.any(OperationVenue):
            with scope.acting(self.by):
                record_reads(by=self.by, viewed=[chosen], listed=[chosen.venue])

    def move_the_last_day(self):
        operation = self.any(Operation)
        days = self.random.choice([-3, -1, 0, 1, 30])
        operation.ends_on = max(operation.starts_on, duty_day(self.now) + dt.timedelta(days=days))
        with as_owner():
            operation.save()

    def take_out(self):
        if chosen := self.any(OperationVenue):
            chosen.delete()

    def forget(self):
        super().forget()
        with as_owner():
            CovertRead.objects.over(on=duty_day(self.now)).delete()


ACTS = [name for name in dir(World) if name[0] != "_" and name not in ("any", "act")]


@pytest.mark.parametrize("seed", range(3))
def test_after_any_acts_the_log_leaves_out_what_the_slow_question_would(seed, monkeypatch):
    monkeypatch.setattr(test_command_units, "ACTS", ACTS)
    world = World(seed)
    seen = set()
    for _ in range(30):
        world.act()
        for reader in world.readers:
            expected = covert_by_the_slow_question(reader)
            assert left_out(reader) == expected
            with scope.acting(reader):  # and so it does below the policies
                limits = limits_of_log(reader, duty_day(timezone.now()))
                shown = keys(AccessEntry.objects.exclude(limits.reads))
            assert not shown & expected
            seen.add(len(expected))
    assert len(seen) > 2  # there was something to leave out, and not the same at each time


@pytest.fixture
def planner():
    return factories.UserFactory(role=Role.PLANNER, whole_force=True)


@pytest.fixture
def administrator():
    return factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)


def read(planner, *records):
    with scope.acting(planner):
        record_reads(by=planner, viewed=records)


def test_a_visit_that_comes_back_takes_its_reads_with_it(planner, administrator):
    """Also those from while it was over."""
    visit = factories.VisitFactory()
    over = {"cancelled_at": timezone.now(), "cancelled_reason": "No car"}
    Visit.objects.filter(pk=visit.pk).update(state="cancelled", **over)
    read(planner, visit)
    assert left_out(administrator) == set()
    back = {"cancelled_at": None, "cancelled_reason": ""}
    Visit.objects.filter(pk=visit.pk).update(state="planned", **back)
    assert left_out(administrator) == keys(AccessEntry.objects.all()) != set()


def test_an_operation_that_lasts_longer_takes_its_reads_with_it(planner, administrator):
    today = duty_day(timezone.now())
    over = factories.OperationFactory(starts_on=today - dt.timedelta(9), ends_on=today)
    chosen = factories.OperationVenueFactory(operation=over)
    with as_owner():
        Operation.objects.filter(pk=over.pk).update(ends_on=today - dt.timedelta(2))
    read(planner, chosen)
    assert left_out(administrator) == set()
    with as_owner():
        Operation.objects.filter(pk=over.pk).update(ends_on=today)
    assert left_out(administrator) == keys(AccessEntry.objects.all()) != set()


def test_a_visit_past_its_window_is_covert_until_somebody_ends_it(planner, administrator):
    visit = factories.VisitFactory(starts_at=timezone.now() - dt.timedelta(days=3))
    read(planner, visit)
    assert left_out(administrator) != set()


def test_what_is_covert_no_more_goes_in_the_night(planner):
    visit = factories.VisitFactory()
    read(planner, visit)
    with as_owner():
        CovertRead.objects.create(what="operations.visit", key=0, request=visit.submission or PAST)
        retention.make_operations_anonymous(duty_day(timezone.now()), duty_day(timezone.now()))
        assert [row.key for row in CovertRead.objects.all()] == [visit.pk]


PAST = "00000000-0000-4000-8000-000000000000"


def test_nobody_writes_by_hand_what_is_covert(planner):
    read(planner, factories.VisitFactory())
    with connection.cursor() as cursor, scope.for_task("test"):
        for statement in (
            "DELETE FROM operations_covertread",
            "UPDATE operations_covertread SET key = 0",
            f"INSERT INTO operations_covertread (what, key, request) VALUES ('x', 1, '{PAST}')",
        ):
            refused = pytest.raises(DatabaseError, match="permission denied")
            with refused, transaction.atomic():
                cursor.execute(statement)


def test_only_whoever_reads_the_log_learns_who_read_a_record(planner, administrator):
    unit = factories.CommandUnitFactory()
    visit = factories.CompletedVisitFactory(unit=unit)
    read(planner, visit)
    entry = AccessEntry.objects.get(what="operations.visit")
    of_the_unit = factories.UserFactory(role=Role.PLANNER, units=[unit])
    found = {}
    for user in (administrator, of_the_unit):
        with scope.acting(user), connection.cursor() as cursor:
            cursor.execute("SELECT makesafe_reads_of('operations.visit', %s)", [visit.pk])
            found[user] = [key for (key,) in cursor.fetchall()]
    assert found == {administrator: [entry.pk], of_the_unit: []}


@pytest.mark.parametrize("query", [{}, {"kind": "operations.visit"}, {"number": "1"}])
def test_the_log_of_reads_costs_no_more_questions_the_longer_it_is(client, administrator, query):
    client.force_login(administrator)
    asked = []
    for number in (1, 12):
        visits = [factories.VisitFactory() for _ in range(number)]
        for visit in [*visits, factories.CompletedVisitFactory()]:
            read(administrator, visit)
        client.get(reverse("accounts:log"), {"show": "reads", **query})
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("accounts:log"), {"show": "reads", **query})
        asked.append([question["sql"] for question in captured])
    assert len(asked[0]) == len(asked[1])
