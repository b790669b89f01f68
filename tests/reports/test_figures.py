"""Figures that were counted once equal what the visits themselves say, whatever happens between."""

import contextlib
import datetime as dt
import random

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.acts import undo
from accounts.database import scope
from accounts.models import Undo
from accounts.roles import Role
from govuk.dates import LONDON
from operations import tasks
from operations.figures import counting
from operations.models import (
    Draw,
    Figure,
    NotCompletedReason,
    OperationVenue,
    Selection,
    Uncounted,
    Visit,
)
from operations.protection.retention import make_visits_anonymous
from operations.visits.verdict import Verdict
from reports.dashboards import TABLES, Dashboard
from reports.figures import OPEN, Period, Span
from reports.filters import Filters
from tests import factories
from tests.database import as_owner
from tests.reports.slow_dashboards import SlowDashboard
from venues.models import TrainingSession, Venue
from venues.registry.merging import merge_venues

TODAY = dt.date(2026, 11, 24)
DAYS = 500
"""From the first visit to today."""


def figures(of):
    """All that a dashboard says."""
    said = {slug: (of.table(slug).cells, of.table(slug).pooled) for slug in TABLES}
    return said | {
        "pass rate": of.pass_rate,
        "completion rate": of.completion_rate,
        "speaks for": of.speaks_for,
        "finished": of.totals["finished"],
        "open": (of.open_follow_ups, of.overdue_follow_ups),
    }


def assert_equal(user, **filters):
    """The figures that were counted equal what the visits say."""
    asked = {"user": user, "filters": Filters(**filters), "on": TODAY}
    assert figures(Dashboard(**asked)) == figures(SlowDashboard(**asked)), filters


class World:
    """A small force, and what may happen in it, by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.units = factories.CommandUnitFactory.create_batch(2)
        self.authorities = [
            factories.LocalAuthorityFactory(command_unit=unit)
            for unit in (*self.units, self.units[0], None)
        ]
        self.groups = factories.VenueGroupFactory.create_batch(2)
        self.scenarios = factories.ScenarioFactory.create_batch(2)
        self.operations = [
            factories.OperationFactory(
                scenario=scenario, starts_on=dt.date(2026, month, 1), ends_on=dt.date(2026, 12, 1)
            )
            for scenario, month in zip(self.scenarios * 2, (1, 1, 3, 9), strict=True)
        ]
        self.officer = factories.UserFactory(role=Role.VISITING_OFFICER)
        self.administrator = factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True)
        self.readers = [
            factories.UserFactory(role=Role.CSE_LEAD, units=[self.units[0]]),
            factories.UserFactory(role=Role.CSE_LEAD, whole_force=True),
        ]
        for _ in range(6):
            self.venue_is_added()
        for _ in range(25):
            self.visit_is_made()

    @property
    def acts(self):
        """What may happen, some of it more often."""
        return [
            *[self.visit_is_made] * 6,
            *[self.training_is_held] * 3,
            *(self.outcome_is_corrected, self.reason_is_corrected, self.end_is_taken_back),
            *(self.venue_is_added, self.venue_changes, self.venue_moves, self.authority_moves),
            *(self.training_changes, self.training_is_removed),
            *(self.venues_are_drawn, self.venue_is_taken_out),
            *(self.entries_become_one, self.old_visits_are_made_anonymous, counting.count),
        ]

    def happens(self):
        """Anything of it."""
        self.chance.choice(self.acts)()

    def any_of(self, rows):
        """One of ``rows`` that has anything, or none."""
        found = list(rows)
        return self.chance.choice(found) if found else None

    def day(self):
        """Any day before today."""
        return TODAY - dt.timedelta(days=self.chance.randrange(1, DAYS))

    def venues(self):
        """The venues that are in use."""
        return Venue.objects.filter(merged_into=None).order_by("pk")

    def venue_is_added(self):
        factories.VenueFactory(
            local_authority=self.chance.choice(self.authorities),
            group=self.chance.choice([None, *self.groups]),
            kind=self.chance.choice(list(Venue.Kind)),
        )

    def visit_is_made(self):
        ended = {
            factories.CompletedVisitFactory: {},
            factories.PartlyVisitFactory: {},
            factories.RefresherNeededVisitFactory: {},
            factories.NotCompletedVisitFactory: {
                "not_completed_reason": self.chance.choice(list(NotCompletedReason))
            },
            factories.VisitFactory: {},
        }
        factory = self.chance.choice(list(ended))
        hour = self.chance.choice([0, 5, 6, 19, 23])
        begun = dt.datetime.combine(self.day(), dt.time(hour, 30), tzinfo=LONDON)
        visit = factory(
            operation=self.chance.choice(self.operations),
            venue=self.any_of(self.venues()),
            selection=self.chance.choice([*[Selection.RANDOM] * 6, *Selection]),
            starts_at=begun,
            officer=self.officer,
            **ended[factory],
        )
        if factory is factories.RefresherNeededVisitFactory:
            factories.FollowUpFactory(visit=visit)

    def outcome_is_corrected(self):
        if visit := self.any_of(Visit.objects.completed().filter(anonymous_since=None)):
            verdict = self.chance.choice(list(Verdict))
            visit.outcome = factories.OutcomeFactory(
                visit=visit,
                revision=visit.outcomes.count() + 1,
                correction_reason="A slip",
                **factories.FACTS_OF[verdict],
            )
            visit.save()

    def reason_is_corrected(self):
        if visit := self.any_of(Visit.objects.filter(state="not_completed")):
            Visit.objects.filter(pk=visit.pk).update(
                not_completed_reason=self.chance.choice(list(NotCompletedReason)),
                not_completed_revision=visit.not_completed_revision + 1,
                correction_reason="A slip",
            )

    def end_is_taken_back(self):
        now = timezone.now()
        visit = factories.NotCompletedVisitFactory(
            venue=self.any_of(self.venues()),
            operation=self.operations[0],
            starts_at=now - dt.timedelta(minutes=20),
            ended_at=now,
        )
        if self.chance.random() < 0.5:
            counting.count()
        Visit.objects.filter(pk=visit.pk).update(
            state="under_way", ended_at=None, not_completed_reason=""
        )

    def venue_changes(self):
        venue = self.any_of(self.venues())
        venue.group = self.chance.choice([None, *self.groups])
        venue.kind = self.chance.choice(list(Venue.Kind))
        venue.save()

    def venue_moves(self):
        venue = self.any_of(self.venues())
        venue.local_authority = self.chance.choice(self.authorities)
        venue.save()

    def authority_moves(self):
        authority = self.chance.choice(self.authorities)
        authority.command_unit = self.chance.choice([*self.units, None])
        authority.save()

    def training_is_held(self):
        factories.TrainingSessionFactory(venue=self.any_of(self.venues()), held_on=self.day())

    def training_changes(self):
        if session := self.any_of(TrainingSession.objects.all()):
            session.held_on = self.day()
            session.save()

    def training_is_removed(self):
        if session := self.any_of(TrainingSession.objects.all()):
            with contextlib.suppress(ProtectedError):  # a follow-up was settled by it
                session.delete()

    def venues_are_drawn(self):
        operation = self.chance.choice(self.operations)
        free = self.venues().exclude(chosen_for__operation=operation)[:3]
        draw = Draw.objects.create(
            operation=operation,
            drawn_by=self.officer,
            units=self.chance.choice(["North", "South"]),
            filters="Kind: Hostel",
            of_all=self.chance.random() < 0.5,
            frame_size=9,
            left_out=self.chance.randrange(2),
            number=len(free),
        )
        for venue in free:
            about = {"operation": operation, "venue": venue}
            factories.OperationVenueFactory(draw=draw, **about)
            factories.CompletedVisitFactory(**about, starts_at=timezone.now() - dt.timedelta(3))

    def venue_is_taken_out(self):
        if chosen := self.any_of(OperationVenue.objects.all()):
            chosen.delete()

    def entries_become_one(self):
        keep, duplicate = self.chance.sample(list(self.venues()), 2)
        merge_venues(keep=keep, duplicate=duplicate, by=self.administrator)
        if self.chance.random() < 0.5:
            counting.count()
        if self.chance.random() < 0.5:
            offer = Undo.objects.order_by("-until").first()
            with contextlib.suppress(undo.CannotUndoError):
                undo.take_back(number=offer.number, by=self.administrator, at=timezone.now())

    def old_visits_are_made_anonymous(self):
        with as_owner():
            make_visits_anonymous(self.day(), TODAY)

    def some_filters(self):
        """What a reader may ask for."""
        since, until = sorted([self.day(), self.day()])
        choices = {
            "since": since,
            "until": until,
            "operation": self.chance.choice(self.operations),
            "command_unit": self.chance.choice(self.units),
            "scenario": self.chance.choice(self.scenarios),
            "selection": self.chance.choice(list(Selection)),
        }
        return {name: what for name, what in choices.items() if self.chance.random() < 0.35}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_figures_equal_what_the_visits_say_whatever_happens(seed):
    world = World(seed)
    for _ in range(12):
        counting.count()  # so that what happens next is all that is noted
        for _ in range(3):
            world.happens()
        for reader in world.readers:
            assert_equal(reader)
            assert_equal(reader, **world.some_filters())
    counting.count()
    assert not Uncounted.objects.exists()
    for reader in world.readers:
        assert_equal(reader)
        assert_equal(reader, **world.some_filters())
    assert counting.count() == 0


# At the same moment -----------------------------------------------------------------------------


@pytest.fixture
def lead(db):
    return factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)


@pytest.fixture
def other(db):
    """Another session, of the owner, that commits when it is told to."""
    connection.ensure_connection()
    link = psycopg2.connect(
        connection.connection.dsn, password=connection.settings_dict["PASSWORD"]
    )
    with contextlib.closing(link), link.cursor() as cursor:
        cursor.execute("SET statement_timeout = '20s'")
        with connection.cursor() as ours:
            ours.execute("SET lock_timeout = '3s'")
            yield cursor
            ours.execute("RESET lock_timeout")


@pytest.mark.django_db
def test_what_is_committed_after_the_counting_is_not_lost(lead, other):
    """The session is recorded before the visit ends, by whom the visit can't be seen."""
    visit = factories.UnderWayVisitFactory(starts_at=dt.datetime(2026, 3, 20, 19, tzinfo=LONDON))
    session = factories.TrainingSessionFactory(venue=visit.venue, held_on=dt.date(2026, 3, 1))
    other.execute(
        "UPDATE venues_trainingsession SET held_on = '2026-04-01' WHERE id = %s", [session.pk]
    )
    Visit.objects.filter(pk=visit.pk).update(
        outcome=factories.OutcomeFactory(visit=visit),
        state="completed",
        ended_at=visit.started_at + dt.timedelta(hours=1),
    )

    assert counting.count() > 0
    assert_equal(lead)
    other.connection.commit()

    assert [
        row.label
        for row in Dashboard(user=lead, filters=Filters(), on=TODAY).table("by-training").rows
    ] == ["Untrained"]
    assert_equal(lead)
    counting.count()
    assert not Uncounted.objects.exists()
    assert_equal(lead)


@pytest.mark.django_db
def test_readers_and_a_second_counting_wait_for_nobody_who_counts(lead, other):
    factories.CompletedVisitFactory()
    other.execute("SELECT makesafe_count(365)")

    factories.PartlyVisitFactory()
    assert counting.count() == 0
    assert_equal(lead)
    other.connection.commit()
    assert_equal(lead)
    assert counting.count() == 1
    assert_equal(lead)


@pytest.mark.django_db
def test_nobody_who_ends_a_visit_waits_for_another_of_the_same_month(other):
    begun = timezone.now() - dt.timedelta(hours=1)
    one = factories.UnderWayVisitFactory(starts_at=begun)
    two = factories.UnderWayVisitFactory(
        starts_at=begun, venue=factories.VenueFactory(local_authority=one.venue.local_authority)
    )
    other.execute(
        "UPDATE operations_visit SET state = 'not_completed', ended_at = now(),"
        " not_completed_reason = 'unsafe' WHERE id = %s",
        [one.pk],
    )

    Visit.objects.filter(pk=two.pk).update(
        state="not_completed", ended_at=timezone.now(), not_completed_reason="unsafe"
    )


# Who reads and writes ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_nobody_writes_figures_by_hand(lead):
    factories.CompletedVisitFactory()
    counting.count()
    for change in (
        lambda: Figure.objects.update(well=0),
        lambda: Figure.objects.all().delete(),
        lambda: Uncounted.objects.create(),
        lambda: Uncounted.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()


@pytest.mark.django_db
def test_figures_show_to_the_people_of_their_command_unit(lead):
    north, south = factories.CommandUnitFactory.create_batch(2)
    of_north = factories.UserFactory(role=Role.CSE_LEAD, units=[north])
    for unit in (north, south):
        factories.CompletedVisitFactory(unit=unit)

    def seen(question):
        with scope.acting(of_north), connection.cursor() as cursor:
            cursor.execute(question)
            return {unit for (unit,) in cursor.fetchall()}

    now = (
        "SELECT command_unit_id FROM makesafe_figures('-infinity', 'infinity', NULL, NULL, 365)",
        "SELECT command_unit_id FROM makesafe_uncounted()",
    )
    assert [seen(question) for question in now] == [{north.pk}, {north.pk}]
    assert not seen("SELECT command_unit_id FROM operations_uncounted")
    counting.count()
    assert seen("SELECT command_unit_id FROM operations_figure") == {north.pk}
    assert {one.command_unit for one in Figure.objects.visible_to(of_north)} == {north}
    assert Figure.objects.visible_to(lead).count() == Figure.objects.count()
    assert not Figure.objects.visible_to(factories.UserFactory()).exists()
    with scope.acting(of_north), connection.cursor() as cursor:
        for function in (
            "makesafe_uncounted_cells()",
            "makesafe_count_visits('-infinity', 'infinity', NULL, NULL, NULL, 365)",
        ):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(f"SELECT * FROM {function}")


@pytest.mark.django_db
def test_the_task_counts_what_was_noted(lead):
    factories.CompletedVisitFactory()
    assert Uncounted.objects.exists()

    tasks.count_figures()

    assert not Uncounted.objects.exists()
    assert Figure.objects.exists()
    assert_equal(lead)


@pytest.mark.django_db
def test_another_time_for_which_training_is_current_counts_anew(lead, settings):
    visit = factories.CompletedVisitFactory()
    before = visit.started_at.date() - dt.timedelta(days=200)
    factories.TrainingSessionFactory(venue=visit.venue, held_on=before)
    counting.count()

    settings.TRAINING_CURRENT_DAYS = 100
    counting.count()

    assert_equal(lead)


# Parts of a period ------------------------------------------------------------------------------

DAY = dt.date
NOWHERE = (OPEN, OPEN)


@pytest.mark.parametrize(
    ("asked", "years", "months", "more", "less"),
    [
        ((None, None), (DAY.min, OPEN), (DAY.min, OPEN), [], []),
        (
            (DAY(2025, 3, 20), DAY(2027, 2, 3)),
            (DAY(2026, 1, 1), DAY(2027, 1, 1)),
            (DAY(2025, 4, 1), DAY(2027, 2, 1)),
            [(DAY(2025, 3, 20), DAY(2025, 4, 1)), (DAY(2027, 2, 1), DAY(2027, 2, 4))],
            [],
        ),
        (
            (DAY(2025, 3, 3), DAY(2026, 1, 29)),
            NOWHERE,
            (DAY(2025, 3, 1), DAY(2026, 2, 1)),
            [],
            [(DAY(2025, 3, 1), DAY(2025, 3, 3)), (DAY(2026, 1, 30), DAY(2026, 2, 1))],
        ),
        (
            (DAY(2025, 1, 1), DAY(2025, 12, 31)),
            (DAY(2025, 1, 1), DAY(2026, 1, 1)),
            (DAY(2025, 1, 1), DAY(2026, 1, 1)),
            [],
            [],
        ),
        (
            (DAY(2025, 12, 18), None),
            (DAY(2026, 1, 1), OPEN),
            (DAY(2026, 1, 1), OPEN),
            [(DAY(2025, 12, 18), DAY(2026, 1, 1))],
            [],
        ),
        ((None, DAY(2025, 1, 31)), (DAY.min, DAY(2025, 1, 1)), (DAY.min, DAY(2025, 2, 1)), [], []),
        (
            (DAY(2025, 5, 17), DAY(2025, 6, 3)),
            NOWHERE,
            NOWHERE,
            [(DAY(2025, 5, 17), DAY(2025, 6, 4))],
            [],
        ),
    ],
)
def test_a_period_is_added_up_of_years_and_months_and_what_is_more_and_less(
    asked, years, months, more, less
):
    parts = Period.of(*asked)
    assert (parts.years, parts.months) == (Span(*years), Span(*months))
    assert parts.more == tuple(Span(*days) for days in more)
    assert parts.less == tuple(Span(*days) for days in less)
