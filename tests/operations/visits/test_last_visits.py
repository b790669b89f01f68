"""What PostgreSQL keeps about a venue for lists equals what its visits and sessions say."""

import datetime as dt
import random
import uuid
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.acts.undo import CannotUndoError, UndoneBeforeError
from accounts.database import scope
from accounts.dates.london import duty_day
from accounts.models import Undo
from accounts.roles import Role
from operations.duty import actions as duty
from operations.models import LastVisit, Visit
from operations.protection.retention import make_visits_anonymous
from tests import factories
from tests.database import as_owner
from tests.operations.copies import wrong
from tests.operations.observed import GOOD
from venues.models import TrainingSession, Venue
from venues.registry.merging import merge_venues
from venues.training import actions as training

pytestmark = pytest.mark.django_db

SILENT = replace(GOOD, police_contacted=False)
POOR = replace(SILENT, room_refused=False, refresher_accepted=False)


def as_visits_say():
    """For each venue with a visit that is over, the day of the latest and the last verdict."""
    days, completed = {}, {}
    over = Visit.objects.finished().select_related("outcome")
    for visit in over.order_by("started_at"):
        days[visit.venue_id] = duty_day(visit.started_at)
    for visit in over.filter(outcome__isnull=False).order_by("ended_at", "pk"):
        completed[visit.venue_id] = visit.outcome.verdict
    return {venue: (day, completed.get(venue, "")) for venue, day in days.items()}


def as_sessions_say():
    """For each venue, when its latest session was held, and the share that attended."""
    latest = dict.fromkeys(Venue.objects.values_list("pk", flat=True), (None, None))
    for session in TrainingSession.objects.order_by("held_on", "pk"):
        latest[session.venue_id] = session.held_on, session.coverage
    return latest


def assert_kept():
    kept = LastVisit.objects.values_list("venue", "visited_on", "verdict")
    assert {venue: (day, verdict) for venue, day, verdict in kept} == as_visits_say()
    assert wrong() == {}
    trained = Venue.objects.values_list("pk", "last_trained_on", "coverage")
    assert {key: (day, share) for key, day, share in trained} == as_sessions_say()


NO_ACTS = {"one", "venue", "days_ago", "session"}


class Acts:
    """Acts by chance on two entries of one place and a third venue."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.now = timezone.now()
        unit = factories.CommandUnitFactory()
        self.venues = [factories.VenueFactory(unit=unit) for _ in range(3)]
        self.planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
        self.trainer = factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)

    def venue(self):
        return self.chance.choice(list(Venue.objects.unmerged()))

    def days_ago(self, most):
        return self.now - dt.timedelta(days=self.chance.randrange(1, most))

    def session(self):
        return {
            "kind": "refresher",
            "held_on": self.days_ago(900).date(),
            "mode": "online",
            "delivered_by": "A team",
            "front_desk_staff": 10,
            "attended": self.chance.randrange(1, 11),
        }

    def complete(self):
        kinds = ["Completed", "Partly", "RefresherNeeded", "NotCompleted", "Cancelled"]
        made = getattr(factories, f"{self.chance.choice(kinds)}VisitFactory")
        made(venue=self.venue(), starts_at=self.days_ago(900))

    def start(self):
        officer = factories.UserFactory(role=Role.VISITING_OFFICER)
        visit = factories.VisitFactory(venue=self.venue(), officer=officer)
        duty.start_visit(visit=visit, told=True, by=officer, at=timezone.now())

    def log(self):
        if visit := Visit.objects.under_way().first():
            about = {"visit": visit, "by": visit.started_by, "at": timezone.now()}
            if self.chance.random() < 0.5:
                facts = self.chance.choice([GOOD, SILENT, POOR])
                duty.log_outcome(facts=facts, submission=uuid.uuid4(), **about)
            else:
                duty.log_not_completed(
                    reason="fully_booked", notes="", submission=uuid.uuid4(), **about
                )

    def correct(self):
        if visits := list(Visit.objects.completed().select_related("outcome")):
            visit = self.chance.choice(visits)
            duty.correct_outcome(
                visit=visit,
                facts=self.chance.choice([GOOD, SILENT, POOR]),
                reason="A slip",
                revision=visit.outcome.revision,
                submission=uuid.uuid4(),
                by=visit.started_by,
                at=self.now,
            )

    def merge(self):
        keep, duplicate = self.chance.sample(list(Venue.objects.unmerged()), 2)
        merge_venues(keep=keep, duplicate=duplicate, by=self.planner)

    def take_back(self):
        if offers := list(Undo.objects.all()):
            offer = self.chance.choice(offers)
            undo.take_back(number=offer.number, by=offer.by, at=timezone.now(), reason="A slip")

    def move(self):
        authority = factories.LocalAuthorityFactory()
        Venue.objects.filter(pk=self.venue().pk).update(local_authority=authority)

    def save_as_read_long_ago(self):
        self.chance.choice(self.venues).save()

    def erase(self):
        with as_owner():
            make_visits_anonymous(self.days_ago(900).date(), self.now.date())

    def train(self):
        training.record_training(venue=self.venue(), by=self.trainer, at=self.now, **self.session())

    def correct_training(self):
        if session := TrainingSession.objects.order_by("?").first():
            training.correct_training(
                session=session,
                version=session.version,
                reason="A slip",
                **self.session(),
                by=self.trainer,
                at=self.now,
            )

    def remove_training(self):
        if session := TrainingSession.objects.order_by("pk").first():
            training.remove_training(
                session=session, version=session.version, reason="Never held", by=self.trainer
            )

    def one(self):
        """Do one of them, if nothing refuses it; its name where nothing did."""
        names = [name for name, what in vars(Acts).items() if name[0] != "_" and callable(what)]
        name = self.chance.choice([n for n in names if n not in NO_ACTS])
        try:
            with transaction.atomic():
                getattr(self, name)()
        except (Refused, PermissionDenied, CannotUndoError, UndoneBeforeError):
            return None
        return name


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_what_is_kept_is_what_visits_and_sessions_say(seed):
    acts = Acts(seed)
    done = set()
    for _ in range(45):
        done.add(acts.one())
        assert_kept()
    assert len(done) > 8, done


def test_pages_and_tasks_write_none_of_it_themselves():
    visit = factories.CompletedVisitFactory()
    factories.TrainingSessionFactory(venue=visit.venue)
    denied = pytest.raises(DatabaseError, match="permission denied")
    with denied, scope.for_task("a test"):
        LastVisit.objects.update(verdict="")
    Venue.objects.update(last_trained_on=None, coverage=0.1)
    assert_kept()
